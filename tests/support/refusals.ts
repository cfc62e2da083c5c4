import type { Cluster } from "../../lvs/model";
import { seed } from "./seed";

/** Something that is refused before a host is touched: a seed cluster with one thing wrong. */
export interface Refusal {
    /** What is refused, as it follows "refuses". */
    what: string;
    cluster: Cluster;
    /** The VRRP password, which is no part of a cluster, where it is what is wrong. */
    authPass?: string;
    /** The one problem that is found. */
    problem: string;
}

const vip = "10.128.190.248";

function cluster(what: string, change: object, problem: string): Refusal {
    return { what, cluster: { ...seed, ...change }, problem };
}

function service(what: string, change: object, problem: string): Refusal {
    const virtualServers = [{ ...seed.virtualServers[0]!, ...change }];
    return cluster(what, { virtualServers }, problem);
}

function instance(what: string, change: object, problem: string): Refusal {
    return cluster(what, { vrrpInstances: [{ ...seed.vrrpInstances[0]!, ...change }] }, problem);
}

function director(what: string, change: object, problem: string): Refusal {
    return cluster(
        what,
        { directors: [seed.directors[0]!, { ...seed.directors[1]!, ...change }] },
        problem,
    );
}

function realServer(what: string, change: object, problem: string): Refusal {
    return cluster(
        what,
        { realServers: [...seed.realServers.slice(0, 2), { ...seed.realServers[2]!, ...change }] },
        problem,
    );
}

/** A service without an address, where the instance names its own. */
function owned(what: string, virtualServer: object, problem: string): Refusal {
    return cluster(what, { vrrpInstances: [outside], virtualServers: [virtualServer] }, problem);
}

const otherInstance = {
    interface: "eth1",
    virtualRouterId: 63,
    virtualIpaddress: [{ ip: "10.128.191.1" }],
};
const outside = { ...seed.vrrpInstances[0]!, virtualIpaddress: [{ ip: vip }] };

/** Hosts. */
const hosts = [
    cluster("no directors", { directors: [] }, "directors: is empty: give at least one host"),
    cluster(
        "no real servers",
        { realServers: [] },
        "realServers: is empty: give at least one host",
    ),
    cluster(
        "nine directors",
        {
            directors: Array.from({ length: 9 }, (_, index) => ({
                name: `ds${index + 1}`,
                host: `10.128.190.${index + 1}`,
            })),
        },
        "directors: has 9 hosts: eight at most take turns in time",
    ),
    director(
        "a name twice",
        { name: "rs1" },
        'realServers[0].name: "rs1" is taken by directors[1]: give each host its own',
    ),
    realServer(
        "an address twice",
        { host: "10.128.190.253" },
        'realServers[2].host: "10.128.190.253" is taken by directors[0]: give each host its own',
    ),
    cluster(
        "an address that directors send to twice",
        {
            realServers: ["rs1", "rs2"].map((name) => ({
                name,
                host: `${name}.example.com`,
                address: "10.128.190.249",
            })),
        },
        'realServers[1].address: "10.128.190.249" is taken by realServers[0]: give each host its own',
    ),
    cluster(
        "an address twice, written in two ways",
        {
            realServers: [
                { ...seed.realServers[0]!, address6: "fd00:62:1::249" },
                { ...seed.realServers[1]!, address6: "FD00:62:1:0::249" },
            ],
        },
        'realServers[1].address6: "FD00:62:1:0::249" is taken by realServers[0]: give each host its own',
    ),
    director(
        "a name that is none",
        { name: "ds 2" },
        'directors[1].name: "ds 2" is not a host name: 1 to 63 letters, digits and inner hyphens',
    ),
    director(
        "a director's address that is none",
        { host: "10.128.190.999" },
        'directors[1].host: "10.128.190.999" is neither an IP address nor a host name',
    ),
    director(
        "a name that is longer than names are",
        { host: "x".repeat(255) },
        `directors[1].host: "${"x".repeat(79)} is neither an IP address nor a host name`,
    ),
    realServer(
        "a real server by name, without an address",
        { host: "rs3.example.com" },
        'virtualServers[0]: "rs3" has no IPv4 address for directors to send to: give its address',
    ),
    realServer(
        "an IPv6 address as the IPv4 one",
        { address: "fd00::1" },
        'realServers[2].address: "fd00::1" is not an IPv4 address',
    ),
    realServer(
        "a gateway that is no address",
        { gateway: "router" },
        'realServers[2].gateway: "router" is not an IPv4 address',
    ),
    director(
        "a distribution that is none",
        { distribution: "windows" },
        'directors[1].distribution: "windows" is not one of debian11, debian12, debian13, ubuntu2204, ubuntu2404, rhel7, rhel8, rhel9',
    ),
    director(
        "a version that is none",
        { keepalivedVersion: "new" },
        'directors[1].keepalivedVersion: "new" is not a version, such as 2.2.7',
    ),
    realServer(
        "a negative weight",
        { weight: -1 },
        "realServers[2].weight: -1 is not a weight (0–65535)",
    ),
    realServer(
        "a page with a NUL",
        { httpd: { page: "a\0b" } },
        "realServers[2].httpd.page: holds a NUL character or half of another, which no text file can: remove it",
    ),
];

