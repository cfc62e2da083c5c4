import type { Host } from "../../lab/host";
import { run } from "../../lab/run";
import type { FaultBed } from "./bed";

const passwordFile = "/etc/keepalived/auth_pass.conf";

/**
 * Places where the VRRP password or the private key can be read. The search covers the output of
 * pulumi, its state, a preview of a change of every host, and the hosts' journals, files and process
 * lists. Only a root-only file on the directors may contain the password.
 */
export async function findSecrets(bed: FaultBed): Promise<string[]> {
    await bed.ensureHealthy();
    const { members } = bed.cluster;
    const ds1 = bed.host("ds1");
    const file = await ds1.run(`cat ${passwordFile}`);
    const password = /^auth_pass "([A-Za-z0-9]{8})"$/m.exec(file)?.[1];
    if (password === undefined) return [`no password in ${passwordFile}`];
    // A whole line of the key: its lines may be stored separately.
    const key = bed.lab.client.privateKey.split("\n")[3]!.slice(0, 40);
    const isIn = (text: string) => text.includes(password) || text.includes(key);
    const found: string[] = [];

    await Promise.all(members.map(watchProcesses));
    await bed.configure((config) => (config.repair = "secrets"));
    const preview = await bed.stack.pulumi(["preview", "--diff", "--show-full-output"]);
    await bed.stack.pulumi(["up", "--yes", "--skip-preview", "--show-full-output"]);
    if (isIn(preview)) found.push("a preview");
    if (bed.stack.printed.some(isIn)) found.push("the output of pulumi");
    if (isIn(await bed.stack.pulumi(["stack", "export"]))) found.push("the state");
    if (isIn(await bed.stack.pulumi(["stack", "output", "--json"]))) found.push("the outputs");
    const pattern = `${password}|${key}`;
    const holding = await run([
        "sh",
        "-c",
        'grep -rlE -- "$0" "$1" || :',
        pattern,
        bed.stack.backend,
    ]);
    if (holding !== "") found.push(`the backend: ${holding.trim()}`);

    for (const host of members) {
        const processes = await processesSeen(host);
        if (isIn(processes)) found.push(`processes of ${host.name}`);
        // The list is complete enough if it contains the step itself.
        if (!processes.includes("sh -s apply")) found.push(`no step in the list of ${host.name}`);
    }
    for (const host of bed.lab.hosts) {
        if (isIn(await host.run("journalctl -q"))) found.push(`the journal of ${host.name}`);
        const files = await host.run(
            `grep -rlE --exclude-dir=proc --exclude-dir=sys '${pattern}' / 2>/dev/null |
                xargs -r stat -c '%n %a %U'`,
        );
        const wanted = bed.cluster.directors.includes(host) ? `${passwordFile} 600 root\n` : "";
        if (files !== wanted) found.push(`files of ${host.name}: ${files.trim() || "none"}`);
    }
    return found;
}

/** Record the process list of a host from now on. */
export async function watchProcesses(host: Host): Promise<void> {
    await host.run(
        "rm -f /tmp/enough; nohup sh -c 'until [ -e /tmp/enough ]; do ps axww -o args; sleep 0.05; done' " +
            ">/tmp/processes 2>&1 </dev/null & :",
    );
}

/** Read that record, and end it. */
export async function processesSeen(host: Host): Promise<string> {
    return host.run(
        "touch /tmp/enough; sleep 0.3; cat /tmp/processes; rm /tmp/processes /tmp/enough",
    );
}
