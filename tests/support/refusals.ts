import type { Cluster } from "../../lvs/model";
import { Warning } from "../../lvs/problems";
import { seed } from "./seed";

/** The seed cluster with one mistake, for which it is refused before a host changes. */
export interface WrongArguments {
    /** Description of the mistake, as it follows "refuses" or "warns of". */
    what: string;
    cluster: Cluster;
    /** VRRP password, if that is the mistake. It is no part of a cluster. */
    authPass?: string;
    /** The only problem. */
    problem: string;
}

const vip = "10.128.190.248";

function cluster(what: string, change: object, problem: string): WrongArguments {
    return { what, cluster: { ...seed, ...change }, problem };
}

function service(what: string, change: object, problem: string): WrongArguments {
    const virtualServers = [{ ...seed.virtualServers[0]!, ...change }];
    return cluster(what, { virtualServers }, problem);
}

function instance(what: string, change: object, problem: string): WrongArguments {
    return cluster(what, { vrrpInstances: [{ ...seed.vrrpInstances[0]!, ...change }] }, problem);
}

/** The directors of the seed, as real servers. */
const machines = seed.directors.map(({ host }, index) => ({ name: `rs${index + 1}`, host }));

/** The seed's services on its directors, with a mistake. */
function both(what: string, change: object, problem: string): WrongArguments {
    return cluster(what, { realServers: machines, ...change }, problem);
}

function director(what: string, change: object, problem: string): WrongArguments {
    return cluster(
        what,
        { directors: [seed.directors[0]!, { ...seed.directors[1]!, ...change }] },
        problem,
    );
}

function realServer(what: string, change: object, problem: string): WrongArguments {
    return cluster(
        what,
        { realServers: [...seed.realServers.slice(0, 2), { ...seed.realServers[2]!, ...change }] },
        problem,
    );
}

/** The seed cluster's instance, with things to track and a second instance if a group needs one. */
function tracked(
    what: string,
    change: object,
    problem: string,
    { vrrpSyncGroups }: Pick<Cluster, "vrrpSyncGroups"> = {},
): WrongArguments {
    const others = vrrpSyncGroups === undefined ? [] : [otherInstance];
    return cluster(
        what,
        {
            scripts: [{ name: "say", content: "#!/bin/sh\n" }],
            trackScripts: [{ name: "web", script: { script: "say" } }],
            trackProcesses: [{ name: "named", process: "named" }],
            trackFiles: [{ name: "handicap", file: "/run/handicap" }],
            vrrpInstances: [{ ...seed.vrrpInstances[0]!, ...change }, ...others],
            vrrpSyncGroups,
        },
        problem,
    );
}

/** The priorities of both directors. */
function priorities(first: number, second: number) {
    return {
        directors: [
            { name: "ds1", priority: first },
            { name: "ds2", priority: second },
        ],
    };
}

/** A service without an address, in an instance that lists its own virtual IPs. */
function owned(what: string, virtualServer: object, problem: string): WrongArguments {
    return cluster(what, { vrrpInstances: [outside], virtualServers: [virtualServer] }, problem);
}

const otherInstance = {
    interface: "eth1",
    virtualRouterId: 63,
    virtualIpaddress: [{ ip: "10.128.191.1" }],
};
const outside = { ...seed.vrrpInstances[0]!, virtualIpaddress: [{ ip: vip }] };
const outsideNat = {
    ...seed.virtualServers[0]!,
    lvsMethod: "NAT",
    clientNetworks: ["192.0.2.0/24"],
};

