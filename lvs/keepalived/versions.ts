/** Distribution of a host: decides package names, paths, and the version of keepalived. */
export const Distribution = {
    /** Debian 11 (keepalived 2.1.5). */
    debian11: "debian11",
    /** Debian 12 (keepalived 2.2.7). */
    debian12: "debian12",
    /** Debian 13 (keepalived 2.3.3). */
    debian13: "debian13",
    /** Ubuntu 22.04 (keepalived 2.2.4). Not run in the tests. */
    ubuntu2204: "ubuntu2204",
    /** Ubuntu 24.04 (keepalived 2.2.8). Not run in the tests. */
    ubuntu2404: "ubuntu2404",
    /** CentOS 7 and RHEL 7 (keepalived 1.3.5). Not run in the tests. */
    rhel7: "rhel7",
    /** RHEL 8, Alma, Rocky, Oracle 8 (keepalived 2.1.5). Not run in the tests. */
    rhel8: "rhel8",
    /** RHEL 9, Alma, Rocky, Oracle 9 (keepalived 2.2.8). Not run in the tests. */
    rhel9: "rhel9",
} as const;
export type Distribution = (typeof Distribution)[keyof typeof Distribution];

/** Version of keepalived that each distribution ships. */
export const keepalivedOf: Record<Distribution, string> = {
    debian11: "2.1.5",
    debian12: "2.2.7",
    debian13: "2.3.3",
    ubuntu2204: "2.2.4",
    ubuntu2404: "2.2.8",
    rhel7: "1.3.5",
    rhel8: "2.1.5",
    rhel9: "2.2.8",
};

/** The oldest keepalived whose keywords the tables have. */
export const oldestKeepalived = "1.3.5";

/** A host or a cluster whose distribution may be given. */
interface Distributed {
    readonly distribution?: Distribution;
}

/** Distribution of a host. */
export function distributionOf(host: Distributed, cluster: Distributed): Distribution {
    return host.distribution ?? cluster.distribution ?? Distribution.debian12;
}

/**
 * Version of keepalived on a director: the given one, or else the one that its distribution ships.
 * Invalid values count as missing, so that the rules can report further problems.
 */
export function versionOf(
    director: Distributed & { readonly keepalivedVersion?: string },
    cluster: Distributed,
): string {
    const { keepalivedVersion = "" } = director;
    if (isVersion(keepalivedVersion)) return keepalivedVersion;
    const distributions = Object.values(Distribution);
    const known = ({ distribution }: Distributed): Distributed =>
        distribution && distributions.includes(distribution) ? { distribution } : {};
    return keepalivedOf[distributionOf(known(director), known(cluster))];
}

/** Is a text the number of a release? */
export function isVersion(text: string): boolean {
    return /^\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(text);
}

/** Is a version the same as another, or later? 2.1.10 is later than 2.1.5. */
export function isAtLeast(version: string, other: string): boolean {
    return compareVersions(version, other) >= 0;
}

/** Below 0 when `a` is earlier than `b`, 0 when they are the same, for `sort`. */
export function compareVersions(a: string, b: string): number {
    const [left, right] = [a, b].map((version) => version.split(".").map(Number));
    const place = left!.findIndex((part, index) => part !== (right![index] ?? 0));
    return place < 0 ? 0 : left![place]! - (right![place] ?? 0);
}
