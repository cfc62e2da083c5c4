import { integer } from "../../keepalived/keywords";

// Values that an instance and `globalDefs` have in common.

export const vrrpVersion = integer("a version of VRRP", 2, 3);

/** Adverts that may be missing before an owner counts as dead. */
export const downTimerAdverts = integer("a number of adverts", 1, 100);

/** Seconds around announcements of virtual IPs, by gratuitous ARP and its like for IPv6. */
export const garpSeconds = integer("a number of seconds", 0, 4294);

/** Announcements each time. */
export const garpTimes = integer("a number of announcements", 1, 2147483647);

/** The same where there may be none. */
export const garpTimesOrNone = integer("a number of announcements", 0, 2147483647);
