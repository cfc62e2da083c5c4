import * as pulumi from "@pulumi/pulumi";
import { LvsCluster, LvsMethod } from "@pulumi-lvs/lvs";

const config = new pulumi.Config();
const gateway = config.require("gateway");
const virtualIp = config.require("virtualIp");
const virtualRouterId = config.requireNumber("virtualRouterId");

/** Read a host and its key from the line that `ssh-keyscan -t ed25519 ADDRESS` prints. */
function hostOf(name: string) {
    const [host = "", ...hostKey] = config.require(name).split(" ");
    return { name, host, hostKey: hostKey.join(" ") };
}

const realServers = [hostOf("realServer1"), hostOf("realServer2")];

const cluster = new LvsCluster("nat", {
    // Both virtual IPs move together: the gateway is always at the director that gets the packets.
    vrrpInstances: [
        {
            name: "outside",
            interface: config.require("outside"),
            virtualRouterId,
            virtualIpaddress: [{ ip: virtualIp }],
        },
        {
            name: "inside",
            interface: config.require("inside"),
            virtualRouterId,
            virtualIpaddress: [{ ip: gateway }],
        },
    ],
    directors: [hostOf("director1"), hostOf("director2")],
    realServers: realServers.map((realServer) => ({ ...realServer, gateway })),
    virtualServers: [
        {
            virtualIp,
            port: config.requireNumber("port"),
            lvsMethod: LvsMethod.NAT,
            realServers: realServers.map(({ name }) => ({
                name,
                port: config.requireNumber("realServerPort"),
            })),
        },
    ],
});

export const vip = cluster.vip;
export const inventory = cluster.inventory;
