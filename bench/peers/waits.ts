import type { LabCluster } from "../../lab/cluster";
import type { Host } from "../../lab/host";

/** Durations within a first up, from its output and from the log of the preferred director. */
export async function durations({ directors }: LabCluster, printed: string): Promise<string> {
    const steps = [...printed.matchAll(/ lvs-(\w+)-(\w+) created \(([\d.]+s)\)/g)].map(
        ([, host, step, time]) => `${host} ${step} ${time}`,
    );
    const [owner] = directors;
    return [
        `  its steps: ${steps.join(", ")}`,
        "  each director's preflight listened to adverts for 3 s",
        `  in ${owner!.name}'s configure step VRRP was in state BACKUP for ${await backupSeconds(owner!)} s`,
    ].join("\n");
}

/** Seconds that keepalived was in state BACKUP before MASTER. */
async function backupSeconds(host: Host): Promise<string> {
    const log = await host.run("journalctl -q -u keepalived -o short-unix");
    const [backup, owner] = ["BACKUP", "MASTER"].map((state) =>
        Number(new RegExp(`^(\\S+) .*Entering ${state} STATE`, "m").exec(log)?.[1]),
    );
    return (owner! - backup!).toFixed(2);
}
