import { bundleOf, type Plan, type Step } from "./bundles";
import { type Portrait, portrait } from "./portrait";
import { newHost } from "./newHost";
import type { ScriptHost } from "./scriptHost";

/** Something that happens to a host. */
export type Event =
    | StepTaken
    | { script: string; where: "host" | "network" }
    | { powerCut: true }
    | { room: number | "enough" };

export interface StepTaken {
    step: Step;
    verb: string;
    plan: Plan;
    fault?: Fault;
}

export type Signal = "KILL" | "TERM" | "HUP" | "INT";

/** What happens to a step while it is at work. */
export type Fault =
    /** Its script gets a signal at the command of this number, of those that are counted. */
    | { signal: Signal; at: number }
    /** The connection is lost when so much of the bundle has been sent. */
    | { sentBytes: number };

export function apply(plan: Plan, step: Step = "configure", fault?: Fault): StepTaken {
    return { step, verb: "apply", plan, fault };
}

export function remove(plan: Plan, step: Step = "configure", fault?: Fault): StepTaken {
    return { step, verb: "remove", plan, fault };
}

/** What somebody does on the host by hand. */
export function byHand(script: string): Event {
    return { script, where: "host" };
}

/** What was asked of systemd and package managers is forgotten. */
export const forgetCalls = byHand(": >/run/stand-in/calls");

/** What another machine in the host's network does. */
export function nearby(script: string): Event {
    return { script, where: "network" };
}

export const powerCut: Event = { powerCut: true };

/** The disk has so many KB left, or enough of them again. */
export function room(free: number | "enough"): Event {
    return { room: free };
}

/** What the step `secret` brings, and who is the active director where there is one. */
export const secretOnly = `
mkdir -p /etc/keepalived /var/lib/stand-in /var/lib/metrics
echo 'auth_pass "secret62"' >/etc/keepalived/auth_pass.conf
chmod 600 /etc/keepalived/auth_pass.conf
touch /var/lib/stand-in/active-director
`;

/** What the steps before `configure` bring; whoever has no use for it does not mind it. */
export const prepare = `${secretOnly}
for module in ip_vs ip_vs_rr nf_tables; do modprobe $module; done
`;

/** How a step ended. */
export interface Ending {
    status: number;
    /** What it printed, without the name of the host. */
    said: string;
}

/** What it takes to tell a story. */
export interface Scene {
    /** The host: a director or a real server of the plans. */
    host: string;
    /** Whether it is as on its first day, without what other steps bring. Defaults to false. */
    isBare?: boolean;
    /** A shell script that makes the host what it is at first. */
    found?: string;
    events: Event[];
}

/** What became of it. */
export interface Outcome {
    /** Of each step, in order. */
    endings: Ending[];
    /** What systemd and package managers were asked to do, a line each, since they were last forgotten. */
    calls: string;
    /** How the host is in the end. */
    now: Portrait;
}

/** Has a host of its own go through it. */
export async function tell({
    host: name,
    isBare,
    found: first = "",
    events,
}: Scene): Promise<Outcome> {
    const isCounted = events.some(
        (event) => "fault" in event && event.fault && "at" in event.fault,
    );
    const host = await newHost(name, { isCounted });
    try {
        await host.run((isBare ? "" : prepare) + first);
        const endings = [];
        for (const event of events) endings.push(...(await happen(host, name, event)));
        const calls = await host.run("cat /run/stand-in/calls 2>/dev/null || :");
        return { endings, calls, now: await portrait(host) };
    } finally {
        await host.remove();
    }
}

/** Has an event happen; gives how a step ended. */
export async function happen(host: ScriptHost, name: string, event: Event): Promise<Ending[]> {
    if ("powerCut" in event) {
        await host.reboot();
    } else if ("room" in event) {
        await host.leaveRoom(event.room);
    } else if ("script" in event) {
        await (event.where === "host" ? host.run(event.script) : host.runInNetwork(event.script));
    } else {
        return [await take(host, name, event)];
    }
    return [];
}

async function take(
    host: ScriptHost,
    name: string,
    { step, verb, plan, fault }: StepTaken,
): Promise<Ending> {
    const bundle = bundleOf(plan, name, step);
    if (fault && "at" in fault) await host.endAt(fault.at, fault.signal);
    const sent = fault && "sentBytes" in fault ? bundle.slice(0, fault.sentBytes) : bundle;
    const { status, stdout, stderr } = await host.send(sent, verb);
    // It may have come to its end before.
    if (fault && "at" in fault) await host.run("rm -f /run/stand-in/point");
    return { status, said: (stdout + stderr).replace(new RegExp(`^${name}: `, "gm"), "") };
}

const references = new Map<string, Promise<Outcome>>();

/** The same as `tell`, told once however often it is asked for: what other stories are compared with. */
export function reference(scene: Scene): Promise<Outcome> {
    const { host, isBare, found, events } = scene;
    const key = JSON.stringify({ host, isBare, found, events });
    const known = references.get(key) ?? tell(scene);
    references.set(key, known);
    return known;
}
