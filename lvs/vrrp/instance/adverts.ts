import { canonical, type Family, familyOf } from "../../addresses";
import type { VrrpInstanceKeywords } from "./instance";
import { AuthType, type VrrpContext, type VrrpMembership } from "./members";
import type { VirtualIpaddress } from "./virtualIpaddress";

/**
 * Virtual IPs of an instance. Adverts list those of one address family. A director ignores adverts
 * whose list differs from its own configuration, and becomes active too. So the list has one virtual
 * IP by default: all others can change while the directors change one after the other.
 */
export function addressesOf(instance: VrrpMembership, context: VrrpContext) {
    const excluded = instance.virtualIpaddressExcluded ?? [];
    const isExcluded = new Set(excluded.map(({ ip }) => canonical(ip)));
    const named: VirtualIpaddress[] =
        instance.virtualIpaddress ??
        context.virtualIps.filter((ip) => !isExcluded.has(canonical(ip))).map((ip) => ({ ip }));
    const isV6 = ({ ip }: VirtualIpaddress) => familyOf(ip) === "inet6";
    const family: Family = named.length > 0 && named.every(isV6) ? "inet6" : "inet";
    const ofFamily = named.filter((address) => isV6(address) === (family === "inet6"));
    const advertised = instance.virtualIpaddress ? ofFamily : ofFamily.slice(0, 1);
    const isAdvertised = new Set(advertised);
    return {
        family,
        virtualIpaddress: advertised,
        virtualIpaddressExcluded: [
            ...named.filter((address) => !isAdvertised.has(address)),
            ...excluded,
        ],
    };
}

/** Version of VRRP of an instance. Only version 3 supports IPv6. */
export function vrrpVersionOf(instance: VrrpMembership, context: VrrpContext): number {
    const byFamily = addressesOf(instance, context).family === "inet6" ? 3 : 2;
    return instance.version ?? context.globalDefs?.vrrpVersion ?? byFamily;
}

/** How adverts of an instance carry the password. Version 3 has none, and signed adverts need none. */
export function authTypeOf(instance: VrrpMembership, context: VrrpContext): AuthType {
    const hasNone = vrrpVersionOf(instance, context) === 3 || instance.authHmac !== undefined;
    return hasNone ? AuthType.none : (instance.authType ?? AuthType.PASS);
}

/** Do the adverts of an instance have a password? */
export function hasPassword(instance: VrrpMembership, context: VrrpContext): boolean {
    return authTypeOf(instance, context) !== AuthType.none;
}

/** Does an instance follow RFC 5798 strictly? */
export function isStrict(instance: VrrpMembership, context: VrrpContext): boolean {
    return instance.strictMode ?? context.globalDefs?.vrrpStrict ?? false;
}

/** Must every director start as a backup? keepalived accepts none of these settings with `MASTER`. */
export function startsAsBackup(
    instance: VrrpMembership & Pick<VrrpInstanceKeywords, "nopreempt" | "preemptDelay">,
    context: VrrpContext,
): boolean {
    return (
        instance.nopreempt === true ||
        instance.preemptDelay !== undefined ||
        authTypeOf(instance, context) === AuthType.AH ||
        isStrict(instance, context)
    );
}
