import { canonical, familyOf } from "../lvs/addresses";
import { parseRule, type Rule } from "./rules";
import { shortened } from "./text";

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
    steps: Map<string, number>;
    /** Part of the last `up` that the host has deferred: its change, or only the proof of one active director. */
    deferred?: "change" | "proof";
    units: { name: string; active: string; enabled: string }[];
    complaints: { unit: string; text: string }[];
    routers: { name: string; interface: string; id: number; state: string }[];
    addresses: AddressFact[];
    /** The plan's IPVS table. */
    rules: Rule[];
    /** Rules of the plan's nftables that masquerade the packets to FULLNAT servers. */
    masquerades: string[];
    services: LiveService[];
    servers: LiveServer[];
    /** Lines of a known kind that `report.sh` never prints. */
    odd: string[];
}

/**
 * Read facts, one per line, and skip unknown kinds. A host may be compromised, so each kind has a
 * pattern: what does not match is no fact.
 */
export function parseFacts(text: string): Facts {
    const facts: Facts = {
        host: "",
        kernel: "",
        uptime: 0,
        clock: 0,
        steps: new Map(),
        units: [],
        complaints: [],
        routers: [],
        addresses: [],
        rules: [],
        masquerades: [],
        services: [],
        servers: [],
        odd: [],
    };
    for (const line of text.split("\n")) {
        const [, kind = "", rest = ""] = /^(\S+) ?(.*)$/.exec(line) ?? [];
        const reader = readers.get(kind);
        if (!reader) continue;
        const found = reader.pattern.exec(rest);
        if (!found || reader.read(facts, found.slice(1)) === false) facts.odd.push(line);
    }
    return facts;
}

/** A kind of fact: the pattern of its words, and what they say. False if they are none after all. */
interface Reader {
    readonly pattern: RegExp;
    read(facts: Facts, words: string[]): unknown;
}

const word = String.raw`(\S{1,253})`;
/** Few enough digits for an exact number. */
const count = String.raw`(\d{1,15})`;
const rates = `(?:${Array.from({ length: 5 }, () => count).join(" ")} )?`;

function reader(pattern: string, read: Reader["read"]): Reader {
    return { pattern: new RegExp(`^${pattern}$`), read };
}

/** Characters of a complaint that are shown. */
const longestComplaint = 500;

const readers = new Map<string, Reader>([
    ["host", reader(word, (facts, [name]) => (facts.host = name!))],
    ["kernel", reader(word, (facts, [release]) => (facts.kernel = release!))],
    ["keepalived", reader(word, (facts, [version]) => (facts.keepalived = version))],
    ["uptime", reader(count, (facts, [seconds]) => (facts.uptime = Number(seconds)))],
    ["clock", reader(count, (facts, [seconds]) => (facts.clock = Number(seconds)))],
    [
        "step",
        reader(`${word} ${count}`, ({ steps }, [name, time]) => steps.set(name!, Number(time))),
    ],
    [
        "deferred",
        reader("(proof)?", (facts, [proof]) => (facts.deferred = proof ? "proof" : "change")),
    ],
    [
        "unit",
        reader(`${word} ${word} ${word}`, ({ units }, [name, active, enabled]) =>
            units.push({ name: name!, active: active!, enabled: enabled! }),
        ),
    ],
    [
        "complaint",
        reader(`${word} ?(.*)`, ({ complaints }, [unit, text]) =>
            complaints.push({ unit: unit!, text: shortened(text!, longestComplaint) }),
        ),
    ],
    [
        "router",
        reader(
            `${word} ${word} ${count} ?(active|backup|split)?`,
            ({ routers }, [name, device, id, state = ""]) =>
                routers.push({ name: name!, interface: device!, id: Number(id), state }),
        ),
    ],
    [
        "address",
        reader(
            `${word} ${word} ${word} (here|absent)`,
            ({ addresses }, [router, device, ip, state]) =>
                familyOf(ip!) !== undefined &&
                addresses.push({
                    router: router === "-" ? undefined : router,
                    device: device!,
                    ip: canonical(ip!),
                    here: state === "here",
                }),
        ),
    ],
    [
        "masquerade",
        reader(
            String.raw`(ip6? daddr [0-9a-f:.]{2,45} [a-z0-9 ]{1,40} masquerade)`,
            (facts, [rule]) => facts.masquerades.push(rule!),
        ),
    ],
    [
        "rule",
        reader("(?:varies .*|(.*))", ({ rules }, [text]) => {
            if (text === undefined) return true;
            const rule = parseRule(text);
            return rule !== undefined && rules.push(rule);
        }),
    ],
    // A list that changes while ipvsadm prints it leaves the numbers out.
    [
        "service",
        reader(`${rates}(-A .*)`, ({ services }, words) => {
            const rule = parseRule(words.pop()!);
            return rule !== undefined && services.push({ ...rule, rates: ratesOf(words) });
        }),
    ],
    [
        "server",
        reader(
            `(?:${count} ${count} )?${rates}(-a .*)`,
            ({ servers }, [active, inactive, ...words]) => {
                const rule = parseRule(words.pop()!);
                const counts = { active: Number(active ?? 0), inactive: Number(inactive ?? 0) };
                return (
                    rule !== undefined &&
                    servers.push({ ...rule, ...counts, rates: ratesOf(words) })
                );
            },
        ),
    ],
]);

function ratesOf(words: (string | undefined)[]): Rates {
    const [connections, packetsIn, packetsOut, bytesIn, bytesOut] = words.map((one) =>
        Number(one ?? 0),
    ) as [number, number, number, number, number];
    return { connections, packetsIn, packetsOut, bytesIn, bytesOut };
}
