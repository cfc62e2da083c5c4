import { bundleOf, type Plan, type Step } from "./bundles";
import { type Portrait, portrait } from "./portrait";
import { newHost } from "./newHost";
import type { ScriptHost } from "./scriptHost";

/** An event on a host. */
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
    /** Name of the member whose step it is. Defaults to the name of the host. */
    member?: string;
}

export type Signal = "KILL" | "TERM" | "HUP" | "INT";

/** An event during a step. */
export type Fault =
    /** The script gets a signal at the counted command with this number. */
    | { signal: Signal; at: number }
    /** The connection breaks after this part of the bundle. */
    | { sentBytes: number };

export function apply(plan: Plan, step: Step = "configure", fault?: Fault): StepTaken {
    return { step, verb: "apply", plan, fault };
}

/** Remove everything that the component has set up. */
export function remove(plan: Plan, fault?: Fault): StepTaken {
    return { step: "claim", verb: "remove", plan, fault };
}

/** A step of another member on the same host. */
export function as(member: string, event: StepTaken): StepTaken {
    return { ...event, member };
}

/** Run a script on the host by hand. */
export function byHand(script: string): Event {
    return { script, where: "host" };
}

/** Forget the requests to systemd and package managers. */
export const forgetCalls = byHand(": >/run/stand-in/calls");

/** Run a script on another machine in the host's network. */
export function nearby(script: string): Event {
    return { script, where: "network" };
}

export const powerCut: Event = { powerCut: true };

/** Leave so many KB free on the disk, or enough again. */
export function room(free: number | "enough"): Event {
    return { room: free };
}

/** Results of the step `secret`, and the mark of an active director. */
export const secretOnly = `
mkdir -p /etc/keepalived /var/lib/stand-in /var/lib/metrics
echo 'auth_pass "secret62"' >/etc/keepalived/auth_pass.conf
chmod 600 /etc/keepalived/auth_pass.conf
touch /var/lib/stand-in/active-director
echo 'keepalived_script:x:998:998::/nonexistent:/usr/sbin/nologin' >>/etc/passwd
`;

/** Results of all steps before `configure`, for both roles. */
export const prepare = `${secretOnly}
for module in ip_vs ip_vs_rr nf_tables; do modprobe $module; done
`;

/** Outcome of a step. */
export interface Ending {
    status: number;
    /** Output without the name of the host. */
    said: string;
}

/** Host and events of a story. */
export interface Scene {
    /** A director or a real server of the plans. */
    host: string;
    /** The host lacks the results of the earlier steps. Defaults to false. */
    isBare?: boolean;
    /** Shell script that prepares the host before the first event. */
    found?: string;
    events: Event[];
}

/** Outcome of a story. */
export interface Outcome {
    /** Outcome of each step, in order. */
    endings: Ending[];
    /** Requests to systemd and package managers since `forgetCalls`, one per line. */
    calls: string;
    /** State of the host at the end. */
    now: Portrait;
}

/** Run a story on a new host. Keep the states on the way that other stories are compared with. */
export async function tell(scene: Scene): Promise<Outcome> {
    const { host: name, isBare, found: first = "", events } = scene;
    const isCounted = events.some(
        (event) => "fault" in event && event.fault && "at" in event.fault,
    );
    const host = await newHost(name, { isCounted });
    try {
        await host.run((isBare ? "" : prepare) + first);
        const endings = [];
        for (const [index, event] of events.entries()) {
            await keep(host, { ...scene, events: events.slice(0, index) });
            endings.push(...(await happen(host, name, event)));
        }
        const calls = await host.run("cat /run/stand-in/calls 2>/dev/null || :");
        return { endings, calls, now: await portrait(host) };
    } finally {
        await host.remove();
    }
}

/** Let an event happen, and return the outcome of a step. */
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
    { step, verb, plan, fault, member = name }: StepTaken,
): Promise<Ending> {
    const bundle = bundleOf(plan, member, step);
    if (fault && "at" in fault) await host.endAt(fault.at, fault.signal);
    const sent = fault && "sentBytes" in fault ? bundle.slice(0, fault.sentBytes) : bundle;
    const { status, stdout, stderr } = await host.send(sent, verb);
    // The script may have ended before.
    if (fault && "at" in fault) await host.run("rm -f /run/stand-in/point");
    return { status, said: (stdout + stderr).replace(new RegExp(`^${name}: `, "gm"), "") };
}

/** States that stories are compared with, by the story that leads there; undefined until it has been told. */
const references = new Map<string, Portrait | undefined>();

function keyOf({ host, isBare = false, found = "", events }: Scene): string {
    return JSON.stringify({ host, isBare, found, events });
}

/** Announce a story whose end other stories are compared with. */
export function announce(scene: Scene): void {
    references.set(keyOf(scene), undefined);
}

/** Keep the state of a host if a story that has gone so far was announced. */
async function keep(host: ScriptHost, scene: Scene): Promise<void> {
    const key = keyOf(scene);
    if (references.has(key) && !references.get(key)) references.set(key, await portrait(host));
}

/** Return the state at the end of a story. Each is told once, alone or as the beginning of another one. */
export async function reference(scene: Scene): Promise<Portrait> {
    const key = keyOf(scene);
    if (!references.get(key)) references.set(key, (await tell(scene)).now);
    return references.get(key)!;
}
