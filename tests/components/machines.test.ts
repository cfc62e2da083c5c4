import { machineIn, machineProblems } from "../../components/machines";
import { HostRole } from "../../host/bundle";

const id = "0123456789abcdef0123456789abcdef";
const { director, realServer } = HostRole;

describe("the machine of a host", () => {
    it.each([
        ["with a machine-id", `ds1: preflight passed\nmachine ${id}\n`, id],
        ["without a machine-id", "ds1: preflight passed\nmachine \n", undefined],
        ["without output", "", undefined],
    ])("is read from the output of a preflight %s", (_, stdout, machine) =>
        expect(machineIn(stdout)).toBe(machine),
    );

    it.each([
        ["one member of a role", director, "n2.example.com", ""],
        [
            "one host in both roles",
            realServer,
            "10.0.0.1",
            " If the machine is to have both roles, give both members the same host.",
        ],
    ])("may belong to %s alone", (_, role, host, hint) => {
        const problems = machineProblems([
            { name: "ds1", role: director, host: "n1.example.com", machine: id },
            { name: "ds2", role: director, host: "n3.example.com", machine: undefined },
            { name: "other", role, host, machine: id },
            { name: "rs2", role: realServer, host: "n4.example.com", machine: undefined },
        ]);
        expect(problems).toEqual([
            {
                path: "other",
                reason: `The machine-id ${id} is also the one of ds1: the two are one machine, or one is a copy of the other. Remove one of them, or give the copy a machine-id of its own with \`systemd-machine-id-setup\`.${hint}`,
            },
        ]);
    });

    it("may belong to a director and a real server with the same host", () => {
        const problems = machineProblems([
            { name: "ds1", role: director, host: "n1.example.com", machine: id },
            { name: "rs1", role: realServer, host: "N1.example.com.", machine: id },
        ]);
        expect(problems).toEqual([]);
    });
});
