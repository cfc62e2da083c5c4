import type { Cluster } from "../../../lvs/model";
import { seed } from "../seed";

const inside = ["10.128.191.11", "10.128.191.12"].map((host, index) => ({
    name: `in${index + 1}`,
    host,
    gateway: "10.128.191.1",
}));
const far = ["10.128.192.11", "10.128.192.12"].map((host, index) => ({
    name: `far${index + 1}`,
    host,
    address6: `fd00:62:3::${11 + index}`,
}));
const pool = (...names: string[]) => names.map((name) => ({ name }));

const instances = [
    {
        name: "outside",
        interface: "eth0",
        virtualRouterId: 62,
        virtualIpaddress: [{ ip: "10.128.190.248" }, { ip: "fd00:62:1::248" }],
    },
    {
        name: "inside",
        interface: "eth1",
        virtualRouterId: 63,
        virtualIpaddress: [{ ip: "10.128.191.1" }],
    },
];

/** Forwarding methods. */
export const methods: Record<string, Cluster> = {
    /** The real servers' gateway moves with the virtual IP. */
    nat: {
        ...seed,
        vrrpInstances: instances.map((instance) => ({
            ...instance,
            virtualIpaddress: instance.virtualIpaddress.slice(0, 1),
        })),
        realServers: inside,
        virtualServers: [
            {
                virtualIp: "10.128.190.248",
                port: 80,
                lvsMethod: "NAT",
                realServers: [{ name: "in1", port: 8080 }, { name: "in2" }],
            },
        ],
    },
    /** Two machines are directors and real servers, and a third is only a real server. */
    "both-roles": {
        ...seed,
        realServers: [
            ...seed.directors.map(({ host }, index) => ({
                name: `rs${index + 1}`,
                host,
                address6: `fd00:62:1::${253 + index}`,
            })),
            seed.realServers[2]!,
        ],
        virtualServers: [
            { virtualIp: "10.128.190.248", port: 80 },
            {
                virtualIp: "fd00:62:1::248",
                port: 80,
                realServers: pool("rs1", "rs2"),
            },
        ],
    },
    fullnat: {
        ...seed,
        virtualServers: [
            {
                virtualIp: "10.128.190.248",
                port: 80,
                lvsMethod: "FULLNAT",
                realServers: [{ name: "rs1", port: 8080 }, { name: "rs2" }],
            },
        ],
    },
    tun: {
        ...seed,
        realServers: far,
        virtualServers: [
            { virtualIp: "10.128.190.248", port: 80, lvsMethod: "TUN" },
            { virtualIp: "10.128.190.248", port: 81, lvsMethod: "TUN", tunnel: { type: "gre" } },
            {
                virtualIp: "10.128.190.248",
                port: 82,
                lvsMethod: "TUN",
                tunnel: { type: "gue", port: 6081 },
            },
            { virtualIp: "fd00:62:1::248", port: 80, lvsMethod: "TUN" },
        ],
    },
    /** All methods in one cluster, two of them in one pool. */
    "all-methods": {
        ...seed,
        vrrpInstances: instances,
        realServers: [...seed.realServers, ...inside, ...far],
        virtualServers: [
            {
                virtualIp: "10.128.190.248",
                port: 80,
                realServers: [...pool("rs1", "rs2"), { name: "far1", lvsMethod: "TUN" }],
            },
            {
                virtualIp: "10.128.190.248",
                port: 81,
                lvsMethod: "NAT",
                realServers: pool("in1", "in2"),
            },
            {
                virtualIp: "10.128.190.248",
                port: 82,
                lvsMethod: "FULLNAT",
                realServers: [{ name: "rs3", port: 8080 }],
            },
            {
                virtualIp: "fd00:62:1::248",
                port: 80,
                lvsMethod: "TUN",
                realServers: pool("far1", "far2"),
            },
        ],
    },
};
