/** The one network of a lab: a bridge without an uplink that all hosts are plugged into. */
export interface Network {
    /** Length of the prefix that all addresses of the network share, 24 for a /24. */
    prefixLength: number;
    /** Address of the client: the lab's namespace itself, where tests and `pulumi up` run. */
    client: string;
}

/** A host of a lab: one virtual machine with one network card, eth0. */
export interface HostSpec {
    /** Its host name: at most 11 of a–z, 0–9 and "-", for it also names its network device. */
    name: string;
    /** Its IPv4 address on the lab's network. */
    address: string;
}

/** What a lab consists of. */
export interface Topology {
    name: string;
    network: Network;
    hosts: HostSpec[];
}

/** The article's cluster: a client, two directors, three real servers. The VIP is .248. */
export const seed: Topology = {
    name: "seed",
    network: { prefixLength: 24, client: "10.128.190.252" },
    hosts: [
        { name: "ds1", address: "10.128.190.253" },
        { name: "ds2", address: "10.128.190.254" },
        { name: "rs1", address: "10.128.190.249" },
        { name: "rs2", address: "10.128.190.250" },
        { name: "rs3", address: "10.128.190.251" },
    ],
};

/** The article's cluster and one machine more, to be added as a fourth real server. */
export const seedWithSpare: Topology = {
    ...seed,
    name: "seed-with-spare",
    hosts: [...seed.hosts, { name: "rs4", address: "10.128.190.247" }],
};

/** A topology of some of the hosts of another one, for tests that need only a few. */
export function only(topology: Topology, ...names: string[]): Topology {
    return { ...topology, hosts: topology.hosts.filter((host) => names.includes(host.name)) };
}
