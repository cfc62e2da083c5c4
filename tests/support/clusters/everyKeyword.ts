import type { Cluster } from "../../../lvs/model";
import type { Check } from "../../../lvs/service/checks";
import type { VirtualIpaddress } from "../../../lvs/vrrp/instance/virtualIpaddress";
import type { VirtualRoute, VirtualRule } from "../../../lvs/vrrp/instance/virtualRoutes";
import { seed } from "../seed";
import { onVersion } from "./onVersion";

const vip = "10.128.190.248";
const single = seed.realServers.slice(0, 1);
const scripts = [{ name: "say", content: '#!/bin/sh\nlogger -t lvs "$@"\n' }];
const say = (occasion: string) => ({ script: "say", args: [occasion] });

const words = {
    prefixLength: 24,
    brd: "+",
    dev: "eth1",
    scope: "global",
    label: "eth1:lvs",
    noprefixroute: true,
    noTrack: true,
    preferredLft: "forever",
} as const;
const home = { home: true, noprefixroute: true };
const addresses: VirtualIpaddress[] = [{ ip: vip }, { ip: "10.128.191.1", ...words }];
const excluded: VirtualIpaddress[] = [
    { ip: "10.128.191.2", ...words },
    { ip: "fd00:62:1::248", ...home },
];
const routes: VirtualRoute[] = [
    {
        to: "203.0.113.0/24",
        via: "10.128.191.9",
        dev: "eth1",
        src: "10.128.191.1",
        table: 62,
        scope: "global",
        metric: 5,
        mtu: 1400,
        advmss: 1360,
        onlink: true,
        noTrack: true,
    },
];
const rules: VirtualRule[] = [
    {
        from: vip,
        to: "203.0.113.0/24",
        iif: "eth0",
        oif: "eth1",
        fwmark: 7,
        table: 62,
        preference: 100,
        noTrack: true,
    },
];

const repeated = {
    retry: 2,
    delayBeforeRetry: 1.5,
    warmup: 3,
    delayLoop: 20,
    alpha: true,
    logAllFailures: true,
};
const connecting = {
    connectIp: "10.128.190.249",
    connectPort: 8080,
    bindto: "10.128.190.253",
    bindIf: "eth0",
    bindPort: 40000,
    fwmark: 7,
    connectTimeout: 0.5,
    ...repeated,
};
const page = {
    path: "/health",
    statusCode: ["200", "301-302"],
    digest: "9b3a0c85a887a256d6939da88aabd8cd",
    virtualhost: "page.example.com",
    regex: "^down since \\d+",
    regexNoMatch: true,
    regexOptions: ["caseless" as const, "multiline" as const],
    regexMinOffset: 10,
    regexMaxOffset: 1000,
    regexStack: { start: 32768, max: 1048576 },
};
const web = {
    ...connecting,
    url: [page],
    virtualhost: "web.example.com",
    httpProtocol: "1.1" as const,
    fastRecovery: true,
};
const everyCheck: Check = {
    tcp: connecting,
    http: web,
    ssl: { ...web, enableSni: true },
    smtp: { ...connecting, heloName: "lvs.example.com" },
    dns: { ...connecting, type: "A", name: "www.example.com" },
    misc: { miscPath: say("probe"), miscTimeout: 2, miscDynamic: true, ...repeated },
    bfd: { name: "server", alpha: true },
    udp: { ...connecting, requireReply: "any" },
    ping: connecting,
    file: { trackFile: "drain", weight: -1, reverse: true },
};

/**
 * Keywords that no other cluster has: those of the oldest tested keepalived by blocks, and newer ones
 * by the first tested keepalived that supports them.
 */
