import { BlockList, isIPv4, isIPv6, SocketAddress } from "node:net";

/** An address family, by keepalived's names. */
export type Family = "inet" | "inet6";

/** Address family of an address, or nothing if it is not valid. */
export function familyOf(address: string): Family | undefined {
    if (isIPv4(address)) return "inet";
    return isIPv6(address) && !address.includes("%") ? "inet6" : undefined;
}

/** Addresses that no other machine can send packets to, or that are another address in disguise. */
export type AddressKind = "unspecified" | "loopback" | "multicast" | "broadcast" | "mapped";

/** Networks of these addresses. Of two that have an address, the first decides. */
const kindsOfAddresses = (
    [
        ["unspecified", "0.0.0.0/8", "::/128"],
        ["loopback", "127.0.0.0/8", "::1/128"],
        ["multicast", "224.0.0.0/4", "ff00::/8"],
        ["broadcast", "255.255.255.255/32"],
        ["mapped", "::ffff:0:0/96", "::/96"],
    ] as const
).map(([kind, ...networks]) => ({ kind, networks: networks.map(blockListOf) }));

/** Kind of an address that no host can have. Undefined for the address of a host, and for other text. */
export function kindOf(address: string): AddressKind | undefined {
    const family = familyOf(address);
    if (family === undefined) return undefined;
    const socket = new SocketAddress({ address, family: nodeFamily(family) });
    const has = (network: BlockedNetwork) =>
        network.family === family && network.list.check(socket);
    return kindsOfAddresses.find(({ networks }) => networks.some(has))?.kind;
}

/** Does an address belong to a single link, so that it means nothing without an interface? */
export function isLinkLocal(address: string): boolean {
    return familyOf(address) === "inet6" && isInNetwork(address, "fe80::/10");
}

/** Format an address and a port as ipvsadm does: `192.0.2.1:80`, `[2001:db8::1]:80`. */
export function socketOf(address: string, port: number): string {
    return familyOf(address) === "inet6" ? `[${canonical(address)}]:${port}` : `${address}:${port}`;
}

/** Format an address as the kernel does, so that two spellings of one address are equal. */
export function canonical(address: string): string {
    if (familyOf(address) !== "inet6") return address;
    return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

/** Are two texts the same address, in any spelling? */
export function isSameAddress(one: string, other: string): boolean {
    return canonical(one) === canonical(other);
}

/** Remove repeated addresses. The first spelling stays. */
export function distinctAddresses(addresses: readonly string[]): string[] {
    const firsts = new Map<string, string>();
    for (const address of addresses) {
        const key = canonical(address);
        if (!firsts.has(key)) firsts.set(key, address);
    }
    return [...firsts.values()];
}

/** Addresses that a range can have. */
export const longestRange = 256;

/** List the addresses of a range. Undefined if its ends are in no order, in no family, or too far apart. */
export function rangeOf(first: string, last: string): string[] | undefined {
    const family = familyOf(first);
    if (family === undefined || familyOf(last) !== family) return undefined;
    const numbers = numbersOf(first, family);
    const addresses = [first];
    while (!isSameAddress(addresses.at(-1)!, last)) {
        if (addresses.length === longestRange) return undefined;
        increment(numbers, family === "inet" ? 256 : 65536);
        addresses.push(
            family === "inet"
                ? numbers.join(".")
                : canonical(numbers.map((number) => number.toString(16)).join(":")),
        );
    }
    return addresses;
}

/** The numbers of an address: four of IPv4, eight of IPv6. */
function numbersOf(address: string, family: Family): number[] {
    if (family === "inet") return address.split(".").map(Number);
    const [head = [], tail = []] = canonical(address)
        .split("::")
        .map((part) =>
            part.split(":").flatMap((word) => (word === "" ? [] : [parseInt(word, 16)])),
        );
    const zeros = Array.from({ length: 8 - head.length - tail.length }, () => 0);
    return [...head, ...zeros, ...tail];
}

/** Add 1 to a number that is written in digits of a base. */
function increment(digits: number[], base: number): void {
    for (let place = digits.length - 1; place >= 0; place -= 1) {
        digits[place] = (digits[place]! + 1) % base;
        if (digits[place] !== 0) return;
    }
}

/** A single address as a prefix, /32 or /128. */
export function hostPrefix(address: string): string {
    return `${address}/${familyOf(address) === "inet6" ? 128 : 32}`;
}

/** Is a text a prefix, such as 192.0.2.0/24? */
export function isNetwork(text: string): boolean {
    const [address, length, ...rest] = text.split("/");
    const family = familyOf(address ?? "");
    if (family === undefined || rest.length > 0 || !/^\d{1,3}$/.test(length ?? "")) return false;
    return Number(length) <= (family === "inet" ? 32 : 128);
}

/** Is an address in a valid network? */
export function isInNetwork(address: string, network: string): boolean {
    const { family, list } = blockListOf(network);
    return familyOf(address) === family && list.check(address, nodeFamily(family));
}

interface BlockedNetwork {
    readonly family: Family;
    readonly list: BlockList;
}

function blockListOf(network: string): BlockedNetwork {
    const [base, length] = network.split("/") as [string, string];
    const family = familyOf(base)!;
    const list = new BlockList();
    list.addSubnet(base, Number(length), nodeFamily(family));
    return { family, list };
}

function nodeFamily(family: Family): "ipv4" | "ipv6" {
    return family === "inet" ? "ipv4" : "ipv6";
}

/** Form of a name or an address that all its spellings have in common. Names ignore case. */
export function plainSpelling(text: unknown): unknown {
    return typeof text === "string" ? canonical(text.toLowerCase().replace(/\.$/, "")) : text;
}
