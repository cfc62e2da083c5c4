import { remote } from "@pulumi/command";
import { LvsCluster } from "../../components";
import { clusterOf } from "./cluster";

/** Number of characters that each command sends, by name. */
export type Sizes = Record<string, number>;

/** A cluster with these numbers of real servers and services. */
export function cluster(realServers: number, services: number): void {
    new LvsCluster("web", clusterOf(realServers, services));
}

/**
 * As many bare commands as a cluster has. Each sends a different text that consists of lines, as a
 * bundle does.
 */
export function commands(sizes: Sizes): void {
    const text = "    a line of some shell script or configuration file that is sent to a host\n";
    const { connection } = clusterOf(0, 0);
    for (const [name, size] of Object.entries(sizes)) {
        const lines = Array.from({ length: Math.ceil(size / text.length) }, () => text);
        new remote.Command(name, {
            connection: { host: "10.0.0.2", ...connection },
            create: "sh -s apply",
            delete: "sh -s remove",
            stdin: [name, ...lines].join("\n").slice(0, size),
        });
    }
}
