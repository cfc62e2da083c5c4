import { nearestName, problem, quote } from "../../lvs/problems";

describe("a value in a message", () => {
    it.each([
        ["a short text", "eth0", '"eth0"'],
        ["no value", undefined, "nothing"],
        ["a list", ["200", "301"], '["200","301"]'],
        ["a text of 78 characters", "x".repeat(78), `"${"x".repeat(78)}"`],
        ["a longer text", "x".repeat(79), `"${"x".repeat(77)}…"`],
        ["a longer list", ["x".repeat(80)], `["${"x".repeat(76)}…]`],
        ["a cut inside a character", `${"x".repeat(76)}😀😀`, `"${"x".repeat(76)}…"`],
    ])("is quoted: %s", (_, value, quoted) => {
        expect(quote(value)).toBe(quoted);
    });

    it("stays on the line of its message", () => {
        const [found] = problem("name", `${quote("a")} \n\u202e is wrong.`);
        expect(found!.reason).toBe('"a" \\u000a\\u202e is wrong.');
    });
});

describe("a mistyped name", () => {
    const names = ["directors", "realServers", "virtualRouterId", "port"];

    it.each([
        ["director", "directors"],
        ["real_servers", "realServers"],
        ["virtualrouterid", "virtualRouterId"],
        ["Port", "port"],
        ["prot", undefined],
        ["vrid", undefined],
    ])("such as %s is most like %s", (name, nearest) => {
        expect(nearestName(name, names)).toBe(nearest);
    });
});
