import { changeProblems } from "./change";
import { extraConfigProblems, extraLines } from "./keepalived/extraConfig";
import { destinationAddress, checkValue, oneOf, type Target } from "./keepalived/keywords";
import { callProblems } from "./keepalived/scriptCalls";
import { scriptProblems } from "./keepalived/scripts";
import { compareVersions, distributionOf, versionOf } from "./keepalived/versions";
import { kernelProblems } from "./kernel/sysctls";
import type { Cluster, StandaloneRealServer } from "./model";
import { monitoringProblems } from "./monitoring";
import { memberMethodOf, membersOf } from "./service/poolMember";
import { contextOf } from "./virtualIps";
import {
    problem,
    type Problem,
    problemIf,
    problemsOfEach,
    textProblems,
    Warning,
    warningIf,
} from "./problems";
import { brokenVersionProblems } from "./rules/brokenVersions";
import { missingFeatureProblems } from "./rules/missingFeatures";
import { gatewayProblems, hostProblems } from "./rules/hosts";
import { serviceProblems } from "./rules/services";
import { virtualIpProblems } from "./rules/virtualIps";
import { LvsMethod, tunnelProblems } from "./service/lvsMethod";
import { routerId } from "./global/globalDefs";
import { globalDefsProblems } from "./global/globalDefsRules";
import { instanceName } from "./vrrp/instance/instance";
import { vrrpInstanceProblems } from "./vrrp/instance/instanceRules";
import { hasPassword } from "./vrrp/instance/adverts";
import { hasSyncDaemon, syncsByDefault, unsyncedProblems } from "./global/syncDaemon";
import { vrrpSyncGroupProblems } from "./vrrp/syncGroup";
import { trackingProblems } from "./vrrp/tracking/tracking";

/** Validate a cluster. Returns every problem in the order of the arguments, and none if the cluster can be built. */
export function validate(cluster: Cluster): Problem[] {
    const target = targetOf(cluster);
    const context = contextOf(cluster);
    const {
        vrrpInstances,
        vrrpSyncGroups,
        globalDefs,
        kernel = {},
        scripts,
        ignoreWarnings,
    } = cluster;
    const directors = cluster.directors.map(({ name }) => name);
    return [
        ...changeProblems(cluster, cluster.directors, target),
        ...hostProblems(cluster, target),
        ...problemsOfEach("vrrpInstances", vrrpInstances, (instance, path) =>
            vrrpInstanceProblems(path, instance, context, target),
        ),
        ...virtualIpProblems(cluster),
        ...problemIf(
            cluster.hasAuthPass === true &&
                !vrrpInstances.some((instance) => hasPassword(instance, context)),
            "authPass",
            "The password is for version 2 of VRRP, and no instance has version 2 with a password. Remove it.",
        ),
        ...vrrpSyncGroupProblems(vrrpSyncGroups, vrrpInstances, context, target),
        ...trackingProblems(cluster, directors, target),
        ...scriptProblems("scripts", scripts),
        ...globalDefsProblems(
            globalDefs,
            vrrpInstances.map(instanceName),
            syncsByDefault(cluster),
            target,
        ),
        ...(hasSyncDaemon(globalDefs?.lvsSyncDaemon, syncsByDefault(cluster))
            ? unsyncedProblems(globalDefs?.lvsSyncDaemon, vrrpInstances, context, target)
            : []),
        ...problemsOfEach("directors", cluster.directors, (director, path) =>
            checkValue(`${path}.routerId`, routerId, director.routerId, target),
        ),
        ...callProblems(cluster, directors, target),
        ...kernelProblems("kernel", kernel, kernelNeeds(cluster), target),
        ...monitoringProblems("monitoring", cluster.monitoring, target),
        ...serviceProblems(cluster, target),
        ...problemsOfEach("ignoreWarnings", ignoreWarnings, (name, path) =>
            checkValue(path, oneOf(Warning), name, target),
        ),
        ...extraConfigProblems("extraConfig", cluster.extraConfig, "root", target),
        ...elsewhereProblems("extraConfig", cluster.extraConfig),
        ...brokenVersionProblems(cluster),
        ...missingFeatureProblems(cluster),
    ];
}

