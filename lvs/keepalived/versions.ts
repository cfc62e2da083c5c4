/** Distribution of a host: decides the version of keepalived on directors. */
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
    /** RHEL 7 and CentOS 7 (keepalived 1.3.5). Not run in the tests. */
    rhel7: "rhel7",
    /** RHEL 8 and Oracle Linux 8 (keepalived 2.1.5). Not run in the tests. */
    rhel8: "rhel8",
    /** RHEL 9 and Oracle Linux 9 (keepalived 2.2.8). Not run in the tests. */
    rhel9: "rhel9",
    /** AlmaLinux 8 (keepalived 2.1.5). Not run in the tests. */
    alma8: "alma8",
    /** AlmaLinux 9 (keepalived 2.2.8). Not run in the tests. */
    alma9: "alma9",
    /** Rocky Linux 8 (keepalived 2.1.5). Not run in the tests. */
    rocky8: "rocky8",
    /** Rocky Linux 9 (keepalived 2.2.8). The tests run hosts with its tools and another keepalived. */
    rocky9: "rocky9",
    /** CentOS Stream 9 (keepalived 2.2.8). Not run in the tests. */
    centosStream9: "centosStream9",
    /** Amazon Linux 2023. Directors need keepalivedVersion. Not run in the tests. */
    amazon2023: "amazon2023",
    /** Fedora. Directors need keepalivedVersion. Not run in the tests. */
    fedora: "fedora",
    /** openEuler. Directors need keepalivedVersion. Not run in the tests. */
    openEuler: "openEuler",
} as const;
export type Distribution = (typeof Distribution)[keyof typeof Distribution];

/** Version of keepalived that each distribution ships, if all its releases ship the same. */
export const keepalivedOf: Readonly<Record<Distribution, string | undefined>> = {
    debian11: "2.1.5",
    debian12: "2.2.7",
    debian13: "2.3.3",
    ubuntu2204: "2.2.4",
    ubuntu2404: "2.2.8",
    rhel7: "1.3.5",
    rhel8: "2.1.5",
    rhel9: "2.2.8",
    alma8: "2.1.5",
    alma9: "2.2.8",
    rocky8: "2.1.5",
    rocky9: "2.2.8",
    centosStream9: "2.2.8",
    amazon2023: undefined,
    fedora: undefined,
    openEuler: undefined,
};

/** Does a distribution have the kernel of RHEL 8, Linux 4.18? */
export function hasKernelOfRhel8(distribution: Distribution): boolean {
    return ["rhel8", "alma8", "rocky8"].includes(distribution);
}

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
    return keepalivedOf[distributionOf(known(director), known(cluster))] ?? keepalivedOf.debian12!;
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
    const [left, right] = [partsOf(a), partsOf(b)];
    const place = left.findIndex((part, index) => part !== (right[index] ?? 0));
    return place < 0 ? 0 : left[place]! - (right[place] ?? 0);
}

/** Versions that were split before. Each row of the keyword tables has one, so the same ones come often. */
const knownParts = new Map<string, number[]>();

function partsOf(version: string): number[] {
    const known = knownParts.get(version);
    if (known !== undefined) return known;
    const parts = version.split(".").map(Number);
    knownParts.set(version, parts);
    return parts;
}
