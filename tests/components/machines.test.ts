import { machineIn, machineProblems } from "../../components/machines";

const id = "0123456789abcdef0123456789abcdef";

describe("the machine of a host", () => {
    it.each([
        ["with a machine-id", `ds1: preflight passed\nmachine ${id}\n`, id],
        ["without a machine-id", "ds1: preflight passed\nmachine \n", undefined],
        ["without output", "", undefined],
    ])("is read from the output of a preflight %s", (_, stdout, machine) =>
        expect(machineIn(stdout)).toBe(machine),
    );

    it("may belong to one member alone", () => {
        const problems = machineProblems([
            { name: "ds1", machine: id },
            { name: "ds2", machine: undefined },
            { name: "rs1", machine: id },
            { name: "rs2", machine: undefined },
        ]);
        expect(problems).toHaveLength(1);
        expect(problems[0]!.path).toBe("rs1");
        expect(problems[0]!.reason).toMatch(/^The machine-id .* is also the one of ds1: /);
    });
});