/** VRRP. */
const vrrp = [
    cluster(
        "no instance",
        { vrrpInstances: [] },
        "vrrpInstances: is empty: give the interface and virtualRouterId that directors share virtual IPs by",
    ),
    instance(
        "virtual router id 0",
        { virtualRouterId: 0 },
        "vrrpInstances[0].virtualRouterId: 0 is not a virtual router id (1–255)",
    ),
    instance(
        "virtual router id 256",
        { virtualRouterId: 256 },
        "vrrpInstances[0].virtualRouterId: 256 is not a virtual router id (1–255)",
    ),
    instance(
        "an interface that is none",
        { interface: "eth0 eth1" },
        'vrrpInstances[0].interface: "eth0 eth1" is not the name of a network interface: 1 to 15 letters, digits, "_", ".", "@" and "-", such as eth0',
    ),
    cluster(
        "one virtual router id twice in a network",
        { vrrpInstances: [outside, { ...otherInstance, interface: "eth0", virtualRouterId: 62 }] },
        "vrrpInstances[1].virtualRouterId: 62 is also that of vrrpInstances[0] on the same interface: give each its own",
    ),
    cluster(
        "one virtual router id twice on one director's own interface",
        {
            vrrpInstances: [
                { ...outside, directors: [{ name: "ds1", interface: "eth1" }, { name: "ds2" }] },
                { ...otherInstance, virtualRouterId: 62 },
            ],
        },
        "vrrpInstances[1].virtualRouterId: 62 is also that of vrrpInstances[0] on the same interface: give each its own",
    ),
    cluster(
        "one virtual router id twice, by directors of which none is in both",
        {
            vrrpInstances: [
                { ...outside, directors: [{ name: "ds1" }] },
                {
                    ...otherInstance,
                    interface: "eth0",
                    virtualRouterId: 62,
                    directors: [{ name: "ds2" }],
                },
            ],
        },
        "vrrpInstances[1].virtualRouterId: 62 is also that of vrrpInstances[0] on the same interface: give each its own",
    ),
    cluster(
        "a virtual IP in no instance",
        { vrrpInstances: [{ ...outside, virtualIpaddress: [{ ip: "10.128.190.247" }] }] },
        'virtualServers[0].virtualIp: "10.128.190.248" is in no instance: add it to a virtualIpaddress',
    ),
    instance(
        "a virtual IP twice in one instance",
        { virtualIpaddress: [{ ip: vip }, { ip: vip }] },
        "vrrpInstances[0].virtualIpaddress: names 10.128.190.248 twice: name it once",
    ),
    cluster(
        "a virtual IP in two instances",
        { vrrpInstances: [outside, { ...otherInstance, virtualIpaddress: [{ ip: vip }] }] },
        "vrrpInstances[1].virtualIpaddress: 10.128.190.248 is also in vrrpInstances[0]: two directors could own it at once",
    ),
    cluster(
        "several instances, one without virtual IPs",
        { vrrpInstances: [outside, { interface: "eth1", virtualRouterId: 63 }] },
        "vrrpInstances[1].virtualIpaddress: is missing: where there are several instances, each names its virtual IPs",
    ),
    instance(
        "equal priorities",
        {
            directors: [
                { name: "ds1", priority: 100 },
                { name: "ds2", priority: 100 },
            ],
        },
        "vrrpInstances[0].directors[1].priority: 100 is not below the 100 of the director before it: list directors in the order in which they are preferred",
    ),
    instance(
        "priorities against the order",
        {
            directors: [
                { name: "ds1", priority: 99 },
                { name: "ds2", priority: 100 },
            ],
        },
        "vrrpInstances[0].directors[1].priority: 100 is not below the 99 of the director before it: list directors in the order in which they are preferred",
    ),
    instance(
        "priority 255, which is for the owner of the address",
        { directors: [{ name: "ds1", priority: 255 }, { name: "ds2" }] },
        "vrrpInstances[0].directors[0].priority: 255 is not a priority (1–254)",
    ),
    instance(
        "a director that is not defined",
        { directors: [{ name: "ds1" }, { name: "ds9" }] },
        'vrrpInstances[0].directors[1].name: "ds9" is not among directors (ds1, ds2)',
    ),
    instance(
        "nopreempt with preemptDelay",
        { nopreempt: true, preemptDelay: 5 },
        "vrrpInstances[0].preemptDelay: delays what nopreempt forbids: leave one out",
    ),
    instance(
        "an interval under a second with version 2",
        { advertInt: 0.5 },
        "vrrpInstances[0].advertInt: 0.5 is not a whole number of seconds in version 2 (1–255)",
    ),
    instance(
        "an interval of half a hundredth with version 3",
        { version: 3, advertInt: 0.005 },
        "vrrpInstances[0].advertInt: 0.005 is not a number of seconds in version 3 (0.01–40.95)",
    ),
    cluster(
        "a password with version 3",
        {
            hasAuthPass: true,
            vrrpInstances: [{ ...seed.vrrpInstances[0]!, version: 3 }],
        },
        "authPass: is for version 2 of VRRP, and all instances have 3, which knows no password: remove it",
    ),
    {
        what: "a password of more than eight bytes",
        cluster: seed,
        authPass: "123456789",
        problem:
            'authPass: the password (9 bytes) is not 1 to 8 printable ASCII characters without blanks or one of " \\ { }; keepalived would take it for something else. Leave it out to have one made',
    },
    cluster(
        "unicast without a source",
        {
            directors: [seed.directors[0]!, { name: "ds2", host: "ds2.example.com" }],
            vrrpInstances: [{ ...seed.vrrpInstances[0]!, unicast: true }],
        },
        "vrrpInstances[0].unicast: does not know the IPv4 address of ds2, whose host is none: give its unicastSrcIp in directors",
    ),
    cluster(
        "unicast to nobody",
        {
            directors: seed.directors.slice(0, 1),
            vrrpInstances: [{ ...seed.vrrpInstances[0]!, unicast: true }],
        },
        "vrrpInstances[0].unicast: has nobody to talk to, with one director: leave it out",
    ),
    instance(
        "a strict instance of version 2",
        { strictMode: true, version: 2 },
        "vrrpInstances[0].version: 2 has a password, against the standard, which the instance is to keep to by strictMode: set 3",
    ),
    instance(
        "a script to track that is not defined",
        { trackScript: [{ name: "web" }] },
        'vrrpInstances[0].trackScript[0].name: "web" is not among trackScripts (none)',
    ),
    instance(
        "an instance that tracks its own interface",
        { trackInterface: [{ interface: "eth0" }] },
        'vrrpInstances[0].trackInterface[0].interface: "eth0" is the instance\'s own, which counts anyway: remove it, or set dontTrackPrimary to ignore it',
    ),
    cluster(
        "a sync group of one",
        { vrrpSyncGroups: [{ name: "both", group: ["VI_1"] }] },
        "vrrpSyncGroups[0].group: has 1 of the two instances that it takes: name more, or leave the group out",
    ),
    cluster(
        "a sync group of an instance that is not defined",
        {
            vrrpInstances: [outside, otherInstance],
            vrrpSyncGroups: [{ name: "both", group: ["VI_1", "VI_3"] }],
        },
        'vrrpSyncGroups[0].group[1]: "VI_3" is not among vrrpInstances (VI_1, VI_2)',
    ),
    cluster(
        "a script that is none",
        { scripts: [{ name: "a/b", content: "#!/bin/sh\n" }] },
        'scripts[0].name: "a/b" is not a file name: 1 to 64 letters, digits, ".", "_" and "-"',
    ),
    cluster(
        "a script without an interpreter",
        { scripts: [{ name: "a", content: "true" }] },
        "scripts[0].content: does not begin with #! and the path of an interpreter, such as #!/bin/sh",
    ),
    instance(
        "a script path in no deployed file",
        { notify: { script: "/usr/bin/true" } },
        'vrrpInstances[0].notify: "/usr/bin/true" is not among scripts (none)',
    ),
];

