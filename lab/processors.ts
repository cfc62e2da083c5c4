import * as fs from "node:fs";

/**
 * The number of the one processor that a host runs on, of those that this process may use. A
 * user-mode Linux hands over to another process of its own at each system call of its guest, which
 * takes more than twice as long when the two are on different processors.
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
