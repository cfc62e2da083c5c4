import { setTimeout as sleep } from "node:timers/promises";
import { type Change, spareRealServer } from "../lab/article";
import type { LabCluster } from "../lab/cluster";
import { clusterPackages } from "../lab/installedDisk";
import { bootForTraffic } from "../lab/traffic/cluster";
import { type Observation, Traffic } from "../lab/traffic/traffic";
import { ansible, type Config, type Contender, plainSsh, pulumi } from "./contenders";

/** What somebody wants of the article's cluster. */
const changes: Record<string, Change> = {
    "another weight": ({ realServers }) => (realServers[0]!.weight = 3),
    "a real server more": ({ realServers }) => realServers.push(spareRealServer()),
    "a real server less": ({ realServers }) => realServers.pop(),
    "a real server drained": ({ realServers }) => (realServers[0]!.drained = true),
    "another password": (config) => (config.authPass = "another1"),
    "a word that keepalived does not know": ({ vrrpInstances }) =>
        (vrrpInstances[0]!.extraConfig = "no_such_word"),
    "an interface that is not there": ({ vrrpInstances }) => (vrrpInstances[0]!.interface = "eth9"),
};

/** How long clients are watched after a change, which is long enough for a new owner. */
const aftermathMs = 10_000;

/**
 * What clients lose while a cluster is changed, by this project, by files over ssh with a reload,
 * and by Ansible: the same hosts and clients, the same files in the end. Clients ask on when the
 * change is over, for ten seconds; then it is taken back in the same way, which is not counted.
 */
async function main(wanted: string[]): Promise<void> {
    // Ansible's modules are programs in Python.
    const all = [pulumi, plainSsh, await ansible()];
    const cluster = await bootForTraffic([...clusterPackages, "python3"]);
    try {
        cluster.stack.report.forEach((line) => console.log(line));
        const base = () => cluster.config((config) => (config.authPass = "first1"));
        await cluster.deploy(await base());
        for (const [what, change] of Object.entries(changes)) {
            if (wanted.length > 0 && !wanted.includes(what)) continue;
            const to = await base();
            change(to);
            console.log(`\n${what}`);
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
    await sleep(aftermathMs);
    const line = report(contender.name, seconds, await traffic.stop());
    await contender.change(cluster, from, to);
    return failed ? `${line}, refused` : line;
}

/** Connections that stay are named apart: whoever takes their server away ends them. */
function report(name: string, seconds: number, seen: Observation): string {
    const { fresh, session, long, datagram } = seen;
    const asked = [fresh, session, datagram];
    const sum = (count: (typeof asked)[number][]) =>
        `${count.reduce((all, { failed }) => all + failed.length, 0)} of ` +
        `${count.reduce((all, { requests }) => all + requests.length, 0)} requests failed`;
    return [
        `  ${name.padEnd(16)}${seconds.toFixed(1).padStart(5)} s: ${sum(asked)}`,
        `${session.lost.length} connections of 4 s lost`,
        `${long.lost.length} of 3 that stay`,
        `longest gap ${fresh.longestGap.toFixed(0)} ms`,
        `${Math.max(0, seen.activeDirectors.length - 1)} changes of owner`,
    ].join(", ");
}

void main(process.argv.slice(2));
