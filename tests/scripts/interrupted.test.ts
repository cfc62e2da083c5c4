import { bundleOf } from "./support/bundles";
import { tests } from "./support/cases";
import { newHost } from "./support/newHost";
import { plain } from "./support/plans";
import { differences, portrait } from "./support/portrait";
import { apply, byHand, prepare, remove } from "./support/story";
import { end, first, second, Traveller } from "./support/traveller";

const count = process.env.FULL ? 40 : 2;
const places = Array.from({ length: count }, (_, index) =>
    Math.round((index + 0.5) * (100 / count)),
);

describe.each(["ds1", "rs1"])("on a host such as %s", (name) => {
    let host: Traveller;

    beforeAll(async () => {
        host = await Traveller.called(name);
    });

    afterAll(() => host.remove());

    describe.each(["TERM", "HUP", "INT"] as const)("a change that gets SIG%s", (signal) => {
        it.each(places)(
            "after %d %% of its commands is rolled back or completed, and the next apply completes it",
            async (place) => {
                await host.takes(first);
                const { status, said } = await host.isEnded(second, place, signal);
                expect([
                    await host.differenceTo("first"),
                    await host.differenceTo("second"),
                ]).toContain("");
                if (signal === "TERM" && status !== 0)
                    expect(said).toContain(
                        "configure was terminated: its limit of ten minutes passed, or somebody ended it",
                    );
                await host.takes(second);
                await host.expectToBe("second");
                await host.takes(end);
                await host.expectToBe("found");
            },
        );
    });
});

describe("a bundle that arrives incomplete", () => {
    const pieces = process.env.FULL ? 400 : 12;
    const lastLine = 'main "$@"';

    /** Some places in a bundle, including those in its last line. */
    const cuts = (text: string) => [
        ...Array.from({ length: pieces }, (_, index) => Math.floor((text.length * index) / pieces)),
        // Only the last line does something.
        ...Array.from(lastLine, (_, index) => text.length - 1 - lastLine.length + index),
    ];

    it.each([
        ["ds1", "prepare"],
        ["ds1", "secret"],
        ["ds1", "configure"],
        ["ds1", "deferred"],
        ["rs1", "prepare"],
        ["rs1", "configure"],
    ] as const)("does nothing on %s, where it is of step %s", async (name, step) => {
        const host = await newHost(name);
        try {
            await host.run(prepare);
            const found = await portrait(host);
            const text = bundleOf(plain, name, step);
            for (const cut of cuts(text)) {
                const { stdout } = await host.send(text.slice(0, cut), "apply");
                // The step `deferred` answers even if its request is incomplete.
                expect(stdout.replace(`${name}: nothing deferred\n`, "")).toBe("");
            }
            expect(differences(found, await portrait(host))).toBe("");
        } finally {
            await host.remove();
        }
    });
});

describe("while another change holds the lock of a host", () => {
    const holds = (seconds: string) =>
        byHand(`setsid sh -c 'exec 9>>/run/pulumi-lvs.lock; flock 9
            echo theirs, since long ago >/run/pulumi-lvs.lock; touch /run/stand-in/held; exec /usr/bin/sleep ${seconds}' \\
            >/dev/null 2>&1 </dev/null &
            until [ -e /run/stand-in/held ]; do :; done`);

    tests([
        {
            title: "an apply waits for its end",
            host: "ds1",
            events: [holds("0.3"), apply(plain)],
            says: "keepalived 2.2.7 started; active for 10.128.190.248; 2 of 2 real servers up\n",
            is: [apply(plain)],
        },
        {
            title: "an apply fails after two minutes, and names the holder of the lock",
            host: "ds1",
            events: [holds("30"), apply(plain)],
            status: 1,
            says: "another change of this host is still running after 120 s: theirs, since long ago. Wait for its end, or end that process.\n",
            is: "as found",
        },
        {
            title: "a remove fails too",
            host: "rs1",
            events: [apply(plain), holds("30"), remove(plain)],
            status: 1,
            says: "another change of this host is still running after 120 s: theirs, since long ago. Wait for its end, or end that process.\n",
            is: [apply(plain)],
        },
        {
            title: "an apply then records itself as the holder",
            host: "rs1",
            events: [
                holds("0.3"),
                apply(plain),
                byHand(
                    "grep -qx 'configure, started from 10.128.190.252, 20[0-9TZ:-]*, process [0-9]*' /run/pulumi-lvs.lock",
                ),
            ],
            says: "real server with 10.128.190.248/32 on lo\n",
            is: [apply(plain)],
        },
        {
            title: "a killed change holds no lock",
            host: "rs1",
            events: [apply(plain, "configure", { signal: "KILL", at: 10 }), apply(plain)],
            says: /real server with/,
            is: [apply(plain)],
        },
    ]);
});
