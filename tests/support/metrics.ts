import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { program } from "../../host/bundle";
import { planDirector } from "../../lvs/director/plan";
import { directorFiles } from "../../lvs/director/steps";
import type { HostFile } from "../../lvs/hostFile";
import { realServerFiles } from "../../lvs/realServer/steps";
import { goldenClusters } from "./clusters";
import { monitored } from "./clusters/monitored";
import { realServerPlan } from "./plans";

/** State of a host at one moment. */
export interface HostState {
    /** The files of its plan. */
    files: HostFile[];
    /** Outputs of commands, by the command with its arguments or by its name alone. */
    prints: Record<string, string>;
    /** Contents of files that somebody has edited. */
    edited?: Record<string, string>;
    /** A change of it was interrupted. */
    unfinished?: boolean;
}

/** Run `lvs-metrics` on such a host. A folder has all its paths and commands. */
export function metricsOf(state: HostState, shell = ["sh"]): string {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), "metrics-"));
    const write = (file: string, content: string, mode = 0o644) => {
        fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
        fs.writeFileSync(path.join(root, file), content, { mode });
    };
    try {
        const memory = "/var/lib/pulumi-lvs/director/configure";
        for (const { path: file, content } of state.files) {
            write(`${memory}/applied${file}`, content);
            write(file, state.edited?.[file] ?? content);
        }
        for (const file of ["files", "known", ...(state.unfinished ? ["changing"] : [])]) {
            write(`${memory}/${file}`, "");
        }
        if ("ipvsadm -Sn" in state.prints) write("/proc/net/ip_vs", "");
        for (const [command, text] of Object.entries(state.prints)) {
            const [name, ...args] = command.split(" ");
            const silence = args.length > 0 ? `[ "$*" = "${args.join(" ")}" ] || exit 0\n` : "";
            write(`/printed/${name}`, text);
            write(`/bin/${name}`, `#!/bin/sh\n${silence}cat ${root}/printed/${name}\n`, 0o755);
        }
        const text = program("lvs-metrics")
            .content.replace("PATH=", `PATH=${root}/bin:`)
            .replace(/(?<=[ ="])\/(?=var\/lib\/|etc\/|usr\/local\/|proc\/net\/)/g, `${root}/`)
            .replace('"${copy#"$applied"}"', `"${root}\${copy#"$applied"}"`);
        const [command, ...options] = shell;
        return execFileSync(command!, [...options, "-s"], { input: text, encoding: "utf8" });
    } finally {
        fs.rmSync(root, { recursive: true });
    }
}

const table = `
-A -t 10.128.190.248:80 -s rr
-a -t 10.128.190.248:80 -r 10.128.190.249:80 -g -w 1
-a -t 10.128.190.248:80 -r 10.128.190.250:80 -g -w 1
-a -t 10.128.190.248:80 -r 10.128.190.251:80 -g -w 1
-A -t 10.128.190.248:8080 -s rr
-a -t 10.128.190.248:8080 -r 10.128.190.249:8080 -g -w 3
-a -t 10.128.190.248:8080 -r 10.128.190.250:8080 -g -w 1
-A -f 7 -s rr
-a -f 7 -r 10.128.190.249:0 -g -w 1
-a -f 7 -r 10.128.190.250:0 -g -w 0
`.trim();

/** A healthy active director. */
export const activeDirector: HostState = {
    files: directorFiles(planDirector(monitored, "ds1")),
    prints: {
        ip: "1: lo    inet 127.0.0.1/8 scope host lo\n2: eth0    inet 10.128.190.248/32 scope global eth0\n",
        "ipvsadm -Sn": table,
        keepalived: "Keepalived v2.2.7 (01/16,2022)\n",
        systemctl: "InvocationID=a1\n",
        sysctl: "net.ipv4.vs.sync_threshold = 2\t0\nnet.ipv4.vs.expire_nodest_conn = 1\nnet.ipv4.vs.expire_quiescent_template = 1\nnet.ipv4.vs.sync_refresh_period = 1\n",
        journalctl: [
            "Script `uplink` now returning 1",
            "Script `uplink` now returning 0",
            "Misc check for [[10.128.190.249]:tcp:8080 VS [10.128.190.248]:tcp:8080] by [/usr/libexec/keepalived/probe] succeeded.",
            // A script and a server that the configuration no longer has.
            "Script `gone` now returning 1",
            "Misc check for [[10.128.190.9]:tcp:8080 VS [10.128.190.248]:tcp:8080] by [/usr/libexec/keepalived/probe] failed (exited with status 1).",
            "",
        ].join("\n"),
    },
};

/** The same director with every problem. */
export const brokenDirector: HostState = {
    ...activeDirector,
    prints: {
        ip: "1: lo    inet 127.0.0.1/8 scope host lo\n",
        "ipvsadm -Sn": table
            .replace(/-a -t 10.128.190.248:80 .*:80 -g -w 1\n/g, "")
            .replace("-s rr\n", "-s rr\n-a -t 10.128.190.248:80 -r 10.128.190.247:80 -g -w 1\n")
            .replace(/-A -f 7 -s rr\n[^]*/, "-A -u 10.128.190.248:53 -s rr\n"),
        keepalived: "Keepalived v2.2.7 (01/16,2022)\n",
        systemctl: "InvocationID=a1\n",
        sysctl: activeDirector.prints.sysctl!.replace("nodest_conn = 1", "nodest_conn = 0"),
        journalctl: [
            "Script `uplink` now returning 127",
            "Misc check for [[10.128.190.249]:tcp:8080 VS [10.128.190.248]:tcp:8080] by [/usr/libexec/keepalived/probe] failed after 1 retry (exited with status 1).",
            "",
        ].join("\n"),
    },
    edited: { "/etc/keepalived/keepalived.conf": "# by hand\n" + activeDirector.files[0]!.content },
};

/** An active director without services, whose kernel has no IPVS. */
export const floatingIp: HostState = {
    files: directorFiles(planDirector(goldenClusters["floating-ip"]!, "ds1")),
    prints: {
        ip: activeDirector.prints.ip!,
        keepalived: "Keepalived v2.2.7 (01/16,2022)\n",
        systemctl: "InvocationID=a1\n",
        journalctl: "Script `haproxy` now returning 0\n",
    },
};

/** A real server with an unfinished change. */
export const realServer: HostState = {
    files: realServerFiles(realServerPlan(monitored, "rs1")),
    prints: {
        systemctl: "",
        sysctl: "net.ipv4.conf.all.arp_ignore = 1\nnet.ipv4.conf.all.arp_announce = 2\nnet.ipv4.conf.lo.arp_ignore = 1\nnet.ipv4.conf.lo.arp_announce = 0\n",
    },
    unfinished: true,
};
