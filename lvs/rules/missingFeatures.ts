import { extraLines } from "../keepalived/extraConfig";
import { distributionOf, keepalivedOf, versionOf } from "../keepalived/versions";
import type { Cluster } from "../model";
import { type Problem, problemIf } from "../problems";

/** Distributions whose keepalived is built without iptables and ipset. `keepalived -v` lists what it has. */
const withoutIptables: readonly string[] = ["debian11", "debian12", "debian13"];

/** Refuse lines for iptables if keepalived is built without it, because keepalived takes them for errors. */
export function missingFeatureProblems(cluster: Cluster): Problem[] {
    const words = extraLines(cluster.globalDefs?.extraConfig).map(
        (line) => line.trim().split(/\s+/)[0]!,
    );
    const word = words.find((one) => one === "vrrp_iptables" || one === "vrrp_ipsets");
    const director = cluster.directors.find((one) => {
        const distribution = distributionOf(one, cluster);
        const isOwn = versionOf(one, cluster) === keepalivedOf[distribution];
        return isOwn && withoutIptables.includes(distribution);
    });
    return problemIf(
        word !== undefined && director !== undefined,
        "globalDefs.extraConfig",
        `${word} needs iptables, and keepalived on ${director?.name} (${distributionOf(director ?? {}, cluster)}) is built without it. Use globalDefs.nftables.`,
    );
}
