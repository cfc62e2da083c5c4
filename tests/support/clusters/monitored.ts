import type { Cluster } from "../../../lvs/model";
import { seed } from "../seed";

const vip = "10.128.190.248";

/** A monitored cluster in which every metric has a value. */
export const monitored: Cluster = {
    ...seed,
    monitoring: { interval: 30 },
    scripts: [{ name: "probe", content: "#!/bin/sh\nexit 0\n" }],
    trackScripts: [{ name: "uplink", script: { script: "probe" }, weight: -10 }],
    vrrpInstances: [{ interface: "eth0", virtualRouterId: 62, trackScript: [{ name: "uplink" }] }],
    virtualServers: [
        {
            virtualIp: vip,
            port: 80,
            quorum: 2,
            hysteresis: 1,
            sorryServer: { host: "10.128.190.247" },
        },
        {
            virtualIp: vip,
            port: 8080,
            check: { misc: { miscPath: { script: "probe", args: ["8080"] } } },
            realServers: [{ name: "rs1", weight: 3 }, { name: "rs2" }],
        },
        {
            fwmark: { mark: 7, packets: [{ virtualIp: vip, port: 443 }] },
            check: { ping: {} },
            realServers: [{ name: "rs1" }, { name: "rs2", weight: 0 }],
        },
    ],
};
