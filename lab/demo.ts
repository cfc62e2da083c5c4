import { Lab, patienceMs, waitUntil } from "./lab";
import { UserError } from "./progress";
import { LabStack } from "./stack";
import { seed } from "./topology";

const vip = "10.128.190.248";
const name = "seed";

/**
 * Show the article's cluster: deploy it, send requests, and cut the power of the active director.
 */
async function demo(): Promise<void> {
    const running = await Lab.attach(name);
    heading(running ? "The lab is running already" : "Booting five bare machines");
    const lab = running ?? (await Lab.up(seed, { name, persistent: true }));
    await Promise.all(lab.hosts.map(async (host) => (await host.isUp()) || host.boot()));
    const stack = await LabStack.create(lab);

    heading("pulumi up");
    await stack.up({ onLine: print });

    await until("ds1 is active", () => isActive(lab, "ds1"));

    heading(`Six requests to http://${vip}/`);
    print(await lab.exec(["sh", "-c", `for i in 1 2 3 4 5 6; do curl -sS ${vip}; done`]));
    heading("The IPVS table of ds1, the active director");
    // The kernel updates its counters every two seconds.
    const table = await waitUntil("counted connections", patienceMs, async () => {
        const text = await lab.host("ds1").run("ipvsadm -Ln --stats");
        return / [1-9]\d* /.test(text.split(`${vip}:80`)[1] ?? "") ? text : undefined;
    });
    print(table);

    heading("Cutting the power of ds1 while a client sends twenty requests a second");
    const probe = await lab.probe(`http://${vip}/`, { intervalMs: 50, timeoutMs: 5000 });
    await lab.host("ds1").cut();
    await until("ds2 is active", () => isActive(lab, "ds2"));
    const switched = Date.now();
    await until("a new request is answered", () =>
        Promise.resolve(
            probe.soFar().requests.some(({ at, error }) => at > switched && error === undefined),
        ),
    );
    const gap = (probe.soFar().longestGap / 1000).toFixed(2);
    print(`The client had no answer for ${gap} s.`);

    heading("Turning ds1 on again");
    await lab.host("ds1").boot();
    await until("ds1 is active again", () => isActive(lab, "ds1"));
    const { requests, failed } = await probe.stop();
    print(`${requests.length} requests in total, ${failed.length} without an answer within 5 s.`);

    heading("The cluster runs until you end it");
    print(`ds1 and ds2 are the directors; rs1, rs2 and rs3 are the real servers.
The client in the lab reaches the virtual IP ${vip}.

npm run lab -- lvs status              shows the active director and its real servers
npm run lab -- exec curl ${vip}  sends a request to the virtual IP
npm run lab -- ssh ds1 'ipvsadm -Ln'   runs a command on a host
npm run lab -- cut rs2                 cuts the power of a host; "boot rs2" turns it on

To change the cluster, edit its stack file. Example: a weight below realServers.
    ${stack.file}
npm run lab -- pulumi preview --diff   shows the lines that would change on the hosts
npm run lab -- pulumi up --yes         changes the hosts

npm run lab -- down                    ends the lab and removes everything that it made`);
}

async function isActive(lab: Lab, director: string): Promise<boolean> {
    const addresses = await lab.host(director).run("ip -o -4 address show dev eth0");
    return addresses.includes(` ${vip}/`);
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
    const start = performance.now();
    await waitUntil(what, 60_000, condition);
    print(`${what} (after ${((performance.now() - start) / 1000).toFixed(1)} s)`);
}

function heading(text: string): void {
    console.log(`\n== ${text}`);
}

function print(text: string): void {
    console.log(text.trimEnd().replace(/^/gm, "   "));
}

demo().catch((error: unknown) => {
    console.error(error instanceof UserError ? error.message : error);
    process.exitCode = 1;
});