/** Hosts. */
const hosts = [
    cluster(
        "no directors",
        { directors: [] },
        "directors: The list is empty. Give at least one host.",
    ),
    cluster(
        "real servers without a service",
        { virtualServers: [], vrrpInstances: [outside] },
        "virtualServers: There are real servers and no service for them. Give a service, or remove the real servers.",
    ),
    cluster(
        "no real servers",
        { realServers: [] },
        "realServers: The list is empty. Give at least one host.",
    ),
    cluster(
        "nine directors",
        {
            directors: Array.from({ length: 9 }, (_, index) => ({
                name: `ds${index + 1}`,
                host: `10.128.190.${index + 1}`,
            })),
        },
        "directors: The list has 9 hosts, too many to elect an active director in time. Use at most 8.",
    ),
    director(
        "a name twice",
        { name: "rs1" },
        'realServers[0].name: "rs1" already belongs to directors[1]. Use a different name.',
    ),
    realServer(
        "an address twice",
        { host: "10.128.190.249" },
        'realServers[2].host: "10.128.190.249" already belongs to realServers[0]. Use a different address.',
    ),
    realServer(
        "the address of a director under another host",
        { host: "rs3.example.com", address: "10.128.190.253" },
        'realServers[2].address: "10.128.190.253" already belongs to directors[0]. Use a different address, or if this is one machine in both roles, the same host.',
    ),
    both(
        "a machine in both roles that is not managed",
        { realServers: [{ ...machines[0]!, managed: false }, machines[1]] },
        "realServers[0].managed: false contradicts the director ds1, which is the same machine. Remove it.",
    ),
    both(
        "a machine in both roles with a tunnel",
        {
            virtualServers: [
                { virtualIp: vip, port: 80, lvsMethod: "TUN", realServers: [{ name: "rs1" }] },
            ],
        },
        "realServers[0]: The machine is also the director ds1, and virtualServers[0] sends to it by TUN: the device of a tunnel has the virtual IP while the director is a backup, too. Use DR or FULLNAT, or a machine of its own.",
    ),
    both(
        "a machine in both roles behind NAT, which fails over",
        {
            realServers: [machines[0], { ...machines[1], gateway: vip }],
            virtualServers: [
                {
                    virtualIp: vip,
                    port: 80,
                    lvsMethod: "NAT",
                    clientNetworks: ["192.0.2.0/24"],
                    realServers: [{ name: "rs2" }],
                },
            ],
        },
        "realServers[1]: The machine is also the director ds2, and virtualServers[0] sends to it by NAT: its gateway would be a virtual IP, and while the director is active the machine would be its own gateway. Use DR or FULLNAT, or a machine of its own.",
    ),
    both(
        "a machine in both roles as a sorry server behind NAT",
        {
            realServers: [machines[0], seed.realServers[1]],
            virtualServers: [
                {
                    virtualIp: vip,
                    port: 80,
                    realServers: [{ name: "rs2" }],
                    sorryServer: { host: "10.128.190.253", lvsMethod: "NAT" },
                },
            ],
        },
        "realServers[0]: The machine is also the director ds1, and virtualServers[0] sends to it by NAT: its gateway would be a virtual IP, and while the director is active the machine would be its own gateway. Use DR or FULLNAT, or a machine of its own.",
    ),
    both(
        "machines in both roles without VRRP",
        { vrrpInstances: [] },
        "vrrpInstances: ds1 is also a real server, and while it is a backup director it must not forward packets again. Only VRRP tells it that it is the backup. Give an instance, or a machine of its own for each role.",
    ),
    both(
        "machines in both roles without the sync daemon",
        { globalDefs: { lvsSyncDaemon: { enabled: false } } },
        "globalDefs.lvsSyncDaemon.enabled: false turns off the sync daemon, by which the kernel knows that a director is the backup: ds1 is also a real server, and while it is a backup director it must not forward packets again. Remove it.",
    ),
    both(
        "machines in both roles that forward as backups",
        { kernel: { backupOnly: false } },
        "kernel.backupOnly: false contradicts the two roles of a machine: ds1 is also a real server, and while it is a backup director it must not forward packets again. Remove it.",
    ),
    both(
        "machines in both roles with instances that fail over apart",
        {
            vrrpInstances: [
                {
                    name: "one",
                    interface: "eth0",
                    virtualRouterId: 62,
                    virtualIpaddress: [{ ip: vip }],
                },
                {
                    name: "two",
                    interface: "eth0",
                    virtualRouterId: 63,
                    virtualIpaddress: [{ ip: "10.128.190.247" }],
                },
            ],
        },
        "vrrpSyncGroups: ds1 is also a real server, and while it is a backup director it must not forward packets again. The kernel has one sync state for all instances. Put one, two in one group.",
    ),
    both(
        "a machine in both roles whose gateway is a director",
        {
            realServers: [{ ...machines[0]!, gateway: vip }, machines[1]],
            kernel: { gatewayInterfaces: ["eth0"] },
        },
        "realServers[0].gateway: The gateway is a director, and this machine is a director itself. Remove it.",
    ),
    cluster(
        "backupOnly with directors that are active at once",
        {
            vrrpInstances: [
                ["ds1", "ds2"],
                ["ds2", "ds1"],
            ].map((names, index) => ({
                interface: "eth0",
                virtualRouterId: 62 + index,
                virtualIpaddress: [{ ip: `10.128.190.${248 - index}` }],
                directors: names.map((name) => ({ name })),
            })),
            kernel: { backupOnly: true },
        },
        "kernel.backupOnly: With true no director forwards packets: instances prefer different directors, so each sync daemon also receives, and the kernel takes each director for a backup. Remove it, or name one instance in globalDefs.lvsSyncDaemon.instance.",
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
        'realServers[1].address: "10.128.190.249" already belongs to realServers[0]. Use a different address.',
    ),
    cluster(
        "an address twice, written in two ways",
        {
            realServers: [
                { ...seed.realServers[0]!, address6: "fd00:62:1::249" },
                { ...seed.realServers[1]!, address6: "FD00:62:1:0::249" },
            ],
        },
        'realServers[1].address6: "FD00:62:1:0::249" already belongs to realServers[0], which spells it "fd00:62:1::249". Use a different address.',
    ),
    director(
        "two names of hosts that differ in case only",
        { name: "DS1" },
        'directors[1].name: "DS1" already belongs to directors[0], which spells it "ds1". Use a different name.',
    ),
    cluster(
        "two addresses that are one DNS name",
        {
            directors: [
                { ...seed.directors[0]!, host: "ds.example.com" },
                { ...seed.directors[1]!, host: "DS.example.com." },
            ],
        },
        'directors[1].host: "DS.example.com." already belongs to directors[0], which spells it "ds.example.com". Use a different address.',
    ),
    director(
        "an address with a leading zero",
        { host: "010.128.190.254" },
        'directors[1].host: "010.128.190.254" has a leading zero, which some programs read as octal. Remove the zero.',
    ),
    director(
        "an IPv4 address in the notation of IPv6",
        { host: "::ffff:10.128.190.254" },
        'directors[1].host: "::ffff:10.128.190.254" is an IPv4 address in the notation of IPv6. Use the IPv4 address.',
    ),
    director(
        "an address with a zone",
        { host: "fe80::254%eth0" },
        'directors[1].host: "fe80::254%eth0" has a zone, which means something else on each host. Remove the zone.',
    ),
    director(
        "a loopback address of a host",
        { host: "127.0.0.1" },
        'directors[1].host: "127.0.0.1" is a loopback address, and cannot be the address of a host. Use one such as 192.0.2.10.',
    ),
    realServer(
        "a multicast address of a real server",
        { address: "224.0.0.9" },
        'realServers[2].address: "224.0.0.9" is a multicast address, and cannot be the address of a host. Use one such as 192.0.2.10.',
    ),
    realServer(
        "an unspecified address of a real server",
        { address6: "::" },
        'realServers[2].address6: "::" is an unspecified address, and cannot be the address of a host. Use one such as 192.0.2.10.',
    ),
    realServer(
        "a gateway that is a broadcast address",
        { gateway: "255.255.255.255" },
        'realServers[2].gateway: "255.255.255.255" is a broadcast address, and cannot be the address of a host. Use one such as 192.0.2.10.',
    ),
    realServer(
        "a link-local address of a real server",
        { address6: "fe80::251" },
        'realServers[2].address6: "fe80::251" is a link-local address, which needs an interface. Use one such as 2001:db8::10.',
    ),
    service(
        "a virtual IP that is a multicast address",
        { virtualIp: "239.1.2.3" },
        'virtualServers[0].virtualIp: "239.1.2.3" is a multicast address, and cannot be the address of a host. Use one such as 192.0.2.10.',
    ),
    director(
        "a name of a host that no path can have",
        { name: "ds 2" },
        'directors[1].name: "ds 2" cannot be part of a path. Use up to 63 letters and digits, with ".", "_" and "-" inside.',
    ),
    director(
        "an invalid address of a director",
        { host: "10.128.190.999" },
        'directors[1].host: "10.128.190.999" is not an IP address. Use one such as 192.0.2.10.',
    ),
    director(
        "a host name that is too long",
        { host: "x".repeat(255) },
        `directors[1].host: "${"x".repeat(77)}…" is neither an IP address nor a host name. Use one such as 192.0.2.10 or rs1.example.com.`,
    ),
    realServer(
        "a real server that is known by name only",
        { host: "rs3.example.com" },
        'virtualServers[0]: "rs3" has no IPv4 address that directors can send packets to. Give its address in realServers.',
    ),
    realServer(
        "an IPv6 address as the IPv4 one",
        { address: "fd00::1" },
        'realServers[2].address: "fd00::1" is not an IPv4 address. Use one such as 192.0.2.10.',
    ),
    realServer(
        "a gateway that is not an address",
        { gateway: "router" },
        'realServers[2].gateway: "router" is not an IPv4 address. Use one such as 192.0.2.10.',
    ),
    director(
        "an unknown distribution",
        { distribution: "windows" },
        'directors[1].distribution: "windows" is unknown. Use one of debian11, debian12, debian13, ubuntu2204, ubuntu2404, rhel7, rhel8, rhel9, alma8, alma9, rocky8, rocky9, centosStream9, amazon2023, fedora, openEuler.',
    ),
    director(
        "a distribution whose releases have different keepaliveds",
        { distribution: "fedora" },
        "directors[1].keepalivedVersion: The value is missing, and the releases of fedora have different versions of keepalived. Give the version that `keepalived --version` prints.",
    ),
    director(
        "an invalid version of keepalived",
        { keepalivedVersion: "new" },
        'directors[1].keepalivedVersion: "new" is not a version. Use one such as 2.2.7.',
    ),
    director(
        "a keepalived that is too old",
        { keepalivedVersion: "1.2.24" },
        'directors[1].keepalivedVersion: "1.2.24" is older than the oldest version that pulumi-lvs supports. Use 1.3.5 or later.',
    ),
    realServer(
        "a negative weight",
        { weight: -1 },
        "realServers[2].weight: -1 is out of range. Use 0 to 65535.",
    ),
    realServer(
        "a page of a real server that is not managed",
        { managed: false, demoPage: "hello" },
        "realServers[2].demoPage: The page needs a host that pulumi-lvs sets up, and managed is false. Remove one of them.",
    ),
    realServer(
        "a page with a NUL",
        { demoPage: "a\0b" },
        "realServers[2].demoPage: The text has a NUL character or half of another character. Remove it.",
    ),
];

