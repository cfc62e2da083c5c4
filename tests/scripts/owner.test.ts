import type { Plan } from "./support/bundles";
import { asOldVersion } from "./support/bundles";
import { tests } from "./support/cases";
import { plain, withAnotherVip } from "./support/plans";
import { apply, as, byHand, remove } from "./support/story";

const called = (resource: string): Plan => ({ ...plain, resource });
const below = (parent: string): Plan => ({ ...plain, parent });
const ofProject = (project: string, plan: Plan = plain): Plan => ({ ...plan, project });
const adopting = (plan: Plan): Plan => ({ ...plan, adopt: true });

/** A component with a parent, whose alias is the one without. */
const moved: Plan = { ...below("site:index:Site"), formerParent: "" };

/** The same hosts in the other role. */
const swapped: Plan = {
    ...plain,
    directors: [{ name: "rs1", host: "10.128.190.249" }, plain.directors[1]!],
    realServers: [{ name: "ds1", host: "10.128.190.253" }, plain.realServers[1]!],
};

/** Files of an older version that a host remembers until the remove. */
const knownByOldVersion =
    "/var/lib/pulumi-lvs/real-servers/lvs.test.lvs-rs1/configure/known\n+ /etc/lvs/real-server\n+ /etc/sysctl.d/lvs.conf\n";

/** Cut the record of every component, as a full disk does. */
const damage = "for record in $(find /var/lib/pulumi-lvs -name record); do : >$record; done";

const role = (host: string) => (host.startsWith("ds") ? "director" : "real server");

