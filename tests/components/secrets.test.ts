import * as pulumi from "@pulumi/pulumi";
import { listing, renderedHosts } from "../../cli/rendered";
import { LvsCluster, type LvsClusterArgs, RealServer } from "../../components";
import { sealedFields } from "../../components/sealed";
import { validatedCluster } from "../../components/validated";
import { unbundle } from "../../host/unbundle";
import { everyTextField } from "../support/clusters/everyTextField";
import { leavesOf, type Place, replaced } from "../support/leaves";
import { record, type Registration } from "../support/record";
import { maybeSecretArguments } from "../support/schemaTexts";
import { seedArgs } from "../support/seed";

const hostKey = seedArgs().connection!.hostKey;
const mark = "marked-secret";

/** A field that may be secret, and a valid cluster that has it. */
interface Field {
    path: string;
    args: LvsClusterArgs;
    place: Place;
    text: string;
}

const fields = maybeSecretArguments().map((path): Field => {
    for (const cluster of Object.values(everyTextField)) {
        const leaf = leavesOf(cluster).find((one) => one.path.replace(/\[\d+\]/g, "[]") === path);
        const args = { ...cluster, connection: { hostKey } } as LvsClusterArgs;
        if (leaf) return { path, args, place: leaf.place, text: leaf.text };
    }
    throw new Error(`No cluster has ${path}.`);
});

/** The arguments of a field with a secret in it, and with a password and a key. */
function withSecret({ args, place, text }: Field, secret = `${text}\n# ${mark}`): LvsClusterArgs {
    return {
        ...replaced(args, place, pulumi.secret(secret)),
        authPass: pulumi.secret(mark.slice(0, 8)),
        connection: { hostKey, privateKey: mark, password: mark },
    };
}

/** Everything that Pulumi shows or keeps in clear text. */
function readable(all: Registration[]): string {
    return JSON.stringify(
        all.map(({ inputs, secrets, ...rest }) => [
            Object.entries(inputs).filter(([name]) => !secrets.includes(name)),
            rest.name,
            rest.type,
        ]),
    );
}

/** Output of `lvs render` for a preview of the program. */
function rendered(all: Registration[]): string {
    const steps = all.map(({ name, type, parent, inputs, secrets }) => {
        const owner = all.find((one) => one.name === parent);
        const stdin = secrets.includes("stdin") ? "[secret]" : inputs.stdin;
        const urn = `urn:pulumi:test::lvs::${owner?.type}$${type}::${name}`;
        return { op: "create", newState: { urn, type, parent: "", inputs: { stdin } } };
    });
    return renderedHosts({ steps }).map(listing).join("\n");
}

/** Error that refuses arguments with outputs. All promises of an output fail together. */
async function refusal(args: LvsClusterArgs): Promise<unknown> {
    const resource = undefined as unknown as pulumi.Resource;
    const model = validatedCluster(args, resource).model as pulumi.Output<unknown>;
    const inner = model as unknown as Record<string, Promise<unknown>>;
    for (const name of ["isKnown", "isSecret"]) inner[name]!.catch(() => undefined);
    const { promise, allResources } = model as unknown as Record<
        "promise" | "allResources",
        () => Promise<unknown>
    >;
    allResources().catch(() => undefined);
    return promise().catch(String);
}

/** A cluster as its program registers it, and its outputs. */
async function recorded(args: LvsClusterArgs) {
    const outputs: { isSecret: boolean; value: unknown }[] = [];
    const all = await record(async () => {
        const { vip, virtualIps, inventory } = new LvsCluster("web", args);
        for (const output of [vip, virtualIps, inventory] as pulumi.Output<unknown>[]) {
            const value = await new Promise((resolve) => output.apply(resolve));
            outputs.push({ isSecret: await pulumi.isSecret(output), value });
        }
    });
    return { all, outputs };
}

describe("a page of a real server", () => {
    const stepOf = async (page: pulumi.Input<string>, step: string) => {
        const { hostKey: key } = seedArgs().connection!;
        const args = { host: "10.128.190.249", hostKey: key, demoPage: page };
        const all = await record(() => new RealServer("rs1", args));
        return all.find(({ name }) => name === `rs1-${step}`);
    };

    it("has a secret step that connects if the page is secret", async () => {
        const step = await stepOf(pulumi.secret(mark), "secret");
        expect(step!.inputs).toMatchObject({ create: expect.any(String) as string });
        expect(step!.secrets).toContain("stdin");
        expect(step!.secrets).not.toContain("create");
    });

    it("has a secret step that does not connect if the page is another output", async () => {
        const step = await stepOf(pulumi.output("hello\n"), "secret");
        expect(step!.inputs).not.toHaveProperty("create");
        expect(step!.inputs).not.toHaveProperty("delete");
        const configure = await stepOf(pulumi.output("hello\n"), "configure");
        expect(configure!.inputs.stdin).toContain("    hello\n");
    });

    it("has no secret step if the page is plain text", async () => {
        expect(await stepOf("hello\n", "secret")).toBeUndefined();
    });
});

it("a secret address keeps every step that has it secret", async () => {
    const args = seedArgs();
    args.virtualServers[0]!.virtualIp = pulumi.secret("10.128.190.248");
    const all = await record(() => new LvsCluster("web", args));
    expect(readable(all).includes("10.128.190.248")).toBe(false);
});

