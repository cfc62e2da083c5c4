import type { Distribution } from "../lvs/keepalived/versions";
import type { Suite, Topology } from "./topology";

/** A release of the hosts. */
interface Release {
    /** Value of `distribution` in a stack file. */
    readonly distribution: Distribution;
    /** Version of keepalived. */
    readonly keepalived: string;
    /** Name of the web server's service. */
    readonly webServer: string;
    /** Megabytes of memory that a host with its own kernel needs. */
    readonly memoryMB: number;
}

export const releases: Record<Suite, Release> = {
    bullseye: {
        distribution: "debian11",
        keepalived: "2.1.5",
        webServer: "apache2",
        memoryMB: 160,
    },
    bookworm: {
        distribution: "debian12",
        keepalived: "2.2.7",
        webServer: "apache2",
        memoryMB: 160,
    },
    trixie: { distribution: "debian13", keepalived: "2.3.3", webServer: "apache2", memoryMB: 160 },
    // Its programs are those of Debian 12. dnf and changes of SELinux's policy need more memory.
    rhel9: { distribution: "rocky9", keepalived: "2.2.7", webServer: "httpd", memoryMB: 320 },
};

/** A cluster of all three releases. Its directors run the oldest and the newest one. */
const mixedSuites: Record<string, Suite> = {
    ds1: "bullseye",
    ds2: "trixie",
    rs1: "bullseye",
    rs3: "trixie",
};

/**
 * A topology on the releases that `RELEASE` selects: one release for all hosts, or `mixed`. Hosts
 * that name their release keep it.
 */
export function onRelease(topology: Topology): Topology {
    const release = process.env.RELEASE;
    if (release === undefined) return topology;
    if (release !== "mixed" && !(release in releases)) {
        throw new Error(
            `RELEASE: ${release} is no release. Use ${Object.keys(releases).join(", ")} or mixed.`,
        );
    }
    const hosts = topology.hosts.map((host) => ({
        suite: release === "mixed" ? mixedSuites[host.name] : (release as Suite),
        ...host,
    }));
    return { ...topology, hosts };
}
