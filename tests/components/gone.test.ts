import { Director, LvsCluster, RealServer } from "../../components";
import { record } from "../support/record";
import { seedArgs } from "../support/seed";

type Args = ReturnType<typeof seedArgs>;

const command = "command:remote:Command";

async function commandsWith(change: (args: Args) => void) {
    const args = seedArgs();
    change(args);
    const all = await record(() => new LvsCluster("web", args));
    return all.filter(({ type }) => type === command);
}

describe("a member that has gone for good", () => {
    it.each([
        ["director", "ds2", (args: Args) => (args.directors[1]!.gone = true)],
        ["real server", "rs2", (args: Args) => (args.realServers[1]!.gone = true)],
    ])("runs no command as a %s, now or when it is removed", async (_, name, change) => {
        const commands = (await commandsWith(change)).filter(
            (one) => one.name.startsWith(`web-${name}-`) && !one.name.endsWith("-deferred"),
        );
        expect(commands.map((one) => one.name)).toEqual([`web-${name}-claim`]);
        expect(commands[0]!.inputs).not.toHaveProperty("create");
        expect(commands[0]!.inputs).not.toHaveProperty("delete");
    });

    it("leaves the proof to the first director that is not gone", async () => {
        const commands = await commandsWith(({ directors }) => (directors[0]!.gone = true));
        const text = commands.find(({ name }) => name === "web-ds2-configure")!.inputs.stdin;
        expect(text).toContain("\nset proveActive yes\nset proof deferred\n");
    });

    it("leaves the pools", async () => {
        const commands = await commandsWith(({ realServers }) => (realServers[1]!.gone = true));
        const text = commands.find(({ name }) => name === "web-ds1-configure")!.inputs.stdin;
        expect(text).toContain("real_server 10.128.190.249 80");
        expect(text).not.toContain("real_server 10.128.190.250 80");
    });
});

describe("a director whose cluster has moved", () => {
    const urnBelow = (types: string) =>
        `urn:pulumi:test::lvs::${types}lvs:index:LvsCluster$lvs:index:Director::web-ds1`;
    const ownershipWith = async (aliases: string[]) => {
        const all = await record(() => new LvsCluster("web", seedArgs(), { aliases }));
        const { stdin } = all.find(({ name }) => name === "web-ds1-configure")!.inputs;
        return (stdin as string).split("\n").filter((line) => /^set (urn|alias) /.test(line));
    };

    it("tells its host the URN that it had, if the cluster has an alias", async () => {
        expect(
            await ownershipWith([
                "urn:pulumi:test::lvs::site:index:Site$lvs:index:LvsCluster::web",
            ]),
        ).toEqual([`set urn ${urnBelow("")}`, `set alias ${urnBelow("site:index:Site$")}`]);
    });

    it("tells its host of no other URN without an alias", async () => {
        expect(await ownershipWith([])).toEqual([`set urn ${urnBelow("")}`]);
    });
});

describe("two components of one program", () => {
    const director = (name: string) =>
        new Director(name, { cluster: seedArgs(), name: "ds1", authPass: "pass1234" });
    const rs1 = {
        host: "10.128.190.253",
        hostKey: "ssh-ed25519 AAAA",
        virtualIps: ["10.128.190.248"],
    };

    it("may share a real server", async () => {
        await record(() => {
            new RealServer("one", rs1);
            new RealServer("other", rs1);
        });
    });

    const orInBothRoles = ", or list it in both roles of one LvsCluster";

    it.each<[string, () => unknown, () => unknown, string, string?]>([
        ["as two directors", () => director("one"), () => director("other"), "director one"],
        [
            "as a director and a real server",
            () => director("one"),
            () => new RealServer("other", rs1),
            "director one",
            orInBothRoles,
        ],
        [
            "as a real server and a director",
            () => new RealServer("one", rs1),
            () => director("other"),
            "real server one",
            orInBothRoles,
        ],
    ])("may not share a host %s", async (_, first, second, owner, or = "") => {
        await record(() => {
            first();
            expect(second).toThrow(
                `host: "10.128.190.253" is also the host of the ${owner}. Give each of them a host of its own${or}.`,
            );
        });
    });
});
