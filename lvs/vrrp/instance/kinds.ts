import { integer } from "../../keepalived/keywords";

// Types of values in both instances and `globalDefs`.

export const vrrpVersion = integer(2, 3);

/** Number of missing adverts after which a backup director becomes active. */
export const downTimerAdverts = integer(1, 100, "adverts");

/** Seconds before or between announcements of virtual IPs, by gratuitous ARP or its IPv6 counterpart. */
export const garpSeconds = integer(0, 4294, "seconds");

/** Number of announcements each time. */
export const garpTimes = integer(1, 2147483647, "announcements");

/** Number of announcements each time, or 0. */
export const garpTimesOrNone = integer(0, 2147483647, "announcements");
