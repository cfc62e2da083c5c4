import type { Plan } from "./support/bundles";
import { tests } from "./support/cases";
import { plain } from "./support/plans";
import { apply, byHand } from "./support/story";

const [first, second] = plain.realServers;
const only = (realServer: Plan["realServers"][number], alpha?: boolean): Plan => ({
    ...plain,
    realServers: [realServer],
    virtualServers: plain.virtualServers.map((one) => ({ ...one, alpha })),
});

const connected = byHand("echo 10.128.190.250:80 5 >/run/stand-in/connections");
/** Run a script on the host when the change has waited so many seconds. */
const after = (seconds: number, script: string) =>
    byHand(`mkdir -p /run/stand-in/later
        echo "${script}" >/run/stand-in/later/${seconds}`);
/** The change has waited from so many seconds to so many. */
const waited = (least: number, most: number) =>
    byHand(
        `waited=$(cat /run/stand-in/clock); [ "$waited" -ge ${least} ] && [ "$waited" -le ${most} ]`,
    );

const says = (others: Plan) =>
    new RegExp(
        `^drains 10\\.128\\.190\\.2\\d\\d:80 for at most ${others.drainTimeout ?? 10} s\\nkeepalived 2\\.2\\.7 reloaded`,
    );

describe("a real server that leaves a pool", () => {
    const host = "ds1";
    const change = (plan: Plan) => ({ host, says: says(plan), is: [apply(plain), apply(plan)] });
    const short: Plan = { ...only(first!), drainTimeout: 4 };
    const list = "ipvsadm -Sn >/run/stand-in/then";
    const had = (rule: string) => byHand(`grep -qxF -e '${rule}' /run/stand-in/then`);
    const lacked = (server: string) => byHand(`[ $(grep -cF ${server} /run/stand-in/then) = 0 ]`);

    tests([
        {
            ...change(only(first!)),
            title: "has ten seconds to end its connections",
            events: [apply(plain), connected, apply(only(first!)), waited(10, 14)],
        },
        {
            ...change(short),
            title: "has the seconds of drainTimeout",
            events: [apply(plain), connected, apply(short), waited(4, 8)],
        },
        {
            ...change(only(first!)),
            title: "leaves as soon as its connections have ended",
            events: [
                apply(plain),
                connected,
                after(4, ": >/run/stand-in/connections"),
                apply(only(first!)),
                waited(4, 8),
            ],
        },
        {
            ...change(only(first!)),
            title: "gets no new connections meanwhile",
            events: [
                apply(plain),
                connected,
                after(5, list),
                apply(only(first!)),
                had("-a -t 10.128.190.248:80 -r 10.128.190.250:80 -g -w 0"),
            ],
        },
        {
            host,
            says: says(plain),
            is: [apply(only(second!)), apply(only(first!))],
            title: "is the last one, and the new ones get connections before it drains",
            events: [
                apply(only(second!)),
                connected,
                after(5, list),
                apply(only(first!)),
                had("-a -t 10.128.190.248:80 -r 10.128.190.249:80 -g -w 1"),
            ],
        },
        {
            host,
            says: says(plain),
            is: [apply(only(second!, true)), apply(only(first!, true))],
            title: "is the last one of a service with `alpha`, and drains before the new ones come",
            events: [
                apply(only(second!, true)),
                connected,
                after(5, list),
                apply(only(first!, true)),
                lacked("10.128.190.249"),
            ],
        },
    ]);
});
