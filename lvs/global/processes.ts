import { flag, type Keywords, type Kind, integer } from "../keepalived/keywords";
import { quote } from "../problems";

/**
 * Scheduling of keepalived's processes. A busy host can delay adverts for so long that a second
 * director becomes active.
 */
export interface ProcessSettings {
    /** Real-time priority up to 99 that keepalived may give itself when the kernel wakes it too late. -1 is as much as needed, 0 is none (keepalived `max_auto_priority`). Defaults to 0. */
    maxAutoPriority?: number;
    /** Microseconds of delay that count as too late, 1 to 10000000 (keepalived `min_auto_priority_delay`). Defaults to 1000000. */
    minAutoPriorityDelay?: number;
    /** Nice value of the VRRP process, -20 to 19 (keepalived `vrrp_priority`). Defaults to 0. */
    vrrpPriority?: number;
    /** Keep the VRRP process in memory (keepalived `vrrp_no_swap`). Defaults to false. */
    vrrpNoSwap?: boolean;
    /** Real-time priority of the VRRP process, 1 to 99: it runs before all ordinary work (keepalived `vrrp_rt_priority`). Defaults to none. */
    vrrpRtPriority?: number;
    /** Microseconds that the VRRP process may run without a pause at real-time priority before the kernel ends it, from 2 (keepalived `vrrp_rlimit_rttime`). Defaults to 10000. */
    vrrpRlimitRttime?: number;
    /** Numbers of the processors for the VRRP process (keepalived `vrrp_cpu_affinity`). Defaults to all. */
    vrrpCpuAffinity?: number[];
    /** Nice value of the health check process, -20 to 19 (keepalived `checker_priority`). Defaults to 0. */
    checkerPriority?: number;
    /** Keep the health check process in memory (keepalived `checker_no_swap`). Defaults to false. */
    checkerNoSwap?: boolean;
    /** Real-time priority of the health check process, 1 to 99 (keepalived `checker_rt_priority`). Defaults to none. */
    checkerRtPriority?: number;
    /** As vrrpRlimitRttime, for the health check process (keepalived `checker_rlimit_rttime`). Defaults to 10000. */
    checkerRlimitRttime?: number;
    /** Numbers of the processors for the health check process (keepalived `checker_cpu_affinity`). Defaults to all. */
    checkerCpuAffinity?: number[];
    /** Nice value of the BFD process, -20 to 19 (keepalived `bfd_priority`). Defaults to 0. */
    bfdPriority?: number;
    /** Keep the BFD process in memory (keepalived `bfd_no_swap`). Defaults to false. */
    bfdNoSwap?: boolean;
    /** Real-time priority of the BFD process, 1 to 99 (keepalived `bfd_rt_priority`). Defaults to none. */
    bfdRtPriority?: number;
    /** As vrrpRlimitRttime, for the BFD process (keepalived `bfd_rlimit_rttime`). Defaults to 10000. */
    bfdRlimitRttime?: number;
    /** Numbers of the processors for the BFD process (keepalived `bfd_cpu_affinity`). Defaults to all. */
    bfdCpuAffinity?: number[];
}

const processors: Kind<number[]> = {
    check: (value) =>
        value.length > 0 && value.every((cpu) => Number.isInteger(cpu) && cpu >= 0 && cpu <= 1023)
            ? undefined
            : `${quote(value)} is not a list of processors. Use one such as [2, 3].`,
    format: (value) => value.map(String),
};

const nice = integer(-20, 19);
const rtPriority = integer(1, 99);
const microseconds = integer(2, 4294967295, "microseconds");

function rlimitRttime(process: string) {
    return {
        keyword: `${process}_rlimit_rttime`,
        type: microseconds,
        since: "2.0.0",
        renamedFrom: { version: "2.1.0", keyword: `${process}_rlimit_rtime` },
    };
}

export const processKeywords: Keywords<ProcessSettings> = {
    maxAutoPriority: {
        keyword: "max_auto_priority",
        type: integer(-1, 99),
        since: "2.1.0",
    },
    minAutoPriorityDelay: {
        keyword: "min_auto_priority_delay",
        type: integer(1, 10000000, "microseconds"),
        since: "2.1.0",
    },
    vrrpPriority: { keyword: "vrrp_priority", type: nice },
    vrrpNoSwap: { keyword: "vrrp_no_swap", type: flag },
    vrrpRtPriority: { keyword: "vrrp_rt_priority", type: rtPriority, since: "2.0.0" },
    vrrpRlimitRttime: rlimitRttime("vrrp"),
    vrrpCpuAffinity: { keyword: "vrrp_cpu_affinity", type: processors, since: "2.0.17" },
    checkerPriority: { keyword: "checker_priority", type: nice },
    checkerNoSwap: { keyword: "checker_no_swap", type: flag },
    checkerRtPriority: { keyword: "checker_rt_priority", type: rtPriority, since: "2.0.0" },
    checkerRlimitRttime: rlimitRttime("checker"),
    checkerCpuAffinity: { keyword: "checker_cpu_affinity", type: processors, since: "2.0.17" },
    bfdPriority: { keyword: "bfd_priority", type: nice, since: "2.0.0" },
    bfdNoSwap: { keyword: "bfd_no_swap", type: flag, since: "2.0.0" },
    bfdRtPriority: { keyword: "bfd_rt_priority", type: rtPriority, since: "2.0.0" },
    bfdRlimitRttime: rlimitRttime("bfd"),
    bfdCpuAffinity: { keyword: "bfd_cpu_affinity", type: processors, since: "2.0.17" },
};
