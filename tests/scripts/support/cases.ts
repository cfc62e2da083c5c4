import { differences } from "./portrait";
import { type Ending, type Event, reference, type Scene, tell } from "./story";

/** What becomes of a host by a story, all of it. */
export interface Case extends Scene {
    title: string;
    /** How the last step ended. Its status defaults to 0. */
    status?: number;
    /** All that it said, or what is in it. */
    says: string | RegExp;
    /** What systemd and package managers were asked to do since `forgetCalls`; whatever where it is not said. */
    calls?: string;
    /** The host is in the end as it was at first, or as one on which nothing but this happened. */
    is: "as found" | Event[];
    /** But for this, in the words of `differences`. */
    but?: string;
}

/** Tests of which each tells a story; at the same time where their hosts wait more than they work. */
export function tests(cases: Case[], { atOnce = false } = {}): void {
    const each = atOnce ? it.concurrent : it;
    each.each(cases.map((one) => [one.title, one] as const))("%s", async (_, one) => {
        const { endings, calls, now } = await tell(one);
        expectEnding(endings.at(-1)!, one);
        expect(calls).toBe(one.calls ?? calls);
        const like = await reference({ ...one, events: one.is === "as found" ? [] : one.is });
        expect(differences(like.now, now)).toBe(one.but ?? "");
    });
}

export function expectEnding(
    ending: Ending,
    { status = 0, says }: Pick<Case, "status" | "says">,
): void {
    expect(ending).toEqual({
        status,
        said: typeof says === "string" ? says : (expect.stringMatching(says) as string),
    });
}
