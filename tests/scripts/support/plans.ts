import { seed } from "../../support/seed";
import type { Plan } from "./bundles";

const vip = "10.128.190.248";

/** The seed's cluster with two real servers. */
export const plain: Plan = { ...seed, realServers: seed.realServers.slice(0, 2) };

/** A change of it on every host. */
export const withAnotherVip: Plan = {
    ...plain,
    virtualServers: [...plain.virtualServers, { virtualIp: "10.128.190.246", port: 8080 }],
};

/** The same with every kind of file on a host. */
export const everyKindOfFile: Plan = {
    ...withAnotherVip,
    realServers: plain.realServers.map((realServer) => ({
        ...realServer,
        demoPage: `${realServer.name}\n`,
    })),
    kernel: { sloppyTcp: true, connReuseMode: 0 },
    scripts: [{ name: "probe", content: "#!/bin/sh\nexit 0\n" }],
    virtualServers: [
        ...withAnotherVip.virtualServers,
        {
            virtualIp: vip,
            port: 81,
            check: { misc: { miscPath: { script: "probe" } } },
        },
    ],
    monitoring: { nodeExporter: false, textfileDirectory: "/var/lib/metrics" },
};

/** Plans with different files, sysctls and tables. */
export const plans: Record<string, Plan> = {
    "a service of TCP": plain,
    "two virtual IPs": withAnotherVip,
    weights: {
        ...plain,
        realServers: plain.realServers.map((realServer, index) => ({
            ...realServer,
            weight: index + 2,
        })),
        virtualServers: [{ virtualIp: vip, port: 80, lvsSched: "wrr", persistenceTimeout: 60 }],
    },
    "a service of UDP": {
        ...plain,
        virtualServers: [{ virtualIp: vip, port: 53, protocol: "UDP" }],
    },
    "services without VRRP": { ...plain, vrrpInstances: [] },
    "both families": {
        ...plain,
        realServers: plain.realServers.map((realServer) => ({
            ...realServer,
            address6: realServer.host.replace("10.128.190.", "fd00:62:190::"),
        })),
        virtualServers: [...plain.virtualServers, { virtualIp: "fd00:62:190::248", port: 80 }],
    },
    "services of a firewall mark": {
        ...plain,
        virtualServers: [
            {
                fwmark: { mark: 7, packets: [{ virtualIp: vip, port: 80 }] },
                check: { tcp: { connectPort: 80 } },
            },
        ],
    },
    NAT: {
        ...plain,
        virtualServers: [{ virtualIp: vip, port: 80, lvsMethod: "NAT" }],
        realServers: plain.realServers.map((realServer) => ({
            ...realServer,
            gateway: "10.128.190.252",
        })),
    },
    "a firewall left alone": { ...plain, openFirewall: false },
    "kernel settings, scripts, web pages and monitoring": everyKindOfFile,
};
