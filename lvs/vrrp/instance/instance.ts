import { extraLines } from "../../keepalived/extraConfig";
import { decimal, flag, type Keywords, linesOf, onOff, integer } from "../../keepalived/keywords";
import { multicastGroup } from "../../keepalived/kinds";
import { scriptCall, type ScriptCall } from "../../keepalived/scripts";
import { downTimerAdverts, garpSeconds, garpTimes, garpTimesOrNone } from "./kinds";
import {
    addressesOf,
    isStrict,
    type Participant,
    participantsOf,
    type VrrpContext,
    type VrrpDirector,
    vrrpVersionOf,
} from "./members";
import { notifyKeywords, type NotifySettings } from "./notify";
import { trackBlocks, type Tracks } from "../tracking/track";
import { type VirtualIpaddress, virtualIpaddressLine } from "./virtualIpaddress";
import {
    type VirtualRoute,
    virtualRouteLine,
    type VirtualRule,
    virtualRuleLine,
} from "./virtualRoutes";

/** The settings of an instance that are a line each, beside those that every instance has. */
export interface VrrpInstanceKeywords extends NotifySettings {
    /** A director that returns leaves the virtual IPs where they are (keepalived `nopreempt`). Defaults to false. */
    nopreempt?: boolean;
    /** Seconds for which a director that returns waits before it takes them, 0 to 1000, with decimals since keepalived 2.1.0 (keepalived `preempt_delay`). Defaults to 0. */
    preemptDelay?: number;
    /** Adverts that may be missing before the owner counts as dead, 1 to 100 (keepalived `down_timer_adverts`). Defaults to 3. */
    downTimerAdverts?: number;
    /** An owner that was held up for so long that another one may own the virtual IPs becomes a backup: the highest priority that another one can have, 1 to 254; with nopreempt (keepalived `timer_expired_backup`). Defaults to it staying the owner. */
    timerExpiredBackup?: number;
    /** The virtual router has a MAC address of its own, which moves with the virtual IPs (keepalived `use_vmac`). Defaults to false. */
    useVmac?: boolean;
    /** Addresses on other interfaces than the instance's have it, too (keepalived `use_vmac_addr`). Defaults to false. */
    useVmacAddr?: boolean;
    /** Adverts nevertheless come from the interface and its own MAC address (keepalived `vmac_xmit_base`). Defaults to false. */
    vmacXmitBase?: boolean;
    /** The directors stay what they are when the instance's interface goes down (keepalived `dont_track_primary`). Defaults to false. */
    dontTrackPrimary?: boolean;
    /** The director gives the virtual IPs up when it loses the source address of its adverts (keepalived `track_src_ip`). Defaults to false. */
    trackSrcIp?: boolean;
    /** IPv4 or IPv6 multicast address of its adverts (keepalived `mcast_dst_ip`). Defaults to the one of `globalDefs`. */
    mcastDstIp?: string;
    /** Time to live of unicast adverts, 0 to 255 (keepalived `unicast_ttl`). Defaults to 255. */
    unicastTtl?: number;
    /** Adverts count only from those who take part; with unicast (keepalived `check_unicast_src`). Defaults to what `globalDefs` says. */
    checkUnicastSrc?: boolean;
    /** Unicast adverts of version 3 have the checksum of keepalived up to 1.3.6, to talk to those (keepalived `old_unicast_checksum`). Defaults to false. */
    oldUnicastChecksum?: boolean;
    /** Seconds after which a new owner announces the virtual IPs a second time, 0 to 4294; 0 is not (keepalived `garp_master_delay`). Defaults to 5. */
    garpMasterDelay?: number;
    /** Announcements each time (keepalived `garp_master_repeat`). Defaults to 5. */
    garpMasterRepeat?: number;
    /** Seconds between two announcements of an owner, 0 to 4294; 0 is never (keepalived `garp_master_refresh`). Defaults to what `globalDefs` says. */
    garpMasterRefresh?: number;
    /** Announcements each of those times (keepalived `garp_master_refresh_repeat`). Defaults to 1. */
    garpMasterRefreshRepeat?: number;
    /** Seconds after an advert of lower priority until an owner announces the virtual IPs again, 0 to 4294 (keepalived `garp_lower_prio_delay`). Defaults to garpMasterDelay. */
    garpLowerPrioDelay?: number;
    /** Announcements that time, 0 for none (keepalived `garp_lower_prio_repeat`). Defaults to garpMasterRepeat. */
    garpLowerPrioRepeat?: number;
    /** Seconds between two announcements on other interfaces than the instance's, 0 to 86400 (keepalived `garp_extra_if`). Defaults to none there. */
    garpExtraIf?: number;
    /** An owner does not answer an advert of lower priority with one of its own at once (keepalived `lower_prio_no_advert`). Defaults to what `globalDefs` says. */
    lowerPrioNoAdvert?: boolean;
    /** An owner answers an advert of higher priority with one of its own before it becomes a backup (keepalived `higher_prio_send_advert`). Defaults to what `globalDefs` says. */
    higherPrioSendAdvert?: boolean;
    /** Adverts from an owner that was heard before are not looked through for its virtual IPs (keepalived `skip_check_adv_addr`). Defaults to what `globalDefs` says. */
    skipCheckAdvAddr?: boolean;
    /** To the letter of the standard: version 3, no unicast, no preemptDelay (keepalived `strict_mode`). Defaults to what `globalDefs` says. */
    strictMode?: boolean;
    /** The owner answers packets to the virtual IPs, which services need (keepalived `accept`). Defaults to true. */
    accept?: boolean;
    /** Where a virtual IP goes, others of its prefix stay (keepalived `promote_secondaries`). Defaults to false. */
    promoteSecondaries?: boolean;
    /** Bytes for adverts that wait to be read (keepalived `kernel_rx_buf_size`). Defaults to the kernel's. */
    kernelRxBufSize?: number;
    /** Run when the instance is gone after a reload (keepalived `notify_deleted`). Defaults to none. */
    notifyDeleted?: ScriptCall;
    /** Run when an owner hears an advert of lower priority (keepalived `notify_master_rx_lower_pri`). Defaults to none. */
    notifyMasterRxLowerPri?: ScriptCall;
}

