import { unbundle } from "../../host/unbundle";
import { expectGolden } from "../support/golden";
import { bundleOf } from "./support/bundles";
import { newHost } from "./support/newHost";
import { plans } from "./support/plans";
import { differences, inodes, type Portrait, portrait } from "./support/portrait";
import type { ScriptHost } from "./support/scriptHost";
import { apply, happen, remove, secretOnly } from "./support/story";

/** Folder with the state of the steps on a host. */
const memory = "/var/lib/pulumi-lvs/";

describe.each(Object.entries(plans))("The cluster with %s:", (kind, plan) => {
    describe.each(["ds1", "rs1"])("a host such as %s", (name) => {
        let host: ScriptHost;
        /** The host without the component, and with its step `prepare` alone. */
        let found: Portrait;
        let prepared: Portrait;

        beforeAll(async () => {
            host = await newHost(name);
            await host.run(secretOnly);
            const prepares = apply(plan, "prepare");
            for (const event of [prepares, remove(plan)]) await happen(host, name, event);
            found = await portrait(host);
            await happen(host, name, prepares);
            prepared = await portrait(host);
            const [ending] = await happen(host, name, apply(plan));
            expect(ending).toMatchObject({ status: 0 });
        });

        afterAll(() => host.remove());

        it("has the files, kernel state and units of its plan", async () => {
            const now = await portrait(host);
            const { files } = unbundle(bundleOf(plan, name, "configure"))!;
            for (const { path, mode, content } of files) {
                expect(now[path]).toBe(`${mode.replace(/^0/, "")} 0:0\n${content}`);
                now[path] = "as planned";
            }
            const text = differences(outside(prepared), outside(now));
            expectGolden(`scripts/${kind.replaceAll(/\W+/g, "-")}.${name}.txt`, text);
        });

        it("is not changed by a second apply", async () => {
            const before = [await portrait(host), outside(inodes(host))];
            await host.run("rm /run/stand-in/calls");
            const ending = await happen(host, name, apply(plan));
            expect(ending).toEqual([{ status: 0, said: "configure unchanged\n" }]);
            expect([await portrait(host), outside(inodes(host))]).toEqual(before);
            const calls = await host.run("grep -v 'start lvs-metrics$' /run/stand-in/calls || :");
            expect(calls).toBe("");
        });

        it("is as it was found when the step is removed", async () => {
            const ending = await happen(host, name, remove(plan));
            expect(ending).toEqual([{ status: 0, said: "removed\n" }]);
            expect(await portrait(host)).toEqual(found);
        });
    });
});

/** Drop the state of the steps, and the metrics, which differ each time. */
function outside(files: Record<string, string>): Record<string, string> {
    const others = Object.entries(files).filter(
        ([at]) => !at.startsWith(memory) && !at.endsWith(".prom"),
    );
    return Object.fromEntries(others);
}
