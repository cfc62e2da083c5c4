import { readFileSync } from "node:fs";
import * as path from "node:path";
import Mustache from "mustache";
import type { Httpd } from "./model";
import type { DirectorPlan, VirtualServerPlan } from "./plan";

/** A file as it will stand on a host. */
export interface HostFile {
    path: string;
    /** Octal, as for chmod. */
    mode: string;
    content: string;
}

/** Where the directors keep the VRRP password; the path is the one that keepalived.conf includes. */
export const authPassPath = "/etc/keepalived/auth_pass.conf";

/** The files of a director, without the VRRP password. */
export function directorFiles(plan: DirectorPlan): HostFile[] {
    return [
        textFile("/etc/keepalived/keepalived.conf", "keepalived.conf.mustache", plan),
        textFile("/etc/sysctl.d/lvs.conf", "director.sysctl.mustache", {}),
        textFile("/var/lib/pulumi-lvs/ipvs.rules", "ipvs.rules.mustache", {
            virtualServers: plan.virtualServers.map(rulesView),
        }),
    ];
}

/** The one secret file of a director. */
export function authPassFile(authPass: string): HostFile {
    return { path: authPassPath, mode: "0600", content: `auth_pass "${authPass}"\n` };
}

/** The files of a real server. */
export function realServerFiles(virtualIps: string[], httpd?: Httpd): HostFile[] {
    const page = httpd && { path: "/var/www/html/index.html", mode: "0644", content: httpd.page };
    return [
        ...(page ? [page] : []),
        textFile("/etc/lvs/virtual-ips", "virtual-ips.mustache", { virtualIps }),
        textFile("/etc/sysctl.d/lvs.conf", "real-server.sysctl.mustache", {}),
        textFile("/etc/systemd/system/lvs-real-server.service", "lvs-real-server.service", {}),
        { ...textFile("/usr/local/sbin/lvs-real-server", "lvs-real-server.sh", {}), mode: "0755" },
    ];
}

/** The modules that a host loads now and at every boot. */
export function modulesFile(modules: string[]): HostFile {
    return textFile("/etc/modules-load.d/lvs.conf", "modules.mustache", { modules });
}

function textFile(target: string, template: string, view: object): HostFile {
    return { path: target, mode: "0644", content: render(template, view) };
}

/** Mustache would turn `/` into `&#x2F;`; configuration is not HTML. */
function render(template: string, view: object): string {
    const text = readFileSync(path.join(__dirname, "templates", template), "utf8");
    return Mustache.render(text, view, undefined, { escape: String });
}

/** A virtual server in the words of `ipvsadm --save`. */
function rulesView(virtualServer: VirtualServerPlan) {
    return {
        ...virtualServer,
        service: `${virtualServer.virtualIp}:${virtualServer.port}`,
        realServers: virtualServer.realServers.map(({ host, port, weight }) => ({
            server: `${host}:${port}`,
            weight,
        })),
    };
}
