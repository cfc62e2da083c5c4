import type { LabCluster } from "../../lab/cluster";
import { installedDisk } from "../../lab/installedDisk";

/** Brings all hosts back to where they have packages and nothing else, booted and at rest. */
export async function bare({ lab, stack }: LabCluster, packages: string[]): Promise<void> {
    const disk = await installedDisk({ packages });
    await Promise.all(lab.hosts.map((host) => host.reset(disk)));
    // A unit that has failed does not keep a host from being at rest.
    await Promise.all(lab.hosts.map((host) => host.tryRun("systemctl is-system-running --wait")));
    await stack.deleteState();
}
