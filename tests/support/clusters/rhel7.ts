import type { Cluster } from "../../../lvs/model";
import { seed } from "../seed";

const vip = "10.128.190.248";
const say = (occasion: string) => ({ script: "say", args: [occasion] });

/**
 * The article's cluster with common additions, for keepalived 1.3.5. No test runs that version, and it
 * has no `-t` to check a file.
 */
export const rhel7: Cluster = {
    ...seed,
    distribution: "rhel7",
    scripts: [{ name: "say", content: '#!/bin/sh\nlogger -t lvs "$@"\n' }],
    globalDefs: {
        notificationEmail: ["ops@example.com"],
        smtpServer: "192.0.2.25",
        lvsTimeouts: { tcp: 900, tcpfin: 120, udp: 300 },
    },
    trackScripts: [{ name: "uplink", script: say("uplink"), interval: 2, timeout: 1, fall: 2 }],
    vrrpInstances: [
        {
            interface: "eth0",
            virtualRouterId: 62,
            directors: [
                { name: "ds1", priority: 100 },
                { name: "ds2", priority: 99 },
            ],
            preemptDelay: 30,
            virtualIpaddress: [{ ip: vip }],
            virtualIpaddressExcluded: [{ ip: "fd00:62:1::248", prefixLength: 64 }],
            virtualRoutes: [{ to: "203.0.113.0/24", via: "10.128.190.1" }],
            trackScript: [{ name: "uplink" }],
            notify: { script: "say" },
            smtpAlert: true,
        },
        {
            interface: "eth1",
            virtualRouterId: 63,
            directors: [
                { name: "ds1", priority: 100 },
                { name: "ds2", priority: 99 },
            ],
            virtualIpaddress: [{ ip: "10.128.191.1", prefixLength: 24, label: "eth1:lvs" }],
        },
    ],
    vrrpSyncGroups: [{ name: "both", group: ["VI_1", "VI_2"], notifyMaster: say("master") }],
    virtualServers: [
        {
            virtualIp: vip,
            port: 80,
            delayLoop: 10,
            check: { http: { url: [{ path: "/health", statusCode: ["200"] }], retry: 2 } },
            sorryServer: { host: "10.128.190.246", inhibit: true },
        },
        {
            virtualIp: vip,
            port: 3306,
            lvsSched: "wlc",
            alpha: true,
            quorum: 2,
            hysteresis: 1,
            quorumDown: say("down"),
            persistenceTimeout: 50,
            check: { misc: { miscPath: say("mysql") } },
        },
        {
            virtualIp: vip,
            port: 53,
            protocol: "UDP",
            ops: true,
            check: { dns: { type: "A", name: "lvs.example.com" } },
        },
        {
            fwmark: { mark: 7, packets: [{ virtualIp: vip, port: 443 }] },
            check: { ssl: { url: [{ path: "/" }], connectPort: 443 } },
        },
    ],
};