/** VRRP. */
const vrrp = [
    instance(
        "virtual router id 0",
        { virtualRouterId: 0 },
        "vrrpInstances[0].virtualRouterId: 0 is out of range. Use 1 to 255.",
    ),
    instance(
        "virtual router id 256",
        { virtualRouterId: 256 },
        "vrrpInstances[0].virtualRouterId: 256 is out of range. Use 1 to 255.",
    ),
    instance(
        "an invalid name of an interface",
        { interface: "eth0 eth1" },
        'vrrpInstances[0].interface: "eth0 eth1" is not the name of a network interface. Use up to 15 letters, digits, "_", ".", "@" and "-", such as eth0.',
    ),
    cluster(
        "one virtual router id twice in a network",
        { vrrpInstances: [outside, { ...otherInstance, interface: "eth0", virtualRouterId: 62 }] },
        "vrrpInstances[1].virtualRouterId: 62 is already the id of vrrpInstances[0] on the same interface. Use a different one.",
    ),
    cluster(
        "one virtual router id twice on one director's own interface",
        {
            vrrpInstances: [
                { ...outside, directors: [{ name: "ds1", interface: "eth1" }, { name: "ds2" }] },
                { ...otherInstance, virtualRouterId: 62 },
            ],
        },
        "vrrpInstances[1].virtualRouterId: 62 is already the id of vrrpInstances[0] on the same interface. Use a different one.",
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
        "vrrpInstances[1].virtualRouterId: 62 is already the id of vrrpInstances[0] on the same interface. Use a different one.",
    ),
    cluster(
        "a virtual IP in no instance",
        { vrrpInstances: [{ ...outside, virtualIpaddress: [{ ip: "10.128.190.247" }] }] },
        'virtualServers[0].virtualIp: "10.128.190.248" belongs to no VRRP instance. Add it to vrrpInstances[].virtualIpaddress.',
    ),
    instance(
        "a virtual IP twice in one instance",
        { virtualIpaddress: [{ ip: vip }, { ip: vip }] },
        "vrrpInstances[0].virtualIpaddress: 10.128.190.248 is listed twice. List it once.",
    ),
    cluster(
        "a virtual IP in two instances",
        { vrrpInstances: [outside, { ...otherInstance, virtualIpaddress: [{ ip: vip }] }] },
        "vrrpInstances[1].virtualIpaddress: 10.128.190.248 already belongs to vrrpInstances[0], and two directors could be active for it. List it in one instance.",
    ),
    cluster(
        "several instances, one without virtual IPs",
        { vrrpInstances: [outside, { interface: "eth1", virtualRouterId: 63 }] },
        "vrrpInstances[1].virtualIpaddress: The value is missing, and there are several instances. List the virtual IPs of this one.",
    ),
    instance(
        "priorities against the order",
        {
            directors: [
                { name: "ds1", priority: 99 },
                { name: "ds2", priority: 100 },
            ],
        },
        "vrrpInstances[0].directors[1].priority: 100 is above 99, the priority of the director before it. List directors in order of preference.",
    ),
    instance(
        "priority 255, which the standard reserves",
        { directors: [{ name: "ds1", priority: 255 }, { name: "ds2" }] },
        "vrrpInstances[0].directors[0].priority: 255 is out of range. Use 1 to 254.",
    ),
    instance(
        "a director that is not defined",
        { directors: [{ name: "ds1" }, { name: "ds9" }] },
        'vrrpInstances[0].directors[1].name: "ds9" is not defined in directors. Define it there, or use one of ds1, ds2.',
    ),
    tracked(
        "a tracked script with a weight, with nopreempt",
        { nopreempt: true, trackScript: [{ name: "web", weight: -20 }] },
        'vrrpInstances[0].trackScript[0]: With nopreempt no director replaces an active one of lower priority, so weight -20 of "web" causes no failover. Use weight 0, which gives up the virtual IPs, or remove nopreempt.',
    ),
    tracked(
        "a tracked file with its default weight, with nopreempt",
        { nopreempt: true, trackFile: [{ name: "handicap" }] },
        'vrrpInstances[0].trackFile[0]: With nopreempt no director replaces an active one of lower priority, so weight 1 of "handicap" causes no failover. Use weight 0, which gives up the virtual IPs, or remove nopreempt.',
    ),
    tracked(
        "a sync group that tracks with a weight, and a member with nopreempt",
        {
            nopreempt: true,
            virtualIpaddress: [{ ip: vip }],
        },
        'vrrpSyncGroups[0].trackScript[0]: With nopreempt no director replaces an active one of lower priority, so weight -20 of "web" causes no failover. Use weight 0, which gives up the virtual IPs, or remove nopreempt.',
        {
            vrrpSyncGroups: [
                {
                    name: "both",
                    group: ["VI_1", "VI_2"],
                    trackScript: [{ name: "web", weight: -20 }],
                },
            ],
        },
    ),
    instance(
        "a setting of one director that contradicts the instance",
        { preemptDelay: 5, directors: [{ name: "ds1" }, { name: "ds2", nopreempt: true }] },
        "vrrpInstances[0].directors[1].preemptDelay: The delay has no effect with nopreempt, which forbids preemption. Remove one of them.",
    ),
    instance(
        "a setting of one director that is out of range",
        { directors: [{ name: "ds1", garpMasterDelay: -1 }, { name: "ds2" }] },
        "vrrpInstances[0].directors[0].garpMasterDelay: -1 is out of range. Use 0 to 4294 seconds.",
    ),
    cluster(
        "arguments of a script for a director that does not exist",
        {
            scripts: [{ name: "say", content: "#!/bin/sh\n" }],
            trackScripts: [
                {
                    name: "web",
                    script: { script: "say", directors: [{ name: "ds3", args: ["x"] }] },
                },
            ],
        },
        'trackScripts[0].script.directors[0].name: "ds3" is not defined in directors. Define it there, or use one of ds1, ds2.',
    ),
    instance(
        "a path of a program that keepalived cannot read",
        { notify: { script: "/opt/my program" } },
        'vrrpInstances[0].notify: "/opt/my program" is not an absolute path that keepalived can read. Use letters, digits and "_+@%:,=.-" after each "/".',
    ),
    director(
        "a router id that keepalived cannot read",
        { routerId: "two words" },
        'directors[1].routerId: "two words" is not a router id. Use up to 64 letters, digits, "_", ".", ":", "@" and "-".',
    ),
    instance(
        "more IPv6 addresses than an advert has room for",
        {
            virtualIpaddress: Array.from({ length: 90 }, (_, index) => ({
                ip: `fd00:62::${index + 1}`,
            })),
            virtualIpaddressExcluded: [{ ip: vip }],
        },
        "vrrpInstances[0].virtualIpaddress: The list has 90 addresses of one family, and an advert has room for 89. Move the others to virtualIpaddressExcluded.",
    ),
    instance(
        "nopreempt with preemptDelay",
        { nopreempt: true, preemptDelay: 5 },
        "vrrpInstances[0].preemptDelay: The delay has no effect with nopreempt, which forbids preemption. Remove one of them.",
    ),
    instance(
        "an interval under a second with version 2",
        { advertInt: 0.5 },
        "vrrpInstances[0].advertInt: 0.5 is out of range. Use 1 to 255 seconds in version 2.",
    ),
    instance(
        "an interval of half a hundredth with version 3",
        { version: 3, advertInt: 0.005 },
        "vrrpInstances[0].advertInt: 0.005 is out of range. Use 0.01 to 40.95 seconds in version 3.",
    ),
    cluster(
        "a password with version 3",
        {
            hasAuthPass: true,
            vrrpInstances: [{ ...seed.vrrpInstances[0]!, version: 3 }],
        },
        "authPass: The password is for version 2 of VRRP, and no instance has version 2 with a password. Remove it.",
    ),
    instance(
        "a way to carry a password with version 3",
        { version: 3, authType: "AH" },
        "vrrpInstances[0].authType: Version 3 has no password. Remove authType, or use version 2.",
    ),
    {
        what: "a password with a blank",
        cluster: seed,
        authPass: "pass 1234",
        problem:
            'authPass: The password (9 bytes) has a form that keepalived cannot read. Use 1 to 8 printable ASCII characters without blanks and " \\ { }, or remove it to have one generated.',
    },
    cluster(
        "unicast without a source",
        {
            directors: [seed.directors[0]!, { name: "ds2", host: "ds2.example.com" }],
            vrrpInstances: [{ ...seed.vrrpInstances[0]!, unicast: true }],
            globalDefs: { lvsSyncDaemon: { enabled: false } },
        },
        "vrrpInstances[0].unicast: Unicast needs the IPv4 address of ds2, and its host is not one. Give its unicastSrcIp in directors.",
    ),
    cluster(
        "unicast with a single director",
        {
            directors: seed.directors.slice(0, 1),
            vrrpInstances: [{ ...seed.vrrpInstances[0]!, unicast: true }],
        },
        "vrrpInstances[0].unicast: The instance has one director, and no other to send adverts to. Remove it.",
    ),
    instance(
        "a strict instance of version 2",
        { strictMode: true, version: 2 },
        "vrrpInstances[0].version: Version 2 contradicts the standard, which strictMode requires. Use 3.",
    ),
    instance(
        "a script to track that is not defined",
        { trackScript: [{ name: "web" }] },
        'vrrpInstances[0].trackScript[0].name: "web" is not defined in trackScripts. Define it there.',
    ),
    cluster(
        "a sync group of one",
        { vrrpSyncGroups: [{ name: "both", group: ["VI_1"] }] },
        "vrrpSyncGroups[0].group: A group needs two instances, and this one has 1. Add an instance, or remove the group.",
    ),
    cluster(
        "a sync group of an instance that is not defined",
        {
            vrrpInstances: [outside, otherInstance],
            vrrpSyncGroups: [{ name: "both", group: ["VI_1", "VI_3"] }],
        },
        'vrrpSyncGroups[0].group[1]: "VI_3" is not defined in vrrpInstances. Define it there, or use one of VI_1, VI_2.',
    ),
    cluster(
        "an invalid name of a script",
        { scripts: [{ name: "a/b", content: "#!/bin/sh\n" }] },
        'scripts[0].name: "a/b" is not a valid file name. Use up to 64 letters, digits, ".", "_" and "-".',
    ),
    cluster(
        "a script without an interpreter",
        { scripts: [{ name: "a", content: "true" }] },
        "scripts[0].content: The text does not begin with #! and the path of an interpreter. Begin it with a line such as #!/bin/sh.",
    ),
    instance(
        "a script call that names no script of the cluster",
        { notify: { script: "say" } },
        'vrrpInstances[0].notify: "say" is not defined in scripts. Define it there.',
    ),
    instance(
        "a script call with a word of the shell",
        { notify: { script: "/usr/bin/logger", args: ["changed", ">/dev/log"] } },
        'vrrpInstances[0].notify: ">/dev/log" is a word of the shell, and keepalived starts the program without one. Put the command into a script.',
    ),
];

