import { parseFacts } from "../../cli/facts";
import type { HostReport } from "../../cli/status";
import type { ClusterHost } from "../../cli/inventory";

/** Write the report of a healthy director of the article's cluster. */
export function directorReport(name: string, { isActive }: { isActive: boolean }): string {
    return `host ${name}
kernel 6.1.0-18-amd64
uptime 183600
clock 1700000600
keepalived 2.2.7
step configure 1700000000
step prepare 1699990000
step secret 1699990000
unit keepalived active enabled
unit lvs-director active enabled
router VI_1 eth0 62 ${isActive ? "active" : "backup"}
address VI_1 eth0 10.128.190.248 ${isActive ? "here" : "absent"}
rule -A -t 10.128.190.248:80 -s rr
rule -a -t 10.128.190.248:80 -r 10.128.190.249:80 -g -w 1
rule -a -t 10.128.190.248:80 -r 10.128.190.250:80 -g -w 1
rule -a -t 10.128.190.248:80 -r 10.128.190.251:80 -g -w 1
service 31 186 0 24180 0 -A -t 10.128.190.248:80 -s rr
server 12 104 10 62 0 8060 0 -a -t 10.128.190.248:80 -r 10.128.190.249:80 -g -w 1
server 11 98 11 62 0 8060 0 -a -t 10.128.190.248:80 -r 10.128.190.250:80 -g -w 1
server 1250 0 10 62 0 8060 0 -a -t 10.128.190.248:80 -r 10.128.190.251:80 -g -w 1
`;
}

/** Write the report of a healthy real server. */
export function realServerReport(name: string): string {
    return `host ${name}
kernel 6.1.0-18-amd64
uptime 5400
clock 1700000600
step configure 1699913600
unit lvs-real-server active enabled
unit apache2 active enabled
address - lo 10.128.190.248 here
`;
}

/** Write the reports of all its hosts, and replace some. A host without a report is silent. */
export function reports(other: Record<string, string | undefined> = {}) {
    return {
        ds1: directorReport("ds1", { isActive: true }),
        ds2: directorReport("ds2", { isActive: false }),
        rs1: realServerReport("rs1"),
        rs2: realServerReport("rs2"),
        rs3: realServerReport("rs3"),
        ...other,
    };
}

const addresses: Record<string, string> = {
    ds1: "10.128.190.253",
    ds2: "10.128.190.254",
    rs1: "10.128.190.249",
    rs2: "10.128.190.250",
    rs3: "10.128.190.251",
};

/** Describe a host of the article's cluster. */
export function hostOf(name: string): ClusterHost {
    const host = addresses[name]!;
    const isDirector = name.startsWith("ds");
    return {
        name,
        role: isDirector ? "director" : "realServer",
        host,
        port: 22,
        user: "root",
        hostKey: "",
        addresses: isDirector ? [] : [host],
    };
}

/** Read these reports as `lvs status` does. */
export function readReports(reported: Record<string, string | undefined>): HostReport[] {
    return Object.entries(reported).map(([name, text]) => ({
        host: hostOf(name),
        ...(text === undefined ? { problem: "cannot be reached" } : { facts: parseFacts(text) }),
    }));
}
