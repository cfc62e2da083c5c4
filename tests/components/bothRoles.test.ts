import * as pulumi from "@pulumi/pulumi";
import { LvsCluster, type LvsClusterArgs, RealServer } from "../../components";
import { record } from "../support/record";
import { seedArgs } from "../support/seed";

/** The article's cluster, whose first director is also the real server rs1. */
function args(hostOf = (host: string): pulumi.Input<string> => host): LvsClusterArgs {
    const { realServers, directors, ...rest } = seedArgs();
    const host = hostOf("10.128.190.253");
    return {
        ...rest,
        directors: [{ ...directors[0]!, host }, directors[1]!],
        realServers: [{ ...realServers[0]!, host, address: "10.128.190.253" }, realServers[1]!],
    };
}

describe("a machine that is director and real server of a cluster", () => {
    it.each([
        ["known at once", undefined],
        ["an output", (host: string) => pulumi.output(host)],
    ])("keeps its director while the real server changes, if its host is %s", async (_, hostOf) => {
        const all = await record(() => new LvsCluster("web", args(hostOf)));
        const telling = all
            .filter(({ inputs }) => String(inputs.stdin).includes("\nset alsoDirector yes\n"))
            .map(({ name }) => name);
        expect(telling.sort()).toEqual(["web-rs1-configure", "web-rs1-prepare"]);
    });

    it("changes in one role after the other", async () => {
        const ended: string[] = [];
        let before: string[] = [];
        const make = async (name: string) => {
            if (name === "web-ds1-prepare") before = [...ended];
            for (let turns = name.startsWith("web-rs1-") ? 100 : 1; turns > 0; turns--)
                await new Promise(setImmediate);
            ended.push(name);
        };
        await record(() => new LvsCluster("web", args()), { make });
        expect(before).toEqual(expect.arrayContaining(["web-rs1-prepare", "web-rs1-configure"]));
    });

    it("has a claim of its own for each role", async () => {
        const all = await record(() => new LvsCluster("web", args()));
        const claims = all.filter(({ name }) => /^web-(ds1|rs1)-claim$/.test(name));
        expect(
            claims.map(({ inputs }) => /^set claim (.*)$/m.exec(inputs.stdin as string)![1]).sort(),
        ).toEqual(["director", "real-servers/lvs.test.web-rs1"]);
    });

    it("is refused as a real server of another cluster of the program", async () => {
        await record(() => {
            new LvsCluster("web", args());
            const {
                connection,
                directors: [ds1],
            } = args();
            const other = { ...connection, ...ds1!, virtualIps: ["10.128.190.247"] };
            expect(() => new RealServer("db-rs1", other)).toThrow(
                'host: "10.128.190.253" is also the host of the director web-ds1.',
            );
        });
    });

    it("is refused as the director of another cluster of the program", async () => {
        await record(() => {
            const { connection, realServers = [] } = args();
            new RealServer("db-rs1", { ...connection, ...realServers[0]!, virtualIps: [] });
            expect(() => new LvsCluster("web", args())).toThrow(
                'host: "10.128.190.253" is also the host of the real server db-rs1.',
            );
        });
    });
});
