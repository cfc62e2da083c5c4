import { installedDisk } from "../../../lab/installedDisk";
import type { LabOptions } from "../../../lab/lab";
import type { StackConfig } from "../../../lab/stack";
import { type HostSpec, type Suite, suiteOf, type Topology } from "../../../lab/topology";
import type { Distribution } from "../../../lvs/keepalived/versions";

/** What a release of Debian is called in a stack, and the keepalived that it has. */
export const releases: Record<Suite, { distribution: Distribution; keepalived: string }> = {
    bullseye: { distribution: "debian11", keepalived: "2.1.5" },
    bookworm: { distribution: "debian12", keepalived: "2.2.7" },
    trixie: { distribution: "debian13", keepalived: "2.3.3" },
};

/** A cluster of all three: directors of the oldest and of the newest. */
const mixture: Record<string, Suite> = {
    ds1: "bullseye",
    ds2: "trixie",
    rs1: "bullseye",
    rs3: "trixie",
};

/** The article's hosts on what `RELEASE` names: one release for all, `mixed`, or nothing. */
export function ofRelease(topology: Topology): Topology {
    const release = process.env.RELEASE;
    if (release === undefined) return topology;
    if (release !== "mixed" && !(release in releases)) {
        throw new Error(`RELEASE is ${release}: not ${Object.keys(releases).join(", ")}, mixed`);
    }
    const suite = ({ name }: HostSpec) =>
        release === "mixed" ? (mixture[name] ?? "bookworm") : (release as Suite);
    return {
        ...topology,
        hosts: topology.hosts.map((host) => ({ ...host, suite: suite(host) })),
    };
}

/** A disk for each host with the packages of a cluster. */
export const installed: LabOptions = { disk: (host) => installedDisk({ suite: suiteOf(host) }) };

/** The configuration, told what the hosts of a topology run where that is not what is assumed. */
export function toldReleases(config: Required<StackConfig>, { hosts }: Topology): void {
    for (const member of [...config.directors, ...config.realServers]) {
        const suite = hosts.find(({ name }) => name === member.name)?.suite;
        if (suite !== undefined) member.distribution = releases[suite].distribution;
    }
}
