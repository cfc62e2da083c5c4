import type { LabCluster } from "../../lab/cluster";
import { installedDisk } from "../../lab/installedDisk";

/**
 * Reset all hosts to a disk with packages and nothing else. Return when their boots are complete.
 */
export async function resetHosts({ lab, stack }: LabCluster, packages: string[]): Promise<void> {
    const disk = await installedDisk({ packages });
    await Promise.all(lab.hosts.map((host) => host.reset(disk)));
    // A failed unit does not matter: the boot is complete all the same.
    await Promise.all(lab.hosts.map((host) => host.tryRun("systemctl is-system-running --wait")));
    await stack.deleteState();
}
