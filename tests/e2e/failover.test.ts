import { waitUntil } from "../../lab/lab";
import { changed, Cluster, url } from "./support/cluster";

describe("the article's cluster loses", () => {
    let cluster: Cluster;

    beforeAll(async () => {
        cluster = await Cluster.deployed();
    });

    afterAll(() => cluster?.down());

    afterEach(() => cluster.untilHealthy());

    it("its active director: another answers within five seconds, and it takes over again", async () => {
        const ds1 = cluster.lab.host("ds1");
        const probe = await cluster.probe();
        await ds1.cut();
        const cutAt = Date.now();
        await cluster.untilOwner("ds2");
        await waitUntil("answers again", 10_000, () =>
            probe.sofar().requests.some(({ at, error }) => at > cutAt + 1000 && !error),
        );
        expect(probe.sofar().longestGap).toBeLessThan(5000);

        await ds1.boot();
        await cluster.untilOwner("ds1");
        const backAt = Date.now();
        await cluster.untilHealthy();
        const { requests, failed, longestGap } = await probe.stop();
        expect(longestGap).toBeLessThan(5000);
        // A request is open for five seconds, so the cut costs only those to the dead director
        // itself; the return only what is open then and of which ds2 has not told yet.
        const byTheCut = (at: number) => at <= cutAt + 4000;
        const byTheReturn = (at: number) => at > backAt - 3000 && at <= backAt;
        expect(failed.filter(({ at }) => !byTheCut(at) && !byTheReturn(at))).toEqual([]);
        expect(failed.filter(({ at }) => byTheReturn(at)).length).toBeLessThanOrEqual(1);
        expect(requests.at(-1)!.error).toBeUndefined();
    });

    it("a web server: it is out within the bound of its check, and in again when it is back", async () => {
        const rs2 = cluster.lab.host("rs2");
        await expectEjected(
            "rs2",
            // delayLoop + retry × delayBeforeRetry
            5 + 1,
            () => rs2.run("systemctl stop apache2"),
            () => rs2.run("systemctl start apache2"),
        );
    });

    it("a real server altogether: it is out within the bound, and in again", async () => {
        const rs2 = cluster.lab.host("rs2");
        await expectEjected(
            "rs2",
            // delayLoop + (retry + 1) × connectTimeout + retry × delayBeforeRetry
            5 + 2 * 2 + 1,
            () => rs2.cut(),
            () => rs2.boot(),
        );
    });

    async function expectEjected(
        name: string,
        boundSeconds: number,
        breakIt: () => Promise<unknown>,
        mendIt: () => Promise<unknown>,
    ) {
        const others = ["rs1", "rs2", "rs3"].filter((other) => other !== name);
        const probe = await cluster.probe();
        await breakIt();
        // Whoever asks needs time, too.
        await waitUntil(`${name} out`, (boundSeconds + 3) * 1000, async () => {
            return (await cluster.serving("ds1")).join() === others.join();
        });
        const outAt = Date.now();
        await waitUntil(
            "a hundred requests more",
            20_000,
            () => probe.sofar().requests.filter(({ at }) => at > outAt).length > 100,
        );
        await mendIt();
        await cluster.untilHealthy();
        await waitUntil(`an answer of ${name}`, 10_000, () =>
            probe
                .sofar()
                .requests.some(({ at, body }) => at > outAt && body === name.toUpperCase()),
        );
        const { failed } = await probe.stop();
        expect(failed.filter(({ at }) => at > outAt)).toEqual([]);
    }

    it("power on all hosts at once: after their boot it serves without an up", async () => {
        await Promise.all(cluster.members.map((host) => host.cut()));
        await Promise.all(cluster.members.map((host) => host.boot()));
        await cluster.untilHealthy();
        expect(new Set(await cluster.bodies(6))).toEqual(new Set(["RS1", "RS2", "RS3"]));
    });

    it("all hosts for a reboot: they serve again without an up", async () => {
        await Promise.all(cluster.members.map((host) => host.reboot()));
        await cluster.untilHealthy();
        expect(new Set(await cluster.bodies(6))).toEqual(new Set(["RS1", "RS2", "RS3"]));
    });

    /** Seconds by which a director may be late on a machine that has other work. */
    const late = 0.1;

    // All else is as it is by default: the sync daemon runs, and changes sides with every owner.
    describe.each([
        { advertInt: 1, margin: 1 },
        { advertInt: 0.1, margin: 0.5 },
    ])(
        "its active director, with adverts of version 3 every $advertInt s:",
        ({ advertInt, margin }) => {
            const skew = ((256 - 253) / 256) * advertInt;

            beforeAll(async () => {
                const instance = {
                    interface: "eth0",
                    virtualRouterId: 62,
                    version: 3,
                    advertInt,
                };
                const config = await changed(({ vrrpInstances }) => vrrpInstances.fill(instance));
                // Two that send at other intervals than each other's take over from one another.
                for (const host of cluster.directors) await host.run("systemctl stop keepalived");
                await cluster.stack.configure(config);
                await cluster.stack.up();
                await cluster.untilHealthy();
            });

            /** The longest time without an answer while owners change, in seconds. */
            async function gapUntil(owner: string, change: () => Promise<unknown>) {
                const probe = await cluster.lab.probe(url, { intervalMs: 20, timeoutMs: 5000 });
                await change();
                await waitUntil(`${owner} as owner`, 10_000, async () => {
                    return (await cluster.owners()).join() === owner;
                });
                const from = Date.now();
                await waitUntil("answers again", 10_000, () =>
                    probe.sofar().requests.some(({ at, error }) => at > from && !error),
                );
                return (await probe.stop()).longestGap / 1000;
            }

            it("a stopped one is replaced within skew, and comes back without a gap", async () => {
                const ds1 = cluster.lab.host("ds1");
                const stopped = await gapUntil("ds2", () => ds1.run("systemctl stop keepalived"));
                expect(stopped).toBeLessThan(skew + margin);
                const back = await gapUntil("ds1", () => ds1.run("systemctl start keepalived"));
                expect(back).toBeLessThan(margin);
            });

            it("a dead one is replaced within 2 to 3 of them and skew", async () => {
                const ds1 = cluster.lab.host("ds1");
                const gap = await gapUntil("ds2", () => ds1.cut());
                await ds1.boot();
                // On a machine with other work, its last advert may have been overdue.
                expect(gap).toBeGreaterThan(2 * advertInt + skew - late);
                expect(gap).toBeLessThan(3 * advertInt + skew + margin);
            });
        },
    );
});