/** Services. */
const services = [
    service(
        "a virtual IP that is not an address",
        { virtualIp: `${vip}/24` },
        'virtualServers[0].virtualIp: "10.128.190.248/24" is not an IP address. Use one such as 192.0.2.10.',
    ),
    service(
        "a virtual IP that a host has",
        { virtualIp: "10.128.190.250" },
        'virtualServers[0].virtualIp: "10.128.190.250" is the address of rs2. Use an address that no host has.',
    ),
    cluster(
        "a virtual IP that directors send to",
        {
            realServers: [{ name: "rs1", host: "rs1.example.com", address: vip }],
        },
        'virtualServers[0].virtualIp: "10.128.190.248" is the address of rs1. Use an address that no host has.',
    ),
    cluster(
        "a virtual IP that a host has, written in another way",
        {
            realServers: [{ ...seed.realServers[0]!, address6: "FD00:62:1::248" }],
            virtualServers: [{ virtualIp: "fd00:62:1:0::248", port: 80 }],
        },
        'virtualServers[0].virtualIp: "fd00:62:1:0::248" is the address of rs1. Use an address that no host has.',
    ),
    service(
        "port 70000",
        { port: 70000 },
        "virtualServers[0].port: 70000 is out of range. Use 1 to 65535.",
    ),
    service(
        "no port without persistence",
        { port: undefined },
        "virtualServers[0].port: The value is missing. Give a port, or a persistenceTimeout to serve all ports.",
    ),
    service(
        "a service with two addresses",
        { fwmark: { mark: 1, packets: [{ virtualIp: vip }] } },
        "virtualServers[0]: The service has virtualIp and fwmark. Give one of virtualIp, virtualServerGroup and fwmark.",
    ),
    owned(
        "a service without an address",
        {},
        "virtualServers[0]: The service has no address. Give one of virtualIp, virtualServerGroup and fwmark.",
    ),
    service(
        "addresses of both families in one service",
        {
            virtualIp: undefined,
            port: undefined,
            virtualServerGroup: [
                { virtualIp: vip, port: 80 },
                { virtualIp: "fd00:62:1::248", port: 80 },
            ],
        },
        "virtualServers[0]: The addresses mix IPv4 and IPv6. Split the service in two virtual servers.",
    ),
    owned(
        "marked packets with a MAC address of a group",
        { fwmark: { mark: 1, packets: [{ virtualIp: vip, sourceMac: "01:00:5e:00:00:12" }] } },
        'virtualServers[0].fwmark.packets[0].sourceMac: "01:00:5e:00:00:12" is not the MAC address of an interface. Use one such as 00:00:5e:00:53:01.',
    ),
    instance(
        "a name for an interface that does not exist",
        { vmacInterface: "vip0" },
        "vrrpInstances[0].vmacInterface: The name is for an interface with a virtual MAC address. Set useVmac, or remove it.",
    ),
    instance(
        "the own interface as the one with a virtual MAC address",
        { useVmac: true, vmacInterface: "eth0" },
        'vrrpInstances[0].vmacInterface: "eth0" is the instance\'s own interface, and keepalived creates another one. Use a new name.',
    ),
    instance(
        "an active state that keepalived does not start in",
        { nopreempt: true, state: "MASTER" },
        "vrrpInstances[0].state: With nopreempt, preemptDelay, strict mode or AH, every director starts as BACKUP. Remove the state.",
    ),
    service(
        "a range of addresses whose end comes first",
        {
            virtualIp: undefined,
            port: undefined,
            virtualServerGroup: [{ virtualIp: "10.128.190.9", lastIp: "10.128.190.8", port: 80 }],
        },
        'virtualServers[0].virtualServerGroup[0].lastIp: "10.128.190.8" does not end a range that begins with "10.128.190.9". Give the higher end of up to 256 addresses.',
    ),
    service(
        "IPv6 with real servers that have no IPv6 address",
        { virtualIp: "fd00:62:1::248", realServers: [{ name: "rs1" }] },
        'virtualServers[0].realServers[0].name: "rs1" has no IPv6 address that directors can send packets to. Give its address6 in realServers.',
    ),
    owned(
        "a mark without packets",
        { fwmark: { mark: 1, packets: [] } },
        "virtualServers[0].fwmark.packets: The list is empty. Give packets to mark, or remove it if another program marks them.",
    ),
    owned(
        "a family of packets that have one",
        {
            fwmark: { mark: 1, ipFamily: "inet", packets: [{ virtualIp: vip, port: 80 }] },
        },
        "virtualServers[0].fwmark.ipFamily: The address family follows from packets. Remove ipFamily, or remove packets if another program marks them.",
    ),
    owned(
        "FULLNAT for packets that another program marks",
        { fwmark: { mark: 1 }, lvsMethod: "FULLNAT", check: { ping: {} } },
        "virtualServers[0].fwmark.packets: The value is missing, and FULLNAT has to know the packets to translate. List them, or use another method.",
    ),
    owned(
        "packets that another program marks, without a check",
        { fwmark: { mark: 1 } },
        "virtualServers[0].check: The value is missing, and the service has no single TCP port for a default check. Give a check, or none.",
    ),
    cluster(
        "one mark twice in a family",
        {
            vrrpInstances: [outside],
            virtualServers: [1, 2].map(() => ({ fwmark: { mark: 1 }, check: { ping: {} } })),
        },
        "virtualServers[1]: fwmark 1 (inet) is already virtualServers[0], and keepalived would merge the two services. Use a different address, port or mark.",
    ),
    service(
        "a range that ends before it begins",
        {
            virtualIp: undefined,
            port: undefined,
            fwmark: { mark: 1, packets: [{ virtualIp: vip, port: 90, lastPort: 80 }] },
            check: { ping: {} },
        },
        "virtualServers[0].fwmark.packets[0].lastPort: 80 is not above port, 90. Give both ends of the range, the lower one in port.",
    ),
    service(
        "an unknown protocol",
        { protocol: "ICMP" },
        'virtualServers[0].protocol: "ICMP" is unknown. Use one of TCP, UDP, SCTP.',
    ),
    cluster(
        "one service twice",
        { virtualServers: [seed.virtualServers[0]!, seed.virtualServers[0]!] },
        "virtualServers[1]: 10.128.190.248:80 (TCP) is already virtualServers[0], and keepalived would merge the two services. Use a different address, port or mark.",
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
        "virtualServers[1]: [fd00:62:1::248]:80 (TCP) is already virtualServers[0], and keepalived would merge the two services. Use a different address, port or mark.",
    ),
    service(
        "an unknown scheduler",
        { lvsSched: "random" },
        'virtualServers[0].lvsSched: "random" is unknown. Use one of rr, wrr, lc, wlc, lblc, lblcr, sh, dh, sed, nq, fo, ovf, mh, twos.',
    ),
    service(
        "a flag without its scheduler",
        { lvsSched: "sh", mhPort: true },
        'virtualServers[0].mhPort: The flag belongs to mh, and lvsSched is "sh". Remove it.',
    ),
    service(
        "mh without fallback where weights change",
        { lvsSched: "mh", inhibitOnFailure: true },
        "virtualServers[0].lvsSched: mh drops the clients of servers with weight 0, which drained, inhibitOnFailure and some checks set. Set mhFallback.",
    ),
    cluster(
        "sh without fallback where the number in a file changes weights",
        {
            trackFiles: [{ name: "handicap", file: "/run/handicap" }],
            directors: seed.directors.map((director) => ({
                ...director,
                keepalivedVersion: "2.2.7",
            })),
            virtualServers: [
                {
                    ...seed.virtualServers[0]!,
                    lvsSched: "sh",
                    check: { file: { trackFile: "handicap" } },
                },
            ],
        },
        "virtualServers[0].lvsSched: sh drops the clients of servers with weight 0, which drained, inhibitOnFailure and some checks set. Set shFallback.",
    ),
    service(
        "an unknown forwarding method",
        { lvsMethod: "dr" },
        'virtualServers[0].lvsMethod: "dr" is unknown. Use one of DR, NAT, TUN, FULLNAT.',
    ),
    service(
        "another port with direct routing",
        { realServers: [{ name: "rs1", port: 8080 }] },
        "virtualServers[0].realServers[0].port: 8080 differs from the virtual server's port, 80, and DR cannot change ports. Remove it, or use NAT.",
    ),
    service(
        "another port with a tunnel",
        { lvsMethod: "TUN", realServers: [{ name: "rs1", port: 8080 }] },
        "virtualServers[0].realServers[0].port: 8080 differs from the virtual server's port, 80, and TUN cannot change ports. Remove it, or use NAT.",
    ),
    service(
        "a tunnel without method TUN",
        { tunnel: { type: "gue" } },
        'virtualServers[0].tunnel: A tunnel needs lvsMethod TUN, and the method is "DR". Remove the tunnel, or change the method.',
    ),
    service(
        "the port of a tunnel that has none",
        { lvsMethod: "TUN", tunnel: { port: 6080 } },
        'virtualServers[0].tunnel.port: A port needs a tunnel of type gue, and the type is "ipip". Remove the port, or change the type.',
    ),
    cluster(
        "a gateway of NAT that is a director's own address",
        {
            realServers: seed.realServers
                .slice(0, 1)
                .map((one) => ({ ...one, gateway: "10.128.190.253" })),
            virtualServers: [outsideNat],
        },
        'realServers[0].gateway: "10.128.190.253" is no virtual IP of vrrpInstances, so NAT stops when the active director fails. Use a virtual IP of the directors.',
    ),
    cluster(
        "a gateway of NAT that is nobody's address",
        {
            realServers: [{ name: "in1", host: "10.128.191.11", gateway: "10.128.191.9" }],
            vrrpInstances: [outside, otherInstance],
            virtualServers: [outsideNat],
        },
        'realServers[0].gateway: "10.128.191.9" is no virtual IP of vrrpInstances, so NAT stops when the active director fails. Use a virtual IP of the directors.',
    ),
    cluster(
        "NAT with several instances and no gateway",
        {
            realServers: [{ name: "in1", host: "10.128.191.11" }],
            vrrpInstances: [outside, otherInstance],
            virtualServers: [outsideNat],
        },
        "realServers[0].gateway: The value is missing, so the instances that NAT needs on one director are unknown. Give the virtual IP that is the gateway, or put the instances in vrrpSyncGroups.",
    ),
    cluster(
        "a director as the gateway of direct routing",
        { realServers: seed.realServers.map((one) => ({ ...one, gateway: vip })).slice(0, 1) },
        "realServers[0].gateway: The gateway is a director, which drops answers of DR and TUN. Use another gateway, NAT for all services of this host, or kernel.gatewayInterfaces.",
    ),
    cluster(
        "a director's own address as the gateway of direct routing",
        {
            realServers: seed.realServers
                .map((one) => ({ ...one, gateway: "10.128.190.253" }))
                .slice(0, 1),
        },
        "realServers[0].gateway: The gateway is a director, which drops answers of DR and TUN. Use another gateway, NAT for all services of this host, or kernel.gatewayInterfaces.",
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
        "realServers[0].gateway6: The gateway is a director, which drops answers of DR and TUN. Use another gateway, or NAT for all services of this host.",
    ),
    cluster(
        "one port in a NAT and in a FULLNAT pool",
        {
            realServers: seed.realServers.slice(0, 1),
            virtualServers: [
                outsideNat,
                {
                    virtualIp: vip,
                    port: 81,
                    lvsMethod: "FULLNAT",
                    realServers: [{ name: "rs1", port: 80 }],
                },
            ],
        },
        "realServers[0]: Port 80 is in a NAT and in a FULLNAT pool, and the director cannot tell their packets apart. Use one method for both.",
    ),
    cluster(
        "a sync group without an instance that NAT needs",
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
        "vrrpSyncGroups: NAT needs VI_1 and VI_2 on one director, and no group has them together. Put them in one group.",
    ),
    service(
        "a real server that is not defined",
        { realServers: [{ name: "rs4" }] },
        'virtualServers[0].realServers[0].name: "rs4" is not defined in realServers. Define it there, or use one of rs1, rs2, rs3.',
    ),
    service(
        "a real server twice in a pool",
        { realServers: [{ name: "rs1" }, { name: "rs1" }] },
        'virtualServers[0].realServers[1].name: "rs1" is listed twice. List it once.',
    ),
    service(
        "an empty pool",
        { realServers: [] },
        "virtualServers[0].realServers: The list is empty. Name real servers, or remove the list to use all of them.",
    ),
    service(
        "weight 0 for all",
        { realServers: ["rs1", "rs2"].map((name) => ({ name, weight: 0 })) },
        "virtualServers[0].realServers: All members have weight 0, so no server would get connections. Give one a weight above 0.",
    ),
    service(
        "a lower threshold above the upper",
        { realServers: [{ name: "rs1", uthreshold: 5, lthreshold: 6 }] },
        "virtualServers[0].realServers[0].lthreshold: 6 is not below uthreshold, 5. Lower it, or raise uthreshold.",
    ),
    service(
        "a negative persistence",
        { persistenceTimeout: -1 },
        "virtualServers[0].persistenceTimeout: -1 is out of range. Use 0 to 2678400 seconds.",
    ),
    service(
        "persistence with one-packet scheduling",
        { protocol: "UDP", ops: true, persistenceTimeout: 50 },
        "virtualServers[0].ops: ops schedules each packet separately, and persistenceTimeout keeps clients together. Remove one of them, or give a persistenceEngine.",
    ),
    service(
        "one-packet scheduling of TCP",
        { ops: true },
        "virtualServers[0].ops: ops is for UDP. Remove it, or use protocol UDP.",
    ),
    service(
        "the engine for SIP with TCP",
        { persistenceTimeout: 50, persistenceEngine: "sip" },
        "virtualServers[0].persistenceEngine: The engine reads UDP only, and clients of other protocols are told apart by address. Remove it, or use protocol UDP.",
    ),
    cluster(
        "a netmask for all clients on an old keepalived",
        {
            directors: seed.directors.map((one) => ({ ...one, keepalivedVersion: "2.0.19" })),
            virtualServers: [
                {
                    ...seed.virtualServers[0]!,
                    persistenceTimeout: 50,
                    persistenceGranularity: "0.0.0.0",
                },
            ],
        },
        "virtualServers[0].persistenceGranularity: The netmask 0.0.0.0 needs keepalived 2.0.20, and ds1 (debian12) has 2.0.19. Remove it.",
    ),
    service(
        "a name with a port in the TLS handshake",
        {
            virtualhost: "www.example.com:8443",
            check: { ssl: { enableSni: true, url: [{ path: "/" }] } },
        },
        'virtualServers[0].virtualhost: "www.example.com:8443" has a port, and enableSni sends the name in the TLS handshake, which has none. Remove the port, or enableSni.',
    ),
    service(
        "a netmask with holes",
        { persistenceTimeout: 50, persistenceGranularity: "255.0.255.0" },
        'virtualServers[0].persistenceGranularity: "255.0.255.0" is not an IPv4 netmask. Use one such as 255.255.255.0.',
    ),
    service(
        "granularity without persistence",
        { persistenceGranularity: "255.255.255.0" },
        "virtualServers[0].persistenceGranularity: The setting has no effect without persistenceTimeout. Give one, or remove it.",
    ),
    service(
        "a quorum that the weights cannot reach",
        { quorum: 4 },
        "virtualServers[0].quorum: quorum and hysteresis need a weight of 4, and all weights add up to 3. Lower quorum.",
    ),
    service(
        "hysteresis as large as the quorum",
        { quorum: 1, hysteresis: 1 },
        "virtualServers[0].hysteresis: 1 is not below quorum, 1, so the pool could never go down. Lower it.",
    ),
    service(
        "a sorry server on another port with direct routing",
        { sorryServer: { host: "10.128.190.246", port: 81 } },
        "virtualServers[0].sorryServer.port: 81 differs from the virtual server's port, 80, and DR cannot change ports. Remove it, or use NAT.",
    ),
    ...["NAT", "FULLNAT"].map((lvsMethod) =>
        service(
            `a sorry server on the loopback with ${lvsMethod}`,
            { sorryServer: { host: "127.0.0.1", lvsMethod } },
            `virtualServers[0].sorryServer.host: "127.0.0.1" is a loopback address, and the kernel drops what ${lvsMethod} sends there. Use lvsMethod DR, or the address of a host.`,
        ),
    ),
    service(
        "a check of a real server from a loopback address",
        { check: { tcp: { bindto: "127.0.0.1" } } },
        'virtualServers[0].check.tcp.bindto: "127.0.0.1" is a loopback address, from which no packet leaves the director. Use another address of the director.',
    ),
    service(
        "no time between checks",
        { delayLoop: 0 },
        "virtualServers[0].delayLoop: 0 is out of range. Use 0.01 to 86400 seconds.",
    ),
    service(
        "a check that never waits",
        { check: { tcp: { connectTimeout: 0 } } },
        "virtualServers[0].check.tcp.connectTimeout: 0 is out of range. Use 0.01 to 3600 seconds.",
    ),
    owned(
        "direct routing for a group with several ports",
        {
            virtualServerGroup: [
                { virtualIp: vip, port: 80 },
                { virtualIp: vip, port: 8080 },
            ],
        },
        "virtualServers[0].virtualServerGroup: The group has ports 80, 8080, and DR cannot change ports. Use one port, fwmark or NAT.",
    ),
    service(
        "a check from an address of the other family",
        { check: { tcp: { bindto: "fd00:62:1::1" } } },
        'virtualServers[0].check.tcp.bindto: "fd00:62:1::1" is not in the address family of the real servers. Use an address of that family.',
    ),
    service(
        "several TCP ports without a check",
        {
            virtualIp: undefined,
            port: undefined,
            fwmark: {
                mark: 7,
                packets: [
                    { virtualIp: vip, port: 80 },
                    { virtualIp: vip, port: 443 },
                ],
            },
        },
        "virtualServers[0].check: The value is missing, and the service has the TCP ports 80, 443 for a default check. Give a check, or none.",
    ),
    service(
        "all ports with a check that needs one",
        { port: undefined, persistenceTimeout: 50, check: { tcp: {} } },
        "virtualServers[0].check.tcp.connectPort: The value is missing, and the service has no single TCP port. Give the port to connect to.",
    ),
    cluster(
        "UDP without a check on an old keepalived",
        {
            distribution: "rhel7",
            virtualServers: [{ ...seed.virtualServers[0]!, protocol: "UDP" }],
        },
        "virtualServers[0].check: The value is missing, and the default, UDP_CHECK, needs keepalived 2.1.0, and ds1 (rhel7) has 1.3.5. Give a check, or none.",
    ),
    service(
        "no check beside another",
        { check: { none: true, ping: {} } },
        "virtualServers[0].check.none: The setting excludes all other checks. Remove it, or remove them.",
    ),
    service(
        "alpha without a check",
        { alpha: true, check: { none: true } },
        "virtualServers[0].check.none: With alpha, servers are down until their first check, and this one has none. Remove alpha, or give a check.",
    ),
    service(
        "alpha of a pool member without a check",
        { realServers: [{ name: "rs1", alpha: true, check: { none: true } }] },
        "virtualServers[0].realServers[0].check.none: With alpha, servers are down until their first check, and this one has none. Remove alpha, or give a check.",
    ),
    service(
        "alpha of a pool member whose virtual server has no check",
        { check: { none: true }, realServers: [{ name: "rs1", alpha: true }] },
        "virtualServers[0].check.none: With alpha, servers are down until their first check, and this one has none. Remove alpha, or give a check.",
    ),
    service(
        "a check by a script that is not deployed",
        { check: { misc: { miscPath: { script: "probe" } } } },
        'virtualServers[0].check.misc.miscPath: "probe" is not defined in scripts. Define it there.',
    ),
    service(
        "a check by a path that keepalived cannot read",
        { check: { misc: { miscPath: { script: "/opt/my probe" } } } },
        'virtualServers[0].check.misc.miscPath: "/opt/my probe" is not an absolute path that keepalived can read. Use letters, digits and "_+@%:,=.-" after each "/".',
    ),
    service(
        "a check by a path with two dots",
        { check: { misc: { miscPath: { script: "/opt/../usr/bin/true" } } } },
        'virtualServers[0].check.misc.miscPath: "/opt/../usr/bin/true" has a part that is a dot or two dots. Use the path without them.',
    ),
    service(
        "a check by the path of a script of the cluster",
        { check: { misc: { miscPath: { script: "/usr/libexec/keepalived/probe" } } } },
        'virtualServers[0].check.misc.miscPath: "/usr/libexec/keepalived/probe" is in the folder of the cluster\'s scripts. Use the name of one of them.',
    ),
    service(
        "HTTP without a page",
        { check: { http: { url: [] } } },
        'virtualServers[0].check.http.url: The list is empty. Give a page such as {"path": "/"}.',
    ),
    service(
        "extra lines that leave their block",
        { extraConfig: "}\nglobal_defs {" },
        "virtualServers[0].extraConfig: An opening or a closing brace lacks its counterpart. Close every block that you open, and no other.",
    ),
    service(
        "extra lines of a pool member that leave their block",
        { realServers: [{ name: "rs1", extraConfig: "}\nglobal_defs {" }] },
        "virtualServers[0].realServers[0].extraConfig: An opening or a closing brace lacks its counterpart. Close every block that you open, and no other.",
    ),
    service(
        "extra lines of a check that leave its block",
        { check: { tcp: { extraConfig: "}" } } },
        "virtualServers[0].check.tcp.extraConfig: An opening or a closing brace lacks its counterpart. Close every block that you open, and no other.",
    ),
    cluster(
        "extra lines with a network namespace",
        { extraConfig: "garp_group {\n}\nnet_namespace lvs" },
        "extraConfig: net_namespace moves keepalived to a network namespace or to files of its own, where the steps on the host do not look. Remove it.",
    ),
    service(
        "an extra line whose brace keepalived may skip",
        { extraConfig: "@ds1 track {\n}" },
        "virtualServers[0].extraConfig: A brace shares its line with another brace, @, ~, $ or an escaped character, which can change its meaning. Put the brace on a line of its own.",
    ),
    service(
        "an extra line that continues on the next one",
        { extraConfig: "retry 2 \\" },
        "virtualServers[0].extraConfig: A line ends in a backslash, which can join it to the next line. Remove the backslash.",
    ),
    service(
        "an extra line that is too long for keepalived",
        { extraConfig: `# ${"-".repeat(1000)} quorum 2` },
        "virtualServers[0].extraConfig: The line has 1011 bytes, and keepalived would read its end as a new line. Use at most 900 bytes.",
    ),
];

