import type { Cluster } from "../../../lvs/model";
import type { Check } from "../../../lvs/service/checks";
import { seed } from "../seed";
import { onVersion } from "./onVersion";

const vip = "10.128.190.248";
const single = seed.realServers.slice(0, 1);
const scripts = [{ name: "say", content: '#!/bin/sh\nlogger -t lvs "$@"\n' }];

/** A script call with every field. */
const say = (occasion: string) => ({ script: "say", args: [occasion], user: "root" });

const extraConfig = "# more of the block";
const connecting = {
    connectIp: "10.128.190.249",
    bindto: "10.128.190.253",
    bindIf: "eth0",
    extraConfig,
};
const page = {
    extraConfig: "# more of the page",
    path: "/health",
    statusCode: ["200", "301-302"],
    digest: "9b3a0c85a887a256d6939da88aabd8cd",
    virtualhost: "page.example.com",
    regex: "^up since \\d+",
    regexOptions: ["caseless" as const],
};
const web = { ...connecting, virtualhost: "web.example.com", httpProtocol: "1.1" as const };
const everyCheck: Check = {
    tcp: connecting,
    http: { ...web, url: [page] },
    ssl: { ...web, url: [page] },
    smtp: { ...connecting, heloName: "lvs.example.com" },
    dns: { ...connecting, type: "A", name: "dns.example.com" },
    misc: { miscPath: say("probe"), extraConfig },
    bfd: { name: "router", extraConfig },
    udp: { ...connecting, requireReply: "any" },
    ping: connecting,
    file: { trackFile: "drain", extraConfig },
};
const newerCheck: Check = { udp: { payload: "c0ffee", requireReply: "00XX" } };

const notifications = {
    notifyMaster: say("master"),
    notifyBackup: say("backup"),
    notifyFault: say("fault"),
    notifyStop: say("stop"),
    notify: say("any"),
};
const address = { brd: "10.128.191.255", dev: "eth1", scope: "link", preferredLft: "300" } as const;