/** Services. */
const services = [
    cluster(
        "no service",
        { vrrpInstances: [outside], virtualServers: [] },
        "virtualServers: is empty: give at least one service",
    ),
    service(
        "a virtual IP that is no address",
        { virtualIp: `${vip}/24` },
        'virtualServers[0].virtualIp: "10.128.190.248/24" is not an IP address, such as 192.0.2.10',
    ),
    service(
        "a virtual IP that a host has",
        { virtualIp: "10.128.190.250" },
        'virtualServers[0].virtualIp: "10.128.190.250" is the address of rs2: take an address that no host has',
    ),
    cluster(
        "a virtual IP that directors send to",
        {
            realServers: [{ name: "rs1", host: "rs1.example.com", address: vip }],
        },
        'virtualServers[0].virtualIp: "10.128.190.248" is the address of rs1: take an address that no host has',
    ),
    cluster(
        "a virtual IP that a host has, written in another way",
        {
            realServers: [{ ...seed.realServers[0]!, address6: "FD00:62:1::248" }],
            virtualServers: [{ virtualIp: "fd00:62:1:0::248", port: 80 }],
        },
        'virtualServers[0].virtualIp: "fd00:62:1:0::248" is the address of rs1: take an address that no host has',
    ),
    service("port 70000", { port: 70000 }, "virtualServers[0].port: 70000 is not a port (1–65535)"),
    service(
        "no port without persistence",
        { port: undefined },
        "virtualServers[0].port: is missing: give one, or a persistenceTimeout to serve all ports together",
    ),
    service(
        "two ways to say what clients send to",
        { fwmark: { mark: 1, packets: [{ virtualIp: vip }] } },
        "virtualServers[0]: has virtualIp and fwmark: give one of virtualIp, virtualServerGroup, fwmark",
    ),
    owned(
        "no way to say what clients send to",
        {},
        "virtualServers[0]: has none: give one of virtualIp, virtualServerGroup, fwmark",
    ),
    service(
        "an address family mixed with the other",
        {
            virtualIp: undefined,
            port: undefined,
            virtualServerGroup: [
                { virtualIp: vip, port: 80 },
                { virtualIp: "fd00:62:1::248", port: 80 },
            ],
        },
        "virtualServers[0]: mixes IPv4 and IPv6 addresses: make it two virtual servers",
    ),
    service(
        "IPv6 with real servers that have none",
        { virtualIp: "fd00:62:1::248", realServers: [{ name: "rs1" }] },
        'virtualServers[0].realServers[0].name: "rs1" has no IPv6 address for directors to send to: give its address6',
    ),
    owned(
        "a mark without packets",
        { fwmark: { mark: 1, packets: [] } },
        "virtualServers[0].fwmark.packets: is empty: say what is to be marked",
    ),
    service(
        "a range that ends before it begins",
        {
            virtualIp: undefined,
            port: undefined,
            fwmark: { mark: 1, packets: [{ virtualIp: vip, port: 90, lastPort: 80 }] },
        },
        "virtualServers[0].fwmark.packets[0].lastPort: 80 is not above port 90: a range has two ends",
    ),
    service(
        "a protocol that is none",
        { protocol: "ICMP" },
        'virtualServers[0].protocol: "ICMP" is not one of TCP, UDP, SCTP',
    ),
    cluster(
        "one service twice",
        { virtualServers: [seed.virtualServers[0]!, seed.virtualServers[0]!] },
        "virtualServers[1]: 10.128.190.248:80 (TCP) is also virtualServers[0]: keepalived would merge the two",
    ),
    cluster(
        "one IPv6 service in two spellings",
        {
            realServers: seed.realServers.map((one, index) => ({
                ...one,
                address6: `fd00:62:1::${index + 1}`,
            })),
            virtualServers: ["fd00:62:1::248", "fd00:62:1:0::248"].map((virtualIp) => ({
                virtualIp,
                port: 80,
            })),
        },
        "virtualServers[1]: [fd00:62:1::248]:80 (TCP) is also virtualServers[0]: keepalived would merge the two",
    ),
    service(
        "a scheduler that is none",
        { lvsSched: "random" },
        'virtualServers[0].lvsSched: "random" is not one of rr, wrr, lc, wlc, lblc, lblcr, sh, dh, sed, nq, fo, ovf, mh, twos',
    ),
    service(
        "a flag without its scheduler",
        { lvsSched: "sh", mhPort: true },
        'virtualServers[0].mhPort: is a flag of mh, and lvsSched is "sh": remove it',
    ),
    service(
        "mh without fallback where weights change",
        { lvsSched: "mh", inhibitOnFailure: true },
        "virtualServers[0].lvsSched: mh drops the clients of a server of weight 0, which drained, inhibitOnFailure and checks that change weights lead to: set mhFallback",
    ),
    service(
        "a method that is none",
        { lvsMethod: "dr" },
        'virtualServers[0].lvsMethod: "dr" is not one of DR, NAT, TUN, FULLNAT',
    ),
    service(
        "another port with direct routing",
        { realServers: [{ name: "rs1", port: 8080 }] },
        "virtualServers[0].realServers[0].port: 8080 differs from the virtual server's 80: DR leaves the port as it is",
    ),
    service(
        "another port with a tunnel",
        { lvsMethod: "TUN", realServers: [{ name: "rs1", port: 8080 }] },
        "virtualServers[0].realServers[0].port: 8080 differs from the virtual server's 80: TUN leaves the port as it is",
    ),
    service(
        "a tunnel without method TUN",
        { tunnel: { type: "gue" } },
        'virtualServers[0].tunnel: is for lvsMethod TUN, and it is "DR": remove it, or change the method',
    ),
    service(
        "the port of a tunnel that has none",
        { lvsMethod: "TUN", tunnel: { port: 6080 } },
        'virtualServers[0].tunnel.port: is for a tunnel of type gue, and it is "ipip": remove it',
    ),
    service(
        "NAT with one network and clients anywhere",
        { lvsMethod: "NAT" },
        "virtualServers[0].lvsMethod: NAT with a single network fails for clients inside it: say in clientNetworks where clients are, or use FULLNAT",
    ),
    service(
        "NAT with clients among the real servers",
        { lvsMethod: "NAT", clientNetworks: ["10.128.190.0/24"] },
        'virtualServers[0].clientNetworks[0]: "10.128.190.0/24" holds real servers, which would answer such clients directly: use FULLNAT',
    ),
    cluster(
        "a director as the gateway of direct routing",
        { realServers: seed.realServers.map((one) => ({ ...one, gateway: vip })).slice(0, 1) },
        "realServers[0].gateway: is a director, which drops the answers that DR and TUN send through it: take another gateway, NAT for all its services, or name its interface in kernel.gatewayInterfaces",
    ),
    cluster(
        "a director's own address as the gateway of direct routing",
        {
            realServers: seed.realServers
                .map((one) => ({ ...one, gateway: "10.128.190.253" }))
                .slice(0, 1),
        },
        "realServers[0].gateway: is a director, which drops the answers that DR and TUN send through it: take another gateway, NAT for all its services, or name its interface in kernel.gatewayInterfaces",
    ),
    cluster(
        "a director as the gateway of direct routing, in another spelling",
        {
            realServers: seed.realServers
                .map((one) => ({ ...one, gateway6: "FD00:62:0:0::9" }))
                .slice(0, 1),
            vrrpInstances: [
                {
                    ...seed.vrrpInstances[0]!,
                    virtualIpaddress: [{ ip: vip }],
                    virtualIpaddressExcluded: [{ ip: "fd00:62::9", prefixLength: 64 }],
                },
            ],
        },
        "realServers[0].gateway6: is a director, which drops the answers that DR and TUN send through it: take another gateway, or NAT for all its services",
    ),
    cluster(
        "one port in a NAT and in a FULLNAT pool",
        {
            realServers: seed.realServers.slice(0, 1),
            virtualServers: [
                { ...seed.virtualServers[0]!, lvsMethod: "NAT", clientNetworks: ["192.0.2.0/24"] },
                {
                    virtualIp: vip,
                    port: 81,
                    lvsMethod: "FULLNAT",
                    realServers: [{ name: "rs1", port: 80 }],
                },
            ],
        },
        "realServers[0]: has port 80 in a NAT and in a FULLNAT pool: what is masqueraded for one is so for both",
    ),
    cluster(
        "a sync group that leaves out what NAT ties",
        {
            vrrpInstances: [
                outside,
                otherInstance,
                {
                    ...otherInstance,
                    virtualRouterId: 64,
                    virtualIpaddress: [{ ip: "10.128.192.1" }],
                },
            ],
            vrrpSyncGroups: [{ name: "some", group: ["VI_1", "VI_3"] }],
            realServers: [{ name: "in1", host: "10.128.191.11", gateway: "10.128.191.1" }],
            virtualServers: [{ ...seed.virtualServers[0]!, lvsMethod: "NAT" }],
        },
        "vrrpSyncGroups: NAT needs VI_1 and VI_2 on one director: put them in one group",
    ),
    service(
        "a real server that is not defined",
        { realServers: [{ name: "rs4" }] },
        'virtualServers[0].realServers[0].name: "rs4" is not among realServers (rs1, rs2, rs3)',
    ),
    service(
        "a real server twice in a pool",
        { realServers: [{ name: "rs1" }, { name: "rs1" }] },
        'virtualServers[0].realServers[1].name: "rs1" is named twice: name it once',
    ),
    service(
        "an empty pool",
        { realServers: [] },
        "virtualServers[0].realServers: is empty: name real servers, or leave it out for all of them",
    ),
    service(
        "weight 0 for all",
        { realServers: ["rs1", "rs2"].map((name) => ({ name, weight: 0 })) },
        "virtualServers[0].realServers: all have weight 0, so nobody would get a connection: give one a weight",
    ),
    service(
        "a lower threshold above the upper",
        { realServers: [{ name: "rs1", uthreshold: 5, lthreshold: 6 }] },
        "virtualServers[0].realServers[0].lthreshold: 6 is not below uthreshold 5",
    ),
    service(
        "a negative persistence",
        { persistenceTimeout: -1 },
        "virtualServers[0].persistenceTimeout: -1 is not seconds (0–2678400)",
    ),
    service(
        "persistence with one-packet scheduling",
        { protocol: "UDP", ops: true, persistenceTimeout: 50 },
        "virtualServers[0].ops: schedules each packet for itself, and persistenceTimeout keeps clients: leave one out",
    ),
    service(
        "one-packet scheduling of TCP",
        { ops: true },
        "virtualServers[0].ops: is for UDP: leave it out",
    ),
    service(
        "a netmask with holes",
        { persistenceTimeout: 50, persistenceGranularity: "255.0.255.0" },
        'virtualServers[0].persistenceGranularity: "255.0.255.0" is not an IPv4 netmask, such as 255.255.255.0',
    ),
    service(
        "granularity without persistence",
        { persistenceGranularity: "255.255.255.0" },
        "virtualServers[0].persistenceGranularity: does nothing without persistenceTimeout: give one",
    ),
    service(
        "a quorum that nobody reaches",
        { quorum: 4 },
        "virtualServers[0].quorum: with hysteresis 0 it takes 4, and all weights together are 3: lower it",
    ),
    service(
        "hysteresis as large as the quorum",
        { quorum: 1, hysteresis: 1 },
        "virtualServers[0].hysteresis: 1 is not below quorum 1: the pool could never be down",
    ),
    service(
        "a sorry server of the pool",
        { sorryServer: { host: "10.128.190.249" } },
        'virtualServers[0].sorryServer.host: "10.128.190.249" is in the pool: it would be down with it',
    ),
    cluster(
        "a sorry server of the pool, its address written in another way",
        {
            realServers: [{ ...seed.realServers[0]!, address6: "fd00:62:1::249" }],
            virtualServers: [
                {
                    virtualIp: "fd00:62:1::248",
                    port: 80,
                    sorryServer: { host: "FD00:62:1:0::249" },
                },
            ],
        },
        'virtualServers[0].sorryServer.host: "FD00:62:1:0::249" is in the pool: it would be down with it',
    ),
    service(
        "a sorry server on another port with direct routing",
        { sorryServer: { host: "10.128.190.246", port: 81 } },
        "virtualServers[0].sorryServer.port: 81 differs from the virtual server's 80, and DR leaves the port as it is",
    ),
    service(
        "no time between checks",
        { delayLoop: 0 },
        "virtualServers[0].delayLoop: 0 is not seconds (0.01–86400)",
    ),
    service(
        "a check longer than the time between two",
        { check: { tcp: { connectTimeout: 10 } } },
        "virtualServers[0].check.tcp: takes up to 21 s, (retry + 1) × connectTimeout + retry × delayBeforeRetry = 2 × 10 + 1 × 1, and delayLoop is 5: lower them, or raise delayLoop",
    ),
    service(
        "a check that never waits",
        { check: { tcp: { connectTimeout: 0 } } },
        "virtualServers[0].check.tcp.connectTimeout: 0 is not seconds (0.01–3600)",
    ),
    owned(
        "direct routing for a group with several ports",
        {
            virtualServerGroup: [
                { virtualIp: vip, port: 80 },
                { virtualIp: vip, port: 8080 },
            ],
        },
        "virtualServers[0].virtualServerGroup: has ports 80, 8080, and DR leaves the port as it is: give them one port, mark the packets (fwmark), or use NAT",
    ),
    service(
        "a check from an address of the other family",
        { check: { tcp: { bindto: "fd00:62:1::1" } } },
        'virtualServers[0].check.tcp.bindto: "fd00:62:1::1" is not of the family of the real servers\' addresses',
    ),
    service(
        "a check by a script that is not deployed",
        { check: { misc: { miscPath: { script: "/usr/bin/true" } } } },
        'virtualServers[0].check.misc.miscPath: "/usr/bin/true" is not among scripts (none)',
    ),
    service(
        "HTTP without a page",
        { check: { http: { url: [] } } },
        'virtualServers[0].check.http.url: is empty: give a page, such as {"path": "/"}',
    ),
    service(
        "extra lines that leave their block",
        { extraConfig: "}\nglobal_defs {" },
        "virtualServers[0].extraConfig: has an opening brace without its closing one, or the other way round",
    ),
    service(
        "extra lines of a pool member that leave their block",
        { realServers: [{ name: "rs1", extraConfig: "}\nglobal_defs {" }] },
        "virtualServers[0].realServers[0].extraConfig: has an opening brace without its closing one, or the other way round",
    ),
    service(
        "an extra line whose brace may be read or not",
        { extraConfig: "@ds1 track {\n}" },
        "virtualServers[0].extraConfig: has a brace in one line with another, @, ~, $ or an escaped sign, where it need not do what it looks like: give it a line of its own",
    ),
    service(
        "an extra line that takes in what follows it",
        { extraConfig: "retry 2 \\" },
        "virtualServers[0].extraConfig: has a backslash at the end of a line, which can take in the next one: remove it",
    ),
    service(
        "an extra line whose end keepalived would read as another",
        { extraConfig: `# ${"-".repeat(1000)} quorum 2` },
        "virtualServers[0].extraConfig: takes 1011 bytes of one line, and keepalived would take the end of it for another: 900 is the most",
    ),
];

