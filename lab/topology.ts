/** A network of a lab: a bridge of the same name, without an uplink, where hosts have cards. */
export interface Network {
    /** Its IPv4 addresses, a /24: "10.128.190.0/24". */
    ipv4: string;
    /** Its IPv6 addresses, a /64: "fd00:62:190::/64". Who has which one: `ipv6Of`. */
    ipv6: string;
    /** The client's IPv4 address: that of the lab's namespace, where tests and `pulumi up` run. */
    client: string;
}

/** A release of Debian. */
export type Suite = "bullseye" | "bookworm" | "trixie";

/** A way to a network that a host has no card in, for IPv4 and IPv6 alike. */
export interface Route {
    /** Name of the network, or "default". */
    to: string;
    /** Name of the host that forwards; both have cards in one network. */
    via: string;
}

/** A host of a lab. */
export interface HostSpec {
    /** Its host name: at most 10 of a–z, 0–9 and "-", for it also names its network devices. */
    name: string;
    /**
     * Its network cards: the name of each one's network, and its IPv4 address there. The first is
     * eth0, the next eth1. The client logs in by the first and serves packages there.
     */
    cards: Record<string, string>;
    /** Defaults to none: it reaches the networks that it has cards in. */
    routes?: Route[];
    /** Is it a router, which forwards packets from one card to another? Defaults to false. */
    forwards?: boolean;
    /** What it runs. Defaults to bookworm. */
    suite?: Suite;
    /**
     * Does it need a kernel of its own, as directors do for IPVS and the ends of tunnels for their
     * devices? Otherwise it is a container. Defaults to false.
     */
    ownKernel?: boolean;
    /** Megabytes of memory for a kernel of its own. Defaults to 160. */
    memoryMB?: number;
}

/** What a lab consists of. */
export interface Topology {
    name: string;
    /** By name: at most 15 of a–z, 0–9 and "-". The first is the one that `lab.client` tells of. */
    networks: Record<string, Network>;
    hosts: HostSpec[];
}

const lan: Network = {
    ipv4: "10.128.190.0/24",
    ipv6: "fd00:62:190::/64",
    client: "10.128.190.252",
};

/** The article's cluster: a client, two directors, three real servers. The VIP is .248. */
export const seed: Topology = {
    name: "seed",
    networks: { lan },
    hosts: [
        { name: "ds1", cards: { lan: "10.128.190.253" }, ownKernel: true },
        { name: "ds2", cards: { lan: "10.128.190.254" }, ownKernel: true },
        { name: "rs1", cards: { lan: "10.128.190.249" } },
        { name: "rs2", cards: { lan: "10.128.190.250" } },
        { name: "rs3", cards: { lan: "10.128.190.251" } },
    ],
};

/** The article's cluster and one machine more, to be added as a fourth real server. */
export const seedWithSpare: Topology = {
    ...seed,
    name: "seed-with-spare",
    hosts: [...seed.hosts, { name: "rs4", cards: { lan: "10.128.190.247" } }],
};

/** Three directors, so that two can fail one after the other, and two real servers. */
export const threeDirectors: Topology = {
    ...seed,
    name: "three-directors",
    hosts: [
        { name: "ds1", cards: { lan: "10.128.190.253" }, ownKernel: true },
        { name: "ds2", cards: { lan: "10.128.190.254" }, ownKernel: true },
        { name: "ds3", cards: { lan: "10.128.190.246" }, ownKernel: true },
        { name: "rs1", cards: { lan: "10.128.190.249" } },
        { name: "rs2", cards: { lan: "10.128.190.250" } },
    ],
};

const byRouter: Route[] = [{ to: "default", via: "router" }];

/**
 * A network for each way to forward, and a router between them:
 * - `lan` has the directors, and rs1 to rs3 for direct routing;
 * - `inside` has the directors' second cards, in1 and in2 for NAT, and fn1 for FULLNAT;
 * - `far` has far1 and far2 for tunnels.
 *
 * The client has an address in each, and so reaches every host directly. To its address in `lan`,
 * hosts of other networks go by the router; in1 and in2 have no way there until they are given one.
 */