/** Versions, kernel and the rest. */
const others = [
    cluster(
        "a keyword newer than a director's keepalived",
        { distribution: "rhel7", virtualServers: [{ ...seed.virtualServers[0]!, lvsSched: "mh" }] },
        "virtualServers[0].lvsSched: mh needs keepalived 2.0.7, and ds1 (rhel7) has 1.3.5. Remove it, or correct keepalivedVersion.",
    ),
    cluster(
        "an argument with a blank on an old keepalived",
        {
            directors: seed.directors.map((one) => ({ ...one, keepalivedVersion: "2.0.5" })),
            scripts: [{ name: "say", content: "#!/bin/sh\n" }],
            trackScripts: [{ name: "web", script: { script: "say", args: ["two words"] } }],
        },
        'trackScripts[0].script: "two words" has a blank, which needs keepalived 2.0.6, and ds1 (debian12) has 2.0.5. Use an argument without blanks.',
    ),
    cluster(
        "an argument with a quote",
        {
            scripts: [{ name: "say", content: "#!/bin/sh\n" }],
            trackScripts: [{ name: "web", script: { script: "say", args: ["it's"] } }],
        },
        'trackScripts[0].script: "it\'s" has characters that keepalived cannot pass on. Use an argument without quotes, backslashes, $ { } and control characters.',
    ),
    cluster(
        "an argument that the shell of an old keepalived would interpret",
        {
            distribution: "rhel7",
            scripts: [{ name: "say", content: "#!/bin/sh\n" }],
            trackScripts: [{ name: "web", script: { script: "say", args: ["a;reboot"] } }],
        },
        'trackScripts[0].script: "a;reboot" has characters that the shell would interpret, and keepalived 1.3.5 on ds1 (rhel7) uses one. Use letters, digits and _@%+=:,./-, or keepalived 2.0.0.',
    ),
    cluster(
        "a value that is too long for keepalived",
        { trackProcesses: [{ name: "web", process: "x".repeat(901) }] },
        "trackProcesses[0].process: The line has 901 bytes, and keepalived would read its end as a new line. Use at most 900 bytes.",
    ),
    cluster(
        "an invalid version of a package",
        { keepalivedPackage: "newest *" },
        'keepalivedPackage: "newest *" is not the version of a package. Use one such as 1:2.2.7-1+b2.',
    ),
    cluster(
        "a connection table that is too large",
        { kernel: { connTabBits: 31 } },
        "kernel.connTabBits: 31 is out of range. Use 8 to 20.",
    ),
    cluster(
        "a setting for services without a service",
        {
            kernel: { sloppyTcp: true },
            realServers: [],
            virtualServers: [],
            vrrpInstances: [outside],
        },
        "kernel.sloppyTcp: The setting is for services, and there are none. Remove it.",
    ),
    cluster(
        "a sync threshold above its period",
        { kernel: { syncThreshold: 50, syncPeriod: 50 } },
        "kernel.syncThreshold: 50 is not below syncPeriod, 50, and the kernel would reject it. Lower it, or raise syncPeriod.",
    ),
    cluster(
        "sync settings without a sync daemon",
        { kernel: { syncRetries: 1 }, globalDefs: { lvsSyncDaemon: { enabled: false } } },
        "kernel.syncRetries: The setting is for the sync daemon, and there is none. Enable globalDefs.lvsSyncDaemon, or remove it.",
    ),
    cluster(
        "timeouts that an old keepalived sets beside a sync daemon only",
        {
            distribution: "rhel7",
            globalDefs: { lvsTimeouts: { tcp: 900 }, lvsSyncDaemon: { enabled: false } },
        },
        "globalDefs.lvsTimeouts: Timeouts need the sync daemon before keepalived 2.1.4, and ds1 (rhel7) has 1.3.5. Enable lvsSyncDaemon, or remove them.",
    ),
    cluster(
        "FULLNAT without the kernel's connection tracking",
        {
            kernel: { conntrack: false },
            virtualServers: [{ ...seed.virtualServers[0]!, lvsMethod: "FULLNAT" }],
        },
        "kernel.conntrack: false contradicts lvsMethod FULLNAT, which needs connection tracking. Remove it.",
    ),
    cluster(
        "measurements that are too rare for alerts",
        { monitoring: { interval: 300 } },
        "monitoring.interval: 300 is out of range. Use 5 to 60 seconds.",
    ),
    cluster(
        "a folder for metrics that systemd would misread",
        { monitoring: { textfileDirectory: "/var/lib/%h" } },
        'monitoring.textfileDirectory: "/var/lib/%h" is not an absolute path that systemd can read. Use letters, digits and "_+@:,=.-" after each "/".',
    ),
    cluster(
        "an extra line for iptables where keepalived is built without it",
        { globalDefs: { extraConfig: "vrrp_iptables INPUT OUTPUT" } },
        "globalDefs.extraConfig: vrrp_iptables needs iptables, and keepalived on ds1 (debian12) is built without it. Use globalDefs.nftables.",
    ),
    cluster(
        "mail without a server",
        { globalDefs: { notificationEmail: ["ops@example.com"] } },
        "globalDefs.smtpServer: The value is missing, so mail for notificationEmail has no server. Give its IP address.",
    ),
];