export const everyKeyword: Record<string, Cluster> = {
    "global-defs": {
        ...seed,
        scripts,
        globalDefs: {
            notificationEmail: ["ops@example.com", "root"],
            notificationEmailFrom: "lvs@example.com",
            smtpServer: "192.0.2.25",
            smtpPort: 587,
            smtpHeloName: "lvs.example.com",
            smtpConnectTimeout: 5,
            smtpAlert: true,
            smtpAlertVrrp: true,
            smtpAlertChecker: false,
            noEmailFaults: true,
            startupScript: say("startup"),
            startupScriptTimeout: 20,
            shutdownScript: say("shutdown"),
            shutdownScriptTimeout: 20,
            notifyFifo: "/run/lvs-all",
            notifyFifoScript: say("all"),
            vrrpNotifyFifo: "/run/lvs-vrrp",
            vrrpNotifyFifoScript: say("vrrp"),
            lvsNotifyFifo: "/run/lvs-checks",
            lvsNotifyFifoScript: say("checks"),
            vrrpNotifyPriorityChanges: true,
            lvsFlush: true,
            lvsFlushOnStop: true,
            checkerLogAllFailures: true,
            vrrpVersion: 3,
            vrrpMcastGroup4: "224.0.0.61",
            vrrpMcastGroup6: "ff02::61",
            vrrpGarpMasterDelay: 1,
            vrrpGarpMasterRepeat: 2,
            vrrpGarpMasterRefresh: 30,
            vrrpGarpMasterRefreshRepeat: 2,
            vrrpGarpLowerPrioDelay: 1,
            vrrpGarpLowerPrioRepeat: 0,
            vrrpGarpInterval: 0.001,
            vrrpGnaInterval: 0.000001,
            vrrpMinGarp: false,
            vrrpLowerPrioNoAdvert: true,
            vrrpHigherPrioSendAdvert: false,
            vrrpStartupDelay: 1.5,
            vrrpCheckUnicastSrc: true,
            vrrpSkipCheckAdvAddr: true,
            logUnknownVrids: true,
            maxAutoPriority: 50,
            minAutoPriorityDelay: 500,
            vrrpPriority: -20,
            vrrpNoSwap: true,
            vrrpRtPriority: 50,
            vrrpRlimitRttime: 100000,
            vrrpCpuAffinity: [0, 1],
            checkerPriority: -5,
            checkerNoSwap: true,
            checkerRtPriority: 5,
            checkerRlimitRttime: 50000,
            checkerCpuAffinity: [1],
            bfdPriority: -20,
            bfdNoSwap: true,
            bfdRtPriority: 60,
            bfdRlimitRttime: 20000,
            bfdCpuAffinity: [0],
            dynamicInterfaces: true,
            nftables: "vrrp",
            nftablesPriority: -2,
            nftablesIfindex: true,
            nftablesCounters: true,
            reloadTimeFile: "/run/lvs-reload-at",
            reloadRepeat: true,
            lvsTimeouts: { tcp: 900, tcpfin: 120, udp: 300 },
            lvsSyncDaemon: {
                interface: "eth1",
                instance: "VI_1",
                id: 5,
                maxlen: 1400,
                port: 8849,
                ttl: 2,
                group: "224.0.0.82",
            },
        },
    },
    /** A group of one multicast and one unicast instance. */
    "vrrp-in-full": {
        ignoreWarnings: ["multicastSync"],
        ...seed,
        scripts,
        vrrpInstances: [
            {
                name: "front",
                interface: "eth0",
                virtualRouterId: 62,
                version: 2,
                advertInt: 2,
                preemptDelay: 1.5,
                dontTrackPrimary: true,
                trackSrcIp: true,
                garpMasterDelay: 1,
                garpMasterRepeat: 2,
                garpMasterRefresh: 30,
                garpMasterRefreshRepeat: 2,
                garpLowerPrioDelay: 3,
                garpLowerPrioRepeat: 0,
                lowerPrioNoAdvert: true,
                higherPrioSendAdvert: true,
                skipCheckAdvAddr: true,
                strictMode: false,
                accept: true,
                promoteSecondaries: true,
                kernelRxBufSize: 100000,
                notifyMaster: say("master"),
                notifyBackup: say("backup"),
                notifyFault: say("fault"),
                notifyStop: say("stop"),
                notify: say("any"),
                smtpAlert: true,
                notifyPriorityChanges: true,
                notifyDeleted: say("deleted"),
                notifyMasterRxLowerPri: say("lower"),
                directors: [
                    { name: "ds1", priority: 200, mcastSrcIp: "10.128.190.253" },
                    { name: "ds2", priority: 100, mcastSrcIp: "10.128.190.254" },
                ],
                virtualIpaddress: addresses,
                virtualIpaddressExcluded: excluded,
                virtualRoutes: routes,
                virtualRules: rules,
            },
            {
                name: "back",
                interface: "eth1",
                virtualRouterId: 63,
                version: 3,
                advertInt: 0.5,
                nopreempt: true,
                unicast: true,
                unicastTtl: 1,
                checkUnicastSrc: true,
                oldUnicastChecksum: true,
                virtualIpaddress: [{ ip: "fe80::63" }, { ip: "fd00:62:2::1", ...home }],
                directors: [
                    { name: "ds1", unicastSrcIp: "fd00:62:2::253" },
                    { name: "ds2", unicastSrcIp: "fd00:62:2::254" },
                ],
            },
        ],
        vrrpSyncGroups: [
            {
                name: "both",
                group: ["front", "back"],
                syncGroupTrackingWeight: true,
                notifyMaster: say("master"),
                notifyBackup: say("backup"),
                notifyFault: say("fault"),
                notifyStop: say("stop"),
                notify: say("any"),
                smtpAlert: true,
            },
        ],
    },
    /** Strict mode, from globalDefs and from an instance. */
    strict: {
        ...seed,
        globalDefs: { vrrpStrict: true },
        vrrpInstances: [
            {
                interface: "eth0",
                virtualRouterId: 62,
                version: 3,
                virtualIpaddress: [{ ip: vip }],
            },
            {
                interface: "eth1",
                virtualRouterId: 63,
                strictMode: true,
                accept: false,
                virtualIpaddress: [{ ip: "fe80::63" }, { ip: "fd00:62:1::1" }],
            },
        ],
    },
    "tracking-in-full": {
        ...seed,
        scripts,
        trackScripts: [
            {
                name: "uplink",
                script: { ...say("uplink"), user: "root" },
                interval: 2,
                timeout: 1,
                weight: -20,
                rise: 3,
                fall: 2,
                initFail: true,
            },
        ],
        trackProcesses: [
            {
                name: "named",
                process: "named -u bind",
                paramMatch: "initial",
                weight: -5,
                quorum: 1,
                quorumMax: 4,
                delay: 0.5,
                terminateDelay: 0.1,
                forkDelay: 0.000001,
                fullCommand: true,
            },
        ],
        trackFiles: [
            {
                name: "drain",
                file: "/run/drain",
                weight: -1,
                initFile: { value: 7, overwrite: true },
            },
        ],
        bfdInstances: [
            {
                name: "router",
                neighborIp: "10.128.190.1",
                sourceIp: "10.128.190.253",
                minRx: 100,
                minTx: 100,
                idleTx: 2000,
                multiplier: 3,
                passive: true,
                ttl: 64,
                maxHops: 2,
                weight: -30,
            },
        ],
        vrrpInstances: [
            {
                interface: "eth0",
                virtualRouterId: 62,
                directors: [
                    { name: "ds1", priority: 100 },
                    { name: "ds2", priority: 98 },
                ],
                trackInterface: [{ interface: "eth1", weight: -10, reverse: true }],
                trackScript: [{ name: "uplink", weight: 20, reverse: true }],
                trackProcess: [{ name: "named", weight: 5, reverse: true }],
                trackFile: [{ name: "drain", weight: 2, reverse: true }],
                trackBfd: [{ name: "router", weight: 3, reverse: true }],
            },
        ],
    },
    "checks-in-full": {
        ...seed,
        scripts,
        realServers: single,
        trackFiles: [{ name: "drain", file: "/run/drain" }],
        bfdInstances: [{ name: "server", neighborIp: "10.128.190.249" }],
        virtualServers: [{ virtualIp: vip, port: 80, delayLoop: 20, check: everyCheck }],
    },
    "new-in-2.2.7": {
        ...seed,
        globalDefs: {
            fifoWriteVrrpStatesOnReload: true,
            vrrpGarpExtraIf: 5,
            vrrpDownTimerAdverts: 4,
            reloadCheckConfig: true,
            reloadFile: "/run/lvs-reload",
        },
        interfaceUpDownDelays: [
            { interface: "eth1", downDelay: 0.5, upDelay: 5 },
            { interface: "eth2", downDelay: 1 },
        ],
        vrrpInstances: [
            {
                interface: "eth0",
                virtualRouterId: 62,
                downTimerAdverts: 5,
                useVmac: true,
                useVmacAddr: true,
                mcastDstIp: "224.0.0.62",
                garpExtraIf: 10,
                virtualIpaddress: [{ ip: vip }],
            },
            {
                interface: "eth1",
                virtualRouterId: 63,
                virtualIpaddress: [{ ip: "10.128.191.1" }],
            },
        ],
        vrrpSyncGroups: [{ name: "both", group: ["VI_1", "VI_2"], notifyPriorityChanges: true }],
        virtualServers: [
            { virtualIp: vip, port: 80, lvsSched: "twos" },
            {
                virtualIp: vip,
                port: 53,
                protocol: "UDP",
                check: {
                    udp: {
                        payload: "c0ffee",
                        requireReply: "00XX",
                        minReplyLength: 2,
                        maxReplyLength: 512,
                    },
                },
            },
        ],
    },
    "new-in-2.3.3": {
        ...seed,
        distribution: "debian13",
        globalDefs: { v3ChecksumAsV2: true },
        vrrpInstances: [
            {
                interface: "eth0",
                virtualRouterId: 62,
                nopreempt: true,
                timerExpiredBackup: 253,
                v3ChecksumAsV2: true,
            },
        ],
        bfdInstances: [{ name: "server", neighborIp: "10.128.190.249", multihop: true }],
        virtualServers: [
            {
                virtualIp: vip,
                port: 443,
                check: {
                    ssl: { url: [{ path: "/", tlsCompliant: false }], tlsCompliant: true },
                },
            },
        ],
    },
    /** No archive of the tests has this version. */
    "new-in-2.4.3": onVersion(
        {
            ...seed,
            globalDefs: { vrrpDelayAfterBoot: 15.5 },
            vrrpInstances: [
                {
                    ...seed.vrrpInstances[0]!,
                    authHmac: {
                        keys: [
                            { id: 1, key: `hex:${"0123456789abcdef".repeat(4)}` },
                            { id: 2, key: "a-key-of-letters-and-digits-1234" },
                        ],
                        activeKey: 2,
                        mode: "permissive",
                        antiReplay: "time",
                        timeWindow: 10,
                    },
                },
            ],
        },
        "2.4.3",
    ),
};
