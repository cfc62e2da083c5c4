import { type ExtraConfig } from "../../keepalived/extraConfig";
import {
    decimal,
    flag,
    type Keywords,
    networkInterface,
    onOff,
    integer,
} from "../../keepalived/keywords";
import { multicastGroup } from "../../keepalived/kinds";
import { scriptCall, type ScriptCall } from "../../keepalived/scripts";
import { type AuthHmac } from "./authHmac";
import { downTimerAdverts, garpSeconds, garpTimes, garpTimesOrNone } from "./kinds";
import { AuthType, type VrrpDirector, type VrrpStart } from "./members";
import { notifyKeywords, type NotifySettings } from "./notify";
import { type Tracks } from "../tracking/track";
import { type VirtualIpaddress } from "./virtualIpaddress";
import { type VirtualRoute, type VirtualRule } from "./virtualRoutes";

/** Settings of a VRRP instance that are one line each in its block. */
export interface VrrpInstanceKeywords<Call = ScriptCall> extends NotifySettings<Call> {
    /** Leave the virtual IPs where they are when a preferred director returns. Tracked objects then need weight 0 (keepalived `nopreempt`). Defaults to false. */
    nopreempt?: boolean;
    /** Seconds that a returning director waits before it becomes active, 0 to 1000, with decimals since keepalived 2.0.0 (keepalived `preempt_delay`). Defaults to 0. @decimal */
    preemptDelay?: number;
    /** Number of missing adverts after which a backup director becomes active, 1 to 100 (keepalived `down_timer_adverts`). Defaults to 3. */
    downTimerAdverts?: number;
    /** Make an active director a backup if it was paused for so long that another may be active by now. The value is the highest priority of the other directors, 1 to 254. Needs nopreempt (keepalived `timer_expired_backup`). Defaults to staying active. */
    timerExpiredBackup?: number;
    /** Give the virtual router its own MAC address, which moves with the virtual IPs (keepalived `use_vmac`). Defaults to false. */
    useVmac?: boolean;
    /** Name of the interface that has this MAC address. Needs useVmac (keepalived `use_vmac NAME`). Defaults to `vrrp.ID`, by the id of the virtual router. */
    vmacInterface?: string;
    /** Use that MAC address also for virtual IPs on other interfaces than the instance's (keepalived `use_vmac_addr`). Defaults to false. */
    useVmacAddr?: boolean;
    /** Send adverts from the interface with its own MAC address, in spite of useVmac (keepalived `vmac_xmit_base`). Defaults to false. */
    vmacXmitBase?: boolean;
    /** Ignore the state of the instance's own interface (keepalived `dont_track_primary`). Defaults to false. */
    dontTrackPrimary?: boolean;
    /** Stop being active when the director loses the source address of its adverts (keepalived `track_src_ip`). Defaults to false. */
    trackSrcIp?: boolean;
    /** IPv4 or IPv6 multicast address for adverts (keepalived `mcast_dst_ip`). Defaults to the one in `globalDefs`. */
    mcastDstIp?: string;
    /** Time to live of unicast adverts, 0 to 255 (keepalived `unicast_ttl`). Defaults to 255. */
    unicastTtl?: number;
    /** Ignore adverts from sources that are not a director of this instance. Needs unicast (keepalived `check_unicast_src`). Defaults to the value in `globalDefs`. */
    checkUnicastSrc?: boolean;
    /** Compute checksums of unicast adverts in version 3 as keepalived up to 1.3.6 does, to work beside it (keepalived `old_unicast_checksum`). Defaults to true on directors beside such a keepalived of this cluster. */
    oldUnicastChecksum?: boolean;
    /** Compute checksums of adverts in version 3 without the addresses of the packet, as some routers do. IPv4 only (keepalived `v3_checksum_as_v2`). Defaults to the value in `globalDefs`. */
    v3ChecksumAsV2?: boolean;
    /** Seconds until a director that became active announces the virtual IPs a second time, 0 to 4294. 0 means no second time (keepalived `garp_master_delay`). Defaults to 5. */
    garpMasterDelay?: number;
    /** Number of announcements each time (keepalived `garp_master_repeat`). Defaults to 5. */
    garpMasterRepeat?: number;
    /** Seconds between announcements while a director is active, 0 to 4294. 0 means never (keepalived `garp_master_refresh`). Defaults to the value in `globalDefs`. */
    garpMasterRefresh?: number;
    /** Number of announcements at each refresh (keepalived `garp_master_refresh_repeat`). Defaults to 1. */
    garpMasterRefreshRepeat?: number;
    /** Seconds until the active director announces the virtual IPs again after an advert of lower priority, 0 to 4294 (keepalived `garp_lower_prio_delay`). Defaults to garpMasterDelay. */
    garpLowerPrioDelay?: number;
    /** Number of announcements after such an advert, 0 for none (keepalived `garp_lower_prio_repeat`). Defaults to garpMasterRepeat. */
    garpLowerPrioRepeat?: number;
    /** Seconds between announcements on interfaces other than the instance's, 0 to 86400 (keepalived `garp_extra_if`). Defaults to no announcements there. */
    garpExtraIf?: number;
    /** Do not answer an advert of lower priority at once (keepalived `lower_prio_no_advert`). Defaults to the value in `globalDefs`. */
    lowerPrioNoAdvert?: boolean;
    /** Answer an advert of higher priority with a last advert before becoming a backup (keepalived `higher_prio_send_advert`). Defaults to the value in `globalDefs`. */
    higherPrioSendAdvert?: boolean;
    /** Do not compare the virtual IPs in an advert if its sender is the active director already (keepalived `skip_check_adv_addr`). Defaults to the value in `globalDefs`. */
    skipCheckAdvAddr?: boolean;
    /** Follow RFC 5798 strictly: version 3, no unicast, no preemptDelay (keepalived `strict_mode`). Defaults to the value in `globalDefs`. */
    strictMode?: boolean;
    /** Let the active director accept packets to the virtual IPs, which services need (keepalived `accept`). Defaults to true. */
    accept?: boolean;
    /** Keep the other addresses of a prefix when a virtual IP is removed (keepalived `promote_secondaries`). Defaults to false. */
    promoteSecondaries?: boolean;
    /** Bytes of the kernel's buffer for received adverts (keepalived `kernel_rx_buf_size`). Defaults to the kernel's. */
    kernelRxBufSize?: number;
    /** Script that runs when a reload has removed the instance (keepalived `notify_deleted`). Defaults to none. */
    notifyDeleted?: Call;
    /** Script that runs when the active director receives an advert of lower priority (keepalived `notify_master_rx_lower_pri`). Defaults to none. */
    notifyMasterRxLowerPri?: Call;
}

