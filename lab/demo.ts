import { Lab, waitUntil } from "./lab";
import { Refusal } from "./progress";
import { LabStack } from "./stack";
import { seed } from "./topology";

const vip = "10.128.190.248";
const name = "seed";

/** What a person sees of the article's cluster: it is made, it serves, and it loses a director. */
async function demo(): Promise<void> {
    const running = await Lab.attach(name);
    heading(running ? "The lab is up already" : "Booting five bare machines");
    const lab = running ?? (await Lab.up(seed, { name, lasting: true }));
    await Promise.all(lab.hosts.map(async (host) => (await host.isUp()) || host.boot()));
    const stack = await LabStack.create(lab);

    heading("pulumi up");
    await stack.up({ onLine: tell });

    await until("ds1 owns the virtual IP", () => ownedBy(lab, "ds1"));

    heading(`Six requests to http://${vip}/`);
    tell(await lab.exec(["sh", "-c", `for i in 1 2 3 4 5 6; do curl -sS ${vip}; done`]));
    heading("The kernel's table on ds1, which owns the virtual IP");
    // The kernel adds its counters up every two seconds.
    const table = await waitUntil("counted connections", 10_000, async () => {
        const text = await lab.host("ds1").run("ipvsadm -Ln --stats");
        return / [1-9]\d* /.test(text.split(`${vip}:80`)[1] ?? "") ? text : undefined;
    });
    tell(table);

    heading("Cutting the power of ds1 while a client asks twenty times a second");
    const probe = await lab.probe(`http://${vip}/`, { intervalMs: 50, timeoutMs: 5000 });
    await lab.host("ds1").cut();
    await until("ds2 owns the virtual IP", () => ownedBy(lab, "ds2"));
    const switched = Date.now();
    await until("a new request is answered", () =>
        Promise.resolve(
            probe.sofar().requests.some(({ at, error }) => at > switched && error === undefined),
        ),
    );
    const gap = (probe.sofar().longestGap / 1000).toFixed(2);
    tell(`The client had no answer for ${gap} s.`);

    heading("Turning ds1 on again");
    await lab.host("ds1").boot();
    await until("ds1 owns the virtual IP again", () => ownedBy(lab, "ds1"));
    const { requests, failed } = await probe.stop();
    tell(`${requests.length} requests in all, ${failed.length} without an answer within 5 s.`);

    heading("The cluster stays until you end it");
    tell(`ds1 and ds2 are the directors, rs1, rs2 and rs3 the real servers.
The client in the lab reaches the virtual IP ${vip}.

npm run lab -- lvs status              shows who is active and who serves
npm run lab -- exec curl ${vip}  asks the virtual IP
npm run lab -- ssh ds1 'ipvsadm -Ln'   runs a command on a host
npm run lab -- cut rs2                 cuts the power of a host; "boot rs2" turns it on

To change the cluster, edit its stack file, for instance a weight below realServers:
    ${stack.file}
npm run lab -- pulumi preview --diff   shows the lines that would change on the hosts
npm run lab -- pulumi up --yes         changes the hosts

npm run lab -- down                    ends the lab and leaves nothing behind`);
}

async function ownedBy(lab: Lab, director: string): Promise<boolean> {
    const addresses = await lab.host(director).run("ip -o -4 address show dev eth0");
    return addresses.includes(` ${vip}/`);
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
    const start = performance.now();
    await waitUntil(what, 60_000, condition);
    tell(`${what} (after ${((performance.now() - start) / 1000).toFixed(1)} s)`);
}

function heading(text: string): void {
    console.log(`\n== ${text}`);
}

function tell(text: string): void {
    console.log(text.trimEnd().replace(/^/gm, "   "));
}

demo().catch((error: unknown) => {
    console.error(error instanceof Refusal ? error.message : error);
    process.exitCode = 1;
});
