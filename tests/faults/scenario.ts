import type { FaultBed } from "./bed";
import type { TrafficEvent, Observation, ClientResult, Traffic } from "../../lab/traffic/traffic";
import { kinds } from "../../lab/traffic/traffic";

/** A fault that is brought about, and what clients and operators are to observe. */
export interface Scenario {
    /** Its number in docs/faults.md; variants of one fault share it. */
    number: number;
    name: string;
    /** What is done. */
    does: string;
    /** What must be observed. */
    observes: string;
    /** What it needs: a cluster that serves, with clients at it, unless it is hosts without one. */
    on?: "bare hosts";
    run(stage: Stage): Promise<void>;
}

/** A scenario on a cluster that serves. */
export interface Stage {
    bed: FaultBed;
    traffic: Traffic;
    chance: Chance;
}

/** Moves the phase of a fault, and chooses whom it hits: the same seed, the same choices. */
export class Chance {
    private state: number;
    private picks = 0;

    constructor(
        private readonly seed: number,
        private readonly number: number,
    ) {
        this.state = (seed * 1_000_003 + number * 7919) >>> 0;
    }

    /** A number from 0 to below `limit`. */
    upTo(limit: number): number {
        this.state = (this.state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return (((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit;
    }

    /** Seeds that follow each other go through the choices in turn: few are enough for all. */
    pick<T>(...choices: T[]): T {
        return choices[(this.seed + this.number + this.picks++) % choices.length]!;
    }
}

/** Throws, with what was seen instead. */
export function must(what: string, holds: boolean, seen?: unknown): void {
    if (holds) return;
    const told = typeof seen === "string" ? seen : JSON.stringify(seen);
    throw new Error(`${what}${told === undefined ? "" : `; seen: ${told}`}`);
}

/** Of what differs, the lines that do are shown. */
export function mustBe(what: string, seen: unknown, wanted: unknown): void {
    const lines = (value: unknown) =>
        JSON.stringify(value, null, 1).replaceAll("\\n", "\n").split("\n");
    const [has, is] = [lines(seen), lines(wanted)];
    const missing = is.filter((line) => !has.includes(line)).map((line) => `- ${line}`);
    const added = has.filter((line) => !is.includes(line)).map((line) => `+ ${line}`);
    must(
        `${what}: otherwise than expected`,
        has.join() === is.join(),
        ["", ...missing, ...added].slice(0, 30).join("\n"),
    );
}

export function expectOutput(what: string, text: string, pattern: RegExp): void {
    must(`${what} says ${String(pattern)}`, pattern.test(text), text.slice(-4000));
}

export function mustLast(what: string, seenMs: number, boundMs: number): void {
    must(`${what}: at most ${Math.round(boundMs)} ms`, seenMs <= boundMs, Math.round(seenMs));
}

/** None of these has been seen; some that have are shown. */
export function expectNone(what: string, events: TrafficEvent[]): void {
    must(`no ${what}`, events.length === 0, [events.length, ...events.slice(0, 3)]);
}

/** No client has noticed anything. */
export function unharmed(seen: Observation): void {
    for (const kind of kinds) {
        expectNone(`failed request (${kind})`, seen[kind].failed);
        expectNone(`lost connection (${kind})`, seen[kind].lost);
    }
}

/** Nobody but the clients of the web servers has noticed anything. */
export function othersUnharmed({ long, session, datagram }: Observation): void {
    for (const kind of [long, session, datagram]) {
        expectNone("failure of another service", [...kind.failed, ...kind.lost]);
    }
}

/** What was asked after a time, and has failed. */
export function failedAfter({ failed }: ClientResult, time: number): TrafficEvent[] {
    return failed.filter(({ at }) => at > time);
}

/** What was asked after a time, and was answered. */
export function answeredAfter({ requests }: ClientResult, time: number): TrafficEvent[] {
    return requests.filter(({ at, error }) => at > time && error === undefined);
}

/** Nothing that is begun after a time fails, be it asked or connected. */
export function noneBegunAfter(
    time: number,
    { fresh, datagram, session, long }: Observation,
): void {
    for (const kind of [fresh, datagram]) expectNone("failure afterwards", failedAfter(kind, time));
    for (const { lost } of [session, long]) {
        expectNone(
            "connection afterwards is lost",
            lost.filter(({ at }) => at > time),
        );
    }
}
