import { type Keywords, oneOf, tooNew } from "../../keepalived/keywords";
import { Protocol } from "../destination";
import type { Checker } from "./checker";
import { connecting, type ConnectingCheck, connectingKeywords } from "./connection";
import { domainName } from "./hostName";

/** Type of record to ask a name server for. */
export const DnsType = {
    A: "A",
    NS: "NS",
    CNAME: "CNAME",
    SOA: "SOA",
    MX: "MX",
    TXT: "TXT",
    AAAA: "AAAA",
    RRSIG: "RRSIG",
    DNSKEY: "DNSKEY",
} as const;
export type DnsType = (typeof DnsType)[keyof typeof DnsType];

/** A name server that answers a query without an error, over UDP (keepalived `DNS_CHECK`). */
export interface DnsCheck extends ConnectingCheck {
    /** Type of record to ask for (keepalived `type`). Defaults to `SOA`. */
    type?: DnsType;
    /** Name to ask for, such as `example.com` (keepalived `name`). Defaults to `.`, the root. */
    name?: string;
}

export const dnsKeywords: Keywords<DnsCheck> = {
    type: { keyword: "type", type: oneOf(DnsType) },
    name: { keyword: "name", type: domainName },
    ...connectingKeywords,
    delayBeforeRetry: { ...connectingKeywords.delayBeforeRetry, since: "1.3.7" },
    warmup: { ...connectingKeywords.warmup, since: "1.3.7" },
};

const newTypes: DnsType[] = [DnsType.RRSIG, DnsType.DNSKEY];

const connectingDns = connecting("DNS_CHECK", Protocol.UDP, dnsKeywords);

export const dnsChecker: Checker<DnsCheck> = {
    ...connectingDns,
    problems(path, check, target, context) {
        const { type = DnsType.SOA } = check;
        const newType = { keyword: `type ${type}`, since: "1.3.7" };
        return [
            ...connectingDns.problems(path, check, target, context),
            ...(newTypes.includes(type) ? tooNew(`${path}.type`, newType, target) : []),
        ];
    },
};
