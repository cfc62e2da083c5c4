import { LabCluster } from "../../lab/cluster";
import { directorPasswords, replaceAuthPass, withoutFailover } from "../e2e/support/password";

describe("A cluster's password", () => {
    let cluster: LabCluster;

    beforeAll(async () => {
        cluster = await LabCluster.deployed();
    });

    afterAll(() => cluster?.down());

    it("changes on both directors at once even if the active director is late", async () => {
        const before = await directorPasswords(cluster);
        const hold = "exec 9>>/run/pulumi-lvs.lock; flock 9; sleep 8";
        await cluster.host("ds1").run(`nohup sh -c '${hold}' >/dev/null 2>&1 </dev/null &`);
        await withoutFailover(cluster, () => cluster.stack.pulumi(replaceAuthPass));
        const [first, second] = await directorPasswords(cluster);
        expect(first).not.toBe(before[0]);
        expect(second).toBe(first);
    });

    it("is restored by a repair after an edit of its file, without waiting for the other director", async () => {
        const before = await directorPasswords(cluster);
        await cluster.host("ds2").run("echo '# by hand' >>/etc/keepalived/auth_pass.conf");
        const start = Date.now();
        await withoutFailover(cluster, () =>
            cluster.change((config) => (config.repair = "password")),
        );
        // Waiting for the other directors' new password would take 120 s.
        expect(Date.now() - start).toBeLessThan(100_000);
        expect(await directorPasswords(cluster)).toEqual(before);
    });

    it("does not change while the active director is unreachable", async () => {
        const before = await directorPasswords(cluster);
        const ds1 = cluster.host("ds1");
        await ds1.run("systemctl stop ssh");
        const output = await withoutFailover(cluster, async () => {
            const { status, stdout, stderr } = await cluster.stack.tryPulumi(replaceAuthPass);
            expect(status).not.toBe(0);
            return stdout + stderr;
        });
        await ds1.run("systemctl start ssh");
        expect(output).toContain(
            "ds2: the active director has not changed its password within 120 s",
        );
        expect(await directorPasswords(cluster)).toEqual(before);
        await withoutFailover(cluster, () => cluster.stack.up());
        const [first, second] = await directorPasswords(cluster);
        expect(first).not.toBe(before[0]);
        expect(second).toBe(first);
    });
});
