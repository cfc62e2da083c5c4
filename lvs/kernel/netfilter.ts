import { canonical, type Family, familyOf } from "../addresses";
import type { MarkedPackets, Protocol } from "../service/destination";
import { type HostFile, textFile } from "../hostFile";

/** Packets to a virtual IP that get a mark, which assigns them to a service. */
export interface Marking extends MarkedPackets {
    readonly mark: number;
    readonly protocol: Protocol;
}

/** A real server whose answers pass through the director. With FULLNAT its requests carry the director's address. */
export interface Masquerading {
    readonly host: string;
    readonly protocol: Protocol;
    /** Port of the real server, or nothing for all ports. */
    readonly port?: number;
}

/** Path of a director's tables in nftables. */
export const nftPath = "/etc/lvs/director.nft";

/** Tables of a director in nftables. */
export interface DirectorTables {
    readonly marks: readonly Marking[];
    readonly masquerade: readonly Masquerading[];
    /** Address families in which real servers answer through the director. */
    readonly translated: readonly Family[];
}

/**
 * Tables of a director in nftables; no file if it needs none. It sends no redirects: with one, a real
 * server would send its answers directly to the client. IPv6 has no sysctl for this, and for IPv4 one would
 * have to know the interfaces (Documentation/networking/ip-sysctl.rst, `send_redirects`).
 */
export function directorNftFiles({ marks, masquerade, translated }: DirectorTables) {
    return nftFiles(nftPath, [
        {
            chain: "marks",
            hook: "type filter hook prerouting priority -150; policy accept;",
            rules: marks.map(({ mark, virtualIp, ...packets }) => ({
                family: familyOf(virtualIp),
                words: [
                    ...sources(packets),
                    destination(virtualIp),
                    transport(packets),
                    `meta mark set ${mark}`,
                ].join(" "),
            })),
        },
        {
            chain: "full_nat",
            hook: "type nat hook postrouting priority 100; policy accept;",
            rules: masquerade.map(({ host, ...packets }) => ({
                family: familyOf(host),
                words: `${destination(host)} ${transport(packets)} masquerade`,
            })),
        },
        {
            chain: "redirects",
            hook: "type filter hook output priority -150; policy accept;",
            rules: translated.map((family) => ({ family, words: redirects[family] })),
        },
    ]);
}

const redirects: Record<Family, string> = {
    inet: "icmp type redirect drop",
    inet6: "icmpv6 type nd-redirect drop",
};

/** Table of a real server that limits TCP segments to the size of its tunnels; no file without a size. */
export function realServerNftFiles(
    path: string,
    virtualIps: readonly string[],
    mss: number | undefined,
) {
    const chain = "answers";
    const hook = "type filter hook output priority -150; policy accept;";
    const clamp = `tcp flags & (syn | rst) == syn tcp option maxseg size set ${mss}`;
    const rules = virtualIps.map((address) => ({
        family: familyOf(address),
        words: `${word(address)} saddr ${canonical(address)} ${clamp}`,
    }));
    return nftFiles(path, [{ chain, hook, rules: mss ? rules : [] }]);
}

interface Chain {
    chain: string;
    hook: string;
    rules: { family?: Family; words: string }[];
}

/** One table per address family, because older kernels cannot translate addresses in a common one. */
function nftFiles(path: string, chains: Chain[]): HostFile[] {
    const tables = [
        { family: "ip", chains: chainsOf("inet", chains) },
        { family: "ip6", chains: chainsOf("inet6", chains) },
    ].filter((table) => table.chains.length > 0);
    return tables.length === 0 ? [] : [textFile(path, "table.nft.mustache", { tables })];
}

function chainsOf(family: Family, chains: Chain[]) {
    return chains
        .map(({ chain, hook, rules }) => ({
            chain,
            hook,
            rules: rules.filter((rule) => rule.family === family).map(({ words }) => words),
        }))
        .filter(({ rules }) => rules.length > 0);
}

function destination(address: string): string {
    return `${word(address)} daddr ${canonical(address)}`;
}

function word(address: string): string {
    return familyOf(address) === "inet6" ? "ip6" : "ip";
}

function sources({ sourceMac, exceptSourceMac }: Pick<Marking, "sourceMac" | "exceptSourceMac">) {
    return [
        ...(sourceMac === undefined ? [] : [`ether saddr ${sourceMac}`]),
        ...(exceptSourceMac === undefined ? [] : [`ether saddr != ${exceptSourceMac}`]),
    ];
}

function transport({ protocol, port, lastPort }: Pick<Marking, "protocol" | "port" | "lastPort">) {
    const name = protocol.toLowerCase();
    if (!port) return `meta l4proto ${name}`;
    return `${name} dport ${lastPort ? `${port}-${lastPort}` : port}`;
}