/** The oldest keepalived in the cluster, which the configuration must suit. */
function targetOf(cluster: Cluster): Target {
    const directors = cluster.directors
        .map((director) => ({ director, version: versionOf(director, cluster) }))
        .sort((a, b) => compareVersions(a.version, b.version));
    const [oldest] = directors;
    const { name = "a director", ...director } = oldest?.director ?? {};
    return {
        version: oldest?.version ?? versionOf({}, cluster),
        host: `${name} (${distributionOf(director, cluster)})`,
        scripts: (cluster.scripts ?? []).map((script) => script.name),
    };
}

/** Words outside all blocks with which keepalived runs where the steps on a host do not look. */
const elsewhere = /^\s*(net_namespace|net_namespace_ipvs|instance)\b/;

function elsewhereProblems(path: string, extraConfig: string | undefined): Problem[] {
    const word = extraLines(extraConfig).flatMap((line) => elsewhere.exec(line)?.[1] ?? [])[0];
    return problemIf(
        word !== undefined,
        path,
        `${word} moves keepalived to a network namespace or to files of its own, where the steps on the host do not look. Remove it.`,
    );
}

/** Services and directors whose needs kernel settings can contradict. */
function kernelNeeds(cluster: Cluster) {
    const syncs =
        cluster.vrrpInstances.length > 0 &&
        hasSyncDaemon(cluster.globalDefs?.lvsSyncDaemon, syncsByDefault(cluster));
    return {
        methods: cluster.virtualServers.flatMap((virtualServer) =>
            membersOf(cluster, virtualServer).map((member) =>
                memberMethodOf(virtualServer, member),
            ),
        ),
        syncs,
        ipvs: cluster.virtualServers.length > 0 || syncs,
    };
}

/** Bytes of a password that VRRP uses. */
const usedBytes = 8;

/** Validate a VRRP password without repeating it. An output may have any value, or none. */
export function validateAuthPass(path: string, authPass: unknown): Problem[] {
    if (typeof authPass !== "string") {
        return problem(
            path,
            "The password is not text. Give text, or remove it to have one generated.",
        );
    }
    const bytes = Buffer.byteLength(authPass);
    // keepalived reads braces even in quotes, and a backslash escapes a quote.
    if (/^[\x21-\x7e]+$/.test(authPass) && !/["\\{}]/.test(authPass)) {
        return warningIf(
            bytes > usedBytes,
            Warning.longPassword,
            path,
            `The password has ${bytes} characters, and VRRP uses characters 1 to ${usedBytes} only. Shorten it to these, which changes nothing on the network.`,
        );
    }
    return problem(
        path,
        `The password (${bytes} bytes) has a form that keepalived cannot read. ` +
            `Use 1 to ${usedBytes} printable ASCII characters without blanks and " \\ { }, or remove it to have one generated.`,
    );
}

/** Validate a standalone real server. */
export function validateRealServer(realServer: StandaloneRealServer): Problem[] {
    const { virtualIps, tunnels, demoPage, monitoring } = realServer;
    return [
        ...problemsOfEach("virtualIps", virtualIps, (ip, path) =>
            checkValue(path, destinationAddress, ip, anyKeepalived),
        ),
        ...problemsOfEach("tunnels", tunnels, (tunnel, path) =>
            tunnelProblems(path, tunnel, LvsMethod.TUN, anyKeepalived),
        ),
        ...gatewayProblems("", realServer),
        ...textProblems("demoPage", demoPage ?? ""),
        ...monitoringProblems("monitoring", monitoring, anyKeepalived),
    ];
}

/** A real server does not run keepalived. */
const anyKeepalived: Target = { version: "999.0.0", host: "", scripts: [] };
