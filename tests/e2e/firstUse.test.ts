import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import { vip } from "../../lab/article";
import { LabCluster } from "../../lab/cluster";
import { run } from "../../lab/run";
import { seed } from "../../lab/topology";
import { toolchain } from "../../lab/toolchain";
import { blockBelow } from "../support/examples";

const root = path.join(__dirname, "../..");

let cluster: LabCluster;
let home: string;

beforeAll(async () => {
    cluster = await LabCluster.boot({ topology: seed });
    home = await fs.mkdtemp(path.join(os.tmpdir(), "pulumi-lvs-home-"));
});

afterAll(async () => {
    await cluster?.down();
    if (home) await fs.rm(home, { recursive: true });
});

/** The commands under "Use it", by the comments above them. */
function useIt(): Map<string, string> {
    const { text } = blockBelow("README.md", "## Use it", "sh");
    const parts = text.split(/^# /m).slice(1);
    return new Map(
        parts.map((part) => {
            const [comment, ...commands] = part.split("\n");
            return [comment!, commands.join("\n")];
        }),
    );
}

/** The stack file that a reader writes: the README's, with the keys of these hosts. */
function stackFile(): string {
    return stringify({
        config: {
            "lvs:vrrpInstances": [{ interface: "eth0", virtualRouterId: 62 }],
            "lvs:directors": cluster.memberArgs("ds1", "ds2"),
            "lvs:realServers": cluster.webServerArgs("rs1", "rs2", "rs3"),
            "lvs:virtualServers": [{ virtualIp: vip, port: 80 }],
        },
    });
}

it("The commands of the README set up a cluster from a new home directory", async () => {
    const { pulumi, env: tools } = await toolchain();
    const parts = [...useIt()];
    const [[, fetching], ...others] = parts as [[string, string], ...[string, string][]];
    const chosen = others.filter(([comment]) => !comment.startsWith("or store the private key"));
    expect(parts).toHaveLength(chosen.length + 2);

    // The lab has no way out: packages and sources are fetched outside. Pulumi's own site is out of
    // reach for the tests, so the lab's Pulumi and its plugins stand in the place of downloaded ones.
    const pulumiHome = path.join(home, ".pulumi");
    await fs.cp(tools.PULUMI_HOME!, pulumiHome, { recursive: true, verbatimSymlinks: true });
    await fs.mkdir(path.join(pulumiHome, "bin"));
    const bin = path.dirname(await fs.realpath(pulumi));
    for (const name of await fs.readdir(bin)) {
        await fs.symlink(path.join(bin, name), path.join(pulumiHome, "bin", name));
    }
    // Pulumi and ssh read the home directory from here.
    const passwd = path.join(home, "passwd");
    await fs.writeFile(
        passwd,
        `root:x:0:0:root:${home}:/bin/bash\nsshd:x:100:65534::/run/sshd:/bin/false\n`,
    );
    const env = {
        ...tools,
        HOME: home,
        PULUMI_HOME: pulumiHome,
        PULUMI_SKIP_CONFIRMATIONS: "true",
        EDITOR: path.join(home, "editor"),
    };
    const repository = path.join(home, "repository");
    await run(["git", "clone", "--quiet", "--bare", root, repository]);
    const local = fetching
        .replace("git clone REPOSITORY", `git clone --quiet ${repository}`)
        .replace(/^curl .*\n/m, "");
    await run(["bash", "-ec", local], { cwd: home, env });

    await fs.mkdir(path.join(home, ".ssh"), { mode: 0o700 });
    await fs.writeFile(path.join(home, ".ssh/id_ed25519"), cluster.lab.client.privateKey, {
        mode: 0o600,
    });
    await fs.writeFile(path.join(home, "stack.yaml"), stackFile());
    // The reader's editor: it writes the stack file.
    await fs.writeFile(env.EDITOR, `#!/bin/sh\ncp ${home}/stack.yaml "$1"\n`, { mode: 0o755 });
    const script = [
        "trap 'ssh-agent -k >/dev/null' EXIT",
        'export PATH="$HOME/.pulumi/bin:$PATH"',
        ...chosen.map(([, commands]) => commands),
        "npx lvs status",
    ].join("\n");
    const cwd = path.join(home, "pulumi-lvs");
    const asNewUser = `mount --bind ${passwd} /etc/passwd; exec bash -ec "$0"`;
    const command = ["unshare", "--mount", "sh", "-ec", asNewUser, script];
    const printed = await cluster.lab.exec(command, { cwd, env });
    expect(printed).toContain(cluster.host("rs3").hostKey.split(" ")[1]);
    expect(printed).toMatch(new RegExp(`^${vip} .* active: ds1$`, "m"));
    await cluster.untilHealthy();
});
