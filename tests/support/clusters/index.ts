import type { Cluster } from "../../../lvs/model";
import { seed } from "../seed";
import { checks } from "./checks";
import { everyKeyword } from "./everyKeyword";
import { methods } from "./methods";
import { monitored } from "./monitored";
import { rhel7 } from "./rhel7";
import { services } from "./services";
import { everyTextField } from "./everyTextField";
import { vrrp } from "./vrrp";

/** Clusters whose files are kept under tests/golden and tested on real keepaliveds. */
export const goldenClusters: Record<string, Cluster> = {
    /** Required arguments only. */
    seed,
    /** The article to the letter: its priorities, intervals and check. */
    article: {
        ...seed,
        vrrpInstances: [
            {
                interface: "eth0",
                virtualRouterId: 62,
                advertInt: 1,
                directors: [
                    { name: "ds1", priority: 100 },
                    { name: "ds2", priority: 99 },
                ],
            },
        ],
        virtualServers: [
            {
                virtualIp: "10.128.190.248",
                port: 80,
                lvsSched: "rr",
                lvsMethod: "DR",
                // The article has 3; its checks take up to 49.
                delayLoop: 49,
                persistenceTimeout: 0,
                check: {
                    tcp: {
                        connectTimeout: 10,
                        retry: 3,
                        delayBeforeRetry: 3,
                        connectPort: 80,
                    },
                },
            },
        ],
    },
    /** Most arguments. */
    full: {
        vrrpInstances: [
            {
                interface: "eth0",
                virtualRouterId: 255,
                advertInt: 2,
                nopreempt: true,
                directors: [
                    { name: "ds1", priority: 200 },
                    { name: "ds2", priority: 150, interface: "eth1" },
                ],
            },
        ],
        directors: [
            { name: "ds1", host: "ds1.example.com" },
            { name: "ds2", host: "10.128.190.254" },
        ],
        realServers: seed.realServers.map((realServer, index) => ({
            ...realServer,
            weight: index + 1,
        })),
        virtualServers: [
            { virtualIp: "10.128.190.248", port: 443, lvsSched: "wlc", persistenceTimeout: 300 },
            {
                virtualIp: "10.128.190.247",
                port: 3306,
                lvsSched: "wrr",
                delayLoop: 1,
                check: { tcp: { connectTimeout: 1, retry: 0, connectPort: 3307 } },
                realServers: [
                    { name: "rs3", weight: 0 },
                    { name: "rs1", port: 3306, weight: 9 },
                ],
            },
        ],
    },
    monitored,
    "rhel7-not-run": rhel7,
    ...services,
    ...methods,
    ...checks,
    ...vrrp,
    ...everyKeyword,
    ...everyTextField,
};

export { onVersion } from "./onVersion";
