/** The example in YAML, with the plugin of a release, on the hosts that it names. */
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { LabCluster } from "../../lab/cluster";
import { seed } from "../../lab/topology";
import { PluginHome } from "../toolchain/pluginHome";

let cluster: LabCluster;
let folder: string;
let home: PluginHome;

beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), "yaml-"));
    cluster = await LabCluster.boot({ topology: seed });
    home = await PluginHome.make(folder, (...run) => cluster.lab.tryExec(...run));
});

afterAll(async () => {
    await cluster?.down();
    await fs.rm(folder, { recursive: true, force: true });
});

it("The example in YAML sets up the article's cluster, and a second up changes nothing", async () => {
    const { pulumi } = await home.project("yaml", "yaml", {
        hostKeyOf: (host) => cluster.host(host).hostKey,
        privateKey: cluster.lab.client.privateKey,
    });
    const { status, stdout, stderr } = await pulumi("up", "--yes", "--skip-preview");
    expect([status, status === 0 ? "" : stdout + stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/vip *: "10\.128\.190\.248"/);
    await cluster.untilHealthy();
    expect((await cluster.bodies(6)).sort()).toEqual(["RS1", "RS1", "RS2", "RS2", "RS3", "RS3"]);
    const second = await pulumi("up", "--yes", "--skip-preview");
    expect(second.stdout).toMatch(/Resources:\s+\d+ unchanged\s/);
});
