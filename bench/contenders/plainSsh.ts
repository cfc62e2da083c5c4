import { randomUUID } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { LabCluster } from "../../lab/cluster";
import type { RunResult } from "../../lab/run";
import { type Contender, timed } from "./contender";
import { type Role, rolesOf, writeFiles } from "./role";

/**
 * An administrator who knows which hosts to change: copy their files over ssh with one login each,
 * then reload. Real servers come first, then both directors at once. Nothing is tested before, and
 * nothing is checked afterwards.
 */
export const plainSsh: Contender = {
    name: "ssh and reload",
    async change(cluster, to, from) {
        const roles = rolesOf(to);
        const before = from ? rolesOf(from) : new Map<string, Role>();
        const changed = [...roles].filter(
            ([name, role]) => JSON.stringify(role) !== JSON.stringify(before.get(name)),
        );
        const left = [...before].filter(([name]) => !roles.has(name));
        const send = await sender(cluster, [...changed, ...left]);
        return timed(async () => {
            const realServers = await send("install", changed.filter(isRealServer));
            const directors = await send(
                "install",
                changed.filter((host) => !isRealServer(host)),
            );
            return combine([...realServers, ...directors, ...(await send("remove", left))]);
        });
    },
};

type HostRole = [name: string, role: Role];

function isRealServer([, { services }]: HostRole): boolean {
    return !services.includes("keepalived");
}

/** Send files to a host and install or remove its role. */
async function sender({ lab }: LabCluster, hosts: HostRole[]) {
    const dir = path.join(lab.dir, `files-${randomUUID()}`);
    const script = "usr/local/sbin/role";
    for (const [name, role] of hosts) {
        await writeFiles(path.join(dir, name), role.files);
        await fs.copyFile(path.join(__dirname, "role.sh"), path.join(dir, name, script));
    }
    const send = 'tar -C "$1" -c . | ssh -F "$2" -S none "$3" "tar -C / -x && sh /$4"';
    return (verb: string, some: HostRole[]) =>
        Promise.all(
            some.map(([name, { services }]) => {
                const words = [path.join(dir, name), path.join(lab.dir, "ssh_config"), name];
                const command = [script, verb, ...services].join(" ");
                return lab.tryExec(["sh", "-c", send, "sh", ...words, command]);
            }),
        );
}

/** Combine the results of several commands. */
function combine(results: RunResult[]): RunResult {
    return {
        status: results.find(({ status }) => status !== 0)?.status ?? 0,
        stdout: results.map(({ stdout }) => stdout).join(""),
        stderr: results.map(({ stderr }) => stderr).join(""),
    };
}
