import type { Cluster } from "../../../lvs/model";
import { seed } from "../seed";

const vip = "10.128.190.248";
const second = "10.128.190.247";
const say = { script: "say" };
const scripts = [{ name: "say", content: '#!/bin/sh\nlogger -t lvs "$@"\n' }];
const services = [vip, second].map((virtualIp) => ({ virtualIp, port: 80 }));

/** VRRP instances. */
export const vrrp: Record<string, Cluster> = {
    /** Each director is active for one virtual IP, and for both when the other fails. */
    "active-active": {
        ...seed,
        vrrpInstances: [
            {
                name: "first",
                interface: "eth0",
                virtualRouterId: 62,
                virtualIpaddress: [{ ip: vip, prefixLength: 24, label: "eth0:1" }],
            },
            {
                name: "second",
                interface: "eth0",
                virtualRouterId: 63,
                directors: [{ name: "ds2" }, { name: "ds1" }],
                virtualIpaddress: [{ ip: second }],
            },
        ],
        virtualServers: services,
    },
    /** Version 3, ten adverts a second. */
    fast: {
        ...seed,
        vrrpInstances: [
            { interface: "eth0", virtualRouterId: 62, version: 3, advertInt: 0.1, nopreempt: true },
        ],
        globalDefs: { vrrpRtPriority: 50, checkerPriority: 5, vrrpNoSwap: true },
    },
    /** Version 2 without a password, and with a digest in place of the password. */
    authentication: {
        ...seed,
        ignoreWarnings: ["multicastSync"],
        vrrpInstances: [
            {
                interface: "eth0",
                virtualRouterId: 62,
                authType: "none",
                virtualIpaddress: [{ ip: vip }],
            },
            {
                interface: "eth1",
                virtualRouterId: 63,
                authType: "AH",
                unicast: true,
                virtualIpaddress: [{ ip: "10.128.191.1" }],
            },
        ],
    },
    /** Names, settings and arguments that differ between directors. */
    "per-director": {
        ...seed,
        directors: [
            { name: "ds1", host: "10.128.190.253", routerId: "lvs-a" },
            { name: "LVS_2.b", host: "10.128.190.254" },
        ],
        globalDefs: { routerId: "lvs" },
        scripts,
        trackScripts: [
            {
                name: "web",
                script: {
                    ...say,
                    args: ["common"],
                    directors: [{ name: "ds1", args: ["own"] }],
                },
            },
        ],
        vrrpInstances: [
            {
                interface: "eth0",
                virtualRouterId: 62,
                garpMasterDelay: 5,
                directors: [
                    { name: "ds1", trackScript: [{ name: "web" }] },
                    { name: "LVS_2.b", garpMasterDelay: 2, nopreempt: true },
                ],
            },
        ],
    },
    /** A virtual IP without services: programs on the directors answer. */
    "floating-ip": {
        directors: seed.directors,
        realServers: [],
        virtualServers: [],
        trackScripts: [{ name: "haproxy", script: { script: "/usr/bin/true" }, interval: 2 }],
        vrrpInstances: [
            {
                interface: "eth0",
                virtualRouterId: 62,
                virtualIpaddress: [{ ip: vip }],
                trackScript: [{ name: "haproxy" }],
                notify: { script: "/usr/bin/env", args: ["true"], user: "root" },
            },
        ],
        monitoring: {},
    },
    unicast: {
        ...seed,
        ignoreWarnings: ["multicastSync"],
        vrrpInstances: [
            { interface: "eth0", virtualRouterId: 62, unicast: true, preemptDelay: 30 },
        ],
    },
    vmac: {
        ...seed,
        vrrpInstances: [
            { interface: "eth0", virtualRouterId: 62, useVmac: true, vmacXmitBase: true },
        ],
    },
    "vmac-by-name": {
        ...seed,
        vrrpInstances: [
            {
                interface: "eth0",
                virtualRouterId: 62,
                state: "BACKUP",
                useVmac: true,
                vmacInterface: "vip0",
            },
        ],
    },
    "sync-group": {
        ...seed,
        scripts,
        vrrpInstances: [
            {
                interface: "eth0",
                virtualRouterId: 62,
                virtualIpaddress: [{ ip: vip }],
                virtualIpaddressExcluded: [{ ip: second }],
                virtualRoutes: [{ to: "203.0.113.0/24", via: "10.128.190.1", dev: "eth0" }],
                virtualRules: [{ preference: 100, from: vip, table: 62 }],
            },
            {
                interface: "eth1",
                virtualRouterId: 63,
                virtualIpaddress: [{ ip: "10.128.191.1" }],
            },
        ],
        vrrpSyncGroups: [
            {
                name: "both",
                group: ["VI_1", "VI_2"],
                notifyMaster: { ...say, args: ["master"] },
                notifyBackup: { ...say, args: ["backup"] },
                notifyFault: say,
                smtpAlert: true,
            },
        ],
        globalDefs: { notificationEmail: ["ops@example.com"], smtpServer: "192.0.2.25" },
        virtualServers: services,
    },
    tracking: {
        ...seed,
        scripts,
        trackScripts: [{ name: "web", script: say, interval: 2, weight: -20, fall: 2, rise: 3 }],
        trackProcesses: [{ name: "named", process: "named", weight: -5 }],
        trackFiles: [{ name: "drain", file: "/run/drain", initFile: { value: 0 } }],
        bfdInstances: [{ name: "router", neighborIp: "10.128.190.1", minRx: 100, minTx: 100 }],
        vrrpInstances: [
            {
                interface: "eth0",
                virtualRouterId: 62,
                notify: say,
                notifyStop: { ...say, args: ["stop"] },
                trackInterface: [{ interface: "eth1", weight: -10 }],
                trackScript: [{ name: "web" }],
                trackProcess: [{ name: "named" }],
                trackFile: [{ name: "drain", weight: -1 }],
                trackBfd: [{ name: "router", weight: -30 }],
            },
        ],
    },
};