describe.each(["ds1", "rs1"])("a host such as %s whose component", (host) => {
    tests([
        {
            title: "has a new parent is not changed, and the end of the old component leaves it alone",
            host,
            events: [apply(plain), apply(below("site:index:Site")), remove(plain)],
            says: `nothing removed: this host is the ${role(host)} lvs-${host} of the stack lvs/test now\n`,
            is: [apply(below("site:index:Site"))],
        },
        {
            title: "has a new parent is removed with that",
            host,
            events: [
                apply(plain),
                apply(below("site:index:Site")),
                remove(plain),
                remove(below("site:index:Site")),
            ],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "has a new parent after an interrupted apply stays when the program goes back",
            host,
            events: [
                apply(plain),
                apply(below("site:index:Site"), "prepare"),
                remove(below("site:index:Site")),
            ],
            says: `nothing removed: this host is the ${role(host)} lvs-${host} of the stack lvs/test again\n`,
            is: [apply(plain), apply(plain, "prepare")],
        },
        {
            title: "has had two new parents stays when the program goes back to the first",
            host,
            events: [
                apply(plain),
                apply(below("site:index:Site")),
                apply(below("site:index:Rack")),
                remove(below("site:index:Rack")),
                remove(plain),
            ],
            says: `nothing removed: this host is the ${role(host)} lvs-${host} of the stack lvs/test now\n`,
            is: [apply(below("site:index:Site"))],
        },
        {
            title: "is removed after an interrupted apply with a new parent is as it was found",
            host,
            events: [
                apply(plain),
                apply(below("site:index:Site"), "prepare"),
                remove(below("site:index:Site")),
                remove(plain),
            ],
            says: "removed\n",
            is: "as found",
            but: host === "ds1" ? "packages\n+ ipvsadm 1:1.31-1+b1\n" : "",
        },
        {
            title: "has a new parent with an alias is as it was found after its remove",
            host,
            events: [apply(plain), apply(moved), remove(moved)],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "has a new parent and adopts the host is as it was found after its remove",
            host,
            events: [
                apply(plain),
                apply(adopting(below("site:index:Site"))),
                remove(below("site:index:Site")),
            ],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "has a new name serves on when the former name is removed",
            host,
            events: [apply(called("former")), apply(called("later")), remove(called("former"))],
            says:
                host === "ds1"
                    ? "nothing removed: this host is the director later-ds1 of the stack lvs/test now\n"
                    : "removed\n",
            is: [apply(called("later"))],
        },
        {
            title: "has a new name is as it was found when both names are removed",
            host,
            events: [
                apply(called("former")),
                apply(called("later")),
                remove(called("former")),
                remove(called("later")),
            ],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "has a new name after an interrupted apply stays when the program goes back",
            host,
            events: [
                apply(called("former")),
                apply(called("later"), "prepare"),
                remove(called("later")),
            ],
            says:
                host === "ds1"
                    ? "nothing removed: this host is the director former-ds1 of the stack lvs/test again\n"
                    : "removed\n",
            is: [
                apply(called("former")),
                ...(host === "ds1" ? [apply(called("former"), "prepare")] : []),
            ],
        },
        {
            title: "is of a renamed project is taken over with adopt",
            host,
            events: [apply(ofProject("former")), apply(adopting(plain))],
            says: new RegExp(
                `(takes over from|removes) the ${role(host)} lvs-${host} of the stack former/test\n`,
            ),
            is: [apply(adopting(plain))],
        },
        {
            title: "has lost its state is not changed by an apply of the same component",
            host,
            events: [apply(plain), apply(plain)],
            says: "configure unchanged\n",
            is: [apply(plain)],
        },
        {
            title: "was set up by an older version keeps what it has",
            host,
            events: [apply(plain), byHand(asOldVersion(host)), apply(plain)],
            says: /^(configure unchanged|real server with 10\.128\.190\.248\/32 on lo)\n$/,
            is: [apply(plain)],
            but: host === "ds1" ? "" : knownByOldVersion,
        },
        {
            title: "was set up by an older version is as it was found after the remove",
            host,
            events: [apply(plain), byHand(asOldVersion(host)), apply(plain), remove(plain)],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "was set up by a newer version is refused",
            host,
            events: [
                apply(plain),
                byHand(
                    "sed -i 's/^format 2/format 3/' /var/lib/pulumi-lvs/director/record /var/lib/pulumi-lvs/*/*/record 2>/dev/null || :",
                ),
                apply(withAnotherVip),
            ],
            status: 1,
            says: "this host is taken: a newer version of pulumi-lvs has set up this host. Use that version, or a later one.\n",
            is: [
                apply(plain),
                byHand(
                    "sed -i 's/^format 2/format 3/' /var/lib/pulumi-lvs/director/record /var/lib/pulumi-lvs/*/*/record 2>/dev/null || :",
                ),
            ],
        },
        {
            title: "has a damaged record is refused",
            host,
            events: [apply(plain), byHand(damage), apply(withAnotherVip)],
            status: 1,
            says: /^this host is taken: the record \/var\/lib\/pulumi-lvs\/\S+\/record is damaged\. Set adopt on this member to take the host over\.\n$/,
            is: [apply(plain), byHand(damage)],
        },
        {
            title: "has a damaged record is taken over with adopt",
            host,
            events: [apply(plain), byHand(damage), apply(adopting(plain))],
            says: "configure unchanged\n",
            is: [apply(adopting(plain))],
        },
        {
            title: "is a copy of another machine is refused",
            host,
            events: [
                apply(plain),
                byHand(`echo ${"0".repeat(32)} >/etc/machine-id`),
                apply(withAnotherVip),
            ],
            status: 1,
            says: "this host is taken: the record names another machine, so the disk of this host is a copy. Set adopt on this member to take the host over.\n",
            is: [apply(plain), byHand(`echo ${"0".repeat(32)} >/etc/machine-id`)],
        },
    ]);
});

describe("a director that gets the host of another director of its cluster", () => {
    tests([
        {
            title: "is as it was found when it is removed, because the other one has another host",
            host: "ds1",
            events: [apply(plain), as("ds2", apply(plain)), as("ds2", remove(plain))],
            says: "removed\n",
            is: "as found",
        },
    ]);
});

