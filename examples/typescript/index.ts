import * as pulumi from "@pulumi/pulumi";
import { LvsCluster } from "@pulumi-lvs/lvs";

const config = new pulumi.Config();

const web = new LvsCluster("web", {
    connection: { user: "root", privateKey: config.requireSecret("privateKey") },
    vrrpInstances: [{ interface: "eth0", virtualRouterId: 62 }],
    directors: [
        { name: "ds1", host: "10.128.190.253", hostKey: config.require("ds1") },
        { name: "ds2", host: "10.128.190.254", hostKey: config.require("ds2") },
    ],
    realServers: ["249", "250", "251"].map((octet, index) => ({
        name: `rs${index + 1}`,
        host: `10.128.190.${octet}`,
        hostKey: config.require(`rs${index + 1}`),
        demoPage: `RS${index + 1}\n`,
    })),
    virtualServers: [{ virtualIp: "10.128.190.248", port: 80, lvsSched: "rr", lvsMethod: "DR" }],
});

export const vip = web.vip;
export const inventory = web.inventory;
