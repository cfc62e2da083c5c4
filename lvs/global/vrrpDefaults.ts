import { decimal, flag, type Keywords, matching, onOff, integer } from "../keepalived/keywords";
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
    /** Version of VRRP, 2 or 3 (keepalived `vrrp_version`). Defaults to 2; 3 for IPv6. */
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
    /** Seconds after the boot of the host during which keepalived ignores adverts, 0.001 to 4294. A restart of keepalived later has no delay (keepalived `vrrp_delay_after_boot`). Defaults to none. @decimal */
    vrrpDelayAfterBoot?: number;
    /** Default of the instances' v3ChecksumAsV2 (keepalived `v3_checksum_as_v2`). Defaults to false. */
    v3ChecksumAsV2?: boolean;
    /** Name of keepalived's own nftables table, for instances with a MAC address of their own or without `accept` (keepalived `nftables`). Defaults to `keepalived`. */
    nftables?: string;
    /** Priority of the chains in that table, -2147483648 to 2147483647 (keepalived `nftables_priority`). Defaults to -1. */
    nftablesPriority?: number;
    /** Match link-local addresses there by the number of an interface instead of its name (keepalived `nftables_ifindex`). Defaults to false. */
    nftablesIfindex?: boolean;
    /** Count packets in the rules of that table (keepalived `nftables_counters`). Defaults to false. */
    nftablesCounters?: boolean;
    /** Default of the instances' checkUnicastSrc (keepalived `vrrp_check_unicast_src`). Defaults to false. */
    vrrpCheckUnicastSrc?: boolean;
    /** Default of the instances' skipCheckAdvAddr (keepalived `vrrp_skip_check_adv_addr`). Defaults to false. */
    vrrpSkipCheckAdvAddr?: boolean;
}

const tableName = matching(
    /^(?!pulumi_lvs$)[A-Za-z_][A-Za-z0-9_]{0,31}$/,
    "the name of a table for keepalived",
    'up to 32 letters, digits and "_", and not pulumi_lvs, the table of this project',
);

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
    vrrpDelayAfterBoot: {
        keyword: "vrrp_delay_after_boot",
        type: decimal(0.001, 4294, { unit: "seconds" }),
        since: "2.4.0",
    },
    v3ChecksumAsV2: { keyword: "v3_checksum_as_v2", type: flag, since: "2.2.8" },
    nftables: { keyword: "nftables", type: tableName, since: "2.0.11" },
    nftablesPriority: {
        keyword: "nftables_priority",
        type: integer(-2147483648, 2147483647),
        since: "2.0.11",
    },
    nftablesIfindex: { keyword: "nftables_ifindex", type: flag, since: "2.0.11" },
    nftablesCounters: { keyword: "nftables_counters", type: flag, since: "2.0.11" },
    vrrpCheckUnicastSrc: { keyword: "vrrp_check_unicast_src", type: flag },
    vrrpSkipCheckAdvAddr: { keyword: "vrrp_skip_check_adv_addr", type: flag },
};