describe("a director of another stack", () => {
    const host = "ds1";
    const taken =
        "this host is taken: the director lvs-ds1 of the stack other/test has set up this host. Destroy that component, or set adopt on this member to take the host over.\n";

    tests([
        {
            title: "is refused",
            host,
            events: [apply(ofProject("other")), apply(withAnotherVip)],
            status: 1,
            says: taken,
            is: [apply(ofProject("other"))],
        },
        {
            title: "is refused by the preflight",
            host,
            events: [apply(ofProject("other")), apply(plain, "preflight")],
            status: 1,
            says: `owner: ${taken}`,
            is: [apply(ofProject("other"))],
        },
        {
            title: "is refused as a real server",
            host,
            events: [apply(ofProject("other")), apply(swapped)],
            status: 1,
            says: taken,
            is: [apply(ofProject("other"))],
        },
        {
            title: "stays when the stack that was refused is destroyed",
            host,
            events: [apply(ofProject("other")), apply(plain), remove(plain)],
            says: "nothing removed: this host is the director lvs-ds1 of the stack other/test now\n",
            is: [apply(ofProject("other"))],
        },
    ]);
});

describe("a real server of two stacks", () => {
    const host = "rs1";
    const first = ofProject("first");
    const second = ofProject("second", withAnotherVip);

    tests([
        {
            title: "has the addresses of both",
            host,
            events: [apply(first), apply(second), byHand("ip -o address show dev lo >/tmp/lo")],
            says: "real server with 10.128.190.248/32 on lo, 10.128.190.246/32 on lo\n",
            is: [apply(second), apply(first), byHand("ip -o address show dev lo >/tmp/lo")],
        },
        {
            title: "keeps what the second needs when the first leaves",
            host,
            events: [apply(first), apply(second), remove(first)],
            says: "removed\n",
            is: [apply(second)],
        },
        {
            title: "keeps what the first needs when the second leaves",
            host,
            events: [apply(first), apply(second), remove(second)],
            says: "removed\n",
            is: [apply(first)],
        },
        {
            title: "is as it was found when both have left",
            host,
            events: [apply(first), apply(second), remove(first), remove(second)],
            says: "removed\n",
            is: "as found",
        },
    ]);
});

describe("a real server that another stack adopts", () => {
    const host = "rs1";
    const later: Plan = {
        ...adopting(plain),
        realServers: plain.realServers.map((one) => ({ ...one, demoPage: "later\n" })),
    };
    const hasAddress = byHand("ip -o address show dev lo | grep -q ' 10.128.190.248/'");

    tests([
        {
            title: "keeps its addresses until it has those of the other stack",
            host,
            events: [
                apply(ofProject("former")),
                apply(later, "prepare"),
                hasAddress,
                apply(later),
                hasAddress,
            ],
            says: "removes the real server lvs-rs1 of the stack former/test\nreal server with 10.128.190.248/32 on lo\n",
            is: [apply(later, "prepare"), apply(later)],
        },
    ]);
});

describe("a machine that changes its role", () => {
    tests([
        {
            title: "is no director any more when it is a real server",
            host: "ds1",
            events: [apply(plain), apply(swapped)],
            says: /removes the director lvs-ds1 of the stack lvs\/test\nreal server with 10\.128\.190\.248\/32 on lo\n$/,
            is: [apply(swapped)],
        },
        {
            title: "is not changed when the director that it was is removed",
            host: "ds1",
            events: [apply(plain), apply(swapped), remove(plain)],
            says: "nothing to remove\n",
            is: [apply(swapped)],
        },
        {
            title: "is a director at once, and no real server any more when that is removed",
            host: "rs1",
            events: [apply(plain), apply(swapped), remove(plain)],
            says: "removed\n",
            is: [apply(swapped)],
        },
        {
            title: "is as it was found when both roles have ended",
            host: "rs1",
            events: [apply(plain), apply(swapped), remove(plain), remove(swapped)],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "is a director again after an interrupted change, with a new word in `repair`",
            host: "ds1",
            events: [
                apply(plain),
                apply(swapped, "prepare"),
                apply({ ...plain, repair: "again" }),
                remove(swapped),
            ],
            says: /^(removed|nothing to remove)\n$/,
            is: [apply({ ...plain, repair: "again" })],
        },
        {
            title: "passes the preflight, as a real server",
            host: "ds1",
            events: [apply(plain), apply(swapped, "preflight")],
            says: /preflight passed/,
            is: [apply(plain)],
        },
        {
            title: "passes the preflight, as a director",
            host: "rs1",
            events: [apply(plain), apply(swapped, "preflight")],
            says: /preflight passed/,
            is: [apply(plain)],
        },
    ]);
});