/** All of an instance but its virtual IPs. */
export interface VrrpInstanceSettings extends VrrpInstanceKeywords, Tracks {
    /** Its name. Defaults to `VI_1` for the first, `VI_2` for the second and so on. */
    name?: string;
    /** Network interface that carries adverts and virtual IPs, such as `eth0` (keepalived `interface`). */
    interface: string;
    /** 1 to 255, the same on all directors and on nobody else in their network (keepalived `virtual_router_id`). */
    virtualRouterId: number;
    /** Version of VRRP: 2 has a password, 3 has adverts more often than every second, and IPv6 (keepalived `version`). Defaults to that of `globalDefs`, and without one to 2, or 3 when all virtual IPs are IPv6. */
    version?: number;
    /** Seconds between two adverts: whole ones up to 255 with version 2, steps of 0.01 up to 40.95 with version 3; a dead owner is replaced after 3 to 4 of them (keepalived `advert_int`). Defaults to 1. */
    advertInt?: number;
    /** Adverts go to each of the other directors and not to all the network, for networks without multicast (keepalived `unicast_peer`). Defaults to false. */
    unicast?: boolean;
    /** Who takes part, in order of preference. Defaults to all directors in their order. */
    directors?: VrrpDirector[];
    /** Routes that come and go with the virtual IPs (keepalived `virtual_routes`). Defaults to none. */
    virtualRoutes?: VirtualRoute[];
    /** Routing rules that come and go with the virtual IPs (keepalived `virtual_rules`). Defaults to none. */
    virtualRules?: VirtualRule[];
    /** Lines of keepalived configuration at the end of its block, as they are and at your own risk. Defaults to none. */
    extraConfig?: string;
}

/** A VRRP router: who owns its virtual IPs, and how that is settled (keepalived `vrrp_instance`). */
export interface VrrpInstance extends VrrpInstanceSettings {
    readonly virtualIpaddress?: VirtualIpaddress[];
    readonly virtualIpaddressExcluded?: VirtualIpaddress[];
}

export const vrrpInstanceKeywords: Keywords<VrrpInstanceKeywords> = {
    nopreempt: { keyword: "nopreempt", type: flag },
    preemptDelay: {
        keyword: "preempt_delay",
        type: decimal("a number of seconds", 0, 1000, { decimalsSince: "2.1.0" }),
    },
    downTimerAdverts: { keyword: "down_timer_adverts", type: downTimerAdverts, since: "2.2.3" },
    timerExpiredBackup: {
        keyword: "timer_expired_backup",
        type: integer("a priority", 1, 254),
        since: "2.2.8",
    },
    useVmac: { keyword: "use_vmac", type: flag },
    useVmacAddr: { keyword: "use_vmac_addr", type: flag, since: "2.2.0" },
    vmacXmitBase: { keyword: "vmac_xmit_base", type: flag },
    dontTrackPrimary: { keyword: "dont_track_primary", type: flag },
    trackSrcIp: { keyword: "track_src_ip", type: flag, since: "2.0.0" },
    mcastDstIp: { keyword: "mcast_dst_ip", type: multicastGroup("inet", "inet6"), since: "2.2.5" },
    unicastTtl: { keyword: "unicast_ttl", type: integer("a time to live", 0, 255), since: "2.1.0" },
    checkUnicastSrc: { keyword: "check_unicast_src", type: flag, since: "2.1.0" },
    oldUnicastChecksum: { keyword: "old_unicast_checksum", type: flag, since: "1.3.7" },
    garpMasterDelay: { keyword: "garp_master_delay", type: garpSeconds },
    garpMasterRepeat: { keyword: "garp_master_repeat", type: garpTimes },
    garpMasterRefresh: { keyword: "garp_master_refresh", type: garpSeconds },
    garpMasterRefreshRepeat: { keyword: "garp_master_refresh_repeat", type: garpTimes },
    garpLowerPrioDelay: { keyword: "garp_lower_prio_delay", type: garpSeconds },
    garpLowerPrioRepeat: { keyword: "garp_lower_prio_repeat", type: garpTimesOrNone },
    garpExtraIf: {
        keyword: "garp_extra_if",
        type: integer("a number of seconds", 0, 86400),
        since: "2.2.3",
    },
    lowerPrioNoAdvert: { keyword: "lower_prio_no_advert", type: onOff },
    higherPrioSendAdvert: { keyword: "higher_prio_send_advert", type: onOff },
    // Up to 2.2.7 even `off` switches it on.
    skipCheckAdvAddr: { keyword: "skip_check_adv_addr", type: flag },
    strictMode: { keyword: "strict_mode", type: onOff },
    accept: { keyword: "accept", type: flag },
    promoteSecondaries: { keyword: "promote_secondaries", type: flag },
    kernelRxBufSize: {
        keyword: "kernel_rx_buf_size",
        type: integer("a number of bytes", 1, 2147483647),
        since: "2.0.3",
    },
    ...notifyKeywords,
    notifyDeleted: { keyword: "notify_deleted", type: scriptCall, since: "2.1.0" },
    notifyMasterRxLowerPri: {
        keyword: "notify_master_rx_lower_pri",
        type: scriptCall,
        since: "2.0.6",
    },
};

