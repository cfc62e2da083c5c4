import { plainSpelling } from "../lvs/addresses";
import { CliError } from "./cliError";

/** A host of a cluster, and how to reach it. */
export interface ClusterHost {
    name: string;
    /** `director` or `realServer`. */
    role: string;
    host: string;
    /** Defaults to the user's ssh configuration. */
    port?: number;
    user?: string;
    /** Empty if the user's known_hosts decides. */
    hostKey: string;
    /** Addresses to which directors send its packets. */
    addresses: string[];
    /** Set if its machine is a host in the other role too. A report is then about this role. */
    hasBothRoles?: boolean;
    /** Virtual IPs of a director in the last `up`, with their VRRP instances. Unknown if an older version ran it. */
    virtualIps?: Record<string, string>;
}

/** The hosts of a cluster, with the name of the output that lists them. */
export interface Inventory {
    name: string;
    hosts: ClusterHost[];
}

/** Find all outputs of a stack that list the hosts of a cluster. */
export function inventoriesIn(outputs: Record<string, unknown>): Inventory[] {
    return Object.entries(outputs).flatMap(([name, value]) => {
        const hosts = hostsIn(value);
        return hosts === undefined ? [] : [{ name, hosts }];
    });
}

/** Find them, and fail if there are none. */
export function requireInventories(outputs: Record<string, unknown>): Inventory[] {
    const found = inventoriesIn(outputs);
    if (found.length > 0) return found;
    const names = Object.keys(outputs);
    throw new CliError(
        names.length === 0
            ? "the stack has no outputs. Run `pulumi up` first, or name another stack with --stack."
            : `no output of the stack lists hosts (there are ${names.join(", ")}). ` +
                  "Let the program export the output `inventory` of the cluster, in TypeScript with " +
                  "`export const inventory = cluster.inventory;`, and run `pulumi up`.",
    );
}

function hostsIn(value: unknown): ClusterHost[] | undefined {
    if (typeof value !== "object" || value === null) return undefined;
    const entries = Object.entries(value);
    const hosts = entries.flatMap(([name, entry]) => hostOf(name, entry) ?? []);
    return hosts.length > 0 && hosts.length === entries.length ? withBothRoles(hosts) : undefined;
}

/** Mark the hosts whose machine is also a host in the other role. */
function withBothRoles(hosts: ClusterHost[]): ClusterHost[] {
    const [directors, realServers] = ["director", "realServer"].map(
        (role) => new Set(hosts.filter((one) => one.role === role).map(machineOf)),
    );
    return hosts.map((host) => {
        const others = host.role === "director" ? realServers! : directors!;
        return others.has(machineOf(host)) ? { ...host, hasBothRoles: true } : host;
    });
}

function machineOf({ host }: ClusterHost): unknown {
    return plainSpelling(host);
}

/** Settings of a report about a host. */
export function reportSettings({ role, hasBothRoles }: ClusterHost): { role?: string } {
    return hasBothRoles ? { role } : {};
}

function hostOf(name: string, entry: unknown): ClusterHost | undefined {
    if (typeof entry !== "object" || entry === null) return undefined;
    const { role, host, port, user, hostKey, addresses, virtualIps } =
        entry as Partial<ClusterHost>;
    if (typeof host !== "string" || (role !== "director" && role !== "realServer"))
        return undefined;
    return {
        name,
        role,
        host,
        port: port ?? 22,
        user: user ?? "root",
        hostKey: hostKey ?? "",
        addresses: addresses ?? [],
        virtualIps,
    };
}

/**
 * Read the hosts from the configuration in a preview, which exists before the first `up`. Only this
 * project's own program has them there.
 */
export function configuredHosts(config: Record<string, string> = {}): ClusterHost[] {
    const read = (key: string): unknown => {
        try {
            return JSON.parse(config[`lvs:${key}`] ?? "null");
        } catch {
            return null;
        }
    };
    const common = read("connection") ?? {};
    const hosts = (key: string, role: string) => {
        const members = read(key);
        if (!Array.isArray(members)) return [];
        return (
            members as (Partial<ClusterHost> & { address?: string; address6?: string })[]
        ).flatMap((member) => {
            const { name, host, address, address6 } = member;
            if (name === undefined) return [];
            const addresses = [address ?? host, address6].filter((one) => one !== undefined);
            return (
                hostOf(name, {
                    ...common,
                    ...member,
                    role,
                    addresses: role === "director" ? [] : addresses,
                }) ?? []
            );
        });
    };
    return withBothRoles([
        ...hosts("directors", "director"),
        ...hosts("realServers", "realServer"),
    ]);
}

/** Pick the hosts with these names, or all without names. */
export function hostsNamed<Host extends { name: string }>(hosts: Host[], names: string[]): Host[] {
    const unknown = names.filter((name) => !hosts.some((host) => host.name === name));
    if (unknown.length > 0) {
        const all = hosts.map(({ name }) => name).join(", ");
        throw new CliError(`there is no host ${unknown.join(", ")}. Use one of ${all}.`);
    }
    return names.length === 0 ? hosts : hosts.filter(({ name }) => names.includes(name));
}
