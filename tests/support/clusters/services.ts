import { LvsSched } from "../../../lvs/service/scheduler";
import type { Cluster } from "../../../lvs/model";
import { seed } from "../seed";

const vip = "10.128.190.248";
const web = { virtualIp: vip, port: 80 };
const vip6 = "fd00:62:1::248";
const realServers6 = seed.realServers.map((realServer, index) => ({
    ...realServer,
    address6: `fd00:62:1::${249 + index}`,
}));
const scripts = [{ name: "say", content: '#!/bin/sh\nlogger -t lvs "$@"\n' }];

/** Services and pools. */
export const services: Record<string, Cluster> = {
    /** Every scheduler on its own port, with its flags. `twos` is in the cluster for keepalived 2.2.7. */
    schedulers: {
        ...seed,
        virtualServers: [
            ...Object.values(LvsSched)
                .filter((lvsSched) => lvsSched !== LvsSched.twos)
                .map((lvsSched, index) => ({ virtualIp: vip, port: 8001 + index, lvsSched })),
            { ...web, lvsSched: LvsSched.sh, shPort: true, shFallback: true },
            { virtualIp: vip, port: 81, lvsSched: LvsSched.mh, mhPort: true, mhFallback: true },
        ],
    },
    persistence: {
        ...seed,
        virtualServers: [
            { ...web, persistenceTimeout: 50 },
            {
                virtualIp: vip,
                port: 443,
                persistenceTimeout: 300,
                persistenceGranularity: "255.255.255.0",
            },
            /* All ports of the address together. */
            { virtualIp: "10.128.190.247", persistenceTimeout: 60, check: { ping: {} } },
            {
                virtualIp: vip,
                port: 5060,
                protocol: "UDP",
                persistenceTimeout: 60,
                persistenceEngine: "sip",
                check: { ping: {} },
            },
            /* The packets of a call go to one server from all addresses. */
            {
                virtualIp: vip,
                port: 5061,
                protocol: "UDP",
                ops: true,
                persistenceTimeout: 60,
                persistenceGranularity: "0.0.0.0",
                persistenceEngine: "sip",
            },
        ],
    },
    transports: {
        ...seed,
        virtualServers: [
            web,
            {
                virtualIp: vip,
                port: 53,
                protocol: "UDP",
                ops: true,
                check: { dns: { type: "A", name: "lvs.example.com" } },
            },
            { virtualIp: vip, port: 53, protocol: "TCP" },
            { virtualIp: vip, port: 3868, protocol: "SCTP", check: { ping: {} } },
        ],
    },
    /** Both address families in one cluster, and one virtual IP in two spellings. */
    "both-families": {
        ...seed,
        realServers: realServers6,
        virtualServers: [
            web,
            { virtualIp: vip6, port: 80 },
            {
                virtualIp: vip6,
                port: 443,
                persistenceTimeout: 60,
                persistenceGranularity: "64",
                lvsSched: "sh",
            },
        ],
    },
    "ipv6-only": {
        ...seed,
        vrrpInstances: [
            {
                interface: "eth0",
                virtualRouterId: 62,
                // Earlier versions require a link-local address first.
                virtualIpaddress: [{ ip: "fe80::62" }, { ip: vip6 }],
            },
        ],
        realServers: realServers6,
        virtualServers: [{ virtualIp: vip6, port: 80 }],
    },
    /** Something else gives the director its virtual IP. */
    "no-vrrp": {
        ...seed,
        vrrpInstances: [],
        directors: [{ name: "ds1", host: "10.128.190.253" }],
        virtualServers: [web, { virtualIp: "10.128.190.253", port: 443, lvsMethod: "FULLNAT" }],
    },
    groups: {
        ...seed,
        virtualServers: [
            {
                virtualServerGroup: [
                    { virtualIp: vip, port: 80 },
                    { virtualIp: vip, port: 8080 },
                    { virtualIp: "10.128.190.247", port: 80 },
                ],
                check: { tcp: { connectPort: 80 } },
                realServers: [{ name: "rs1" }],
                lvsMethod: "FULLNAT",
            },
            {
                protocol: "UDP",
                virtualServerGroup: [
                    { virtualIp: vip, port: 80 },
                    { virtualIp: "10.128.190.247", port: 80 },
                ],
            },
        ],
    },
    "groups-of-ranges": {
        ...seed,
        realServers: realServers6,
        virtualServers: [
            {
                virtualServerGroup: [
                    { virtualIp: "10.128.190.240", lastIp: "10.128.190.242", port: 80 },
                    { virtualIp: "10.128.191.254", lastIp: "10.128.192.1", port: 80 },
                ],
                realServers: [{ name: "rs1" }],
            },
            {
                virtualServerGroup: [
                    { virtualIp: "fd00:62:1::fffe", lastIp: "fd00:62:1::1:1", port: 80 },
                ],
                realServers: [{ name: "rs1" }],
            },
        ],
    },
    /** Each director balances what comes from the router, and not what the other one has sent on. */
    "fwmark-by-mac": {
        ...seed,
        virtualServers: [
            {
                fwmark: {
                    mark: 7,
                    packets: [{ virtualIp: vip, port: 80, sourceMac: "00:00:5e:00:53:01" }],
                },
                check: { tcp: { connectPort: 80 } },
            },
            {
                fwmark: {
                    mark: 8,
                    packets: [{ virtualIp: vip, port: 443, exceptSourceMac: "00:00:5e:00:53:02" }],
                },
                check: { tcp: { connectPort: 443 } },
            },
        ],
    },
    fwmark: {
        ...seed,
        realServers: realServers6,
        virtualServers: [
            {
                fwmark: {
                    mark: 7,
                    packets: [
                        { virtualIp: vip, port: 80 },
                        { virtualIp: vip, port: 443 },
                    ],
                },
                persistenceTimeout: 60,
                check: { tcp: { connectPort: 80 } },
            },
            {
                fwmark: {
                    mark: 8,
                    packets: [{ virtualIp: vip, protocol: "UDP", port: 10000, lastPort: 20000 }],
                },
                check: { ping: {} },
            },
            {
                fwmark: { mark: 9, packets: [{ virtualIp: vip6 }] },
                persistenceTimeout: 60,
                check: { ping: {} },
            },
        ],
    },
    /** Another program marks the packets; one mark stands for two families. */
    "fwmark-elsewhere": {
        ...seed,
        vrrpInstances: [{ ...seed.vrrpInstances[0]!, virtualIpaddress: [{ ip: vip }] }],
        realServers: realServers6,
        virtualServers: [
            { fwmark: { mark: 7 }, check: { tcp: { connectPort: 80 } } },
            { fwmark: { mark: 7, ipFamily: "inet6" }, check: { none: true } },
        ],
    },
    pool: {
        ...seed,
        scripts,
        globalDefs: {
            notificationEmail: ["ops@example.com"],
            smtpServer: "192.0.2.25",
            lvsTimeouts: { tcp: 900, tcpfin: 120, udp: 300 },
        },
        virtualServers: [
            {
                ...web,
                lvsSched: "wlc",
                delayLoop: 6,
                alpha: true,
                omega: true,
                quorum: 3,
                hysteresis: 1,
                quorumUp: { script: "say", args: ["up", "web and mail", "# 1"] },
                quorumDown: { script: "say", args: ["down", "web"], user: "root" },
                inhibitOnFailure: true,
                haSuspend: true,
                smtpAlert: false,
                virtualhost: "www.example.com",
                sorryServer: { host: "10.128.190.246", inhibit: true },
                connectTimeout: 1,
                retry: 2,
                delayBeforeRetry: 1,
                warmup: 3,
                realServers: [
                    {
                        name: "rs1",
                        weight: 3,
                        uthreshold: 1000,
                        lthreshold: 800,
                        notifyUp: { script: "say", args: ["rs1"] },
                        notifyDown: { script: "say" },
                        smtpAlert: true,
                        virtualhost: "rs1.example.com",
                    },
                    { name: "rs2", inhibitOnFailure: false, delayLoop: 10, retry: 1 },
                    { name: "rs3", weight: 0 },
                ],
            },
        ],
    },
    /** The user's own lines at all four levels. */
    "extra-config": {
        ...seed,
        globalDefs: { extraConfig: "process_names\n" },
        vrrpInstances: [
            { interface: "eth0", virtualRouterId: 62, extraConfig: "garp_lower_prio_repeat 2" },
        ],
        virtualServers: [
            {
                ...web,
                extraConfig: "retry 2",
                realServers: [{ name: "rs1", alpha: true, extraConfig: "# see the handbook" }],
            },
        ],
    },
    "extra-config-of-small-blocks": {
        ...seed,
        extraConfig: "garp_group {\n    garp_interval 0.5\n    interface eth0\n}",
        scripts: [{ name: "resolves", content: "#!/bin/sh\nexec getent hosts example.com\n" }],
        trackScripts: [
            { name: "resolves", script: { script: "resolves" }, extraConfig: "rise 2\nfall 3" },
        ],
        trackProcesses: [{ name: "named", process: "named", extraConfig: "delay 2" }],
        trackFiles: [{ name: "drain", file: "/run/drain", extraConfig: "init_file 0 overwrite" }],
        bfdInstances: [
            { name: "router", neighborIp: "10.128.190.249", extraConfig: "idle_tx 2000" },
        ],
        virtualServers: [
            {
                ...web,
                check: {
                    tcp: { extraConfig: "connect_port 8080" },
                    http: {
                        url: [{ path: "/", extraConfig: "status_code 200" }],
                        extraConfig: "bindto 10.128.190.253",
                    },
                },
            },
        ],
    },
};
