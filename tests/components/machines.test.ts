import {
    type Machine,
    machineIn,
    machineProblems,
    machineProblemsInProgram,
} from "../../components/machines";
import { HostRole } from "../../host/stepKinds";
import { record } from "../support/record";

const id = "0123456789abcdef0123456789abcdef";
const { director, realServer } = HostRole;

const memberOf = (cluster: string) => (one: Omit<Machine, "cluster">) => ({ cluster, ...one });

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
        const members = [
            { name: "ds1", role: director, host: "n1.example.com", machine: id },
            { name: "ds2", role: director, host: "n3.example.com", machine: undefined },
            { name: "other", role, host, machine: id },
            { name: "rs2", role: realServer, host: "n4.example.com", machine: undefined },
        ];
        const problems = machineProblems(members.map(memberOf("web")));
        expect(problems).toEqual([
            {
                path: "other",
                reason: `The machine-id ${id} is also the one of ds1: the two are one machine, or one is a copy of the other. Remove one of them, or give the copy a machine-id of its own with \`systemd-machine-id-setup\`.${hint}`,
            },
        ]);
    });

    it("may belong to a director and a real server with the same host", () => {
        const members = [
            { name: "ds1", role: director, host: "n1.example.com", machine: id },
            { name: "rs1", role: realServer, host: "N1.example.com.", machine: id },
        ];
        expect(machineProblems(members.map(memberOf("web")))).toEqual([]);
    });

    it.each([
        ["two directors", director, director],
        ["a director and a real server", director, realServer],
        ["a real server and a director", realServer, director],
    ])("may not belong to %s of two clusters", (_, role, other) => {
        const web = memberOf("web")({ name: "n1", role, host: "10.0.0.1", machine: id });
        const mail = memberOf("mail")({ name: "n2", role: other, host: "10.0.1.1", machine: id });
        expect(machineProblems([mail], [web])).toEqual([
            {
                path: "n2",
                reason: `The machine-id ${id} is also the one of web-n1: the two are one machine, or one is a copy of the other. Remove one of them, or give the copy a machine-id of its own with \`systemd-machine-id-setup\`.`,
            },
        ]);
    });

    it("may belong to real servers of two clusters", () => {
        const one = { name: "rs1", role: realServer, machine: id };
        const web = memberOf("web")({ ...one, host: "10.0.0.1" });
        const mail = memberOf("mail")({ ...one, host: "10.0.1.1" });
        expect(machineProblems([mail], [web])).toEqual([]);
    });

    it("is compared with those of the program's clusters whose preflight has ended", async () => {
        const web = memberOf("web")({ name: "n1", role: director, host: "10.0.0.1", machine: id });
        const mail = { ...web, cluster: "mail", host: "10.0.1.1" };
        const found: unknown[] = [];
        const compare = () =>
            found.push(machineProblemsInProgram([web]), machineProblemsInProgram([mail]));
        await record(compare);
        await record(compare);
        const problem = expect.objectContaining({ path: "n1" }) as unknown;
        expect(found).toEqual([[], [problem], [], [problem]]);
    });
});
