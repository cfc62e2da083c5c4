import { differences } from "./portrait";
import { announce, type Ending, type Event, reference, type Scene, tell } from "./story";

/** A story, and the resulting state of its host. */
export interface Case extends Scene {
    title: string;
    /** Status of the last step. Defaults to 0. */
    status?: number;
    /** Its whole output, or a pattern. */
    says: string | RegExp;
    /** Requests to systemd and package managers since `forgetCalls`. Defaults to any. */
    calls?: string;
    /** The host is as it was found, or as a host on which only these events happened. */
    is: "as found" | Event[];
    /** Difference from that, as `differences` prints it. Defaults to none. */
    but?: string;
}

/** Define a test for each case. With `atOnce` they run at the same time, which helps if their hosts mostly wait. */
export function tests(cases: Case[], { atOnce = false } = {}): void {
    for (const one of cases) announce(like(one));
    const each = atOnce ? it.concurrent : it;
    each.each(cases.map((one) => [one.title, one] as const))("%s", async (_, one) => {
        const { endings, calls, now } = await tell(one);
        expectEnding(endings.at(-1)!, one);
        expect(calls).toBe(one.calls ?? calls);
        expect(differences(await reference(like(one)), now)).toBe(one.but ?? "");
    });
}

/** The story that leaves a host as a case says. */
function like({ is, ...scene }: Case): Scene {
    return { ...scene, events: is === "as found" ? [] : is };
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
