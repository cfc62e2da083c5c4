import * as pulumi from "@pulumi/pulumi";
import { LvsCluster } from "@pulumi-lvs/lvs";

const config = new pulumi.Config();
const monitor = config.require("monitor");

/** Read a host and its key from the line that `ssh-keyscan -t ed25519 ADDRESS` prints. */
function hostOf(name: string) {
    const [host = "", ...hostKey] = config.require(name).split(" ");
    return { name, host, hostKey: hostKey.join(" ") };
}

const databases = [hostOf("database1"), hostOf("database2")];

const cluster = new LvsCluster("mysql", {
    vrrpInstances: [
        {
            interface: config.require("interface"),
            virtualRouterId: config.requireNumber("virtualRouterId"),
        },
    ],
    directors: [hostOf("director1"), hostOf("director2")],
    realServers: databases,
    scripts: [
        {
            name: "mariadb",
            // MariaDB counts connections without a login as errors, and then refuses the director.
            content:
                "#!/bin/sh\n" +
                'exec mariadb --host="$1" --user="$2" --connect-timeout=1 --execute="DO 1"\n',
        },
    ],
    virtualServers: [
        {
            virtualIp: config.require("virtualIp"),
            port: 3306,
            // A script gets only its arguments, so each database has its own check.
            realServers: databases.map(({ name, host }) => ({
                name,
                check: {
                    misc: {
                        miscPath: { script: "mariadb", args: [host, monitor], user: "nobody" },
                    },
                },
            })),
        },
    ],
});

export const vip = cluster.vip;
export const inventory = cluster.inventory;
