import * as fs from "node:fs";

/**
 * The processor for a host's kernel. User-mode Linux switches between two of its processes at each
 * system call of the guest. This takes more than twice as long if they run on different processors.
 */
export function processorOf(index: number): number {
    const status = fs.readFileSync("/proc/self/status", "utf8");
    const [, ranges] = status.match(/^Cpus_allowed_list:\s*(.*)$/m)!;
    const allowed = ranges!.split(",").flatMap((range) => {
        const [first, last = first] = range.split("-").map(Number) as [number, number?];
        return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
    });
    return allowed[index % allowed.length]!;
}
