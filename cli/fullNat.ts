import { type Rule, splitSocket } from "./rules";

/** Name FULLNAT, which IPVS calls NAT. A director's tables in nftables masquerade the packets to such real servers. */
export function withFullNat(rules: Rule[], nft: string): Rule[] {
    const masqueraded = [
        ...nft.matchAll(/ daddr (\S+) (?:meta l4proto )?(\w+)(?: dport (\d+))? masquerade/g),
    ];
    return rules.map((rule) => {
        if (rule.server === undefined || rule.method !== "NAT") return rule;
        const socket = splitSocket(rule.server);
        const [kind = ""] = rule.service.toLowerCase().split(" ");
        const isFull = masqueraded.some(
            ([, address, protocol, port]) =>
                address === socket.address &&
                (port ?? socket.port) === socket.port &&
                // A service by firewall mark has no protocol.
                (kind.startsWith("fwm") || protocol === kind),
        );
        return isFull ? { ...rule, method: "FULLNAT" } : rule;
    });
}
