import type { LabCluster } from "../../../lab/cluster";

/** Content of each director's password file. */
export function directorPasswords(cluster: LabCluster): Promise<string[]> {
    return Promise.all(
        cluster.directors.map((host) => host.run("cat /etc/keepalived/auth_pass.conf")),
    );
}

/** An `up` that generates a new password. */
export const replaceAuthPass = ["up", "--yes", "--skip-preview", "--replace", "**auth-pass"];

/** Run an `up` with a new password. Expect no failover and no lost request. Return the output. */
export async function withoutFailover(
    cluster: LabCluster,
    up: () => Promise<string>,
): Promise<string> {
    const ds2 = cluster.host("ds2");
    const probe = await cluster.probe();
    const since = await ds2.run("date +%s");
    const output = await up();
    // A director that rejects the other's adverts becomes active within four seconds.
    const log = "journalctl -q -u keepalived -o cat --since";
    const states = await ds2.run(`sleep 5; ${log} @${since.trim()}`);
    expect(states).not.toContain("MASTER STATE");
    expect(await cluster.activeDirectors()).toEqual(["ds1"]);
    expect((await probe.stop()).failed).toEqual([]);
    return output;
}
