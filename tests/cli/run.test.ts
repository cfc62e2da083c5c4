import { run } from "../../cli/run";

const shell = (script: string) => ["sh", "-c", script];

describe("a command of lvs", () => {
    it("is ended when it has printed too much, and its output is kept up to there", async () => {
        const start = performance.now();
        const { status, stdout, isFlood } = await run(["yes"], { most: 100_000, deadline: 60 });
        expect([status, isFlood]).toEqual([undefined, true]);
        expect(stdout.length).toBeLessThanOrEqual(100_000);
        expect(performance.now() - start).toBeLessThan(30_000);
    }, 60_000);

    it("may print as much as it is allowed to, on both streams together", async () => {
        const command = shell("printf 12345; printf 67890 >&2");
        const whole = { status: 0, stdout: "12345", stderr: "67890", isFlood: false };
        expect(await run(command, { most: 10 })).toEqual(whole);
        expect(await run(command, { most: 9 })).toMatchObject({ status: undefined, isFlood: true });
    });

    it("is killed at its deadline if it ignores the signal to end", async () => {
        const start = performance.now();
        const silent = shell("trap '' TERM; while :; do sleep 0.1; done");
        expect(await run(silent, { deadline: 0.5 })).toEqual({
            status: undefined,
            stdout: "",
            stderr: "",
            isFlood: false,
        });
        expect(performance.now() - start).toBeLessThan(20_000);
    }, 30_000);

    it("may print a character in two parts, and bytes that are no text", async () => {
        const command = shell("printf '\\303'; sleep 0.2; printf '\\274\\377'");
        expect((await run(command)).stdout).toBe("ü\ufffd");
    });
});
