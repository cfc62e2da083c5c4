import { bundle } from "../host/bundle";
import { HostRole, stepText } from "../host/step";
import { installedDisk } from "../lab/installedDisk";
import { type Host, Lab, waitUntil } from "../lab/lab";
import { seedConfig } from "../lab/stack";
import { withHosts, seed } from "../lab/topology";
import type { Cluster } from "../lvs/model";
import { planDirector } from "../lvs/plan";
import { directorSteps } from "../lvs/steps";
import { interleaved, line } from "./measuring";

/** Real servers behind the director. */
const sizes = [10, 250, 1000];

/** Where they are: the client answers for all of this network. */
const network = "10.129.0.0/16";

/**
 * What the scripts cost on a director that has many real servers: a second apply, which proves that all is
 * as it is to be; what measures the host; and the look that `lvs status` has. Seconds without the login,
 * and the processes that they start there.
 */
async function main(rounds: number): Promise<void> {
    const lab = await Lab.up(withHosts(seed, "ds1"), { disk: () => installedDisk() });
    try {
        await answerFor(lab);
        const host = lab.host("ds1");
        await host.run(
            `ip route add ${network} via ${lab.client.address}; mkdir -p /var/lib/metrics`,
        );
        for (const count of sizes) {
            const cluster = await clusterOf(count);
            const steps = stepsOf(cluster);
            for (const stdin of Object.values(steps)) await host.run("sh -s apply", { stdin });
            await waitUntil(`${count} real servers in the table`, 120_000, async () => {
                const serving = await host.run("ipvsadm -Sn | grep -c -- '-w 1$' || :");
                return Number(serving) === count;
            });
            await measure(host, count, rounds, {
                "second apply": () => host.run("sh -s apply", { stdin: steps.configure }),
                "lvs-metrics": () => host.run("lvs-metrics"),
                "lvs status": () => host.run("sh -s status", { stdin: bundle("report", []) }),
            });
        }
    } finally {
        await lab.down();
    }
}

async function measure(
    host: Host,
    count: number,
    rounds: number,
    looks: Record<string, () => Promise<string>>,
): Promise<void> {
    const started: Record<string, number> = {};
    const timed = (name: string, look: () => Promise<string>) => async () => {
        const before = await processes(host);
        const start = performance.now();
        await look();
        const seconds = (performance.now() - start) / 1000;
        started[name] = (await processes(host)) - before - 1;
        return seconds;
    };
    const contenders = Object.entries(looks).map(
        ([name, look]) => [name, timed(name, look)] as const,
    );
    const taken = await interleaved(Object.fromEntries(contenders), rounds);
    console.log(`\n${count} real servers`);
    for (const [name, samples] of Object.entries(taken)) {
        console.log(`${line(name, samples, "s")}, ${started[name]} processes`);
    }
}

/** The processes that the host has started since it booted. */
async function processes(host: Host): Promise<number> {
    return Number(await host.run("awk '/^processes/ { print $2 }' /proc/stat"));
}

/** The article's cluster with so many real servers; its hosts are watched. */
async function clusterOf(count: number): Promise<Cluster> {
    const config = (await seedConfig()) as unknown as Cluster;
    const realServers = Array.from({ length: count }, (_, index) => ({
        name: `rs${index}`,
        host: `10.129.${index >> 8}.${index & 255}`,
    }));
    const monitoring = { nodeExporter: false, textfileDirectory: "/var/lib/metrics" };
    return { ...config, realServers, monitoring };
}

/** What the component sends to a director, step by step, but for packages, which are there. */
function stepsOf(cluster: Cluster) {
    const plan = planDirector(cluster, "ds1");
    const host = { role: HostRole.director, name: "bench" };
    return {
        prepare: stepText(host, "prepare", { ...directorSteps.prepare(plan), packages: undefined }),
        secret: stepText(host, "secret", directorSteps.secret("first1", undefined)),
        configure: stepText(host, "configure", directorSteps.configure(plan, false)),
    };
}

/** The client accepts connections to port 80 at every address of the network, and closes them. */
async function answerFor(lab: Lab): Promise<void> {
    await lab.exec(["ip", "route", "add", "local", network, "dev", "lo"]);
    const serve =
        "require('net').createServer((socket) => socket.end()).listen(80, '0.0.0.0', 4096)";
    lab.spawn([process.execPath, "-e", serve], { stdio: "ignore" }).unref();
}

void main(Number(process.argv[2] ?? 5));