/** Versions, kernel and the rest. */
const others = [
    cluster(
        "a keyword newer than a director's keepalived",
        { distribution: "rhel7", virtualServers: [{ ...seed.virtualServers[0]!, lvsSched: "mh" }] },
        "virtualServers[0].lvsSched: mh needs keepalived 2.0.7, and ds1 (rhel7) has 1.3.5: leave it out, or name the version in keepalivedVersion",
    ),
    cluster(
        "an argument that the shell of an old keepalived would act on",
        {
            distribution: "rhel7",
            scripts: [{ name: "say", content: "#!/bin/sh\n" }],
            trackScripts: [{ name: "web", script: { script: "say", args: ["a;reboot"] } }],
        },
        'trackScripts[0].script: "a;reboot" has signs that the shell of keepalived before 2.0.0 would act on, and ds1 (rhel7) has 1.3.5: keep to letters, digits and _@%+=:,./-',
    ),
    cluster(
        "a value too long for a line of keepalived's",
        { trackProcesses: [{ name: "web", process: "x".repeat(901) }] },
        "trackProcesses[0].process: takes 901 bytes of one line, and keepalived would take the end of it for another: 900 is the most",
    ),
    cluster(
        "a version of a package that is none",
        { keepalivedPackage: "newest *" },
        'keepalivedPackage: "newest *" is not the version of a package, such as 1:2.2.7-1+b2',
    ),
    cluster(
        "a table that is too large",
        { kernel: { connTabBits: 31 } },
        "kernel.connTabBits: 31 is not a power of two (8–20)",
    ),
    cluster(
        "a sync threshold above its period",
        { kernel: { syncThreshold: 50, syncPeriod: 50 } },
        "kernel.syncThreshold: 50 is not below syncPeriod 50: the kernel refuses it",
    ),
    cluster(
        "sync settings without a sync daemon",
        { kernel: { syncRetries: 1 }, globalDefs: { lvsSyncDaemon: { enabled: false } } },
        "kernel.syncRetries: is for the sync daemon, and there is none: give lvsSyncDaemon, or remove it",
    ),
    cluster(
        "timeouts that an old keepalived sets beside a sync daemon only",
        {
            distribution: "rhel7",
            globalDefs: { lvsTimeouts: { tcp: 900 }, lvsSyncDaemon: { enabled: false } },
        },
        "globalDefs.lvsTimeouts: needs the sync daemon before keepalived 2.1.5, and ds1 (rhel7) has 1.3.5: give lvsSyncDaemon, or leave it out",
    ),
    cluster(
        "FULLNAT without the kernel's connection tracking",
        {
            kernel: { conntrack: false },
            virtualServers: [{ ...seed.virtualServers[0]!, lvsMethod: "FULLNAT" }],
        },
        "kernel.conntrack: is false, and lvsMethod FULLNAT needs it: remove it",
    ),
    cluster(
        "a look at hosts that is too rare for alerts",
        { monitoring: { interval: 300 } },
        "monitoring.interval: 300 is not a number of seconds (5–60)",
    ),
    cluster(
        "a folder for metrics that systemd reads otherwise",
        { monitoring: { textfileDirectory: "/var/lib/%h" } },
        'monitoring.textfileDirectory: "/var/lib/%h" is not a path from the root, of letters, digits and "_+@:,=.-"',
    ),
    cluster(
        "mail without a server",
        { globalDefs: { notificationEmail: ["ops@example.com"] } },
        "globalDefs.smtpServer: is missing: without one, nobody takes the mail for notificationEmail",
    ),
];

/** By the page of the docs that they are listed on. */
export const refusals: Record<string, Refusal[]> = {
    Hosts: hosts,
    VRRP: vrrp,
    Services: services,
    "Versions, kernel and mail": others,
};
