import type { LvsClusterArgs } from "../../components";
import type { Cluster } from "../../lvs/model";

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPvhZkJIOVZlcCnjS/pXoyNXACSbBGzCnImWl/1fr8Ae";

/** The article's cluster, with all defaults. */
export const seed: Cluster = {
    vrrpInstances: [{ interface: "eth0", virtualRouterId: 62 }],
    directors: [
        { name: "ds1", host: "10.128.190.253" },
        { name: "ds2", host: "10.128.190.254" },
    ],
    realServers: [
        { name: "rs1", host: "10.128.190.249" },
        { name: "rs2", host: "10.128.190.250" },
        { name: "rs3", host: "10.128.190.251" },
    ],
    virtualServers: [{ virtualIp: "10.128.190.248", port: 80 }],
};

/** The article's cluster as arguments of the component. */
export function seedArgs(): LvsClusterArgs &
    Required<Pick<LvsClusterArgs, "realServers" | "virtualServers">> {
    return {
        connection: { hostKey: key, privateKey: "PRIVATE" },
        vrrpInstances: [{ interface: "eth0", virtualRouterId: 62 }],
        directors: seed.directors.map((director) => ({ ...director })),
        realServers: seed.realServers.map((realServer) => ({
            ...realServer,
            demoPage: `${realServer.name.toUpperCase()}\n`,
        })),
        virtualServers: [{ virtualIp: "10.128.190.248", port: 80 }],
    };
}
