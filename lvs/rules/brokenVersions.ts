import { isAtLeast, versionOf } from "../keepalived/versions";
import type { Cluster } from "../model";
import { type Pool, poolsOf, weightOf } from "../service/poolMember";
import { type Problem, problem } from "../problems";
import { portOf } from "../service/destination";

/** A fault of some versions of keepalived: from one version to another, which no longer has it. */
interface Fault {
    readonly from: string;
    readonly fixed: string;
    /** Fault of these versions, as it follows "keepalived 2.0.10 on ds1". */
    readonly does: string;
    readonly fix: string;
    /** Places of the arguments that meet the fault. */
    readonly places: (cluster: Cluster) => string[];
}

const faults: readonly Fault[] = [
    {
        from: "2.0.7",
        fixed: "2.0.15",
        does: "skips servers with port 0",
        fix: "Give the service one port, or use keepalived 2.0.15",
        places: (cluster) =>
            placesOfPools(cluster, ({ virtualServer }) => portOf(virtualServer) === 0),
    },
    {
        from: "2.0.7",
        fixed: "2.0.16",
        does: "refuses weight 0",
        fix: "Use weights above 0 and no drained, or keepalived 2.0.16",
        places: (cluster) =>
            placesOfPools(cluster, ({ members }) =>
                members.some(({ realServer, member }) => weightOf(realServer, member) === 0),
            ),
    },
    {
        from: "2.0.8",
        fixed: "2.0.11",
        does: "crashes with smtpServer, notificationEmailFrom and smtpHeloName together",
        fix: "Remove one of them, or use keepalived 2.0.11",
        places({ globalDefs = {} }) {
            const { smtpServer, notificationEmailFrom, smtpHeloName } = globalDefs;
            const all = smtpServer && notificationEmailFrom && smtpHeloName;
            return all ? ["globalDefs.smtpHeloName"] : [];
        },
    },
    {
        from: "2.2.0",
        fixed: "2.2.5",
        does: "refuses useVmacAddr with unicast, unless useVmac is set",
        fix: "Set useVmac and vmacXmitBase, or use keepalived 2.2.5",
        places: ({ vrrpInstances }) =>
            vrrpInstances.flatMap(({ unicast, useVmac, useVmacAddr }, index) =>
                unicast && useVmacAddr && !useVmac ? [`vrrpInstances[${index}].useVmacAddr`] : [],
            ),
    },
];

function placesOfPools(cluster: Cluster, meets: (pool: Pool) => boolean): string[] {
    return poolsOf(cluster).flatMap((pool, index) =>
        meets(pool) ? [`virtualServers[${index}]`] : [],
    );
}

/** Report arguments that the keepalived of a director cannot take because of a fault. */
export function brokenVersionProblems(cluster: Cluster): Problem[] {
    return faults.flatMap(({ from, fixed, does, fix, places }) => {
        const director = cluster.directors.find((one) => {
            const version = versionOf(one, cluster);
            return isAtLeast(version, from) && !isAtLeast(version, fixed);
        });
        if (director === undefined) return [];
        const version = versionOf(director, cluster);
        return places(cluster).flatMap((place) =>
            problem(place, `keepalived ${version} on ${director.name} ${does}. ${fix}.`),
        );
    });
}
