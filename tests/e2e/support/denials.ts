import type { Host } from "../../../lab/host";
import { patienceMs, waitUntil } from "../../../lab/lab";

/** Denials before this time, in seconds since 1970, were wanted. */
const wantedUntil = new WeakMap<Host, number>();

/** Records of what SELinux has denied any program of a host, without those that a test wanted. */
export async function denials(host: Host): Promise<string> {
    // A container has no SELinux. ausearch exits with 1 if there is no record.
    return host.run(`! command -v ausearch >/dev/null ||
        ausearch --input-logs --raw -m AVC,USER_AVC 2>/dev/null |
        awk -F '[(:]' '/avc: +denied/ && $2 >= ${wantedUntil.get(host) ?? 0}'`);
}

/** Wait for a denial whose record has this text. */
export async function untilDenied(host: Host, text: string): Promise<void> {
    await waitUntil(`a denial with ${text}`, patienceMs, async () =>
        (await denials(host)).includes(text),
    );
}

/** The denials until now were wanted. */
export async function forgetDenials(...hosts: Host[]): Promise<void> {
    for (const host of hosts) wantedUntil.set(host, Number(await host.run("date +%s")) + 1);
}