/** Clusters that together have every argument that is text. */
export const everyTextField: Record<string, Cluster> = {
    "texts-of-hosts": {
        ...seed,
        distribution: "debian13",
        extraConfig,
        keepalivedPackage: "1:2.3.3-1",
        repair: "once",
        directors: [
            { name: "ds1", host: "10.128.190.253", distribution: "debian13" },
            {
                name: "ds2",
                host: "ds2.example.com",
                routerId: "lvs-2",
                keepalivedVersion: "2.3.3",
            },
        ],
        realServers: [
            {
                name: "rs1",
                host: "rs1.example.com",
                address: "10.128.190.249",
                address6: "fd00:62:1::249",
                gateway: "10.128.190.1",
                gateway6: "fd00:62:1::1",
                distribution: "debian12",
                demoPage: "RS1\n",
            },
            { name: "rs2", host: "10.128.190.250", address6: "fd00:62:1::250" },
        ],
        virtualServers: [
            { virtualIp: vip, port: 80 },
            { virtualIp: "fd00:62:1::248", port: 80 },
        ],
        scripts,
        globalDefs: {
            routerId: "lvs",
            notificationEmail: ["ops@example.com", "root"],
            notificationEmailFrom: "lvs@example.com",
            smtpServer: "192.0.2.25",
            smtpHeloName: "mail.example.com",
            scriptUser: "root",
            startupScript: say("startup"),
            shutdownScript: say("shutdown"),
            notifyFifo: "/run/lvs-all",
            notifyFifoScript: say("all"),
            vrrpNotifyFifo: "/run/lvs-vrrp",
            vrrpNotifyFifoScript: say("vrrp"),
            lvsNotifyFifo: "/run/lvs-checks",
            lvsNotifyFifoScript: say("checks"),
            lvsSyncDaemon: { interface: "eth1", instance: "VI_1", group: "224.0.0.82" },
            vrrpMcastGroup4: "224.0.0.61",
            vrrpMcastGroup6: "ff02::61",
            reloadFile: "/run/lvs-reload",
            reloadTimeFile: "/run/lvs-reload-at",
            nftables: "vrrp",
            extraConfig: "process_names",
        },
        interfaceUpDownDelays: [{ interface: "eth2", downDelay: 1 }],
        kernel: { gatewayInterfaces: ["eth2"] },
        monitoring: { textfileDirectory: "/var/lib/metrics" },
    },
    "texts-of-vrrp": {
        ...seed,
        distribution: "debian13",
        realServers: single,
        scripts,
        vrrpInstances: [
            {
                name: "front",
                interface: "eth0",
                virtualRouterId: 62,
                authType: "PASS",
                directors: [
                    { name: "ds1", interface: "eth0", mcastSrcIp: "10.128.190.253" },
                    { name: "ds2" },
                ],
                virtualIpaddress: [
                    { ip: vip },
                    { ip: "10.128.191.1", ...address, label: "eth1:one" },
                    { ip: "fd00:62:1::248" },
                ],
                virtualIpaddressExcluded: [
                    { ip: "10.128.191.2", ...address, label: "eth1:two" },
                    { ip: "10.128.190.247" },
                ],
                virtualRoutes: [
                    {
                        to: "203.0.113.0/24",
                        via: "10.128.191.9",
                        dev: "eth1",
                        src: "10.128.191.1",
                        scope: "global",
                    },
                    { to: "198.51.100.0/24", type: "blackhole" },
                ],
                virtualRules: [
                    { preference: 100, from: vip, to: "203.0.113.0/24", iif: "eth0", table: 62 },
                    { preference: 101, oif: "eth1", type: "prohibit" },
                ],
                ...notifications,
                notifyDeleted: say("deleted"),
                notifyMasterRxLowerPri: say("lower"),
                trackInterface: [{ interface: "eth1" }],
                trackScript: [{ name: "resolves" }],
                trackProcess: [{ name: "named" }],
                trackFile: [{ name: "drain" }],
                trackBfd: [{ name: "router" }],
                extraConfig: "debug 1",
            },
            {
                name: "back",
                interface: "eth1",
                virtualRouterId: 63,
                unicast: true,
                state: "BACKUP",
                useVmac: true,
                vmacInterface: "vip0",
                vmacXmitBase: true,
                directors: [
                    { name: "ds1", unicastSrcIp: "10.128.191.253" },
                    { name: "ds2", unicastSrcIp: "10.128.191.254" },
                ],
                virtualIpaddress: [{ ip: "10.128.191.3" }],
            },
        ],
        vrrpSyncGroups: [
            {
                name: "both",
                group: ["front", "back"],
                ...notifications,
                trackInterface: [{ interface: "eth2" }],
                trackScript: [{ name: "routes" }],
                trackProcess: [{ name: "chronyd" }],
                trackFile: [{ name: "leave" }],
                trackBfd: [{ name: "peer" }],
                extraConfig: "# after a look at the handbook",
            },
        ],
        trackScripts: [
            { name: "resolves", script: say("resolves"), extraConfig },
            {
                name: "routes",
                script: { ...say("routes"), directors: [{ name: "ds1", args: ["own"] }] },
            },
        ],
        trackProcesses: [
            { name: "named", process: "named -u bind", paramMatch: "initial" },
            { name: "chronyd", process: "/usr/sbin/chronyd", extraConfig },
        ],
        ignoreWarnings: ["multicastSync", "slowCheck"],
        trackFiles: [
            { name: "drain", file: "/run/drain", weight: 0 },
            { name: "leave", file: "/run/leave", extraConfig },
        ],
        bfdInstances: [
            {
                name: "router",
                neighborIp: "10.128.190.249",
                sourceIp: "10.128.190.253",
                extraConfig,
            },
            {
                name: "peer",
                directors: [
                    { name: "ds1", neighborIp: "10.128.191.254", sourceIp: "10.128.191.253" },
                    { name: "ds2", neighborIp: "10.128.191.253", sourceIp: "10.128.191.254" },
                ],
            },
        ],
    },
    "texts-of-services": {
        ...seed,
        distribution: "debian13",
        scripts,
        vrrpInstances: [
            {
                ...seed.vrrpInstances[0]!,
                virtualIpaddress: [vip, "10.128.190.247", "10.128.190.246"].map((ip) => ({ ip })),
            },
        ],
        virtualServers: [
            {
                virtualIp: vip,
                port: 80,
                protocol: "TCP",
                lvsSched: "wrr",
                lvsMethod: "FULLNAT",
                persistenceTimeout: 60,
                persistenceGranularity: "255.255.255.0",
                virtualhost: "www.example.com",
                quorumUp: say("up"),
                quorumDown: say("down"),
                clientNetworks: ["192.0.2.0/24"],
                sorryServer: { host: "10.128.190.245", lvsMethod: "DR" },
                extraConfig: "# more of the service",
                realServers: [
                    {
                        name: "rs1",
                        lvsMethod: "TUN",
                        tunnel: { type: "gre" },
                        notifyUp: say("rs1-up"),
                        notifyDown: say("rs1-down"),
                        virtualhost: "rs1.example.com",
                        extraConfig: "# more of the server",
                    },
                    { name: "rs2" },
                ],
            },
            {
                virtualServerGroup: [
                    { virtualIp: "10.128.190.246", lastIp: "10.128.190.247", port: 81 },
                ],
                lvsMethod: "TUN",
                tunnel: { type: "ipip" },
                realServers: [{ name: "rs1" }],
            },
            {
                fwmark: {
                    mark: 7,
                    packets: [
                        {
                            virtualIp: "10.128.190.247",
                            protocol: "UDP",
                            port: 5060,
                            sourceMac: "00:00:5e:00:53:01",
                        },
                        {
                            virtualIp: "10.128.190.247",
                            protocol: "UDP",
                            port: 5061,
                            exceptSourceMac: "00:00:5e:00:53:02",
                        },
                    ],
                },
                persistenceTimeout: 60,
                persistenceEngine: "sip",
                realServers: [{ name: "rs2" }],
            },
            {
                fwmark: { mark: 8, ipFamily: "inet" },
                check: { ping: {} },
                realServers: [{ name: "rs2" }],
            },
        ],
    },
    /** Keywords that no keepalived of the tests has. */
    "texts-of-newest-keywords": onVersion(
        {
            ...seed,
            realServers: single,
            vrrpInstances: [
                {
                    ...seed.vrrpInstances[0]!,
                    authHmac: {
                        keys: [{ id: 1, key: "a-key-of-letters-and-digits-1234" }],
                        activeKey: 1,
                        mode: "enforce",
                        antiReplay: "time",
                    },
                },
            ],
        },
        "2.4.3",
    ),
    "texts-of-checks": {
        ...seed,
        distribution: "debian13",
        realServers: single,
        scripts,
        trackFiles: [{ name: "drain", file: "/run/drain" }],
        bfdInstances: [{ name: "router", neighborIp: "10.128.190.249" }],
        virtualServers: [
            { virtualIp: vip, port: 80, check: everyCheck },
            { virtualIp: vip, port: 81, realServers: [{ name: "rs1", check: everyCheck }] },
        ],
    },
    /** Keywords that keepalived 2.1.5 lacks. */
    "texts-of-newer-keywords": {
        ...seed,
        distribution: "debian13",
        realServers: single,
        vrrpInstances: [{ ...seed.vrrpInstances[0]!, mcastDstIp: "224.0.0.62" }],
        virtualServers: [
            { virtualIp: vip, port: 80, check: newerCheck },
            { virtualIp: vip, port: 81, realServers: [{ name: "rs1", check: newerCheck }] },
        ],
    },
};
