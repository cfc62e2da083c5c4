import { decimal, flag, type Keywords, onOff, integer } from "../keepalived/keywords";
import { multicastGroup } from "../keepalived/kinds";
import {
    downTimerAdverts,
    garpSeconds,
    garpTimes,
    garpTimesOrNone,
    vrrpVersion,
} from "../vrrp/instance/kinds";

/** Defaults of all VRRP instances. */
export interface VrrpDefaults {
    /** Version of VRRP, 2 or 3 (keepalived `vrrp_version`). Defaults to 2, and to 3 for IPv6. */
    vrrpVersion?: number;
    /** Default of the instances' strictMode (keepalived `vrrp_strict`). Defaults to false. */
    vrrpStrict?: boolean;
    /** IPv4 multicast address for adverts (keepalived `vrrp_mcast_group4`). Defaults to 224.0.0.18. */
    vrrpMcastGroup4?: string;
    /** IPv6 multicast address for adverts (keepalived `vrrp_mcast_group6`). Defaults to ff02::12. */
    vrrpMcastGroup6?: string;
    /** Default of the instances' garpMasterDelay (keepalived `vrrp_garp_master_delay`). Defaults to 5. */
    vrrpGarpMasterDelay?: number;
    /** Default of the instances' garpMasterRepeat (keepalived `vrrp_garp_master_repeat`). Defaults to 5. */
    vrrpGarpMasterRepeat?: number;
    /** Default of the instances' garpMasterRefresh. Repeated announcements reach switches that missed the first (keepalived `vrrp_garp_master_refresh`). Defaults to 60. */
    vrrpGarpMasterRefresh?: number;
    /** Default of the instances' garpMasterRefreshRepeat (keepalived `vrrp_garp_master_refresh_repeat`). Defaults to 1. */
    vrrpGarpMasterRefreshRepeat?: number;
    /** Default of the instances' garpLowerPrioDelay (keepalived `vrrp_garp_lower_prio_delay`). Defaults to vrrpGarpMasterDelay. */
    vrrpGarpLowerPrioDelay?: number;
    /** Default of the instances' garpLowerPrioRepeat (keepalived `vrrp_garp_lower_prio_repeat`). Defaults to vrrpGarpMasterRepeat. */
    vrrpGarpLowerPrioRepeat?: number;
    /** Seconds between ARP messages on an interface, 0.000001 to 4294 (keepalived `vrrp_garp_interval`). Defaults to none. @decimal */
    vrrpGarpInterval?: number;
    /** Seconds between neighbour advertisements (IPv6) on an interface, 0.000001 to 4294 (keepalived `vrrp_gna_interval`). Defaults to none. @decimal */
    vrrpGnaInterval?: number;
    /** Announce virtual IPs once instead of ten times when a director becomes active (keepalived `vrrp_min_garp`). Defaults to false. */
    vrrpMinGarp?: boolean;
    /** Default of the instances' garpExtraIf, from 1 (keepalived `vrrp_garp_extra_if`). Defaults to none. */
    vrrpGarpExtraIf?: number;
    /** Default of the instances' lowerPrioNoAdvert (keepalived `vrrp_lower_prio_no_advert`). Defaults to false. */
    vrrpLowerPrioNoAdvert?: boolean;
    /** Default of the instances' higherPrioSendAdvert (keepalived `vrrp_higher_prio_send_advert`). Defaults to false. */
    vrrpHigherPrioSendAdvert?: boolean;
    /** Default of the instances' downTimerAdverts (keepalived `vrrp_down_timer_adverts`). Defaults to 3. */
    vrrpDownTimerAdverts?: number;
    /** Seconds after its start during which keepalived ignores adverts, 0.001 to 4294 (keepalived `vrrp_startup_delay`). Defaults to none. @decimal */
    vrrpStartupDelay?: number;
    /** Default of the instances' checkUnicastSrc (keepalived `vrrp_check_unicast_src`). Defaults to false. */
    vrrpCheckUnicastSrc?: boolean;
    /** Default of the instances' skipCheckAdvAddr (keepalived `vrrp_skip_check_adv_addr`). Defaults to false. */
    vrrpSkipCheckAdvAddr?: boolean;
}

const garpInterval = decimal(0.000001, 4294, { unit: "seconds", places: 6 });

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
        type: integer(1, 86400, "seconds"),
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
        type: decimal(0.001, 4294, { unit: "seconds" }),
        since: "2.0.14",
    },
    vrrpCheckUnicastSrc: { keyword: "vrrp_check_unicast_src", type: flag },
    vrrpSkipCheckAdvAddr: { keyword: "vrrp_skip_check_adv_addr", type: flag },
};