/** A VRRP instance without its virtual IPs. */
export interface VrrpInstanceSettings<Call = ScriptCall, Member = VrrpDirector>
    extends VrrpInstanceKeywords<Call>, VrrpStart, Tracks {
    /** Name of the instance. Defaults to `VI_1` for the first, `VI_2` for the second and so on. */
    name?: string;
    /** Network interface for adverts and virtual IPs, such as `eth0` (keepalived `interface`). */
    interface: string;
    /** Id of the virtual router, 1 to 255: the same on all directors, and used by no other virtual router in their network (keepalived `virtual_router_id`). */
    virtualRouterId: number;
    /** Version of VRRP, 2 or 3. Version 2 has a password. Version 3 supports IPv6 and intervals below one second (keepalived `version`). Defaults to the version in `globalDefs`, else 2, or 3 if all virtual IPs are IPv6. */
    version?: number;
    /** How adverts of version 2 carry the password: `PASS`, `AH` or `none` (keepalived `auth_type`). Defaults to `PASS`; `none` in version 3. */
    authType?: AuthType;
    /** Seconds between adverts: whole seconds up to 255 in version 2, steps of 0.01 up to 40.95 in version 3. A failed active director is replaced after 3 to 4 intervals (keepalived `advert_int`). Defaults to 1. @decimal */
    advertInt?: number;
    /** Send adverts to each other director instead of a multicast address, for networks without multicast (keepalived `unicast_peer`). Defaults to false. */
    unicast?: boolean;
    /** Directors of this instance, in order of preference. Defaults to all directors in their order. */
    directors?: Member[];
    /** Routes of the active director (keepalived `virtual_routes`). Defaults to none. */
    virtualRoutes?: VirtualRoute[];
    /** Routing rules of the active director (keepalived `virtual_rules`). Defaults to none. */
    virtualRules?: VirtualRule[];
}