it("a key of signed adverts is secret although it is plain text", async () => {
    const key = `hex:${"0f".repeat(32)}`;
    const args = seedArgs();
    args.vrrpInstances![0]!.authHmac = { keys: [{ id: 1, key }], activeKey: 1 };
    for (const director of args.directors) director.keepalivedVersion = "2.4.3";
    const all = await record(() => new LvsCluster("web", args));
    expect(readable(all)).not.toContain(key);
    const step = (name: string) => all.find((one) => one.name === name)!;
    expect(step("web-ds1-secret").inputs.stdin).toContain(`key 1 ${key}`);
    expect(step("web-ds1-secret").secrets).toContain("stdin");
    expect(step("web-ds1-configure").inputs.stdin).toMatch(/include \.\/secret_\w+\.conf/);
    expect(step("web-ds1-configure").secrets).not.toContain("stdin");
});

describe("an argument of a script", () => {
    /** Arguments of the seed with a script that checks the servers with this argument, and on ds2 with another one. */
    const argsWith = (arg: pulumi.Input<string>, other: pulumi.Input<string> = "plain") => {
        const args = seedArgs();
        args.scripts = [{ name: "probe", content: "#!/bin/sh\n" }];
        const directors = [{ name: "ds2", args: [other] }];
        const miscPath = { script: "probe", args: [arg], directors };
        args.virtualServers[0]!.check = { misc: { miscPath } };
        return args;
    };

    it("may be an output, also on one director, and its step stays readable", async () => {
        const outputs = ["203.0.113.9", "203.0.113.10"].map((one) => pulumi.output(one));
        const all = await record(() => new LvsCluster("web", argsWith(outputs[0]!, outputs[1])));
        const configured = (host: string) =>
            all.find(({ name }) => name === `web-${host}-configure`);
        const call = "/usr/libexec/keepalived/probe";
        expect(configured("ds1")!.inputs.stdin).toContain(`misc_path "${call} 203.0.113.9"`);
        expect(configured("ds2")!.inputs.stdin).toContain(`misc_path "${call} 203.0.113.10"`);
        expect(configured("ds1")!.secrets).not.toContain("stdin");
    });

    it.each<[string, LvsClusterArgs]>([
        ["miscPath.args[0]", argsWith(pulumi.secret(mark))],
        ["miscPath.directors[0].args[0]", argsWith("plain", pulumi.secret(mark))],
    ])("is refused in %s if it is secret, and not repeated", async (path, args) => {
        const error = await refusal(args);
        expect(error).toContain(
            `virtualServers[0].check.misc.${path}: The value is secret, and every user of a host can read the arguments of its processes.`,
        );
        expect(error).not.toContain(mark);
    });
});

it("the fields with seals are those that the schema calls secret at times", () => {
    expect(new Set(fields.map(({ path }) => path.split(".").at(-1)))).toEqual(sealedFields);
    expect(fields.length).toBeGreaterThan(5);
});

describe.each(fields.map((field) => [field.path, field] as const))("a secret in %s", (_, field) => {
    let { all, outputs }: Awaited<ReturnType<typeof recorded>> = { all: [], outputs: [] };

    beforeAll(async () => {
        ({ all, outputs } = await recorded(withSecret(field)));
    });

    it("reaches the hosts in secret steps, and is nowhere else", () => {
        expect(readable(all)).not.toContain(mark);
        expect(rendered(all)).not.toContain(mark);
        expect(rendered(all)).toMatch(/^\(secret, [0-9a-f]{64}\)$/m);

        const sent = all.filter(({ name }) => name.endsWith("-secret"));
        const texts = sent.flatMap(({ inputs }) => unbundle(inputs.stdin as string)!.files);
        const digests = all.flatMap(({ secrets, inputs }) =>
            secrets.includes("stdin") || inputs.stdin === undefined
                ? []
                : unbundle(inputs.stdin as string)!.files.flatMap(({ secret }) => secret ?? []),
        );
        expect(digests.length).toBeGreaterThan(0);
        for (const { digest } of digests) {
            const text = texts.find(({ path }) => path === `/var/lib/pulumi-lvs/secrets/${digest}`);
            expect(text).toMatchObject({ mode: "0600" });
            expect(text!.content).toContain(mark);
        }
    });

    it("leaves the outputs and all other steps readable", () => {
        const steps = all.filter(({ inputs }) => inputs.stdin !== undefined);
        expect(
            steps.filter(({ secrets }) => secrets.includes("stdin")).map(({ name }) => name),
        ).toEqual(steps.filter(({ name }) => /-secret$/.test(name)).map(({ name }) => name));
        expect(outputs.map(({ isSecret }) => isSecret)).toEqual([false, false, false]);
        expect(JSON.stringify(outputs)).not.toContain(mark);
    });

    it("changes the configure step when it changes", async () => {
        const configured = (some: Registration[]) =>
            some
                .filter(({ name }) => /-(rs1|ds1)-configure$/.test(name))
                .map(({ inputs }) => inputs.stdin);
        const other = await recorded(withSecret(field, `${field.text}\n# another ${mark}`));
        expect(configured(other.all)).not.toEqual(configured(all));
    });

    it("is not repeated by an error", async () => {
        const error = await refusal(withSecret(field, `${mark}\0 } {`));
        expect(error).toContain(field.path.split(".").at(-1));
        expect(error).not.toContain(mark);
    });
});
