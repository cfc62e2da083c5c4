import type { LabCluster } from "../../lab/cluster";
import type { Host } from "../../lab/host";

/** Durations within a first up, from its output and from the log of the preferred director. */
export async function durations({ directors }: LabCluster, printed: string): Promise<string> {
    const steps = [...printed.matchAll(/ lvs-(\w+)-(\w+) created \(([\d.]+s)\)/g)].map(
        ([, host, step, time]) => `${host} ${step} ${time}`,
    );
    const [preferred] = directors;
    return [
        `  its steps: ${steps.join(", ")}`,
        "  each director's preflight listened to adverts for 3 s",
        `  in ${preferred!.name}'s configure step VRRP was in state BACKUP for ${await backupSeconds(preferred!)} s`,
    ].join("\n");
}

/** Seconds that keepalived was in state BACKUP before MASTER. */
async function backupSeconds(host: Host): Promise<string> {
    const log = await host.run("journalctl -q -u keepalived -o short-unix");
    const [backup, active] = ["BACKUP", "MASTER"].map((state) =>
        Number(new RegExp(`^(\\S+) .*Entering ${state} STATE`, "m").exec(log)?.[1]),
    );
    return (active! - backup!).toFixed(2);
}
