import * as pulumi from "@pulumi/pulumi";
import { LvsCluster } from "@pulumi-lvs/lvs";

const config = new pulumi.Config();

/** Read a host and its key from the line that `ssh-keyscan -t ed25519 ADDRESS` prints. */
function hostOf(name: string) {
    const [host = "", ...hostKey] = config.require(name).split(" ");
    return { name, host, hostKey: hostKey.join(" ") };
}

const cluster = new LvsCluster("web", {
    vrrpInstances: [
        {
            interface: config.require("interface"),
            virtualRouterId: config.requireNumber("virtualRouterId"),
        },
    ],
    directors: [hostOf("director1"), hostOf("director2")],
    realServers: [hostOf("realServer1"), hostOf("realServer2")],
    virtualServers: [
        { virtualIp: config.require("virtualIp"), port: config.requireNumber("port") },
    ],
});

export const vip = cluster.vip;
export const inventory = cluster.inventory;