export const wide: Topology = {
    name: "wide",
    networks: {
        lan,
        inside: {
            ipv4: "10.128.191.0/24",
            ipv6: "fd00:62:191::/64",
            client: "10.128.191.252",
        },
        far: {
            ipv4: "10.128.192.0/24",
            ipv6: "fd00:62:192::/64",
            client: "10.128.192.252",
        },
    },
    hosts: [
        {
            name: "ds1",
            cards: { lan: "10.128.190.253", inside: "10.128.191.253" },
            ownKernel: true,
            routes: byRouter,
        },
        {
            name: "ds2",
            cards: { lan: "10.128.190.254", inside: "10.128.191.254" },
            ownKernel: true,
            routes: byRouter,
        },
        { name: "rs1", cards: { lan: "10.128.190.249" }, routes: byRouter },
        { name: "rs2", cards: { lan: "10.128.190.250" }, routes: byRouter },
        { name: "rs3", cards: { lan: "10.128.190.251" }, routes: byRouter },
        { name: "in1", cards: { inside: "10.128.191.11" } },
        { name: "in2", cards: { inside: "10.128.191.12" } },
        { name: "fn1", cards: { inside: "10.128.191.21" }, routes: byRouter },
        { name: "far1", cards: { far: "10.128.192.11" }, ownKernel: true, routes: byRouter },
        { name: "far2", cards: { far: "10.128.192.12" }, ownKernel: true, routes: byRouter },
        {
            name: "router",
            cards: { lan: "10.128.190.1", inside: "10.128.191.1", far: "10.128.192.1" },
            forwards: true,
        },
    ],
};

/** The article's extension: MySQL on three real servers. The VIP is 7.7.7.18. */
export const mysql: Topology = {
    name: "mysql",
    networks: {
        lan: { ipv4: "7.7.7.0/24", ipv6: "fd00:62:7::/64", client: "7.7.7.100" },
    },
    hosts: [
        { name: "ds1", cards: { lan: "7.7.7.21" }, ownKernel: true },
        { name: "ds2", cards: { lan: "7.7.7.22" }, ownKernel: true },
        { name: "my1", cards: { lan: "7.7.7.11" } },
        { name: "my2", cards: { lan: "7.7.7.12" } },
        { name: "my3", cards: { lan: "7.7.7.13" } },
    ],
};

/** The article's cluster on three releases of Debian. */
export const mixed: Topology = {
    ...seed,
    name: "mixed",
    hosts: [
        { name: "ds1", cards: { lan: "10.128.190.253" }, ownKernel: true, suite: "bullseye" },
        { name: "ds2", cards: { lan: "10.128.190.254" }, ownKernel: true, suite: "trixie" },
        { name: "rs1", cards: { lan: "10.128.190.249" }, suite: "bullseye" },
        { name: "rs2", cards: { lan: "10.128.190.250" }, suite: "bookworm" },
        { name: "rs3", cards: { lan: "10.128.190.251" }, suite: "trixie" },
    ],
};

/** A topology of some of the hosts of another one, for tests that need only a few. */
export function only(topology: Topology, ...names: string[]): Topology {
    const hosts = topology.hosts.filter(({ name }) => names.includes(name));
    return {
        ...topology,
        hosts: hosts.map((host) => ({
            ...host,
            routes: host.routes?.filter(({ via }) => names.includes(via)),
        })),
    };
}

/**
 * Is a host a container? With `PULUMI_LVS_LAB_MACHINES=uml` none is: every host gets a kernel of its
 * own.
 */
export function isContainer({ ownKernel }: HostSpec): boolean {
    return !ownKernel && process.env.PULUMI_LVS_LAB_MACHINES !== "uml";
}

/** The release of Debian that a host runs. */
export function suiteOf(host: HostSpec): Suite {
    return host.suite ?? "bookworm";
}

/** The IPv6 address beside an IPv4 address: fd00:62:190::253 beside 10.128.190.253. */
export function ipv6Of(address: string, network: Network): string {
    return network.ipv6.replace("/64", address.slice(address.lastIndexOf(".") + 1));
}
