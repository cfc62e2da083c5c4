import { familyOf } from "../../addresses";
import type { ScriptCall } from "../../keepalived/scripts";
import type { Tracks } from "../tracking/track";
import type { Tracking } from "../tracking/tracking";
import type { AuthHmac } from "./authHmac";
import type { VrrpInstanceKeywords } from "./instance";
import type { VirtualIpaddress } from "./virtualIpaddress";
import type { VirtualRoute, VirtualRule } from "./virtualRoutes";

/** How adverts of version 2 carry the VRRP password. */
export const AuthType = {
    /** The password is in the adverts, in clear text. */
    PASS: "PASS",
    /** An IPsec header has a digest with the password (IP protocol 51). */
    AH: "AH",
    /** There is no password. */
    none: "none",
} as const;
export type AuthType = (typeof AuthType)[keyof typeof AuthType];

/** State of a virtual router on a director. */
export const VrrpState = {
    /** The director is active, and sends adverts. */
    MASTER: "MASTER",
    /** Another director is active. */
    BACKUP: "BACKUP",
} as const;
export type VrrpState = (typeof VrrpState)[keyof typeof VrrpState];

export interface VrrpStart {
    /** State in which keepalived starts: `MASTER` takes the virtual IPs at once, `BACKUP` waits for adverts first. Then priorities decide (keepalived `state`). Defaults to `MASTER` on the first director and `BACKUP` on the others; `BACKUP` on all with nopreempt, preemptDelay, strict mode or AH. */
    state?: VrrpState;
}

/** A director in a VRRP instance. Settings of the instance that it gives apply on this director only. */
export interface VrrpDirector<Call = ScriptCall>
    extends VrrpInstanceKeywords<Call>, VrrpStart, Tracks {
    /** Name of the director. */
    name: string;
    /** Priority of the director, 1 to 254, below that of the director before it (keepalived `priority`). Defaults to 254, 253, 213, 173 and so on in steps of 40. */
    priority?: number;
    /** Network interface on this director (keepalived `interface`). Defaults to the instance's. */
    interface?: string;
    /** Source address of this director's adverts, and destination of the others', with `unicast` (keepalived `unicast_src_ip`). Defaults to the director's `host`, if that is an IP address. */
    unicastSrcIp?: string;
    /** Source address of this director's adverts without `unicast` (keepalived `mcast_src_ip`). Defaults to the first address of the interface. */
    mcastSrcIp?: string;
    /** Routes of this director while it is active (keepalived `virtual_routes`). Defaults to the instance's. */
    virtualRoutes?: VirtualRoute[];
    /** Routing rules of this director while it is active (keepalived `virtual_rules`). Defaults to the instance's. */
    virtualRules?: VirtualRule[];
}

/** Global settings that instances inherit. */
export interface InheritedGlobals {
    readonly vrrpVersion?: number;
    readonly vrrpStrict?: boolean;
    readonly vrrpDownTimerAdverts?: number;
    readonly vrrpMcastGroup4?: string;
    readonly vrrpMcastGroup6?: string;
}

/** The part of a cluster that its instances depend on. */
export interface VrrpContext extends Tracking {
    readonly directors: readonly {
        readonly name: string;
        readonly host: string;
        /** Version of its keepalived. */
        readonly keepalived?: string;
    }[];
    /** Virtual IPs of the virtual servers: the default of an instance. */
    readonly virtualIps: readonly string[];
    readonly globalDefs?: InheritedGlobals;
}

/** The part of an instance that decides which directors take part. */
export interface VrrpMembership {
    readonly interface: string;
    readonly version?: number;
    readonly authType?: AuthType;
    readonly authHmac?: AuthHmac;
    readonly strictMode?: boolean;
    readonly unicast?: boolean;
    readonly directors?: VrrpDirector[];
    readonly virtualIpaddress?: VirtualIpaddress[];
    readonly virtualIpaddressExcluded?: VirtualIpaddress[];
}

/** A director in an instance with every default resolved. It lacks a unicast source if its host is no address. */
export interface Participant extends VrrpDirector {
    readonly priority: number;
    readonly interface: string;
}

/** List the directors of an instance, in order of preference. */
export function participantsOf(instance: VrrpMembership, context: VrrpContext): Participant[] {
    const members: VrrpDirector[] =
        instance.directors ?? context.directors.map(({ name }) => ({ name }));
    return members.map((member, index) => {
        const host = context.directors.find(({ name }) => name === member.name)?.host ?? "";
        return {
            ...member,
            priority: member.priority ?? defaultPriority(index),
            interface: member.interface ?? instance.interface,
            unicastSrcIp: member.unicastSrcIp ?? (familyOf(host) ? host : undefined),
        };
    });
}

/** The instance as one director has it, with that director's own settings in place of the common ones. */
export function instanceOn<Instance extends VrrpMembership>(
    instance: Instance,
    director: string,
): Instance {
    const member = instance.directors?.find(({ name }) => name === director);
    return { ...instance, ...ownSettings(member) };
}

/** Settings of the instance that a director has for itself. */
export function ownSettings(member: VrrpDirector | undefined): Partial<VrrpInstanceKeywords> {
    const entries = Object.entries(member ?? {}).filter(
        ([field, value]) => value !== undefined && !(field in memberFields),
    );
    return Object.fromEntries(entries);
}

/** Settings of a director that are no settings of its instance. */
const memberFields = { name: 0, priority: 0, interface: 0, unicastSrcIp: 0, mcastSrcIp: 0 };

/**
 * The first two are close to 254, so that VRRP's skew and the time of a failover are short. The others
 * are far apart: two directors whose skews differ by a few milliseconds both become active.
 */
function defaultPriority(index: number): number {
    return index < 2 ? 254 - index : 253 - 40 * (index - 1);
}

/** Names of the directors that are preferred by some instance. */
export function preferredDirectors(
    instances: readonly VrrpMembership[],
    context: VrrpContext,
): string[] {
    const first = instances.flatMap((one) => participantsOf(one, context)[0]?.name ?? []);
    return [...new Set(first)];
}
