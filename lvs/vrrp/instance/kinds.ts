import { integer } from "../../keepalived/keywords";

// Values that an instance and `globalDefs` have in common.

export const vrrpVersion = integer("a version of VRRP", 2, 3);

/** Number of missing adverts after which a backup director becomes active. */
export const downTimerAdverts = integer("a number of adverts", 1, 100);

/** Seconds before or between announcements of virtual IPs, by gratuitous ARP or its IPv6 counterpart. */
export const garpSeconds = integer("a number of seconds", 0, 4294);

/** Number of announcements each time. */
export const garpTimes = integer("a number of announcements", 1, 2147483647);

/** Number of announcements each time, or 0. */
export const garpTimesOrNone = integer("a number of announcements", 0, 2147483647);
