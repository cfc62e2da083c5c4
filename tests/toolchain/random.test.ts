/**
 * The behaviour of RandomPassword that this project relies on, for the genuine plugin and the
 * stand-in.
 */
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { RunResult } from "../../lab/run";
import { Engine, isSecret, secretValue, type Resource, type Stored } from "./engine";

let dir: string;
let failing: RunResult;
let before: Record<string, Stored>;
let after: Record<string, Stored>;

function password(args: Record<string, unknown>): Resource {
    return { type: "RandomPassword", args };
}

function program(generation: string): Record<string, Resource> {
    const none = { lower: false, upper: false, numeric: false, special: false };
    return {
        plain: password({ length: 20 }),
        twin: password({ length: 20 }),
        lower: password({ ...none, length: 40, lower: true }),
        upper: password({ ...none, length: 40, upper: true }),
        numeric: password({ ...none, length: 40, numeric: true }),
        special: password({ ...none, length: 60, special: true }),
        chosen: password({ ...none, length: 40, special: true, overrideSpecial: "_-" }),
        mixed: password({ length: 8, minLower: 2, minUpper: 2, minNumeric: 2, minSpecial: 2 }),
        kept: password({ length: 20, keepers: { generation: "never changes" } }),
        renewed: password({ length: 20, keepers: { generation } }),
        resized: password({ length: generation === "1" ? 20 : 8 }),
    };
}

beforeAll(async () => {
    dir = await fs.mkdtemp(path.join(tmpdir(), "pulumi-lvs-random-"));
    const engine = await Engine.start(dir);
    failing = await engine.up({ ...program("1"), short: password({ length: 3, minLower: 4 }) });
    before = await engine.decryptedState();
    await engine.up(program("2"));
    after = await engine.decryptedState();
}, 600_000);

afterAll(() => fs.rm(dir, { recursive: true, force: true }));

function result(state: Record<string, Stored>, name: string): string {
    return secretValue(state[name]!.outputs.result) as string;
}

it.each([
    ["plain", /^[a-zA-Z0-9!@#$%&*()\-_=+[\]{}<>:?]{20}$/],
    ["lower", /^[a-z]{40}$/],
    ["upper", /^[A-Z]{40}$/],
    ["numeric", /^[0-9]{40}$/],
    ["special", /^[!@#$%&*()\-_=+[\]{}<>:?]{60}$/],
    ["chosen", /^[_-]{40}$/],
])(
    "RandomPassword makes a %s password with the given length and kinds of characters",
    (name, pattern) => {
        expect(result(before, name)).toMatch(pattern);
    },
);

it("RandomPassword uses at least the minimum of each kind of characters", () => {
    const counts = [/[a-z]/g, /[A-Z]/g, /[0-9]/g, /[^a-zA-Z0-9]/g].map((kind) => {
        return result(before, "mixed").match(kind)?.length;
    });
    expect(counts).toEqual([2, 2, 2, 2]);
});

it("RandomPassword fails for a length below the sum of the minimums", () => {
    expect(failing.status).not.toBe(0);
    expect(before).not.toHaveProperty("short");
});

it("RandomPassword makes different passwords and shuffles the kinds", () => {
    expect(result(before, "plain")).not.toBe(result(before, "twin"));
    expect(result(before, "chosen")).toMatch(/_-.*-_|-_.*_-/);
});

it("RandomPassword makes its result and hash secret, but not its settings", () => {
    const { outputs } = before["plain"]!;
    expect([isSecret(outputs.result), isSecret(outputs.bcryptHash)]).toEqual([true, true]);
    expect(secretValue(outputs.bcryptHash)).toMatch(/^\$2[aby]\$10\$/);
    expect(outputs).toMatchObject({ length: 20, lower: true, minLower: 0, special: true });
});

it("RandomPassword makes a new password only for a changed keeper or length", () => {
    expect(result(after, "kept")).toBe(result(before, "kept"));
    expect(result(after, "plain")).toBe(result(before, "plain"));
    expect(result(after, "renewed")).not.toBe(result(before, "renewed"));
    expect(result(after, "resized")).toHaveLength(8);
});
