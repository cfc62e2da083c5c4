import * as pulumi from "@pulumi/pulumi";
import { Director, LvsCluster, RealServer } from "../../components";
import { hiddenSecret, secretFields } from "../../components/redacted";
import schema from "../../stacks/schema.json";
import { record } from "../support/record";
import { seedArgs } from "../support/seed";

const hostKey = seedArgs().connection!.hostKey;

/** Inputs of the component `web`, as the state shows them. */
async function inputsOf(make: () => unknown): Promise<Record<string, unknown>> {
    const all = await record(make);
    const { inputs, secrets } = all.find(({ name }) => name === "web")!;
    expect(secrets).toEqual([]);
    return inputs;
}

describe("The inputs of a component", () => {
    it("have a word for every field with the tag `@secret`", () => {
        const types = schema.definitions as Record<string, { properties?: Record<string, object> }>;
        const secret = Object.values(types)
            .flatMap(({ properties = {} }) => Object.entries(properties))
            .filter(([, field]) => "writeOnly" in field);
        expect(new Set(secret.map(([name]) => name))).toEqual(secretFields);
    });

    it("are the arguments of a cluster without its keys and passwords", async () => {
        const args = { ...seedArgs(), authPass: "12345678" };
        const inputs = await inputsOf(() => new LvsCluster("web", args));
        expect(inputs).toEqual({
            ...args,
            authPass: hiddenSecret,
            connection: { hostKey, privateKey: hiddenSecret },
        });
    });

    it("have a word for a secret output, and the value of any other", async () => {
        const args = seedArgs();
        args.realServers[0]!.demoPage = pulumi.secret("PRIVATE");
        args.realServers[1]!.demoPage = pulumi.output("public");
        args.realServers[2]!.demoPage = Promise.resolve("later");
        const { realServers } = await inputsOf(() => new LvsCluster("web", args));
        expect(realServers).toMatchObject([
            { demoPage: hiddenSecret },
            { demoPage: "public" },
            { demoPage: "later" },
        ]);
    });

    it("stay the same when a secret changes", async () => {
        const of = (text: string) =>
            inputsOf(() => {
                const args = { ...seedArgs(), connection: { hostKey, privateKey: text } };
                args.realServers[0]!.demoPage = pulumi.secret(text);
                return new LvsCluster("web", args);
            });
        expect(await of("one")).toEqual(await of("two"));
    });

    it("are those of a director or a real server of its own", async () => {
        const cluster = seedArgs();
        const director = () =>
            new Director("web", { cluster, name: "ds1", authPass: pulumi.secret("12345678") });
        expect(await inputsOf(director)).toEqual({
            cluster: { ...cluster, connection: { hostKey, privateKey: hiddenSecret } },
            name: "ds1",
            authPass: hiddenSecret,
        });
        const realServer = { host: "192.0.2.1", hostKey, virtualIps: ["192.0.2.9"] };
        expect(await inputsOf(() => new RealServer("web", realServer))).toEqual(realServer);
    });

    it("are empty for a host of a cluster, which has the arguments itself", async () => {
        const all = await record(() => new LvsCluster("web", seedArgs()));
        const hosts = all.filter(({ parent, type }) => parent === "web" && type.startsWith("lvs:"));
        expect(hosts.map(({ name, inputs }) => [name, inputs])).toEqual(
            ["ds1", "ds2", "rs1", "rs2", "rs3"].map((name) => [`web-${name}`, {}]),
        );
    });

    it("are named in a diff without their values, because the steps show the lines that change", async () => {
        const all = await record(() => new LvsCluster("web", seedArgs()));
        const hidden = all.map(({ name, request }) => [name, request.getHidediffsList()]);
        expect(Object.fromEntries(hidden)).toMatchObject({
            web: Object.keys(seedArgs()),
            "web-ds1": [],
            "web-ds1-configure": ["connection"],
        });
    });
});