/** An instance on one director: every default filled in, nothing left to decide. */
export interface VrrpInstancePlan {
    instance: VrrpInstance;
    name: string;
    state: "MASTER" | "BACKUP";
    self: Participant;
    version: number;
    advertInt: number;
    accept: boolean | undefined;
    unicastPeers: string[];
    virtualIpaddress: VirtualIpaddress[];
    virtualIpaddressExcluded: VirtualIpaddress[];
}

/** The name of the instance at a place in the list. */
export function instanceName(instance: { readonly name?: string }, index: number): string {
    return instance.name ?? `VI_${index + 1}`;
}

/** The virtual IPs that an instance itself names. */
export function ownVirtualIps(instance: VrrpInstance): VirtualIpaddress[] {
    return [...(instance.virtualIpaddress ?? []), ...(instance.virtualIpaddressExcluded ?? [])];
}

/** The part of one director in an instance that is right; nothing when it has none. */
export function planVrrpInstance(
    instance: VrrpInstance,
    index: number,
    director: string,
    context: VrrpContext,
): VrrpInstancePlan | undefined {
    const participants = participantsOf(instance, context);
    const place = participants.findIndex(({ name }) => name === director);
    if (place < 0) return undefined;
    const { virtualIpaddress, virtualIpaddressExcluded } = addressesOf(instance, context);
    const strict = isStrict(instance, context);
    const waits = instance.nopreempt === true || instance.preemptDelay !== undefined;
    return {
        instance,
        name: instanceName(instance, index),
        // Who waits, or keeps to the standard, has to begin as a backup.
        state: place === 0 && !waits && !strict ? "MASTER" : "BACKUP",
        self: participants[place]!,
        version: vrrpVersionOf(instance, context),
        advertInt: instance.advertInt ?? 1,
        // The standard drops what clients send to a virtual IP that is no address of the owner's.
        accept: instance.accept ?? (strict ? true : undefined),
        unicastPeers: instance.unicast
            ? participants.flatMap(({ name, unicastSrcIp }) =>
                  name === director ? [] : [unicastSrcIp!],
              )
            : [],
        virtualIpaddress,
        virtualIpaddressExcluded,
    };
}

/** What template `vrrp_instance.mustache` shows. */
export function vrrpInstanceView(plan: VrrpInstancePlan, version: string) {
    const { instance, self, unicastPeers } = plan;
    const { virtualRoutes = [], virtualRules = [] } = instance;
    const addressLines = (addresses: VirtualIpaddress[]) =>
        addresses.map((address) => virtualIpaddressLine(address, version));
    const isUnicast = unicastPeers.length > 0;
    const lists = [
        ...trackBlocks(instance, version),
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
            // Every keepalived takes 2 for granted, unless it is told otherwise.
            ...(plan.version === 2 && instance.version === undefined
                ? []
                : [`version ${plan.version}`]),
            `priority ${self.priority}`,
            `advert_int ${plan.advertInt}`,
            ...(isUnicast ? [`unicast_src_ip ${self.unicastSrcIp}`] : []),
            ...(self.mcastSrcIp === undefined ? [] : [`mcast_src_ip ${self.mcastSrcIp}`]),
            ...linesOf(vrrpInstanceKeywords, { ...instance, accept: plan.accept }, version),
        ],
        // Version 3 has none.
        hasPassword: plan.version === 2,
        lists: lists.filter(({ lines }) => lines.length > 0),
        extraConfig: extraLines(instance.extraConfig),
    };
}
