import { parseRule, type Rule } from "./rules";

/** Numbers per second. */
export interface Rates {
    connections: number;
    packetsIn: number;
    packetsOut: number;
    bytesIn: number;
    bytesOut: number;
}

/** A service in the IPVS table of a kernel. */
export interface LiveService extends Rule {
    rates: Rates;
}

/** A server in the IPVS table of a kernel. */
export interface LiveServer extends Rule {
    active: number;
    inactive: number;
    rates: Rates;
}

/** A virtual IP that a host may have, now or after a failover. */
export interface AddressFact {
    /** Its VRRP instance. None on a real server. */
    router?: string;
    device: string;
    ip: string;
    here: boolean;
}

/** The facts that `report.sh status` prints about a host. */
export interface Facts {
    host: string;
    kernel: string;
    keepalived?: string;
    /** Seconds. */
    uptime: number;
    /** Seconds since 1970. */
    clock: number;
    /** Time of the last apply of each step, changed or not, in seconds since 1970. */
    steps: Record<string, number>;
    deferred: boolean;
    units: { name: string; active: string; enabled: string }[];
    complaints: { unit: string; text: string }[];
    routers: { name: string; interface: string; id: number; state: string }[];
    addresses: AddressFact[];
    /** The plan's IPVS table. */
    rules: Rule[];
    services: LiveService[];
    servers: LiveServer[];
}

/** Read facts, one per line, and skip unknown kinds. */
export function parseFacts(text: string): Facts {
    const facts: Facts = {
        host: "",
        kernel: "",
        uptime: 0,
        clock: 0,
        steps: {},
        deferred: false,
        units: [],
        complaints: [],
        routers: [],
        addresses: [],
        rules: [],
        services: [],
        servers: [],
    };
    for (const line of text.split("\n")) {
        const [kind = "", ...words] = line.split(" ");
        readers[kind]?.(facts, words);
    }
    return facts;
}

const readers: Record<string, (facts: Facts, words: string[]) => void> = {
    host: (facts, [name]) => (facts.host = name!),
    kernel: (facts, [release]) => (facts.kernel = release!),
    keepalived: (facts, [version]) => (facts.keepalived = version),
    uptime: (facts, [seconds]) => (facts.uptime = Number(seconds)),
    clock: (facts, [seconds]) => (facts.clock = Number(seconds)),
    step: (facts, [name, seconds]) => (facts.steps[name!] = Number(seconds)),
    deferred: (facts) => (facts.deferred = true),
    unit: ({ units }, [name, active, enabled]) =>
        units.push({ name: name!, active: active!, enabled: enabled! }),
    complaint: ({ complaints }, [unit, ...words]) =>
        complaints.push({ unit: unit!, text: words.join(" ") }),
    router: ({ routers }, [name, device, id, state]) =>
        routers.push({ name: name!, interface: device!, id: Number(id), state: state! }),
    address: ({ addresses }, [router, device, ip, state]) =>
        addresses.push({
            router: router === "-" ? undefined : router,
            device: device!,
            ip: ip!,
            here: state === "here",
        }),
    rule: ({ rules }, words) => {
        const rule = parseRule(words.join(" "));
        if (rule) rules.push(rule);
    },
    service: ({ services }, words) => {
        const rule = parseRule(words.slice(5).join(" "));
        if (rule) services.push({ ...rule, rates: rates(words) });
    },
    server: ({ servers }, [active, inactive, ...words]) => {
        const rule = parseRule(words.slice(5).join(" "));
        if (!rule) return;
        servers.push({
            ...rule,
            active: Number(active),
            inactive: Number(inactive),
            rates: rates(words),
        });
    },
};

function rates(words: string[]): Rates {
    const [connections, packetsIn, packetsOut, bytesIn, bytesOut] = words.map(Number) as [
        number,
        number,
        number,
        number,
        number,
    ];
    return { connections, packetsIn, packetsOut, bytesIn, bytesOut };
}
