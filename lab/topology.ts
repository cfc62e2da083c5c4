/** A network of a lab: a bridge of the same name without an uplink. */
export interface Network {
    /** IPv4 addresses, a /24: "10.128.190.0/24". */
    ipv4: string;
    /** IPv6 addresses, a /64: "fd00:62:190::/64". `ipv6Of` assigns them. */
    ipv6: string;
    /**
     * IPv4 address of the client, which is the lab's namespace. Tests and `pulumi up` run there.
     */
    client: string;
}

/** A release of Debian. */
export type DebianSuite = "bullseye" | "bookworm" | "trixie";

/** System of a host: a release of Debian, or the tools of the RHEL family on Debian 12. */
export type Suite = DebianSuite | "rhel9";

/** A route to a network without a card, for IPv4 and IPv6. */
export interface Route {
    /** Name of the network, or "default". */
    to: string;
    /** Name of the host that forwards. Both hosts have cards in one network. */
    via: string;
}

/** A host of a lab. */
export interface HostSpec {
    /**
     * Host name: at most 10 of a–z, 0–9 and "-", because it is part of the names of network
     * devices.
     */
    name: string;
    /**
     * Network cards: the IPv4 address in each network. The first is eth0, the next eth1. The client
     * uses the first card to log in and to serve packages.
     */
    cards: Record<string, string>;
    /** Routes. Defaults to none: the host reaches the networks of its cards. */
    routes?: Route[];
    /** Whether the host is a router that forwards packets between its cards. Defaults to false. */
    forwards?: boolean;
    /** System of the host. Defaults to bookworm. */
    suite?: Suite;
    /**
     * Whether the host needs its own kernel: directors need it for IPVS, tunnel ends for their
     * devices. Other hosts are containers. Defaults to false.
     */
    ownKernel?: boolean;
    /** Megabytes of memory for an own kernel. Defaults to those of the release. */
    memoryMB?: number;
}

/** The networks and hosts of a lab. */
export interface Topology {
    name: string;
    /** Networks by name: at most 15 of a–z, 0–9 and "-". `lab.client` describes the first one. */
    networks: Record<string, Network>;
    hosts: HostSpec[];
}

const lan: Network = {
    ipv4: "10.128.190.0/24",
    ipv6: "fd00:62:190::/64",
    client: "10.128.190.252",
};

/** The article's cluster: a client, two directors, three real servers. The virtual IP is .248. */
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

/** Two directors and two real servers with the tools of the RHEL family. */
export const rhelHosts: Topology = {
    name: "rhel",
    networks: { lan },
    hosts: seed.hosts
        .filter(({ name }) => name !== "rs3")
        .map((host) => ({ ...host, suite: "rhel9" })),
};

/** The article's cluster and one spare host, which tests add as a fourth real server. */
export const seedWithSpare: Topology = {
    ...seed,
    name: "seed-with-spare",
    hosts: [...seed.hosts, { name: "rs4", cards: { lan: "10.128.190.247" } }],
};

/** The article's cluster with twenty real servers. */
export const twentyRealServers: Topology = {
    ...seed,
    name: "twenty-real-servers",
    hosts: [
        ...seed.hosts,
        ...Array.from({ length: 17 }, (_, index) => ({
            name: `rs${index + 4}`,
            cards: { lan: `10.128.190.${index + 4}` },
        })),
    ],
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
 * One network for each forwarding method, and a router between them:
 * - `lan` has the directors, and rs1 to rs3 for DR;
 * - `inside` has the second cards of the directors, in1 and in2 for NAT, and fn1 for FULLNAT;
 * - `far` has far1 and far2 for tunnels.
 *
 * The client has an address in each network, so it reaches every host directly. Hosts of other
 * networks reach the client's address in `lan` through the router. in1 and in2 have no route to it
 * until a test adds one.
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

/** The article's extension: MySQL on three real servers. The virtual IP is 7.7.7.18. */
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

/** The article's cluster on three Debian releases. */
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

/** A topology reduced to some of its hosts. */
export function withHosts(topology: Topology, ...names: string[]): Topology {
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
 * Whether a host is a container. With `PULUMI_LVS_LAB_MACHINES=uml` every host has its own kernel.
 */
export function isContainer({ ownKernel }: HostSpec): boolean {
    return !ownKernel && process.env.PULUMI_LVS_LAB_MACHINES !== "uml";
}

/** Debian release of a host. */
export function suiteOf(host: HostSpec): Suite {
    return host.suite ?? "bookworm";
}

/** The IPv6 address beside an IPv4 address: fd00:62:190::253 beside 10.128.190.253. */
export function ipv6Of(address: string, network: Network): string {
    return network.ipv6.replace("/64", address.slice(address.lastIndexOf(".") + 1));
}
