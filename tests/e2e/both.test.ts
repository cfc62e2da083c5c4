import { vip } from "../../lab/article";
import { LabCluster } from "../../lab/cluster";
import { CommandLine } from "../../lab/commandLine";
import { patienceMs, waitUntil } from "../../lab/lab";
import type { StackConfig } from "../../lab/stack";
import { seed, withHosts } from "../../lab/topology";
import { portrait } from "./support/portrait";

const vip6 = "fd00:62:190::248";
const urls = [`http://${vip}/`, `http://[${vip6}]/`, `http://${vip}:81/`];

/** Milliseconds within which the other director answers: VRRP's bound for adverts of one second, and a second for a busy machine. */
const takeover = 5000;

/** The pages of ds1 and ds2, which are also the real servers rs1 and rs2. */
const pages: Record<string, string> = { ds1: "RS1", ds2: "RS2" };

describe("Two machines that are director and real server", () => {
    let cluster: LabCluster;
    let before: string[];

    /** States of the hosts without their packages, which stay. */
    async function states(): Promise<string[]> {
        return (await Promise.all(cluster.lab.hosts.map(portrait))).map(({ kept }) => kept);
    }

    function configuration({ useVmac = false } = {}): StackConfig {
        const machines = cluster.memberArgs("ds1", "ds2");
        return {
            vrrpInstances: [{ interface: "eth0", virtualRouterId: 62, useVmac }],
            directors: machines,
            realServers: machines.map((machine, index) => ({
                ...machine,
                name: `rs${index + 1}`,
                address6: cluster.host(machine.name).ipv6,
                demoPage: pages[machine.name],
            })),
            virtualServers: [
                ...[vip, vip6].map((virtualIp) => ({ virtualIp, port: 80 })),
                {
                    virtualIp: vip,
                    port: 81,
                    lvsMethod: "FULLNAT" as const,
                    realServers: [
                        { name: "rs1", port: 80 },
                        { name: "rs2", port: 80 },
                    ],
                },
            ].map((service) => ({
                ...service,
                lvsSched: "rr",
                delayLoop: 2,
                check: { tcp: { connectTimeout: 1, retry: 1, delayBeforeRetry: 1 } },
            })),
        };
    }

    /** Wait until ds1 alone is active, and requests are spread over both machines. */
    async function untilSpread() {
        await cluster.untilActive("ds1");
        await waitUntil("answers of both machines in turn", patienceMs, async () => {
            const counts = await Promise.all(urls.map((url) => cluster.bodyCounts(10, url)));
            if (counts.every(({ RS1, RS2 }) => RS1 === 5 && RS2 === 5)) return true;
            throw new Error(JSON.stringify(counts));
        });
    }

    beforeAll(async () => {
        cluster = await LabCluster.boot({ topology: withHosts(seed, "ds1", "ds2") });
        before = await states();
        await cluster.deploy(configuration());
        await untilSpread();
    });

    afterAll(() => cluster?.down());

    async function expectNoProblem() {
        const commandLine = new CommandLine(cluster.lab, cluster.stack);
        for (const command of ["status", "check", "diff"]) {
            const { status, stdout } = await commandLine.run(command);
            expect([command, status, stdout]).toEqual([command, 0, expect.anything()]);
        }
    }

    it("share the requests, and lvs finds no problem and no change", () => expectNoProblem());

    it.each([
        ["active", "ds1", "ds2"],
        ["backup", "ds2", "ds1"],
    ])(
        "answer within VRRP's bound of a power cut of the %s one, and share again after its return",
        async (_, lost, other) => {
            const probe = await cluster.probe();
            await cluster.host(lost).cut();
            const cutAt = Date.now();
            await cluster.untilActive(other);
            await waitUntil("twenty answers of the other machine alone", patienceMs, () => {
                const after = probe.soFar().requests.filter(({ at }) => at > cutAt + takeover);
                return (
                    after.length > 20 && after.slice(-20).every(({ body }) => body === pages[other])
                );
            });
            expect((await probe.stop()).longestGap).toBeLessThan(takeover);
            expect(await cluster.bodyCounts(4, urls[1])).toEqual({ [pages[other]!]: 4 });
            await cluster.host(lost).boot();
            await untilSpread();
        },
    );

    it("share the requests also with a MAC address for the virtual IP", async () => {
        await cluster.deploy(configuration({ useVmac: true }));
        await untilSpread();
        const onInterface = await cluster.host("ds1").run("ip -o address show dev vrrp.62");
        expect(onInterface).toContain(` ${vip}/32 `);
        await expectNoProblem();
    });

    it("have their original state after a destroy", async () => {
        await cluster.stack.destroy();
        expect(await states()).toEqual(before);
    });
});
