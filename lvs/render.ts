import { extraLines } from "./keepalived/extraConfig";
import { scriptsDirectory } from "./keepalived/scripts";
import { directorKernelFiles } from "./kernel/director";
import { type HostFile, plainFile, textFile } from "./kernel/hostFile";
import {
    directorModules,
    moduleOptionsFiles,
    modulesFile,
    realServerModules,
} from "./kernel/modules";
import { realServerKernelFiles } from "./kernel/realServer";
import { monitoringFiles } from "./monitoring";
import type { DirectorPlan, RealServerPlan } from "./plan";
import { secretFile, withSecretIncludes } from "./secrets";
import { type Destination, groupName, socketsOf } from "./service/destination";
import { ipvsQuorums, ipvsRules } from "./service/ipvsRules";
import { virtualServerView } from "./service/virtualServer";
import { globalDefsView } from "./global/globalDefsPlan";
import { vrrpInstanceView } from "./vrrp/instance/instancePlan";
import { vrrpSyncGroupView } from "./vrrp/syncGroup";
import { trackingViews } from "./vrrp/tracking/tracking";
import { vrrpRouterLines, vrrpRouters } from "./vrrp/instance/vrrpRouters";

export type { HostFile } from "./kernel/hostFile";
export { nftPath } from "./kernel/netfilter";

/** Path of a director's configuration. */
export const configurationPath = "/etc/keepalived/keepalived.conf";

/** Path of a director's planned IPVS table. */
export const ipvsRulesPath = "/var/lib/pulumi-lvs/ipvs.rules";

/** Path of the list of virtual routers that a director takes part in. */
export const vrrpRoutersPath = "/var/lib/pulumi-lvs/vrrp.routers";

/** Path of the VRRP password, included by keepalived.conf. */
export const authPassPath = "/etc/keepalived/auth_pass.conf";

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
        plainFile("/usr/local/sbin/lvs-director", "lvs-director.sh", "0755"),
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

/** File that makes a real server load kernel modules; no file without modules. */
export function realServerModuleFiles({ id, kernel }: RealServerPlan): HostFile[] {
    const modules = realServerModules(kernel);
    return modules.length === 0 ? [] : [modulesFile(`lvs-${id}`, modules)];
}

/** Files of a real server. */
export function realServerFiles({ id, kernel, demoPage, monitoring }: RealServerPlan): HostFile[] {
    const pages =
        demoPage === undefined
            ? []
            : [{ path: "/var/www/html/index.html", mode: "0644", content: demoPage }];
    return [
        ...pages.map((page) => secretFile(page, "httpd")),
        ...realServerKernelFiles(id, kernel),
        ...monitoringFiles(monitoring),
    ];
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
        virtualServers: virtualServers.map((virtualServer) =>
            virtualServerView(virtualServer, version),
        ),
    };
}

function groupView(destination: Destination) {
    return {
        name: groupName(destination),
        sockets: socketsOf(destination).map(({ virtualIp, port }) => `${virtualIp} ${port}`),
    };
}
