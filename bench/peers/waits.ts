import type { LabCluster } from "../../lab/cluster";
import type { Host } from "../../lab/host";

/** What a first up waited for, as `pulumi up` and the preferred owner tell. */
export async function waits({ directors }: LabCluster, printed: string): Promise<string> {
    const steps = [...printed.matchAll(/ lvs-(\w+)-(\w+) created \(([\d.]+s)\)/g)].map(
        ([, host, step, time]) => `${host} ${step} ${time}`,
    );
    const [owner] = directors;
    return [
        `  its steps: ${steps.join(", ")}`,
        "  of each director's preflight it listened to adverts for 3 s",
        `  of ${owner!.name}'s configure VRRP was backup for ${await backupSeconds(owner!)} s`,
    ].join("\n");
}

/** How long keepalived was a backup before it became the owner. */
async function backupSeconds(host: Host): Promise<string> {
    const log = await host.run("journalctl -q -u keepalived -o short-unix");
    const [backup, owner] = ["BACKUP", "MASTER"].map((state) =>
        Number(new RegExp(`^(\\S+) .*Entering ${state} STATE`, "m").exec(log)?.[1]),
    );
    return (owner! - backup!).toFixed(2);
}
