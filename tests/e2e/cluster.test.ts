import { waitUntil } from "../../lab/lab";
import { Cluster, changed, spare, vip } from "./support/cluster";

describe("the article's cluster", () => {
    let cluster: Cluster;

    beforeAll(async () => {
        cluster = await Cluster.deployed();
    });

    afterAll(() => cluster?.down());

    it("answers thirty requests in the order RS3 RS2 RS1, and counts ten for each", async () => {
        const owner = cluster.lab.host("ds1");
        // The order begins anywhere: whoever came before may have asked.
        await owner.run("ipvsadm -Z");
        const bodies = await cluster.bodies(30);
        const round = ["RS3", "RS2", "RS1"];
        const start = round.indexOf(bodies[0]!);
        expect(bodies).toEqual(bodies.map((_, index) => round[(start + index) % 3]));

        // The kernel adds its counters up every two seconds.
        const counts = await waitUntil("thirty counted connections", 10_000, async () => {
            const table = await owner.run("ipvsadm -Ln --stats --exact");
            const lines = table.split("\n").map((line) => line.trim().split(/\s+/));
            const services = lines.filter(([, address]) => address === `${vip}:80`);
            if (services[0]?.[2] !== "30") return undefined;
            return lines.filter(([arrow]) => arrow === "->").slice(1);
        });
        expect(counts.map((fields) => fields[2])).toEqual(["10", "10", "10"]);
    });

    it("is known to its network by one machine: real servers keep silent about the address", async () => {
        const mac = (await cluster.lab.host("ds1").run("cat /sys/class/net/eth0/address")).trim();
        for (let round = 0; round < 5; round++) {
            await cluster.lab.exec(["ip", "neighbour", "flush", "all"]);
            await cluster.bodies(1);
            const entry = await cluster.lab.exec(["ip", "neighbour", "show", vip]);
            expect(entry).toContain(` lladdr ${mac} `);
        }
    });

    it("is left alone by a second up: nothing changes, no host is connected to", async () => {
        const before = await cluster.logins();
        const output = await cluster.stack.up();
        expect(output).toContain("29 unchanged");
        expect(output).not.toMatch(/created|updated|deleted|replaced/);
        expect(await cluster.logins()).toEqual(before);
    });

    describe("when it is changed,", () => {
        /** Every test finds the cluster as it was first deployed. */
        afterEach(async () => {
            await cluster.stack.configure(await changed());
            await cluster.stack.up();
            await cluster.untilHealthy();
        });

        it("is logged in to once for each changed host and step", async () => {
            await cluster.stack.configure(
                await changed((config) => {
                    config.realServers[0]!.httpd!.page = "RS1 again";
                }),
            );
            const before = await cluster.logins();
            await cluster.stack.up();
            const after = await cluster.logins();
            expect(after).toEqual({ ...before, rs1: before.rs1! + 1 });
            expect(await cluster.bodies(3)).toContain("RS1 again");
        });

        it("takes a new weight with a reload: same process, no request lost", async () => {
            const pids = () =>
                Promise.all(cluster.directors.map((host) => host.run("pidof -s keepalived")));
            const before = await pids();
            const probe = await cluster.probe();
            await cluster.stack.configure(
                await changed((config) => {
                    config.virtualServers[0]!.lvsSched = "wrr";
                    config.realServers[0]!.weight = 3;
                }),
            );
            await cluster.stack.up();
            const { requests, failed } = await probe.stop();
            expect(failed).toEqual([]);
            expect(requests.length).toBeGreaterThan(40);
            expect(await pids()).toEqual(before);
            for (const director of cluster.directors) {
                expect(await director.run("ipvsadm -Sn")).toContain("-r 10.128.190.249:80 -g -w 3");
            }
            const order = (await cluster.bodies(50)).join("").replaceAll("RS", "");
            // Three of five, or some more where keepalived has the scheduler begin its round anew.
            expect(order).toMatch(/^[123]{50}$/);
            const others = order.replaceAll("1", "").length;
            expect([order, others >= 17 && others <= 20]).toEqual([order, true]);
        });

        it("takes a real server in, and lets it go when its connections have ended: no request lost", async () => {
            const coming = await cluster.probe();
            await cluster.stack.configure(
                await changed((config) => config.realServers.push(spare(cluster))),
            );
            await cluster.stack.up();
            await waitUntil(
                "an answer of RS4",
                10_000,
                () => coming.sofar().byBody.RS4 !== undefined,
            );
            expect((await coming.stop()).failed).toEqual([]);

            // Who takes eight seconds to say what he wants: in rotation one on every server, but for
            // ports that come again.
            const slowRequest = `exec 3<>/dev/tcp/${vip}/80
                printf 'GET / HTTP/1.0\\r\\n' >&3; sleep 8; printf '\\r\\n' >&3
                timeout 5 tail -n 1 <&3`;
            const slowRequests = ["rs1", "rs2", "rs3", "rs4"].map(() =>
                cluster.lab.exec(["bash", "-c", slowRequest]),
            );
            await waitUntil("a connection to rs4", 5_000, async () => {
                const table = await cluster.lab.host("ds1").run("ipvsadm -Lnc");
                return /ESTABLISHED .*10\.128\.190\.247:80/.test(table);
            });
            const going = await cluster.probe();
            await cluster.stack.configure(await changed());
            await cluster.stack.up();
            const bodies = (await Promise.all(slowRequests)).map((body) => body.trim());
            expect(bodies).toContain("RS4");
            expect(bodies.join()).toMatch(/^RS[1-4],RS[1-4],RS[1-4],RS[1-4]$/);
            expect(await cluster.serving("ds1")).toEqual(["rs1", "rs2", "rs3"]);

            const { requests, failed } = await going.stop();
            expect(failed).toEqual([]);
            expect(requests.at(-1)!.body).toMatch(/^RS[123]$/);
            const addresses = await cluster.lab.host("rs4").run("ip -o -4 address show dev lo");
            expect(addresses).not.toContain(vip);
        });
    });

    describe("when its password is changed,", () => {
        const passwords = () =>
            Promise.all(
                cluster.directors.map((host) => host.run("cat /etc/keepalived/auth_pass.conf")),
            );
        const replaced = ["up", "--yes", "--skip-preview", "--replace", "**lvs-auth-pass"];

        /** What an up with a new password prints, when no switch and no lost request came with it. */
        const quietly = async (up: () => Promise<string>): Promise<string> => {
            const ds2 = cluster.lab.host("ds2");
            const probe = await cluster.probe();
            const since = await ds2.run("date +%s");
            const output = await up();
            // A director that does not take the other's adverts becomes master within four seconds.
            const log = "journalctl -q -u keepalived -o cat --since";
            const states = await ds2.run(`sleep 5; ${log} @${since.trim()}`);
            expect(states).not.toContain("MASTER STATE");
            expect(await cluster.owners()).toEqual(["ds1"]);
            expect((await probe.stop()).failed).toEqual([]);
            return output;
        };

        it.each(["ds1", "ds2"])(
            "takes it on both directors at once, however late %s comes to it: no switch, no request lost",
            async (late) => {
                const before = await passwords();
                const hold = "exec 9>>/run/pulumi-lvs.lock; flock 9; sleep 8";
                await cluster.lab
                    .host(late)
                    .run(`nohup sh -c '${hold}' >/dev/null 2>&1 </dev/null &`);
                await quietly(() => cluster.stack.pulumi(replaced));
                const after = await passwords();
                expect(after[0]).not.toBe(before[0]);
                expect(after[1]).toBe(after[0]);
            },
        );

        it("takes it back by a repair where somebody has edited the file, and waits for nobody", async () => {
            const before = await passwords();
            await cluster.lab.host("ds2").run("echo '# by hand' >>/etc/keepalived/auth_pass.conf");
            await cluster.stack.configure(await changed((config) => (config.repair = "password")));
            const start = Date.now();
            await quietly(() => cluster.stack.up());
            expect(Date.now() - start).toBeLessThan(100_000);
            expect(await passwords()).toEqual(before);
        });

        it("keeps the old one while the owner cannot be reached: no switch, no request lost", async () => {
            const before = await passwords();
            const ds1 = cluster.lab.host("ds1");
            await ds1.run("systemctl stop ssh");
            const output = await quietly(async () => {
                const { status, stdout, stderr } = await cluster.stack.tryPulumi(replaced);
                expect(status).not.toBe(0);
                return stdout + stderr;
            });
            await ds1.run("systemctl start ssh");
            expect(output).toContain(
                "ds2: the owner of the virtual IPs has not changed its password within 120 s",
            );
            expect(await passwords()).toEqual(before);
            await quietly(() => cluster.stack.up());
            const [first, second] = await passwords();
            expect(first).not.toBe(before[0]);
            expect(second).toBe(first);
        });
    });
});
