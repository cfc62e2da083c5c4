import { globalDefsView } from "../global/globalDefsPlan";
import { type HostFile, plainFile, textFile } from "../hostFile";
import { extraLines } from "../keepalived/extraConfig";
import { scriptsDirectory } from "../keepalived/scripts";
import { directorKernelFiles } from "../kernel/director";
import { lvsDirectorProgram } from "../kernel/lvsDirector";
import { directorModules, moduleOptionsFiles, modulesFile } from "../kernel/modules";
import { monitoringFiles, monitoringPackages } from "../monitoring";
import { hasSecrets, secretFile, type Secrets, secretTexts, withSecretIncludes } from "../secrets";
import { type Destination, groupName, socketsOf } from "../service/destination";
import { ipvsQuorums, ipvsRules } from "../service/ipvsRules";
import { poolView } from "../service/poolMember";
import { programsFor, type StepContent } from "../steps";
import { vrrpInstanceView } from "../vrrp/instance/instancePlan";
import { vrrpRouterLines, vrrpRouters } from "../vrrp/instance/vrrpRouters";
import { vrrpSyncGroupView } from "../vrrp/syncGroup";
import { trackingViews } from "../vrrp/tracking/tracking";
import type { DirectorPlan } from "./plan";

/** Does a director change before the last one of its cluster, or last? */
export type Turn = "early" | "last";

/** Find out when a director changes. Of the directors that are not gone, the preferred one comes last. */
export function turnOf<Director>(director: Director, present: readonly Director[]): Turn {
    return director === present[0] ? "last" : "early";
}

/** Inputs of the steps on a director. */
export const directorSteps = {
    preflight(plan: DirectorPlan): StepContent {
        const { instance, address } = vrrpRouters(plan.vrrpInstances);
        const peers = plan.vrrpInstances.flatMap(({ unicastPeers }) => unicastPeers);
        return {
            settings: {
                // An exact version of the package replaces the installed keepalived.
                keepalived: plan.keepalivedPackage === undefined ? plan.version : undefined,
                distribution: plan.distribution,
                module: directorModules(plan.needs),
                instance,
                address,
                peer: [...new Set([...plan.directorAddresses, ...peers])],
            },
            files: [],
        };
    },
    prepare(plan: DirectorPlan): StepContent {
        return {
            packages: { names: directorPackages(plan), purge: plan.removePackages },
            settings: {
                repair: plan.change.repair,
                systemUser: plan.globalDefs.systemUser,
            },
            files: directorModuleFiles(plan),
        };
    },
    /** If the directors change one after the other, none of them can wait for another. */
    secret(plan: DirectorPlan, authPass: string, secrets: Secrets, oneByOne = false): StepContent {
        const { repair } = plan.change;
        const texts = hasSecrets(secrets) ? secretTexts(directorFiles(plan), secrets) : [];
        return { settings: { repair, oneByOne }, files: [authPassFile(authPass), ...texts] };
    },
    /**
     * A director that others precede or that changes apart from a cluster proves that every virtual IP
     * has one active director.
     */
    configure(plan: DirectorPlan, turn?: Turn): StepContent {
        return {
            settings: {
                ...plan.change,
                deferIfActive: turn === "early",
                proveActive: turn !== "early",
                proof: turn === "last" ? "deferred" : undefined,
                earlier: ["prepare", "secret"],
            },
            files: directorFiles(plan),
            programs: programsFor(plan.monitoring),
        };
    },
};

/** Path of a director's configuration. */
export const configurationPath = "/etc/keepalived/keepalived.conf";

/** Path of a director's planned IPVS table. */
export const ipvsRulesPath = "/var/lib/pulumi-lvs/ipvs.rules";

/** Path of the list of virtual routers that a director takes part in. */
export const vrrpRoutersPath = "/var/lib/pulumi-lvs/vrrp.routers";

/** Path of the VRRP password, included by keepalived.conf. */
export const authPassPath = "/etc/keepalived/auth_pass.conf";

