import { bundle, stepText } from "../host/bundle";
import { HostRole } from "../host/stepKinds";
import { installedDisk } from "../lab/installedDisk";
import { type Host, Lab, waitUntil } from "../lab/lab";
import { seedConfig } from "../lab/stack";
import { withHosts, seed } from "../lab/topology";
import { wholeNumber } from "../lab/wholeNumber";
import type { Cluster } from "../lvs/model";
import { planDirector } from "../lvs/director/plan";
import { directorSteps } from "../lvs/director/steps";
import { interleaved, summary } from "./measuring";

/** Real servers behind the director. */
const sizes = [10, 250, 1000];

/** Network of the real servers. The client answers for all its addresses. */
const network = "10.129.0.0/16";

/** Port of the service. The lab's package server has port 80 of the client. */
const port = 8080;

/**
 * Measure the scripts on a director with many real servers: a second apply, the metrics script, and
 * the report for `lvs status`. The second apply compares everything and changes nothing. Print
 * seconds without the login, and the number of processes that the script starts.
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
    commands: Record<string, () => Promise<string>>,
): Promise<void> {
    const started: Record<string, number> = {};
    const timed = (name: string, command: () => Promise<string>) => async () => {
        const before = await processes(host);
        const start = performance.now();
        await command();
        const seconds = (performance.now() - start) / 1000;
        started[name] = (await processes(host)) - before - 1;
        return seconds;
    };
    const contenders = Object.entries(commands).map(
        ([name, command]) => [name, timed(name, command)] as const,
    );
    const costs = await interleaved(Object.fromEntries(contenders), rounds);
    console.log(`\n${count} real servers`);
    for (const [name, samples] of Object.entries(costs)) {
        console.log(`${summary(name, samples, "s")}, ${started[name]} processes`);
    }
}

/** Number of processes that the host has started since its boot. */
async function processes(host: Host): Promise<number> {
    return Number(await host.run("awk '/^processes/ { print $2 }' /proc/stat"));
}

/** The article's cluster with this number of real servers and with monitoring. */
async function clusterOf(count: number): Promise<Cluster> {
    const config = (await seedConfig()) as unknown as Cluster;
    const realServers = Array.from({ length: count }, (_, index) => ({
        name: `rs${index}`,
        host: `10.129.${index >> 8}.${index & 255}`,
    }));
    const virtualServers = config.virtualServers.map((one) => ({ ...one, port }));
    const monitoring = { nodeExporter: false, textfileDirectory: "/var/lib/metrics" };
    return { ...config, realServers, virtualServers, monitoring };
}

/**
 * Texts that the component sends to a director for each step, without packages, which are
 * installed.
 */
function stepsOf(cluster: Cluster) {
    const plan = planDirector(cluster, "ds1");
    const host = {
        role: HostRole.director,
        urn: "urn:pulumi:bench::bench::lvs:index:Director::bench",
        claim: "director",
    };
    return {
        prepare: stepText(host, "prepare", { ...directorSteps.prepare(plan), packages: undefined }),
        secret: stepText(host, "secret", directorSteps.secret(plan, "first1", {})),
        configure: stepText(host, "configure", directorSteps.configure(plan)),
    };
}

/** Let the client accept connections at every address of the network. */
async function answerFor(lab: Lab): Promise<void> {
    await lab.exec(["ip", "route", "add", "local", network, "dev", "lo"]);
    const serve = `require("net").createServer((socket) => socket.end()).listen(${port}, "0.0.0.0", 4096)`;
    lab.spawn([process.execPath, "-e", serve], {
        stdio: ["ignore", "ignore", "inherit"],
    }).unref();
}

void main(wholeNumber("rounds", process.argv[2] ?? "5"));
