import { unbundle } from "../../host/unbundle";
import { bundleOf } from "./support/bundles";
import { tests } from "./support/cases";
import { newHost } from "./support/newHost";
import { everyKindOfFile, plain, plans, withAnotherVip } from "./support/plans";
import { portrait } from "./support/portrait";
import { apply, byHand, type Event, happen, powerCut, remove, secretOnly } from "./support/story";

const served = (plan = plain): Event[] => [apply(plan, "prepare"), apply(plan)];

/** Numbers of the commands at which the power fails. */
const commands = process.env.FULL
    ? Array.from({ length: 70 }, (_, index) => index + 1)
    : [12, 30, 45];

describe.each(["ds1", "rs1"])("a host such as %s whose power is cut", (host) => {
    const fresh = { host, isBare: true, found: secretOnly };

    tests([
        {
            title: "is the same after a boot, without an apply",
            ...fresh,
            events: [...served(), powerCut, apply(plain)],
            says: "configure unchanged\n",
            is: served(),
        },
        {
            title: "is the same with every kind of file",
            ...fresh,
            events: [...served(everyKindOfFile), powerCut, apply(everyKindOfFile)],
            says: "configure unchanged\n",
            is: served(everyKindOfFile),
        },
        {
            title: "is the same with another method",
            ...fresh,
            events: [...served(plans.NAT), powerCut, apply(plans.NAT!)],
            says: "configure unchanged\n",
            is: served(plans.NAT),
        },
        {
            title: "stays removed after a boot",
            ...fresh,
            events: [...served(), remove(plain), powerCut, remove(plain)],
            says: "nothing to remove\n",
            is: [...(host === "ds1" ? [byHand("apt-get install ipvsadm")] : []), powerCut],
        },
    ]);

    it.each(commands)(
        "at command %d of a change has each file either old or new, and the next apply makes the change",
        async (at) => {
            const machine = await newHost(host, { isCounted: true });
            try {
                await machine.run(secretOnly);
                for (const event of served()) await happen(machine, host, event);
                const fault = { signal: "KILL", at } as const;
                await happen(machine, host, apply(withAnotherVip, "configure", fault));
                await happen(machine, host, powerCut);

                const now = await portrait(machine);
                const [old, next] = [plain, withAnotherVip].map(
                    (plan) => unbundle(bundleOf(plan, host, "configure"))!.files,
                );
                old!.forEach(({ path, mode, content }, index) => {
                    const whole = [content, next![index]!.content];
                    expect(whole.map((text) => `${mode.replace(/^0/, "")} 0:0\n${text}`)).toContain(
                        now[path],
                    );
                });

                const [ending] = await happen(machine, host, apply(withAnotherVip));
                expect(ending).toMatchObject({ status: 0 });
                const [again] = await happen(machine, host, apply(withAnotherVip));
                expect(again).toEqual({ status: 0, said: "configure unchanged\n" });
                const files = await portrait(machine);
                for (const { path, mode, content } of next!) {
                    expect(files[path]).toBe(`${mode.replace(/^0/, "")} 0:0\n${content}`);
                }
            } finally {
                await machine.remove();
            }
        },
    );
});