/** A VRRP instance: the virtual router that elects one active director for its virtual IPs (keepalived `vrrp_instance`). */
export interface VrrpInstance extends VrrpInstanceSettings, ExtraConfig {
    readonly authHmac?: AuthHmac;
    readonly virtualIpaddress?: VirtualIpaddress[];
    readonly virtualIpaddressExcluded?: VirtualIpaddress[];
}

/** Since this version, checksums of unicast adverts have the addresses of the packet. */
export const newChecksumSince = "1.3.7";

export const vrrpInstanceKeywords: Keywords<VrrpInstanceKeywords> = {
    nopreempt: { keyword: "nopreempt", type: flag },
    preemptDelay: {
        keyword: "preempt_delay",
        type: decimal(0, 1000, { unit: "seconds", decimalsSince: "2.0.0" }),
    },
    downTimerAdverts: { keyword: "down_timer_adverts", type: downTimerAdverts, since: "2.2.3" },
    timerExpiredBackup: {
        keyword: "timer_expired_backup",
        type: integer(1, 254),
        since: "2.2.8",
    },
    useVmac: { keyword: "use_vmac", type: flag },
    vmacInterface: { keyword: "use_vmac", type: networkInterface },
    useVmacAddr: { keyword: "use_vmac_addr", type: flag, since: "2.2.0" },
    vmacXmitBase: { keyword: "vmac_xmit_base", type: flag },
    dontTrackPrimary: { keyword: "dont_track_primary", type: flag },
    trackSrcIp: { keyword: "track_src_ip", type: flag, since: "2.0.0" },
    mcastDstIp: { keyword: "mcast_dst_ip", type: multicastGroup("inet", "inet6"), since: "2.2.5" },
    unicastTtl: { keyword: "unicast_ttl", type: integer(0, 255), since: "2.1.0" },
    checkUnicastSrc: { keyword: "check_unicast_src", type: flag, since: "2.1.0" },
    oldUnicastChecksum: { keyword: "old_unicast_checksum", type: flag, since: newChecksumSince },
    v3ChecksumAsV2: { keyword: "v3_checksum_as_v2", type: flag, since: "2.2.8" },
    garpMasterDelay: { keyword: "garp_master_delay", type: garpSeconds },
    garpMasterRepeat: { keyword: "garp_master_repeat", type: garpTimes },
    garpMasterRefresh: { keyword: "garp_master_refresh", type: garpSeconds },
    garpMasterRefreshRepeat: { keyword: "garp_master_refresh_repeat", type: garpTimes },
    garpLowerPrioDelay: { keyword: "garp_lower_prio_delay", type: garpSeconds },
    garpLowerPrioRepeat: { keyword: "garp_lower_prio_repeat", type: garpTimesOrNone },
    garpExtraIf: {
        keyword: "garp_extra_if",
        type: integer(0, 86400, "seconds"),
        since: "2.2.3",
    },
    lowerPrioNoAdvert: { keyword: "lower_prio_no_advert", type: onOff },
    higherPrioSendAdvert: { keyword: "higher_prio_send_advert", type: onOff },
    // keepalived up to 2.2.7 reads even `off` as on.
    skipCheckAdvAddr: { keyword: "skip_check_adv_addr", type: flag },
    strictMode: { keyword: "strict_mode", type: onOff },
    accept: { keyword: "accept", type: flag },
    promoteSecondaries: { keyword: "promote_secondaries", type: flag },
    kernelRxBufSize: {
        keyword: "kernel_rx_buf_size",
        type: integer(1, 2147483647, "bytes"),
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

/** Name of the instance at a place in the list. */
export function instanceName(instance: { readonly name?: string }, index: number): string {
    return instance.name ?? `VI_${index + 1}`;
}

/** Virtual IPs that the instance itself lists. */
export function ownVirtualIps(instance: VrrpInstance): VirtualIpaddress[] {
    return [...(instance.virtualIpaddress ?? []), ...(instance.virtualIpaddressExcluded ?? [])];
}
