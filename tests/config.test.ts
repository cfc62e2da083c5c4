import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import Ajv from "ajv";
import * as fc from "fast-check";
import { parse } from "yaml";
import { LvsCluster } from "../components";
import { readCluster } from "../config";
import schema from "../stacks/schema.json";
import { type Place, replaced, valueAt } from "./support/leaves";
import { cases } from "./support/property";
import { record } from "./support/record";

const stacks = path.join(__dirname, "..", "stacks");

/** Configuration of a stack file as the engine passes it to the program. */
function configOf(file: string): Record<string, string> {
    const { config } = parse(readFileSync(path.join(stacks, file), "utf8")) as {
        config: Record<string, unknown>;
    };
    return Object.fromEntries(
        Object.entries(config).map(([key, value]) => [
            key,
            typeof value === "string" ? value : JSON.stringify(value),
        ]),
    );
}

const lab = configOf("Pulumi.lab.yaml");

const stackFiles = readdirSync(stacks).filter((name) => name.endsWith(".yaml"));

it.each(stackFiles)("stacks/%s describes a cluster", async (file) => {
    const all = await record(() => new LvsCluster("lvs", readCluster(configOf(file))));
    expect(all.map(({ name }) => name)).toContain("lvs");
});

it.each(stackFiles)("stacks/%s names its schema for editors", (file) => {
    const [, named] = /^# yaml-language-server: \$schema=(.*)\n/.exec(
        readFileSync(path.join(stacks, file), "utf8"),
    )!;
    expect(JSON.parse(readFileSync(path.join(stacks, named!), "utf8"))).toEqual(schema);
});

it("readCluster reads the stack file of the running program, with its secrets", async () => {
    pulumi.runtime.setAllConfig({ ...lab, "lvs:globalDefs": '{"extraConfig":"# x"}' });
    process.env.PULUMI_CONFIG_SECRET_KEYS = '["lvs:globalDefs"]';
    const { directors, globalDefs } = readCluster();
    delete process.env.PULUMI_CONFIG_SECRET_KEYS;
    expect(directors).toEqual(readCluster(lab).directors);
    expect(await pulumi.isSecret(globalDefs!.extraConfig as pulumi.Output<string>)).toBe(true);
});

/** Problems of a configuration, one a line. */
function problemsOf(config: Record<string, string>): string[] {
    try {
        readCluster(config);
    } catch (error) {
        expect(pulumi.RunError.isInstance(error)).toBe(true);
        return (error as Error).message.split("\n").slice(1);
    }
    return [];
}

