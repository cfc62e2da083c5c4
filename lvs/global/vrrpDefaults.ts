import { decimal, flag, type Keywords, onOff, integer } from "../keepalived/keywords";
import { multicastGroup } from "../keepalived/kinds";
import { downTimerAdverts, garpSeconds, garpTimes, garpTimesOrNone, vrrpVersion } from "../vrrp/instance/kinds";

/** What holds for every VRRP instance that does not say otherwise. */
export interface VrrpDefaults {
    /** Version of VRRP where an instance names none, 2 or 3 (keepalived `vrrp_version`). Defaults to 2, and to 3 for IPv6. */
    vrrpVersion?: number;
    /** As strictMode of instances, for all that do not say otherwise (keepalived `vrrp_strict`). Defaults to false. */
    vrrpStrict?: boolean;
    /** IPv4 multicast address of adverts (keepalived `vrrp_mcast_group4`). Defaults to 224.0.0.18. */
    vrrpMcastGroup4?: string;
    /** IPv6 multicast address of adverts (keepalived `vrrp_mcast_group6`). Defaults to ff02::12. */
    vrrpMcastGroup6?: string;
    /** As garpMasterDelay of instances (keepalived `vrrp_garp_master_delay`). Defaults to 5. */
    vrrpGarpMasterDelay?: number;
    /** As garpMasterRepeat of instances (keepalived `vrrp_garp_master_repeat`). Defaults to 5. */
    vrrpGarpMasterRepeat?: number;
    /** As garpMasterRefresh of instances: switches that missed an announcement learn of the owner by another (keepalived `vrrp_garp_master_refresh`). Defaults to 60. */
    vrrpGarpMasterRefresh?: number;
    /** As garpMasterRefreshRepeat of instances (keepalived `vrrp_garp_master_refresh_repeat`). Defaults to 1. */
    vrrpGarpMasterRefreshRepeat?: number;
    /** As garpLowerPrioDelay of instances (keepalived `vrrp_garp_lower_prio_delay`). Defaults to vrrpGarpMasterDelay. */
    vrrpGarpLowerPrioDelay?: number;
    /** As garpLowerPrioRepeat of instances (keepalived `vrrp_garp_lower_prio_repeat`). Defaults to vrrpGarpMasterRepeat. */
    vrrpGarpLowerPrioRepeat?: number;
    /** Seconds between two ARP messages on an interface, 0.000001 to 4294 (keepalived `vrrp_garp_interval`). Defaults to none. */
    vrrpGarpInterval?: number;
    /** As vrrpGarpInterval, for IPv6 (keepalived `vrrp_gna_interval`). Defaults to none. */
    vrrpGnaInterval?: number;
    /** A new owner announces virtual IPs once and not ten times (keepalived `vrrp_min_garp`). Defaults to false. */
    vrrpMinGarp?: boolean;
    /** As garpExtraIf of instances, from 1 (keepalived `vrrp_garp_extra_if`). Defaults to none. */
    vrrpGarpExtraIf?: number;
    /** As lowerPrioNoAdvert of instances (keepalived `vrrp_lower_prio_no_advert`). Defaults to false. */
    vrrpLowerPrioNoAdvert?: boolean;
    /** As higherPrioSendAdvert of instances (keepalived `vrrp_higher_prio_send_advert`). Defaults to false. */
    vrrpHigherPrioSendAdvert?: boolean;
    /** As downTimerAdverts of instances (keepalived `vrrp_down_timer_adverts`). Defaults to 3. */
    vrrpDownTimerAdverts?: number;
    /** Seconds after its start before keepalived listens to adverts, 0.001 to 4294 (keepalived `vrrp_startup_delay`). Defaults to none. */
    vrrpStartupDelay?: number;
    /** As checkUnicastSrc of instances (keepalived `vrrp_check_unicast_src`). Defaults to false. */
    vrrpCheckUnicastSrc?: boolean;
    /** As skipCheckAdvAddr of instances (keepalived `vrrp_skip_check_adv_addr`). Defaults to false. */
    vrrpSkipCheckAdvAddr?: boolean;
}

const garpInterval = decimal("a number of seconds", 0.000001, 4294, { places: 6 });

export const vrrpDefaultsKeywords: Keywords<VrrpDefaults> = {
    vrrpVersion: { keyword: "vrrp_version", type: vrrpVersion },
    vrrpStrict: { keyword: "vrrp_strict", type: flag },
    vrrpMcastGroup4: { keyword: "vrrp_mcast_group4", type: multicastGroup("inet") },
    vrrpMcastGroup6: { keyword: "vrrp_mcast_group6", type: multicastGroup("inet6") },
    vrrpGarpMasterDelay: { keyword: "vrrp_garp_master_delay", type: garpSeconds },
    vrrpGarpMasterRepeat: { keyword: "vrrp_garp_master_repeat", type: garpTimes },
    vrrpGarpMasterRefresh: {
        keyword: "vrrp_garp_master_refresh",
        type: garpSeconds,
        default: 60,
    },
    vrrpGarpMasterRefreshRepeat: { keyword: "vrrp_garp_master_refresh_repeat", type: garpTimes },
    vrrpGarpLowerPrioDelay: { keyword: "vrrp_garp_lower_prio_delay", type: garpSeconds },
    vrrpGarpLowerPrioRepeat: { keyword: "vrrp_garp_lower_prio_repeat", type: garpTimesOrNone },
    vrrpGarpInterval: { keyword: "vrrp_garp_interval", type: garpInterval },
    vrrpGnaInterval: { keyword: "vrrp_gna_interval", type: garpInterval },
    vrrpMinGarp: { keyword: "vrrp_min_garp", type: onOff, since: "2.0.12" },
    vrrpGarpExtraIf: {
        keyword: "vrrp_garp_extra_if",
        type: integer("a number of seconds", 1, 86400),
        since: "2.2.3",
    },
    vrrpLowerPrioNoAdvert: { keyword: "vrrp_lower_prio_no_advert", type: onOff },
    vrrpHigherPrioSendAdvert: { keyword: "vrrp_higher_prio_send_advert", type: onOff },
    vrrpDownTimerAdverts: {
        keyword: "vrrp_down_timer_adverts",
        type: downTimerAdverts,
        since: "2.2.3",
    },
    vrrpStartupDelay: {
        keyword: "vrrp_startup_delay",
        type: decimal("a number of seconds", 0.001, 4294),
        since: "2.0.14",
    },
    vrrpCheckUnicastSrc: { keyword: "vrrp_check_unicast_src", type: flag },
    vrrpSkipCheckAdvAddr: { keyword: "vrrp_skip_check_adv_addr", type: flag },
};
