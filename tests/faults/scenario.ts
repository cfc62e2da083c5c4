import type { FaultBed } from "./bed";
import type { TrafficEvent, Observation, ClientResult, Traffic } from "../../lab/traffic/traffic";
import { kinds } from "../../lab/traffic/traffic";

/** A fault, and the observations that clients and operators must make. */
export interface Scenario {
    /** Number in docs/faults.md. Variants of a fault share it. */
    number: number;
    name: string;
    /** The fault. */
    does: string;
    /** Required observations. */
    observes: string;
    /** Starting point. Defaults to a healthy cluster with clients. */
    on?: "bare hosts";
    run(stage: ScenarioContext): Promise<void>;
}

/** Everything that a scenario works with. */
export interface ScenarioContext {
    bed: FaultBed;
    traffic: Traffic;
    chance: Chance;
}

/**
 * Choices from a seed: the phase of a fault and the affected host. The same seed gives the same
 * choices.
 */
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

    /** One of the choices. Consecutive seeds give consecutive choices. */
    pick<T>(...choices: T[]): T {
        return choices[(this.seed + this.number + this.picks++) % choices.length]!;
    }
}

/** Throw with the observed value unless a condition holds. */
export function expectTrue(what: string, holds: boolean, seen?: unknown): void {
    if (holds) return;
    const details = typeof seen === "string" ? seen : JSON.stringify(seen);
    throw new Error(`${what}${details === undefined ? "" : `; seen: ${details}`}`);
}

/** Throw with the differing lines unless two values are equal. */
export function expectEqual(what: string, seen: unknown, wanted: unknown): void {
    const lines = (value: unknown) =>
        JSON.stringify(value, null, 1).replaceAll("\\n", "\n").split("\n");
    const [has, is] = [lines(seen), lines(wanted)];
    const missing = is.filter((line) => !has.includes(line)).map((line) => `- ${line}`);
    const added = has.filter((line) => !is.includes(line)).map((line) => `+ ${line}`);
    expectTrue(
        `${what}: not as expected`,
        has.join() === is.join(),
        ["", ...missing, ...added].slice(0, 30).join("\n"),
    );
}

export function expectOutput(what: string, text: string, pattern: RegExp): void {
    expectTrue(`${what} must match ${String(pattern)}`, pattern.test(text), text.slice(-4000));
}

export function expectWithin(what: string, seenMs: number, boundMs: number): void {
    expectTrue(`${what}: at most ${Math.round(boundMs)} ms`, seenMs <= boundMs, Math.round(seenMs));
}

/** Throw with examples if there are such events. */
export function expectNone(what: string, events: TrafficEvent[]): void {
    expectTrue(`no ${what}`, events.length === 0, [events.length, ...events.slice(0, 3)]);
}

/** Expect no failure of any client. */
export function expectNoFailure(seen: Observation): void {
    for (const kind of kinds) {
        expectNone(`failed request (${kind})`, seen[kind].failed);
        expectNone(`lost connection (${kind})`, seen[kind].lost);
    }
}

/** Expect no failure of clients of other services than the web. */
export function expectNoOtherFailure({ long, session, datagram }: Observation): void {
    for (const kind of [long, session, datagram]) {
        expectNone("failure of another service", [...kind.failed, ...kind.lost]);
    }
}

/** Requests that started after a time and failed. */
export function failedAfter({ failed }: ClientResult, time: number): TrafficEvent[] {
    return failed.filter(({ at }) => at > time);
}

/** Requests that started after a time and were answered. */
export function answeredAfter({ requests }: ClientResult, time: number): TrafficEvent[] {
    return requests.filter(({ at, error }) => at > time && error === undefined);
}

/** Expect no failure of requests and connections that started after a time. */
export function expectNoFailureAfter(
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
