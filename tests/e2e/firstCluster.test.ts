/** The commands of docs/first-cluster.md and what they print. */
import { vip } from "../../lab/article";
import { LabCluster } from "../../lab/cluster";
import { CommandLine } from "../../lab/commandLine";
import { patienceMs, waitUntil } from "../../lab/lab";
import { seed } from "../../lab/topology";
import { transcriptsOf } from "./support/transcript";

const expectTranscript = transcriptsOf("docs/first-cluster.md");

let cluster: LabCluster;
let commandLine: CommandLine;

beforeAll(async () => {
    cluster = await LabCluster.boot({ topology: seed });
    commandLine = new CommandLine(cluster.lab, cluster.stack);
    // The stack file of the page.
    await cluster.stack.configure({
        vrrpInstances: [{ interface: "eth0", virtualRouterId: 62 }],
        directors: cluster.memberArgs("ds1", "ds2"),
        realServers: cluster.webServerArgs("rs1", "rs2", "rs3"),
        virtualServers: [{ virtualIp: vip, port: 80 }],
    });
});

afterAll(() => cluster?.down());

async function lvs(...words: string[]): Promise<string> {
    const { stdout, stderr } = await commandLine.run(...words);
    expect(stderr).toBe("");
    return stdout;
}

it("The commands of docs/first-cluster.md print what the page shows", async () => {
    const route = "ip route get 10.128.190.249";
    expectTranscript(`ssh ds1 ${route}`, await cluster.host("ds1").run(route));

    const hosts = ["ds1", "ds2", "rs1", "rs2", "rs3"].map((name) => cluster.host(name).address);
    expectTranscript(`npx lvs keyscan ${hosts.join(" ")}`, await lvs("keyscan", ...hosts));
    expectTranscript("npx lvs preflight", await lvs("preflight"));

    const printed = await cluster.stack.up();
    expectTranscript("pulumi up", printed.slice(printed.indexOf("Resources:")));
    await cluster.untilHealthy();

    const asked = `for i in 1 2 3 4 5 6; do curl -s http://${vip}/; echo; done | sort`;
    expectTranscript(asked, await cluster.lab.exec(["sh", "-c", asked]));
    expectTranscript("npx lvs status", await lvs("status"));

    await cluster.host("ds1").cut();
    const status = await waitUntil("the report of the power cut", patienceMs, async () => {
        const { stdout } = await commandLine.run("status");
        if (stdout.includes("active: ds2")) return stdout;
        throw new Error(stdout);
    });
    expectTranscript("npx lvs status   # ds1 has no power", status);
    const [page] = await cluster.bodies(1);
    expect(page).toMatch(/^RS[123]$/);

    await cluster.host("ds1").boot();
    await cluster.untilHealthy();
});