/** Refusals by the section of docs/refusals.md. */
export const refusals: Record<string, WrongArguments[]> = {
    Hosts: hosts,
    VRRP: vrrp,
    Services: services,
    "Versions, kernel and mail": others,
};

/** Arguments that work and are unwise, by the name of the warning. */
export const warnings: Record<Warning, WrongArguments[]> = {
    [Warning.directAnswers]: [
        service(
            "NAT with one network and clients anywhere",
            { lvsMethod: "NAT" },
            "virtualServers[0].lvsMethod: NAT with a single network fails for clients inside that network. List the networks of clients in clientNetworks, or use FULLNAT.",
        ),
        service(
            "NAT with clients among the real servers",
            { lvsMethod: "NAT", clientNetworks: ["0.0.0.0/0"] },
            'virtualServers[0].clientNetworks[0]: "0.0.0.0/0" contains real servers, which answer clients in their own network directly. Use FULLNAT if there are such clients.',
        ),
    ],
    [Warning.equalPriorities]: [
        instance(
            "equal priorities",
            {
                directors: [
                    { name: "ds1", priority: 100 },
                    { name: "ds2", priority: 100 },
                ],
            },
            "vrrpInstances[0].directors[1].priority: 100 is also the priority of the director before it, so the higher IP address decides. Lower it, to prefer the first.",
        ),
    ],
    [Warning.foreignLabel]: [
        instance(
            "a label of another interface",
            { virtualIpaddress: [{ ip: vip, dev: "eth1", label: "eth0:1" }] },
            'vrrpInstances[0].virtualIpaddress[0].label: "eth0:1" does not begin with the interface, "eth1", so ifconfig does not show the address. Use a label such as "eth1:web".',
        ),
    ],
    [Warning.inhibitedUdp]: [
        service(
            "a UDP service that keeps failed servers",
            { protocol: "UDP", inhibitOnFailure: true },
            "virtualServers[0].inhibitOnFailure: A UDP client that never pauses stays with a failed server, because the server stays in the kernel. Remove it, or set ops.",
        ),
    ],
    [Warning.leastWeightOne]: [
        cluster(
            "a script that drains its server on keepalived 2.1",
            {
                distribution: "debian11",
                scripts: [{ name: "probe", content: "#!/bin/sh\n" }],
                virtualServers: [
                    {
                        ...seed.virtualServers[0]!,
                        check: { misc: { miscPath: { script: "probe" }, miscDynamic: true } },
                    },
                ],
            },
            "virtualServers[0].check.misc.miscDynamic: keepalived 2.1.5 on ds1 (debian11) makes a weight of 1 out of 0, so exit status 2 drains no server. Let the script fail instead, or use keepalived 2.2.0.",
        ),
    ],
    [Warning.longPassword]: [
        {
            what: "a password of more than eight characters",
            cluster: seed,
            authPass: "123456789",
            problem:
                "authPass: The password has 9 characters, and VRRP uses characters 1 to 8 only. Shorten it to these, which changes nothing on the network.",
        },
    ],
    [Warning.multicastSync]: [
        instance(
            "unicast with the sync daemon",
            { unicast: true },
            "vrrpInstances[0].unicast: Adverts use unicast, and the sync daemon knows multicast only. Set globalDefs.lvsSyncDaemon.enabled to false if your network carries no multicast.",
        ),
    ],
    [Warning.ownInterface]: [
        instance(
            "an instance that tracks its own interface",
            { trackInterface: [{ interface: "eth0" }] },
            'vrrpInstances[0].trackInterface[0].interface: "eth0" is the instance\'s own interface, which keepalived tracks anyway, so the line is left out. Remove it, or set dontTrackPrimary to ignore the interface.',
        ),
    ],
    [Warning.partialSync]: [
        cluster(
            "two active directors, of which an old keepalived synchronises one",
            {
                distribution: "rhel7",
                vrrpInstances: [
                    outside,
                    { ...otherInstance, directors: [{ name: "ds2" }, { name: "ds1" }] },
                ],
            },
            "globalDefs.lvsSyncDaemon: Only one instance can announce its connections before keepalived 2.1.0, and ds1 (rhel7) has 1.3.5. Name that instance, or use a later keepalived.",
        ),
    ],
    [Warning.severalMasters]: [
        instance(
            "an instance whose directors all start as active",
            { state: "MASTER" },
            "vrrpInstances[0].state: ds1, ds2 start as MASTER. When one of them starts, two directors are active for a moment. Remove the state.",
        ),
        instance(
            "a director that starts as active beside another",
            {
                state: "MASTER",
                directors: [{ name: "ds1" }, { name: "ds2", state: "MASTER" }],
            },
            "vrrpInstances[0].directors[1].state: ds1, ds2 start as MASTER. When one of them starts, two directors are active for a moment. Remove the state.",
        ),
    ],
    [Warning.slowCheck]: [
        service(
            "a check longer than the time between two",
            { check: { tcp: { connectTimeout: 10 } } },
            "virtualServers[0].check.tcp: The check takes up to 21 s, (retry + 1) × connectTimeout + retry × delayBeforeRetry = 2 × 10 + 1 × 1, and delayLoop is 5 s. Lower these values, or raise delayLoop.",
        ),
    ],
    [Warning.sorryServerInPool]: [
        service(
            "a sorry server of the pool",
            { sorryServer: { host: "10.128.190.249" } },
            'virtualServers[0].sorryServer.host: "10.128.190.249" is in the pool, and may be down together with it. Use another server.',
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
            'virtualServers[0].sorryServer.host: "FD00:62:1:0::249" is in the pool, and may be down together with it. Use another server.',
        ),
    ],
    [Warning.weakWeight]: [
        tracked(
            "a weight that adds too little",
            { ...priorities(100, 50), trackScript: [{ name: "web", weight: 2 }] },
            'vrrpInstances[0].trackScript[0]: Weight 2 of "web" takes ds1 from priority 102 to 100, not below 52 of ds2, so ds1 stays active. Use a weight beyond 50, or 0 to give up the virtual IPs.',
        ),
        tracked(
            "a weight that takes away too little",
            { ...priorities(100, 50), trackProcess: [{ name: "named", weight: -20 }] },
            'vrrpInstances[0].trackProcess[0]: Weight -20 of "named" takes ds1 from priority 100 to 80, not below 50 of ds2, so ds1 stays active. Use a weight beyond 50, or 0 to give up the virtual IPs.',
        ),
        tracked(
            "a weight that makes priorities equal",
            { ...priorities(101, 100), trackInterface: [{ interface: "eth1", weight: -1 }] },
            'vrrpInstances[0].trackInterface[0]: Weight -1 of "eth1" takes ds1 from priority 101 to 100, not below 100 of ds2, so ds1 stays active. Use a weight beyond 1, or 0 to give up the virtual IPs.',
        ),
        tracked(
            "a reversed weight that takes away too little",
            {
                ...priorities(100, 50),
                trackScript: [{ name: "web", weight: 20, reverse: true }],
            },
            'vrrpInstances[0].trackScript[0]: Weight 20 of "web" takes ds1 from priority 100 to 80, not below 50 of ds2, so ds1 stays active. Use a weight beyond 50, or 0 to give up the virtual IPs.',
        ),
        tracked(
            "a weight that is enough only together with another",
            {
                ...priorities(100, 50),
                trackScript: [{ name: "web", weight: -20 }],
                trackInterface: [{ interface: "eth1", weight: -51 }],
            },
            'vrrpInstances[0].trackScript[0]: Weight -20 of "web" takes ds1 from priority 100 to 80, not below 50 of ds2, so ds1 stays active unless others fail too. Use a weight beyond 50, or 0 to give up the virtual IPs.',
        ),
        tracked(
            "a sync group's weight that takes away too little",
            { ...priorities(100, 50), virtualIpaddress: [{ ip: vip }] },
            'vrrpSyncGroups[0].trackScript[0]: Weight -20 of "web" takes ds1 from priority 100 to 80, not below 50 of ds2, so ds1 stays active. Use a weight beyond 50, or 0 to give up the virtual IPs.',
            {
                vrrpSyncGroups: [
                    {
                        name: "both",
                        group: ["VI_1", "VI_2"],
                        trackScript: [{ name: "web", weight: -20 }],
                    },
                ],
            },
        ),
    ],
};
