import * as pulumi from "@pulumi/pulumi";
import { LvsCluster } from "@pulumi-lvs/lvs";

const config = new pulumi.Config();
const process = config.require("process");

/** Read a host and its key from the line that `ssh-keyscan -t ed25519 ADDRESS` prints. */
function hostOf(name: string) {
    const [host = "", ...hostKey] = config.require(name).split(" ");
    return { name, host, hostKey: hostKey.join(" ") };
}

const cluster = new LvsCluster("floating", {
    vrrpInstances: [
        {
            interface: config.require("interface"),
            virtualRouterId: config.requireNumber("virtualRouterId"),
            virtualIpaddress: [{ ip: config.require("virtualIp") }],
            // The host on which the program has ended gives up the virtual IP.
            trackProcess: [{ name: "program" }],
        },
    ],
    trackProcesses: [{ name: "program", process }],
    directors: [hostOf("host1"), hostOf("host2")],
});

export const vip = cluster.vip;
export const inventory = cluster.inventory;