describe("readCluster", () => {
    const problems = (change: Record<string, string>) => problemsOf({ ...lab, ...change });

    it.each<[string, Record<string, string>, string[]]>([
        [
            "an unknown key, with the nearest known one",
            { "lvs:director": "[]" },
            ["  director: There is no such field. Use directors."],
        ],
        [
            "an unknown field that is like no other",
            { "lvs:vrrpInstances": '[{"interface":"eth0","virtualRouterId":1,"vrid":2}]' },
            [
                "  vrrpInstances[0].vrid: There is no such field. Remove it, or see docs/reference.md.",
            ],
        ],
        [
            "a field with another name now",
            {
                "lvs:realServers":
                    '[{"name":"rs1","host":"192.0.2.1","ignoreHostKey":true,"httpd":{"page":"RS1"}}]',
            },
            [
                "  realServers[0].httpd: There is no such field. Use demoPage, and give the text itself.",
            ],
        ],
        [
            "a field in another spelling, which is read all the same",
            { "lvs:vrrpInstances": '[{"interface":"eth0","virtual_router_id":256}]' },
            [
                "  vrrpInstances[0].virtual_router_id: There is no such field. Use virtualRouterId.",
                "  vrrpInstances[0].virtualRouterId: 256 is out of range. Use 1 to 255.",
            ],
        ],
        [
            "a missing field",
            { "lvs:realServers": '[{"name":"rs1"}]' },
            ["  realServers[0].host: The value is missing. Give one."],
        ],
        [
            "a value of the wrong type",
            { "lvs:virtualServers": '[{"virtualIp":"192.0.2.1","port":"http"}]' },
            ['  virtualServers[0].port: "http" is not a number. Use one.'],
        ],
        [
            "a number that has to be text",
            { "lvs:directors": '[{"name":"ds1","host":1}]' },
            ["  directors[0].host: 1 is not text. Put it in quotes."],
        ],
        [
            "a word that is neither true nor false",
            { "lvs:removePackages": "yes" },
            ['  removePackages: "yes" is neither true nor false. Use one of them.'],
        ],
        [
            "an empty list",
            { "lvs:scripts": "null" },
            ["  scripts: null is not a list. Give one, or remove the key."],
        ],
        [
            "text where fields belong",
            { "lvs:monitoring": "on" },
            ['  monitoring: "on" has no fields. Give them by name.'],
        ],
        [
            "an unknown scheduler",
            { "lvs:virtualServers": '[{"virtualIp":"192.0.2.1","port":1,"lvsSched":"best"}]' },
            [
                '  virtualServers[0].lvsSched: "best" is unknown. Use one of ' +
                    "rr, wrr, lc, wlc, lblc, lblcr, sh, dh, sed, nq, fo, ovf, mh, twos.",
            ],
        ],
        [
            "several problems at once",
            { "lvs:vrrpInstances": "[{}]" },
            [
                "  vrrpInstances[0].interface: The value is missing. Give one.",
                "  vrrpInstances[0].virtualRouterId: The value is missing. Give one.",
            ],
        ],
        [
            "wrong shapes and broken rules in one round",
            {
                "lvs:monitoring": '{"interval":"often"}',
                "lvs:kernel": '{"connTabBits":31}',
                "lvs:vrrpInstances": '[{"interface":"eth0","virtualRouterId":300}]',
            },
            [
                '  monitoring.interval: "often" is not a number. Use one.',
                "  vrrpInstances[0].virtualRouterId: 300 is out of range. Use 1 to 255.",
                "  kernel.connTabBits: 31 is out of range. Use 8 to 20.",
            ],
        ],
    ])("reports %s", (_, change, expected) => {
        expect(problems(change)).toEqual(expected);
    });

    it.each<[string, Record<string, string>, object]>([
        ["a boolean in text", { "lvs:removePackages": '"true"' }, { removePackages: true }],
        ["a boolean as a word", { "lvs:removePackages": "false" }, { removePackages: false }],
        [
            "numbers in text, in fields of fields",
            { "lvs:monitoring": '{"interval":"30"}', "lvs:drainTimeout": '"5"' },
            { monitoring: { interval: 30 }, drainTimeout: 5 },
        ],
        [
            "one item in place of a list",
            { "lvs:kernel": '{"gatewayInterfaces":"eth1"}' },
            { kernel: { gatewayInterfaces: ["eth1"] } },
        ],
        [
            "one object in place of a list",
            { "lvs:virtualServers": '{"virtualIp":"10.128.190.248","port":"80"}' },
            { virtualServers: [{ virtualIp: "10.128.190.248", port: 80 }] },
        ],
    ])("reads %s", (_, change, expected) => {
        expect(readCluster({ ...lab, ...change })).toMatchObject(expected);
    });

    it("leaves text that looks like a number as text", () => {
        const change = {
            "lvs:directors": '[{"name":"1","host":"ds1","hostKey":"ssh-ed25519 AAAA"}]',
        };
        expect(readCluster({ ...lab, ...change }).directors[0]!.name).toBe("1");
    });

    it("tells no secret, wherever it stands", () => {
        const connection = { privateKey: "PRIVATE", proxy: { host: "b", password: "SECRET" } };
        const mistyped = { private_key: "PRIVATE", passwrod: "SECRET" };
        const change = {
            "lvs:connection": JSON.stringify([{ ...connection, ...mistyped }]),
            "lvs:directors": JSON.stringify([{ ...connection, privateKey: ["PRIVATE"] }]),
        };
        expect(problems(change)).toHaveLength(4);
        expect(problems(change).join()).not.toMatch(/PRIVATE|SECRET/);
    });

    it("makes every field below an encrypted key secret that may be secret, and no other", async () => {
        const scripts = [{ name: "probe", content: "#!/bin/sh\n" }];
        const globalDefs = { smtpServer: "192.0.2.25", extraConfig: "# x" };
        const config = {
            ...lab,
            "lvs:scripts": JSON.stringify(scripts),
            "lvs:globalDefs": JSON.stringify(globalDefs),
        };
        const plainly = readCluster(config);
        const args = readCluster(config, ["lvs:scripts", "lvs:authPass"]);
        expect(args.globalDefs).toEqual(plainly.globalDefs);
        expect(args.scripts![0]!.name).toBe("probe");
        const content = args.scripts![0]!.content as pulumi.Output<string>;
        expect(await pulumi.isSecret(content)).toBe(true);
        expect({ ...args, scripts }).toEqual({ ...plainly, scripts });
    });

    it("reads a password of digits as text", () => {
        expect(readCluster({ ...lab, "lvs:authPass": "12345678" }).authPass).toBe("12345678");
    });

    it("ignores the keys of other projects", () => {
        expect(problems({ "aws:region": "eu-central-1" })).toEqual([]);
    });
});

interface Shape {
    type?: string | string[];
    enum?: string[];
    allOf?: { $ref: string }[];
    items?: Shape;
    properties?: Record<string, Shape>;
    writeOnly?: boolean;
}

const shapes: Record<string, Shape> = schema.definitions;