/** Packages of a director, by their names in the RHEL family. */
export function directorPackages(plan: DirectorPlan): string[] {
    const { needs, keepalivedPackage, monitoring } = plan;
    return [
        keepalivedPackage === undefined ? "keepalived" : `keepalived=${keepalivedPackage}`,
        ...(needs.ipvs ? ["ipvsadm"] : []),
        ...(needs.netfilter ? ["nftables"] : []),
        ...monitoringPackages(monitoring),
    ];
}

/** Files that make a director load kernel modules, now and at every boot. */
export function directorModuleFiles({ needs, kernel }: DirectorPlan): HostFile[] {
    const modules = directorModules(needs);
    return [
        ...(modules.length === 0 ? [] : [modulesFile("lvs", modules)]),
        ...moduleOptionsFiles(kernel),
    ];
}

/** Files of a director, without the VRRP password. */
export function directorFiles(plan: DirectorPlan): HostFile[] {
    return [
        ...withSecretIncludes(
            textFile(configurationPath, "keepalived.conf.mustache", keepalivedView(plan)),
        ),
        ...plan.scripts.map(({ name, content, reader }) =>
            secretFile({ path: `${scriptsDirectory}/${name}`, mode: "0755", content }, reader),
        ),
        ...directorKernelFiles(plan.kernel),
        textFile("/var/lib/pulumi-lvs/keepalived.version", "lines.mustache", {
            lines: [plan.version],
        }),
        ...directorUnitFiles(),
        textFile(ipvsRulesPath, "lines.mustache", {
            lines: ipvsRules(plan.virtualServers),
        }),
        textFile(vrrpRoutersPath, "lines.mustache", {
            lines: vrrpRouterLines(vrrpRouters(plan.vrrpInstances)),
        }),
        ...directorMonitoringFiles(plan),
    ];
}

/** Unit that applies the kernel's files, its program, and the drop-in for keepalived's unit. */
function directorUnitFiles(): HostFile[] {
    return [
        plainFile("/etc/systemd/system/lvs-director.service", "lvs-director.service"),
        plainFile("/etc/systemd/system/keepalived.service.d/lvs.conf", "keepalived.service.conf"),
        lvsDirectorProgram(),
    ];
}

function directorMonitoringFiles({ monitoring, virtualServers }: DirectorPlan): HostFile[] {
    if (monitoring === undefined) return [];
    return [
        textFile("/var/lib/pulumi-lvs/ipvs.quorums", "lines.mustache", {
            lines: ipvsQuorums(virtualServers),
        }),
        ...monitoringFiles(monitoring),
    ];
}

/** File with the VRRP password of a director. keepalived complains about more than the eight characters that it uses. */
export function authPassFile(authPass: string): HostFile {
    return { path: authPassPath, mode: "0600", content: `auth_pass "${authPass.slice(0, 8)}"\n` };
}

/** Values for the template `keepalived.conf.mustache`: definitions before the blocks that refer to them. */
function keepalivedView(plan: DirectorPlan) {
    const { version, globalDefs, tracking, virtualServers } = plan;
    const rootLines = extraLines(plan.extraConfig);
    return {
        globalDefs: globalDefsView(globalDefs, version),
        extraConfig: rootLines.length === 0 ? undefined : { lines: rootLines },
        ...trackingViews(tracking, version),
        vrrpSyncGroups: plan.vrrpSyncGroups.map((group) => vrrpSyncGroupView(group, version)),
        vrrpInstances: plan.vrrpInstances.map((instance) => vrrpInstanceView(instance, version)),
        virtualServerGroups: virtualServers
            .filter(({ virtualServer }) => virtualServer.virtualServerGroup)
            .map(({ virtualServer }) => groupView(virtualServer)),
        virtualServers: virtualServers.map((pool) => poolView(pool, version)),
    };
}

function groupView(destination: Destination) {
    return {
        name: groupName(destination),
        sockets: socketsOf(destination).map(({ virtualIp, port }) => `${virtualIp} ${port}`),
    };
}
