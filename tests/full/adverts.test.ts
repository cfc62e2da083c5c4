import { LabCluster } from "../../lab/cluster";
import { patienceMs, waitUntil } from "../../lab/lab";

describe("A cluster of VRRP version 3", () => {
    let cluster: LabCluster;

    beforeAll(async () => {
        cluster = await LabCluster.deployed();
    });

    afterAll(() => cluster?.down());

    afterEach(() => cluster.untilHealthy());

    /** Seconds by which an advert may be late on a busy machine. */
    const late = 0.1;

    // Everything else has its default: the sync daemon runs, and changes its role on every
    // failover.
    describe.each([
        { advertInt: 1, margin: 1 },
        { advertInt: 0.1, margin: 0.5 },
    ])("sending adverts every $advertInt s", ({ advertInt, margin }) => {
        const skew = ((256 - 253) / 256) * advertInt;

        beforeAll(async () => {
            const instance = {
                interface: "eth0",
                virtualRouterId: 62,
                version: 3,
                advertInt,
            };
            const config = await cluster.config(({ vrrpInstances }) =>
                vrrpInstances.fill(instance),
            );
            // Directors with different intervals become active alternately, so stop both first.
            for (const host of cluster.directors) await host.run("systemctl stop keepalived");
            await cluster.stack.configure(config);
            await cluster.stack.up();
            await cluster.untilHealthy();
        });

        /** Longest time in seconds without an answer until another director is active. */
        async function gapUntil(active: string, change: () => Promise<unknown>) {
            const probe = await cluster.probe(undefined, 20);
            await change();
            await waitUntil(`${active} active`, patienceMs, async () => {
                return (await cluster.activeDirectors()).join() === active;
            });
            const from = Date.now();
            await waitUntil("answers again", patienceMs, () =>
                probe.soFar().requests.some(({ at, error }) => at > from && !error),
            );
            return (await probe.stop()).longestGap / 1000;
        }

        it("replaces a stopped active director within skew, and makes it active again without a gap", async () => {
            const ds1 = cluster.host("ds1");
            const stopped = await gapUntil("ds2", () => ds1.run("systemctl stop keepalived"));
            expect(stopped).toBeLessThan(skew + margin);
            const back = await gapUntil("ds1", () => ds1.run("systemctl start keepalived"));
            expect(back).toBeLessThan(margin);
        });

        it("replaces a dead active director within 2 to 3 adverts and skew", async () => {
            const ds1 = cluster.host("ds1");
            const gap = await gapUntil("ds2", () => ds1.cut());
            await ds1.boot();
            // The last advert may have been late on a busy machine.
            expect(gap).toBeGreaterThan(2 * advertInt + skew - late);
            expect(gap).toBeLessThan(3 * advertInt + skew + margin);
        });
    });
});
