import { extraLines } from "../../keepalived/extraConfig";
import { linesOf } from "../../keepalived/keywords";
import { isAtLeast } from "../../keepalived/versions";
import { authHmacLines } from "./authHmac";
import {
    addressesOf,
    authTypeOf,
    hasPassword,
    isStrict,
    startsAsBackup,
    vrrpVersionOf,
} from "./adverts";
import {
    AuthType,
    instanceOn,
    type Participant,
    participantsOf,
    type VrrpContext,
    VrrpState,
} from "./members";
import { trackBlocks } from "../tracking/track";
import { type VirtualIpaddress, virtualIpaddressLine } from "./virtualIpaddress";
import { virtualRouteLine, virtualRuleLine } from "./virtualRoutes";
import {
    newChecksumSince,
    type VrrpInstance,
    instanceName,
    vrrpInstanceKeywords,
} from "./instance";

/** Addresses of the adverts that a director receives. */
export interface Adverts {
    /** IP protocol: VRRP, or the authentication header around it. */
    readonly protocol: "112" | "51";
    readonly destination: string;
    /** All senders, or nothing if the plan does not know their addresses. */
    readonly sources?: readonly string[];
}

/** A VRRP instance on one director, with every default resolved. */
export interface VrrpInstancePlan {
    instance: VrrpInstance;
    name: string;
    state: VrrpState;
    self: Participant;
    version: number;
    authType: AuthType;
    advertInt: number;
    hasPassword: boolean;
    accept: boolean | undefined;
    oldUnicastChecksum: boolean | undefined;
    unicastPeers: string[];
    /** Adverts of other directors, or nothing if there are none. */
    adverts?: Adverts;
    virtualIpaddress: VirtualIpaddress[];
    virtualIpaddressExcluded: VirtualIpaddress[];
}

/** Resolve a validated instance for one director. Returns nothing if the director has no part in it. */
export function planVrrpInstance(
    given: VrrpInstance,
    index: number,
    director: string,
    context: VrrpContext,
): VrrpInstancePlan | undefined {
    const instance = instanceOn(given, director);
    const participants = participantsOf(instance, context);
    const place = participants.findIndex(({ name }) => name === director);
    if (place < 0) return undefined;
    const { virtualIpaddress, virtualIpaddressExcluded } = addressesOf(instance, context);
    const strict = isStrict(instance, context);
    const first =
        place === 0 && !startsAsBackup(instance, context) ? VrrpState.MASTER : VrrpState.BACKUP;
    const others = participants.filter(({ name }) => name !== director);
    return {
        instance,
        name: instanceName(instance, index),
        state: instance.state ?? first,
        self: participants[place]!,
        version: vrrpVersionOf(instance, context),
        authType: authTypeOf(instance, context),
        advertInt: instance.advertInt ?? 1,
        hasPassword: hasPassword(instance, context),
        // In strict mode the active director would drop packets to virtual IPs.
        accept: instance.accept ?? (strict ? true : undefined),
        oldUnicastChecksum:
            instance.oldUnicastChecksum ?? needsOldChecksum(instance, director, context),
        unicastPeers: instance.unicast ? others.map(({ unicastSrcIp }) => unicastSrcIp!) : [],
        adverts:
            others.length === 0
                ? undefined
                : advertsFrom(others, participants[place]!, instance, context),
        virtualIpaddress,
        virtualIpaddressExcluded,
    };
}

/** Does a director have another beside it that knows only the old checksum of IPv4 unicast in version 3? */
function needsOldChecksum(
    instance: VrrpInstance,
    director: string,
    context: VrrpContext,
): boolean | undefined {
    const { family } = addressesOf(instance, context);
    if (!instance.unicast || vrrpVersionOf(instance, context) !== 3 || family !== "inet") {
        return undefined;
    }
    const members = participantsOf(instance, context).map(({ name }) => name);
    const isOld = ({ name, keepalived = newChecksumSince }: VrrpContext["directors"][number]) =>
        members.includes(name) && !isAtLeast(keepalived, newChecksumSince);
    const old = context.directors.filter(isOld).map(({ name }) => name);
    return old.length > 0 && !old.includes(director) ? true : undefined;
}