/** Make a value with every field of the schema, and list the places in it. */
function everything(shape: Shape, place: Place = []): { value: unknown; places: Place[] } {
    const { type, enum: members, allOf, items, properties } = shape;
    if (allOf) return everything(shapes[allOf[0]!.$ref.split("/").at(-1)!]!, place);
    if (members) return { value: members[0], places: [place] };
    if (items) {
        const item = everything(items, [...place, 0]);
        return { value: [item.value], places: [place, ...item.places] };
    }
    if (properties) {
        const fields = Object.entries(properties).map(
            ([name, field]) => [name, everything(field, [...place, name])] as const,
        );
        return {
            value: Object.fromEntries(fields.map(([name, { value }]) => [name, value])),
            places: [place, ...fields.flatMap(([, { places }]) => places)],
        };
    }
    const examples: Record<string, unknown> = { string: "text", number: 1, boolean: true };
    return { value: examples[[type].flat()[0]!], places: [place] };
}

describe("the errors of readCluster", () => {
    const { value, places } = everything(shapes.LvsClusterArgs!);
    const secret = "SECRET";
    const secrets = secretPlaces(shapes.LvsClusterArgs!);
    const wrong: unknown[] = [
        secret,
        [secret],
        [[secret]],
        [{ key: secret }],
        { key: secret },
        { privateKey: { key: secret } },
        { privateKey: [secret] },
        `{"privateKey":"${secret}"`,
        JSON.stringify({ privateKey: secret }),
    ];

    it("know the fields with secrets and all that is around them", () => {
        expect(secrets.map((place) => place.join("."))).toEqual(
            expect.arrayContaining([
                "connection",
                "connection.proxy.password",
                "directors.0",
                "authPass",
            ]),
        );
    });

    it("repeat nothing that stands where a secret can be", () => {
        const inside = secrets.filter(([first]) => first !== "authPass");
        const change = fc.tuple(fc.constantFrom(...inside), fc.constantFrom(...wrong));
        const other = fc.tuple(
            fc.constantFrom(...places.filter(({ length }) => length > 0)),
            fc.constantFrom<unknown>(null, true, 7, "word", [], {}, "{"),
        );
        fc.assert(
            fc.property(change, fc.array(other, { maxLength: 2 }), (own, others) => {
                const changed = [own, ...others]
                    .sort(([a], [b]) => b.length - a.length)
                    .reduce((whole, [place, by]) => replaced(whole, place, by), value);
                const config = Object.fromEntries(
                    Object.entries(changed as object).map(([key, field]) => [
                        `lvs:${key}`,
                        textOf(field),
                    ]),
                );
                expect(problemsOf(config).join()).not.toContain(secret);
            }),
            cases(250),
        );
    });
});

describe("readCluster beside a whole validator of JSON schema", () => {
    const { value, places } = everything(shapes.LvsClusterArgs!);
    const check = new Ajv({ allErrors: true, strict: false })
        .addSchema(schema, "stack")
        .getSchema("stack#/definitions/LvsClusterArgs")!;
    const plain = (changed: unknown): unknown => JSON.parse(JSON.stringify(changed));

    it("accepts what is valid unchanged, and gives nothing else", () => {
        const wrong: unknown[] = [undefined, null, true, 7, "7", "word", [], [[]], {}, { x: 1 }];
        // Any value of such a key is text.
        const isTextKey = (place: Place) =>
            place.length === 1 && typeof valueAt(value, place) === "string";
        const inside = places.filter((place) => place.length > 0 && !isTextKey(place));
        const change = fc.tuple(fc.constantFrom(...inside), fc.constantFrom(...wrong));
        fc.assert(
            fc.property(fc.array(change, { maxLength: 3 }), (changes) => {
                const changed = changes
                    // A place inside another is replaced before it.
                    .sort(([a], [b]) => b.length - a.length)
                    .reduce((whole, [place, by]) => replaced(whole, place, by), value);
                const texts = Object.entries(changed as object).flatMap(([key, field]) =>
                    field === undefined ? [] : [[`lvs:${key}`, textOf(field)]],
                );
                const config = Object.fromEntries(texts) as Record<string, string>;
                const isValid = check(plain(changed));
                let read: unknown;
                try {
                    read = readCluster(config);
                } catch (error) {
                    expect(pulumi.RunError.isInstance(error)).toBe(true);
                    expect(isValid).toBe(false);
                    return;
                }
                expect(check(read)).toBe(true);
                if (isValid) expect(read).toEqual(plain(changed));
            }),
            cases(150),
        );
    });
});

/** Places of the fields with secrets, and of all lists and objects around them. */
function secretPlaces(shape: Shape, place: Place = []): Place[] {
    const { writeOnly, allOf, items, properties = {} } = shape;
    if (allOf) return secretPlaces(shapes[allOf[0]!.$ref.split("/").at(-1)!]!, place);
    if (writeOnly) return [place];
    const inside = [
        ...(items ? secretPlaces(items, [...place, 0]) : []),
        ...Object.entries(properties).flatMap(([name, field]) =>
            secretPlaces(field, [...place, name]),
        ),
    ];
    return inside.length > 0 && place.length > 0 ? [place, ...inside] : inside;
}

/** Format a value as the engine passes it. */
function textOf(value: unknown): string {
    return typeof value === "string" ? value : JSON.stringify(value);
}
