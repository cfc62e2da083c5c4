import type { Cluster } from "../../../lvs/model";
import type { Check } from "../../../lvs/service/checks";
import { seed } from "../seed";

const kinds: Record<string, Check> = {
    tcp: { tcp: { connectPort: 8080, bindto: "10.128.190.253", fwmark: 7 } },
    http: {
        http: {
            url: [
                { path: "/health", statusCode: ["200"] },
                { path: "/version", digest: "9b3a0c85a887a256d6939da88aabd8cd" },
            ],
            virtualhost: "www.example.com",
        },
    },
    ssl: { ssl: { url: [{ path: "/" }], connectPort: 443, enableSni: true } },
    smtp: { smtp: { heloName: "lvs.example.com", connectPort: 25 } },
    dns: { dns: { type: "A", name: "www.example.com" } },
    misc: { misc: { miscPath: { script: "probe", args: ["80"] }, miscDynamic: true } },
    ping: { ping: {} },
    udp: { udp: { requireReply: "any" } },
    bfd: { bfd: { name: "peer" } },
    file: { file: { trackFile: "drain" } },
};

/** Health checks: each kind on its own port, and one real server with its own check. */
export const checks: Record<string, Cluster> = {
    /** Services without a check, and one whose servers are always up. */
    "default-checks": {
        ...seed,
        virtualServers: [
            { virtualIp: "10.128.190.248", port: 80 },
            { virtualIp: "10.128.190.248", port: 514, protocol: "UDP" },
            { virtualIp: "10.128.190.248", port: 3868, protocol: "SCTP" },
            {
                virtualIp: "10.128.190.247",
                persistenceTimeout: 60,
                check: { none: true },
                realServers: [
                    { name: "rs1", virtualhost: "rs1.example.com:8080" },
                    { name: "rs2", check: { tcp: { connectPort: 22 } } },
                ],
            },
            {
                fwmark: {
                    mark: 7,
                    packets: [
                        { virtualIp: "10.128.190.248", port: 21 },
                        { virtualIp: "10.128.190.248", port: 10000, lastPort: 20000 },
                    ],
                },
                persistenceTimeout: 60,
            },
        ],
    },
    /** A program that the directors already have. */
    "own-program": {
        ...seed,
        virtualServers: [
            {
                virtualIp: "10.128.190.248",
                port: 80,
                check: { misc: { miscPath: { script: "/usr/bin/true", args: ["80"] } } },
            },
        ],
    },
    checks: {
        ...seed,
        scripts: [{ name: "probe", content: "#!/bin/sh\nexit 0\n" }],
        trackFiles: [{ name: "drain", file: "/run/drain" }],
        bfdInstances: [{ name: "peer", neighborIp: "10.128.190.249" }],
        virtualServers: [
            ...Object.values(kinds).map((check, index) => ({
                virtualIp: "10.128.190.248",
                port: 8001 + index,
                check,
            })),
            {
                virtualIp: "10.128.190.248",
                port: 443,
                virtualhost: "www.example.com",
                check: { ssl: { url: [{ path: "/" }], enableSni: true } },
                realServers: [{ name: "rs1", virtualhost: "rs1.example.com" }, { name: "rs2" }],
            },
            {
                virtualIp: "10.128.190.248",
                port: 80,
                delayLoop: 10,
                retry: 2,
                realServers: [
                    { name: "rs1" },
                    { name: "rs2", check: { http: { url: [{ path: "/" }] } }, delayLoop: 20 },
                    { name: "rs3", connectTimeout: 1, retry: 0 },
                ],
            },
        ],
    },
};