/** Without `mcastSrcIp`, a director sends from the first address of its interface, which only the host knows. */
function advertsFrom(
    others: Participant[],
    self: Participant,
    instance: VrrpInstance,
    context: VrrpContext,
): Adverts {
    const protocol = authTypeOf(instance, context) === AuthType.AH ? "51" : "112";
    if (instance.unicast) {
        const sources = others.map(({ unicastSrcIp }) => unicastSrcIp!);
        return { protocol, destination: self.unicastSrcIp!, sources };
    }
    const { vrrpMcastGroup4 = "224.0.0.18", vrrpMcastGroup6 = "ff02::12" } =
        context.globalDefs ?? {};
    const isV6 = addressesOf(instance, context).family === "inet6";
    const sources = others.flatMap(({ mcastSrcIp }) => mcastSrcIp ?? []);
    return {
        protocol,
        destination: instance.mcastDstIp ?? (isV6 ? vrrpMcastGroup6 : vrrpMcastGroup4),
        sources: sources.length === others.length ? sources : undefined,
    };
}

/** keepalived tracks the instance's own interface anyway, and complains about a line for it. */
function withoutInterface(instance: VrrpInstance, own: string): VrrpInstance {
    const { trackInterface } = instance;
    return { ...instance, trackInterface: trackInterface?.filter((one) => one.interface !== own) };
}

/** Values for the template `vrrp_instance.mustache`. */
export function vrrpInstanceView(plan: VrrpInstancePlan, version: string) {
    const { instance, self, unicastPeers } = plan;
    const { virtualRoutes = [], virtualRules = [] } = instance;
    const addressLines = (addresses: VirtualIpaddress[]) =>
        addresses.map((address) => virtualIpaddressLine(address, version));
    const isUnicast = unicastPeers.length > 0;
    const lists = [
        { keyword: "auth_hmac", lines: authHmacLines(instance.authHmac, version) },
        ...trackBlocks(withoutInterface(instance, self.interface), version),
        { keyword: "unicast_peer", lines: unicastPeers },
        { keyword: "virtual_ipaddress", lines: addressLines(plan.virtualIpaddress) },
        {
            keyword: "virtual_ipaddress_excluded",
            lines: addressLines(plan.virtualIpaddressExcluded),
        },
        {
            keyword: "virtual_routes",
            lines: virtualRoutes.map((route) => virtualRouteLine(route, version)),
        },
        {
            keyword: "virtual_rules",
            lines: virtualRules.map((rule) => virtualRuleLine(rule, version)),
        },
    ];
    return {
        name: plan.name,
        keywords: [
            `state ${plan.state}`,
            `interface ${self.interface}`,
            `virtual_router_id ${instance.virtualRouterId}`,
            // 2 is the default of every keepalived.
            ...(plan.version === 2 && instance.version === undefined
                ? []
                : [`version ${plan.version}`]),
            `priority ${self.priority}`,
            `advert_int ${plan.advertInt}`,
            ...(isUnicast ? [`unicast_src_ip ${self.unicastSrcIp}`] : []),
            ...(self.mcastSrcIp === undefined ? [] : [`mcast_src_ip ${self.mcastSrcIp}`]),
            ...linesOf(
                vrrpInstanceKeywords,
                {
                    ...instance,
                    // The name stands on the same line.
                    useVmac: instance.vmacInterface === undefined ? instance.useVmac : undefined,
                    accept: plan.accept,
                    oldUnicastChecksum: plan.oldUnicastChecksum,
                },
                version,
            ),
        ],
        hasPassword: plan.hasPassword,
        authType: plan.authType,
        // Without a folder in the path, keepalived 1.3.5 logs an error.
        passwordFile: isAtLeast(version, "2.0.0") ? "auth_pass.conf" : "./auth_pass.conf",
        lists: lists.filter(({ lines }) => lines.length > 0),
        extraConfig: extraLines(instance.extraConfig),
    };
}
