import { setTimeout as sleep } from "node:timers/promises";
import { type Change, spareRealServer } from "../lab/article";
import type { LabCluster } from "../lab/cluster";
import { clusterPackages } from "../lab/installedDisk";
import { bootForTraffic } from "../lab/traffic/cluster";
import { type Observation, Traffic } from "../lab/traffic/traffic";
import { ansible, type Config, type Contender, plainSsh, pulumi } from "./contenders";

/** Changes of the article's cluster. */
const changes: Record<string, Change> = {
    "new weight": ({ realServers }) => (realServers[0]!.weight = 3),
    "real server added": ({ realServers }) => realServers.push(spareRealServer()),
    "real server removed": ({ realServers }) => realServers.pop(),
    "real server drained": ({ realServers }) => (realServers[0]!.drained = true),
    "new password": (config) => (config.authPass = "another1"),
    "keyword that keepalived does not know": ({ vrrpInstances }) =>
        (vrrpInstances[0]!.extraConfig = "no_such_word"),
    "missing interface": ({ vrrpInstances }) => (vrrpInstances[0]!.interface = "eth9"),
};

/** How long to watch clients after a change. A failover takes less time. */
const watchAfterMs = 10_000;

/**
 * Measure the requests that clients lose while a cluster changes: by this project, by files over
 * ssh with a reload, and by Ansible. Hosts, clients and final files are the same. Clients continue
 * for ten seconds after the change. Then the change is reverted in the same way, without
 * measurement.
 */
async function main(wanted: string[]): Promise<void> {
    // Ansible's modules are Python programs.
    const all = [pulumi, plainSsh, await ansible()];
    const cluster = await bootForTraffic([...clusterPackages, "python3"]);
    try {
        cluster.stack.report.forEach((line) => console.log(line));
        const base = () => cluster.config((config) => (config.authPass = "first1"));
        await cluster.deploy(await base());
        for (const [title, change] of Object.entries(changes)) {
            if (wanted.length > 0 && !wanted.includes(title)) continue;
            const to = await base();
            change(to);
            console.log(`\n${title}`);
            for (const contender of all) {
                console.log(await measure(cluster, contender, await base(), to));
            }
        }
    } finally {
        await cluster.down();
    }
}

async function measure(cluster: LabCluster, contender: Contender, from: Config, to: Config) {
    await cluster.untilHealthy();
    const traffic = await Traffic.start(cluster.lab);
    const { seconds, failed } = await contender.change(cluster, to, from);
    await sleep(watchAfterMs);
    const line = report(contender.name, seconds, await traffic.stop());
    await contender.change(cluster, from, to);
    return failed ? `${line}, change failed` : line;
}

/**
 * Lasting connections are counted separately, because every tool breaks them when it removes their
 * server.
 */
function report(name: string, seconds: number, seen: Observation): string {
    const { fresh, session, long, datagram } = seen;
    const asked = [fresh, session, datagram];
    const sum = (count: (typeof asked)[number][]) =>
        `${count.reduce((all, { failed }) => all + failed.length, 0)} of ` +
        `${count.reduce((all, { requests }) => all + requests.length, 0)} requests failed`;
    return [
        `  ${name.padEnd(16)}${seconds.toFixed(1).padStart(5)} s: ${sum(asked)}`,
        `${session.lost.length} connections of 4 s lost`,
        `${long.lost.length} of 3 lasting connections lost`,
        `longest gap ${fresh.longestGap.toFixed(0)} ms`,
        `${Math.max(0, seen.activeDirectors.length - 1)} failovers`,
    ].join(", ");
}

void main(process.argv.slice(2));
