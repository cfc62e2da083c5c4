import { type HostFile, programFile } from "../hostFile";

/** Program that loads the tables of nftables and opens the firewall. The first script has the settings. */
export function lvsDirectorProgram(): HostFile {
    return programFile("/usr/local/sbin/lvs-director", "lvs-director", [
        "start",
        "nftables",
        "places",
        "iptables",
        "firewalld",
        "leave",
        "check",
        "main",
    ]);
}
