import type { Cluster } from "../../../lvs/model";

/** The same cluster for directors with another keepalived. */
export function onVersion(cluster: Cluster, keepalivedVersion: string): Cluster {
    const directors = cluster.directors.map((director) => ({ ...director, keepalivedVersion }));
    return { ...cluster, directors };
}
