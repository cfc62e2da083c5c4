/** Many hosts behind one bastion, whose sshd closes connections while two others log in. */
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { proxyAttempts } from "../../host/step";
import { Engine, type Resource } from "./engine";
import { startSshd, type Sshd } from "./sshd";

const hosts = 24;

let dir: string;
let engine: Engine;
let sshd: Sshd;
let bastion: Sshd;

beforeAll(async () => {
    dir = await fs.mkdtemp(path.join(tmpdir(), "pulumi-lvs-bastion-"));
    await fs.mkdir(path.join(dir, "bastion"));
    sshd = await startSshd(dir);
    bastion = await startSshd(path.join(dir, "bastion"), "2:100:2");
    engine = await Engine.start(dir);
}, 120_000);

afterAll(async () => {
    await bastion?.stop();
    await sshd?.stop();
    await fs.rm(dir, { recursive: true, force: true });
});

type Attempts = Partial<typeof proxyAttempts>;

/** One command on each host, through the bastion. */
function commands(name: string, attempts: Attempts): Record<string, Resource> {
    const proxy = bastion.connection("proxy", attempts);
    const args = {
        connection: sshd.connection("key", { proxy }),
        create: "cat >/dev/null; echo up",
    };
    return Object.fromEntries(
        Array.from({ length: hosts }, (_, index) => [`${name}${index}`, { args }]),
    );
}

/** Run all commands at once. Returns the exit status and the number of connections that sshd refused. */
async function upThrough(name: string, attempts: Attempts) {
    await fs.truncate(path.join(dir, "bastion", "log"));
    const { status } = await engine.up(commands(name, attempts), "--parallel", `${hosts}`);
    const log = await fs.readFile(path.join(dir, "bastion", "log"), "utf8");
    return { status, refused: log.match(/^drop connection /gm)?.length ?? 0 };
}

it("an up through a bastion that refuses connections fails without further attempts", async () => {
    const { status, refused } = await upThrough("once", { dialErrorLimit: 0 });
    expect(status).not.toBe(0);
    expect(refused).toBeGreaterThan(0);
}, 120_000);

it("an up through a bastion that refuses connections reaches every host with the default number of attempts", async () => {
    const { status, refused } = await upThrough("host", proxyAttempts);
    expect(refused).toBeGreaterThan(0);
    expect(status).toBe(0);
    expect(
        Object.keys(await engine.state()).filter((name) => name.startsWith("host")),
    ).toHaveLength(hosts);
}, 120_000);
