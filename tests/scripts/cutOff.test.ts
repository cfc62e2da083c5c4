import { tests } from "./support/cases";
import { everyKindOfFile, plain } from "./support/plans";
import { apply } from "./support/story";
import { end, first, second, Traveller } from "./support/traveller";

/** With FULL=1 the script is killed before each command that changes something, else before some of them. */
const count = process.env.FULL ? 80 : 3;
const places = Array.from({ length: count }, (_, index) =>
    Math.round((index + 0.5) * (100 / count)),
);

describe.each(["ds1", "rs1"])("on a host such as %s, a script that is killed", (name) => {
    let host: Traveller;
    /** The host is as it was found. A failed test leaves it changed. */
    let isFresh = false;

    beforeEach(async () => {
        if (!isFresh) {
            await host?.remove();
            host = await Traveller.called(name);
        }
        isFresh = false;
    });

    afterAll(() => host.remove());

    /** Run the rest of a test that has changed the host. */
    async function isTakenDown(): Promise<void> {
        await host.takes(end);
        await host.expectToBe("found");
        isFresh = true;
    }

    describe.each(places)("after %d %% of its commands", (place) => {
        it("at a first apply leaves a host that the next apply completes", async () => {
            await host.isEnded(first, place);
            await host.takes(first);
            await host.expectToBe("first");
            await isTakenDown();
        });

        it("at a first apply leaves a host that a remove restores", async () => {
            await host.isEnded(first, place);
            await isTakenDown();
        });

        it("at a change leaves a host that the next apply completes", async () => {
            await host.takes(first);
            await host.isEnded(second, place);
            await host.takes(second);
            await host.expectToBe("second");
            await isTakenDown();
        });

        it("at a change leaves a host that an apply of the former plan restores", async () => {
            await host.takes(first);
            await host.isEnded(second, place);
            await host.takes(first);
            await host.expectToBe("first");
            await isTakenDown();
        });

        it("at a remove leaves a host that the next remove completes", async () => {
            await host.takes(first);
            await host.isEnded(end, place);
            await isTakenDown();
        });

        it("at a remove leaves a host that an apply completes", async () => {
            await host.takes(first);
            await host.isEnded(end, place);
            await host.takes(second);
            await host.expectToBe("second");
            await isTakenDown();
        });
    });
});

describe("staged files", () => {
    tests(
        ["ds1", "rs1"].map((host) => ({
            title: `of a plan whose script was killed go with the apply of another one, on a host such as ${host}`,
            host,
            found: "apt-get install apache2",
            // All staged files exist at that point.
            events: [
                apply(everyKindOfFile, "configure", {
                    signal: "KILL",
                    at: 12,
                }),
                apply(plain),
            ],
            says: /2 of 2 real servers up\n$|^real server with/,
            is: [apply(plain)],
            // The folder stays until a remove.
            but:
                host === "ds1"
                    ? "/usr/libexec/keepalived\n+ 755 0:0 folder\n/var/lib/pulumi-lvs/director/configure/directories\n+ /usr/libexec/keepalived\n"
                    : "",
        })),
    );
});
