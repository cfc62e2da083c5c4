import { tests } from "./support/cases";
import { plain, withAnotherVip } from "./support/plans";
import { differences } from "./support/portrait";
import { apply, byHand, type Event, reference, remove, room, tell } from "./support/story";

/** Free KB on a disk: with FULL=1 each page up to the space that a step needs. */
const sizes = process.env.FULL
    ? Array.from({ length: 40 }, (_, index) => 4 * index)
    : [0, 12, 28, 44, 60, 80];

const noSpace = /No space left on device|I\/O error/;

describe.each(["ds1", "rs1"])("on a host such as %s with a full disk", (host) => {
    /** Check that the last apply with this space has changed everything or nothing. */
    async function expectAllOrNothing(free: number, before: Event[], last: Event) {
        const { endings, now } = await tell({
            host,
            events: [...before, room(free), last, room("enough")],
        });
        const { status, said } = endings.at(-1)!;
        const like = await reference({ host, events: status === 0 ? [...before, last] : before });
        expect(differences(like, now)).toBe("");
        if (status !== 0) expect(said).toMatch(noSpace);
        // The smallest size is too small for any step.
        if (free === 0) expect(status).toBe(1);
    }

    it.each(sizes)("a first apply with %d KB left succeeds or changes nothing", async (free) => {
        await expectAllOrNothing(free, [], apply(plain));
    });

    it.each(sizes)("a change with %d KB left succeeds or is rolled back", async (free) => {
        await expectAllOrNothing(free, [apply(plain)], apply(withAnotherVip));
    });

    tests([
        {
            title: "the next apply makes the change when there is space again",
            host,
            events: [
                apply(plain),
                room(20),
                apply(withAnotherVip),
                room("enough"),
                apply(withAnotherVip),
            ],
            says: /10\.128\.190\.246/,
            is: [apply(plain), apply(withAnotherVip)],
        },
        {
            title: "an apply without changes succeeds",
            host,
            events: [apply(plain), room(64), apply(plain)],
            says: "configure unchanged\n",
            is: [apply(plain)],
        },
        {
            title: "a remove restores the original state",
            host,
            found: "echo mine >/etc/sysctl.d/lvs.conf",
            events: [apply(plain), room(0), remove(plain)],
            says: "removed\n",
            is: "as found",
        },
    ]);
});

describe.each(["/etc", "/usr", "/var/lib"])("a host whose %s is read-only", (folder) => {
    const isReadOnly = byHand(
        `mount --bind ${folder} ${folder}; mount -o remount,bind,ro ${folder}`,
    );
    const isWritable = byHand(`mount -o remount,bind,rw ${folder}`);
    const says = /Read-only file system/;

    describe.each(["ds1", "rs1"])("such as %s", (host) => {
        tests([
            {
                title: "is left as it was found at a first apply",
                host,
                events: [isReadOnly, apply(plain), isWritable],
                status: 1,
                says,
                is: "as found",
            },
            {
                title: "is left as it was before a change",
                host,
                events: [apply(plain), isReadOnly, apply(withAnotherVip), isWritable],
                status: 1,
                says,
                is: [apply(plain)],
            },
            {
                title: "gets the change with the next apply when it is writable again",
                host,
                events: [
                    apply(plain),
                    isReadOnly,
                    apply(withAnotherVip),
                    isWritable,
                    apply(withAnotherVip),
                ],
                says: /10\.128\.190\.246/,
                is: [apply(plain), apply(withAnotherVip)],
            },
            {
                title: "is as it was found when a failed remove is repeated",
                host,
                events: [apply(plain), isReadOnly, remove(plain), isWritable, remove(plain)],
                says: "removed\n",
                is: "as found",
            },
        ]);
    });
});
