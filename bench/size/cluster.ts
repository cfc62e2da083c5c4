import type { LvsClusterArgs } from "../../components";

const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPvhZkJIOVZlcCnjS/pXoyNXACSbBGzCnImWl/1fr8Ae";

/**
 * Two directors, and any number of real servers and services. Every service uses every real server.
 */
export function clusterOf(realServers: number, services: number): LvsClusterArgs {
    return {
        connection: { hostKey, privateKey: "PRIVATE" },
        vrrpInstances: [{ interface: "eth0", virtualRouterId: 62 }],
        directors: [
            { name: "ds1", host: "10.0.0.2" },
            { name: "ds2", host: "10.0.0.3" },
        ],
        realServers: Array.from({ length: realServers }, (_, index) => ({
            name: `rs${index}`,
            host: `10.1.${index >> 8}.${index & 255}`,
        })),
        virtualServers: Array.from({ length: services }, (_, index) => ({
            virtualIp: "10.0.0.1",
            port: 8000 + index,
        })),
    };
}
