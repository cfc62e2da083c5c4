import * as fc from "fast-check";
import { unbundle } from "../../host/unbundle";
import { bundleOf, type Plan } from "./support/bundles";
import { newHost } from "./support/newHost";
import { everyKindOfFile, plain, plans, withAnotherVip } from "./support/plans";
import { differences, type Portrait, portrait } from "./support/portrait";
import type { ScriptHost } from "./support/scriptHost";
import { apply, type Fault, happen, remove, room, secretOnly } from "./support/story";

/** Every run has the same stories, unless SEED is set. FULL=1 runs many of them. */
const seed = Number(process.env.SEED ?? 62);
const numRuns = process.env.FULL ? 100 : 3;
const length = process.env.FULL ? 12 : 6;

jest.setTimeout(process.env.FULL ? 3_600_000 : 120_000);

const choices: Record<string, Plan> = {
    plain,
    "another virtual IP": withAnotherVip,
    "every kind of file": everyKindOfFile,
    NAT: plans.NAT!,
    "both families": plans["both families"]!,
    heavier: { ...plain, realServers: plain.realServers.map((one) => ({ ...one, weight: 4 })) },
};

/** Expected state of a host. */
interface Model {
    /** The plan in force, unless an event has come in between. */
    applied?: string;
}

interface Real {
    host: ScriptHost;
    name: string;
    found: Portrait;
}

const unchanged = { status: 0, said: "configure unchanged\n" };

/** Does the bundle arrive incomplete, so that it does nothing, whatever its status? */
function isCut(fault: Fault | undefined): boolean {
    return fault !== undefined && "sentBytes" in fault;
}

type Command = fc.AsyncCommand<Model, Real>;

/** An apply, which succeeds or is interrupted. */
class Apply implements Command {
    constructor(
        private readonly choice: string,
        private readonly fault?: Fault,
    ) {}

    check = () => true;

    async run(model: Model, { host, name, found }: Real): Promise<void> {
        const plan = choices[this.choice]!;
        const [ending] = await happen(host, name, apply(plan, "configure", this.fault));
        const { status, said } = ending!;
        const isKnown = model.applied === this.choice;
        delete model.applied;
        if (this.fault === undefined) {
            expect({ status, said }).toMatchObject(isKnown ? unchanged : { status: 0 });
            model.applied = this.choice;
        }
        if (status !== 0 || isCut(this.fault)) return;
        // Removals come with the step `deferred`.
        if (/^deferred /m.test(said)) {
            const [later] = await happen(host, name, apply(plan, "deferred"));
            expect(later).toMatchObject({ status: 0 });
        }
        await expectFilesOf(plan, host, name, found);
    }

    toString = () => `apply(${this.choice}${this.fault ? `, ${JSON.stringify(this.fault)}` : ""})`;
}

/** A remove, which succeeds or is interrupted. */
class Remove implements Command {
    constructor(private readonly fault?: Fault) {}

    check = () => true;

    async run(model: Model, { host, name, found }: Real): Promise<void> {
        const [ending] = await happen(host, name, remove(plain, this.fault));
        delete model.applied;
        if (this.fault === undefined) expect(ending).toMatchObject({ status: 0 });
        if (ending!.status !== 0 || isCut(this.fault)) return;
        expect(differences(found, await portrait(host))).toBe("");
    }

    toString = () => `remove(${this.fault ? JSON.stringify(this.fault) : ""})`;
}

/** An apply on a disk with this much space, which succeeds or is rolled back. */
class ApplyWithRoom implements Command {
    constructor(
        private readonly choice: string,
        private readonly free: number,
    ) {}

    check = () => true;

    async run(model: Model, { host, name, found }: Real): Promise<void> {
        const plan = choices[this.choice]!;
        await happen(host, name, room(this.free));
        const [ending] = await happen(host, name, apply(plan));
        await happen(host, name, room("enough"));
        delete model.applied;
        if (ending!.status !== 0 || /^deferred /m.test(ending!.said)) return;
        await expectFilesOf(plan, host, name, found);
    }

    toString = () => `apply(${this.choice}, with ${this.free} KB)`;
}

/** Check that all files are those of a plan, and that those of other plans are as they were found. */
async function expectFilesOf(plan: Plan, host: ScriptHost, name: string, found: Portrait) {
    const now = await portrait(host);
    const { files } = unbundle(bundleOf(plan, name, "configure"))!;
    const wanted = new Map(
        files.map(({ path, mode, content }) => [path, `${mode.replace(/^0/, "")} 0:0\n${content}`]),
    );
    for (const [path, text] of wanted) expect([path, now[path]]).toEqual([path, text]);
    for (const other of Object.values(choices)) {
        for (const { path } of unbundle(bundleOf(other, name, "configure"))!.files) {
            if (!wanted.has(path)) expect([path, now[path]]).toEqual([path, found[path]]);
        }
    }
    expect(Object.keys(now).filter((at) => /\.lvs-[a-z]+$/.test(at))).toEqual([]);
}

const choice = fc.constantFrom(...Object.keys(choices));
const fault = fc.oneof(
    fc.record({
        signal: fc.constantFrom("KILL" as const, "TERM" as const, "HUP" as const),
        at: fc.integer({ min: 1, max: 90 }),
    }),
    // The shortest bundle is longer.
    fc.record({ sentBytes: fc.integer({ min: 0, max: 15_000 }) }),
);
const commands = fc.commands(
    [
        choice.map((name) => new Apply(name)),
        fc.tuple(choice, fault).map(([name, how]) => new Apply(name, how)),
        fc.constant(new Remove()),
        fault.map((how) => new Remove(how)),
        fc
            .tuple(choice, fc.integer({ min: 0, max: 160 }))
            .map(([name, free]) => new ApplyWithRoom(name, free)),
    ],
    { maxCommands: length, size: "max" },
);

it.each(["ds1", "rs1"])(
    `after any events on a host such as %s, a successful apply carries out its plan, and a remove restores the host (SEED=${seed})`,
    async (name) => {
        await fc.assert(
            fc.asyncProperty(commands, async (steps) => {
                const host = await newHost(name, { isCounted: true });
                try {
                    await host.run(`${secretOnly}
                        for module in ip_vs ip_vs_rr nf_tables; do modprobe $module; done
                        apt-get install apache2
                        echo found >/var/www/html/index.html
                        echo 'net.ipv4.conf.eth0.log_martians = 1' >/etc/sysctl.d/lvs.conf
                        sysctl -q -p /etc/sysctl.d/lvs.conf
                        sysctl -q net.ipv4.conf.all.arp_announce=1`);
                    const found = await portrait(host);
                    const setup = () => ({
                        model: {},
                        real: { host, name, found },
                    });
                    await fc.asyncModelRun(setup, steps);
                    // Whatever the outcome was.
                    await new Remove().run({}, { host, name, found });
                } finally {
                    await host.remove();
                }
            }),
            { seed, numRuns },
        );
    },
);
