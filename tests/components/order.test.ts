import { RandomPassword } from "@pulumi/random";
import { LvsCluster } from "../../components";
import { record, type Registration } from "../support/record";
import { seedArgs } from "../support/seed";

const directors = ["ds1", "ds2"];
const realServers = ["rs1", "rs2", "rs3"];
const hosts = [...directors, ...realServers];
const steps = (step: string, names: string[]) => names.map((name) => `web-${name}-${step}`);
const inspected = steps("preflight", hosts);
const prepared = steps("prepare", hosts);
const configured = steps("configure", realServers);
const claimed = steps("claim", realServers);

const command = "command:remote:Command";
const cluster = () => new LvsCluster("web", seedArgs());

/** Dependencies of the steps that have any. */
function dependenciesOf(all: Registration[]): Record<string, string[]> {
    const depending = all.filter(({ dependencies }) => dependencies.length > 0);
    return Object.fromEntries(depending.map(({ name, dependencies }) => [name, dependencies]));
}

/** Direct and indirect dependencies of a resource. */
function allBefore(all: Registration[], name: string, seen = new Set<string>()): Set<string> {
    for (const before of all.find((one) => one.name === name)!.dependencies) {
        if (!seen.has(before)) allBefore(all, before, seen.add(before));
    }
    return seen;
}

describe("LvsCluster in an up", () => {
    /** Steps that had ended when each step began. Every step takes some time, and one takes longest. */
    async function endedBefore(slowest: string): Promise<Record<string, string[]>> {
        const ended: string[] = [];
        const before: Record<string, string[]> = {};
        const make = async (name: string) => {
            before[name] = [...ended];
            // A claim connects to no host.
            if (name.endsWith("-claim")) return;
            for (let turns = name === slowest ? 300 : 3; turns > 0; turns--) {
                await new Promise(setImmediate);
            }
            ended.push(name);
        };
        await record(cluster, { make });
        return before;
    }

    it.each(inspected)("prepares no host before %s has ended", async (slowest) => {
        const before = await endedBefore(slowest);
        for (const step of prepared)
            expect(before[step]).toEqual(expect.arrayContaining(inspected));
    });

    it.each(configured)("configures directors one after the other after %s", async (slowest) => {
        const before = await endedBefore(slowest);
        const second = steps("configure", ["ds2"]);
        expect(before["web-ds2-configure"]).toEqual(expect.arrayContaining(configured));
        expect(before["web-ds1-configure"]).toEqual(expect.arrayContaining(second));
    });

    it.each(["web-ds1-configure", "web-ds2-deferred", "web-ds1-deferred"])(
        "lets the last director prove, and then real servers take down what has left the plan, after %s",
        async (slowest) => {
            const before = await endedBefore(slowest);
            expect(before["web-ds2-deferred"]).toEqual(
                expect.arrayContaining(steps("configure", hosts)),
            );
            expect(before["web-ds1-deferred"]).toContain("web-ds2-deferred");
            for (const deferred of steps("deferred", realServers)) {
                expect(before[deferred]).toContain("web-ds1-deferred");
            }
        },
    );

    it("prepares all hosts at once", async () => {
        const before = await endedBefore("web-ds1-prepare");
        for (const step of prepared) {
            expect(before[step]!.filter((ended) => prepared.includes(ended))).toEqual([]);
        }
    });
});

describe("LvsCluster in a state file", () => {
    it("has only the dependencies that give a destroy its order", async () => {
        expect(dependenciesOf(await record(cluster))).toEqual({
            "web-ds2-claim": claimed,
            "web-ds1-claim": ["web-ds2-claim", ...claimed],
            "web-ds1-prepare": ["web-ds1-claim"],
            "web-ds2-prepare": ["web-ds2-claim"],
            "web-ds1-secret": ["web-auth-pass", "web-ds1-prepare"],
            "web-ds2-secret": ["web-auth-pass", "web-ds2-prepare"],
            "web-ds2-configure": ["web-ds2-secret", ...configured],
            "web-ds1-configure": ["web-ds1-secret", "web-ds2-configure", ...configured],
            "web-ds1-deferred": ["web-ds1-configure"],
            "web-ds2-deferred": ["web-ds2-configure"],
            ...Object.fromEntries(
                realServers.flatMap((name) => [
                    [`web-${name}-prepare`, [`web-${name}-claim`]],
                    [`web-${name}-configure`, [`web-${name}-prepare`]],
                    [`web-${name}-deferred`, [`web-${name}-configure`]],
                ]),
            ),
        });
    });

    it("makes a destroy stop the directors, one after the other, before it takes real servers down", async () => {
        const all = await record(cluster);
        expect([...allBefore(all, "web-ds1-claim")]).toEqual(
            expect.arrayContaining(["web-ds2-claim", ...claimed]),
        );
        expect([...allBefore(all, "web-ds2-claim")]).toEqual(expect.arrayContaining(claimed));
    });

    it("has the resource that removes a host before each step that changes it", async () => {
        const all = await record(cluster);
        for (const host of hosts) {
            for (const step of steps("prepare", [host]).concat(steps("configure", [host]))) {
                expect([...allBefore(all, step)]).toContain(`web-${host}-claim`);
            }
        }
    });

    it("makes a destroy begin with the resources that use a virtual IP", async () => {
        const all = await record(() => {
            const { vip } = cluster();
            new RandomPassword("user", { length: 8, keepers: { vip } });
        });
        expect(all.find(({ name }) => name === "user")!.dependencies).toEqual(
            steps("configure", directors),
        );
        expect([...allBefore(all, "user")]).toEqual(expect.arrayContaining(configured));
    });

    it("makes the engine skip all that comes after a failed step when an up continues on error", async () => {
        const without = async (failing: string) =>
            (await record(cluster, { failing: [failing] }))
                .filter(({ type, isSkipped }) => type === command && isSkipped)
                .map(({ name }) => name);
        const all = (await record(cluster))
            .filter(({ type }) => type === command)
            .map(({ name }) => name);
        expect(await without("web-rs2-preflight")).toEqual(
            all.filter((name) => !inspected.includes(name)),
        );
        expect(await without("web-ds1-configure")).toEqual(steps("deferred", hosts));
        expect(await without("web-ds2-deferred")).toEqual(
            steps("deferred", ["ds1", ...realServers]),
        );
        expect(await without("web-ds1-deferred")).toEqual(steps("deferred", realServers));
        expect(await without("web-rs3-deferred")).toEqual([]);
    });
});
