import { spareRealServer, vip } from "../../lab/article";
import { LabCluster } from "../../lab/cluster";
import { patienceMs, waitUntil } from "../../lab/lab";
import { releases } from "../../lab/release";
import { inTime } from "../support/inTime";
import { addParent } from "./support/identity";
import { directorPasswords, replaceAuthPass, withoutFailover } from "./support/password";

describe("The article's cluster", () => {
    let cluster: LabCluster;

    beforeAll(async () => {
        cluster = await LabCluster.deployed();
    });

    afterAll(() => cluster?.down());

    it("answers thirty requests in the order RS3 RS2 RS1 and counts ten for each", async () => {
        const active = cluster.host("ds1");
        // The round may start at any server: an earlier client may have moved it.
        await active.run("ipvsadm -Z");
        const bodies = await cluster.bodies(30);
        const round = ["RS3", "RS2", "RS1"];
        const start = round.indexOf(bodies[0]!);
        expect(bodies).toEqual(bodies.map((_, index) => round[(start + index) % 3]));

        // The kernel updates its counters every two seconds.
        const counts = await waitUntil("thirty counted connections", patienceMs, async () => {
            const table = await active.run("ipvsadm -Ln --stats --exact");
            const lines = table.split("\n").map((line) => line.trim().split(/\s+/));
            const services = lines.filter(([, address]) => address === `${vip}:80`);
            if (services[0]?.[2] !== "30") return undefined;
            return lines.filter(([arrow]) => arrow === "->").slice(1);
        });
        expect(counts.map((fields) => fields[2])).toEqual(["10", "10", "10"]);
    });

    it("answers ARP for the virtual IP only from the active director", async () => {
        const mac = (await cluster.host("ds1").run("cat /sys/class/net/eth0/address")).trim();
        for (let round = 0; round < 5; round++) {
            await cluster.lab.exec(["ip", "neighbour", "flush", "all"]);
            await cluster.bodies(1);
            const entry = await cluster.lab.exec(["ip", "neighbour", "show", vip]);
            expect(entry).toContain(` lladdr ${mac} `);
        }
    });

    it("is not changed by a second up, which connects to no host", async () => {
        const before = await cluster.logins();
        const output = await cluster.stack.up();
        expect(output).toContain("35 unchanged");
        expect(output).not.toMatch(/created|updated|deleted|replaced/);
        expect(await cluster.logins()).toEqual(before);
    });

    it("gets one login for each changed host and step", async () => {
        const before = await cluster.logins();
        await cluster.change(({ realServers }) => (realServers[0]!.demoPage = "RS1 again"));
        const after = await cluster.logins();
        expect(after).toEqual({ ...before, rs1: before.rs1! + 1 });
        expect(await cluster.bodies(3)).toContain("RS1 again");
    });

    it("gets a new weight by a reload: keepalived keeps running and no request is lost", async () => {
        const pids = () =>
            Promise.all(cluster.directors.map((host) => host.run("pidof -s keepalived")));
        const before = await pids();
        const probe = await cluster.probe();
        await cluster.change((config) => {
            config.virtualServers[0]!.lvsSched = "wrr";
            config.realServers[0]!.weight = 3;
        });
        const { requests, failed } = await probe.stop();
        expect(failed).toEqual([]);
        expect(requests.length).toBeGreaterThan(40);
        expect(await pids()).toEqual(before);
        for (const director of cluster.directors) {
            expect(await director.run("ipvsadm -Sn")).toContain("-r 10.128.190.249:80 -g -w 3");
        }
        const order = (await cluster.bodies(50)).join("").replaceAll("RS", "");
        // Three of five, or a few more, because keepalived may restart the scheduler's round.
        expect(order).toMatch(/^[123]{50}$/);
        const others = order.replaceAll("1", "").length;
        expect([order, others >= 17 && others <= 20]).toEqual([order, true]);
    });

    it("adds a real server and drains a removed one: no request is lost", async () => {
        const coming = await cluster.probe();
        await cluster.change(({ realServers }) => realServers.push(spareRealServer()));
        await waitUntil(
            "an answer of RS4",
            patienceMs,
            () => coming.soFar().bodyCounts.RS4 !== undefined,
        );
        expect((await coming.stop()).failed).toEqual([]);

        // Requests of eight seconds each, twice as many as servers: a reused client port goes to
        // the same server as before.
        const slowRequest = `exec 3<>/dev/tcp/${vip}/80
            printf 'GET / HTTP/1.0\\r\\n' >&3; sleep 8; printf '\\r\\n' >&3
            timeout 5 tail -n 1 <&3`;
        const slowRequests = Array.from({ length: 8 }, () =>
            cluster.lab.exec(["bash", "-c", slowRequest]),
        );
        await waitUntil("a connection to rs4", patienceMs, async () => {
            const table = await cluster.host("ds1").run("ipvsadm -Lnc");
            return /ESTABLISHED .*10\.128\.190\.247:80/.test(table);
        });
        const going = await cluster.probe();
        await cluster.change();
        const bodies = (await Promise.all(slowRequests)).map((body) => body.trim());
        expect(bodies).toContain("RS4");
        expect(bodies.join("")).toMatch(/^(RS[1-4]){8}$/);
        expect(await cluster.servingRealServers("ds1")).toEqual(["rs1", "rs2", "rs3"]);

        const { requests, failed } = await going.stop();
        expect(failed).toEqual([]);
        expect(requests.at(-1)!.body).toMatch(/^RS[123]$/);
        const addresses = await cluster.host("rs4").run("ip -o -4 address show dev lo");
        expect(addresses).not.toContain(vip);
    });

    it("changes the password on both directors at once, even if one is late: no failover, no request lost", async () => {
        const before = await directorPasswords(cluster);
        const hold = "exec 9>>/run/pulumi-lvs.lock; flock 9; sleep 8";
        await cluster.host("ds2").run(`nohup sh -c '${hold}' >/dev/null 2>&1 </dev/null &`);
        await withoutFailover(cluster, () => cluster.stack.pulumi(replaceAuthPass));
        const after = await directorPasswords(cluster);
        expect(after[0]).not.toBe(before[0]);
        expect(after[1]).toBe(after[0]);
    });

    it("is not changed when its component gets a parent", async () => {
        await addParent(cluster, 1);
        // The program of this project has no parent.
        await cluster.change();
    });

    describe("when a host fails,", () => {
        afterEach(() => cluster.untilHealthy());

        it("answers within five seconds of a power cut of its active director, which becomes active again", async () => {
            const ds1 = cluster.host("ds1");
            const probe = await cluster.probe();
            await ds1.cut();
            const cutAt = Date.now();
            await cluster.untilActive("ds2");
            await waitUntil("answers again", patienceMs, () =>
                probe.soFar().requests.some(({ at, error }) => at > cutAt + 1000 && !error),
            );
            expect(probe.soFar().longestGap).toBeLessThan(5000);

            await ds1.boot();
            await cluster.untilActive("ds1");
            const backAt = Date.now();
            await cluster.untilHealthy();
            const { requests, failed, longestGap } = await probe.stop();
            expect(longestGap).toBeLessThan(5000);
            // A request fails after five seconds. The cut only breaks requests that the dead director
            // handles. The return only breaks requests whose connections ds2 has not synchronised yet.
            const byTheCut = (at: number) => at <= cutAt + 4000;
            const byTheReturn = (at: number) => at > backAt - 3000 && at <= backAt;
            expect(failed.filter(({ at }) => !byTheCut(at) && !byTheReturn(at))).toEqual([]);
            expect(failed.filter(({ at }) => byTheReturn(at)).length).toBeLessThanOrEqual(1);
            expect(requests.at(-1)!.error).toBeUndefined();
        });

        it("removes a stopped web server within the bound of its check and adds it when it returns", async () => {
            const rs2 = cluster.host("rs2");
            const { webServer } = releases[rs2.suite];
            await expectRemoval(
                "rs2",
                5 + 1,
                () => rs2.run(`systemctl stop ${webServer}`),
                () => rs2.run(`systemctl start ${webServer}`),
            );
        });

        it("removes a real server that lost power within the bound of its check and adds it when it returns", async () => {
            const rs2 = cluster.host("rs2");
            await expectRemoval(
                "rs2",
                5 + 2 * 2 + 1,
                () => rs2.cut(),
                () => rs2.boot(),
            );
        });

        async function expectRemoval(
            name: string,
            boundSeconds: number,
            causeFault: () => Promise<unknown>,
            repairFault: () => Promise<unknown>,
        ) {
            const others = ["rs1", "rs2", "rs3"].filter((other) => other !== name);
            const probe = await cluster.probe();
            await causeFault();
            await inTime(`${name} out`, boundSeconds, async () => {
                return (await cluster.servingRealServers("ds1")).join() === others.join();
            });
            const outAt = Date.now();
            await waitUntil(
                "a hundred requests more",
                patienceMs,
                () => probe.soFar().requests.filter(({ at }) => at > outAt).length > 100,
            );
            await repairFault();
            await cluster.untilHealthy();
            await waitUntil(`an answer of ${name}`, patienceMs, () =>
                probe
                    .soFar()
                    .requests.some(({ at, body }) => at > outAt && body === name.toUpperCase()),
            );
            const { failed } = await probe.stop();
            expect(failed.filter(({ at }) => at > outAt)).toEqual([]);
        }

        it("serves again without an up after a reboot of all hosts", async () => {
            await Promise.all(cluster.members.map((host) => host.reboot()));
            await cluster.untilHealthy();
            expect(new Set(await cluster.bodies(6))).toEqual(new Set(["RS1", "RS2", "RS3"]));
        });
    });
});
