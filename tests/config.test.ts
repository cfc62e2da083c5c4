import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import Ajv, { type ErrorObject } from "ajv";
import * as fc from "fast-check";
import { parse } from "yaml";
import { LvsCluster } from "../components";
import { readCluster } from "../config";
import schema from "../stacks/schema.json";
import { type Place, replaced, valueAt } from "./support/leaves";
import { cases } from "./support/property";
import { record } from "./support/record";

const stacks = path.join(__dirname, "..", "stacks");

/** A stack file's configuration as the engine hands it to the program. */
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

/** What is said of a configuration, a line each. */
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
        ["an unknown key", { "lvs:director": "[]" }, ["  director: there is no such field"]],
        [
            "an unknown field",
            { "lvs:vrrpInstances": '[{"interface":"eth0","virtualRouterId":1,"vrid":2}]' },
            ["  vrrpInstances[0].vrid: there is no such field"],
        ],
        [
            "a missing field",
            { "lvs:realServers": '[{"name":"rs1"}]' },
            ["  realServers[0].host: is missing"],
        ],
        [
            "a value of the wrong type",
            { "lvs:virtualServers": '[{"virtualIp":"192.0.2.1","port":"http"}]' },
            ['  virtualServers[0].port: "http" must be number'],
        ],
        [
            "an unknown scheduler",
            { "lvs:virtualServers": '[{"virtualIp":"192.0.2.1","port":1,"lvsSched":"best"}]' },
            [
                '  virtualServers[0].lvsSched: "best" is not one of ' +
                    "rr, wrr, lc, wlc, lblc, lblcr, sh, dh, sed, nq, fo, ovf, mh, twos",
            ],
        ],
        [
            "several problems at once",
            { "lvs:vrrpInstances": "[{}]" },
            [
                "  vrrpInstances[0].interface: is missing",
                "  vrrpInstances[0].virtualRouterId: is missing",
            ],
        ],
    ])("reports %s", (_, change, expected) => {
        expect(problems(change)).toEqual(expected);
    });

    it("tells no secret, wherever it stands", () => {
        const connection = { privateKey: "PRIVATE", proxy: { host: "b", password: "SECRET" } };
        const change = {
            "lvs:connection": JSON.stringify([connection]),
            "lvs:directors": JSON.stringify([{ ...connection, privateKey: ["PRIVATE"] }]),
        };
        expect(problems(change)).toHaveLength(4);
        expect(problems(change).join()).not.toMatch(/PRIVATE|SECRET/);
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
}

const shapes: Record<string, Shape> = schema.definitions;

/** A value that has everything that the schema knows, and each place in it. */
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

describe("readCluster beside a whole validator of JSON schema", () => {
    const { value, places } = everything(shapes.LvsClusterArgs!);
    const check = new Ajv({ allErrors: true, strict: false })
        .addSchema(schema, "stack")
        .getSchema("stack#/definitions/LvsClusterArgs")!;

    const fromAjv = ({ instancePath, keyword, params, message }: ErrorObject) => {
        const path = instancePath
            .slice(1)
            .replace(/\/(\d+)/g, "[$1]")
            .replace(/\//g, ".");
        const at = (name: unknown) => `${path && `${path}.`}${String(name)}`;
        switch (keyword) {
            case "additionalProperties":
                return `${at(params.additionalProperty)}: there is no such field`;
            case "required":
                return `${at(params.missingProperty)}: is missing`;
            case "enum":
                return `${path}: is not one of ${(params.allowedValues as string[]).join(", ")}`;
            default:
                return `${path}: ${message}`;
        }
    };

    it("finds the same problems, and no others", () => {
        const wrong: unknown[] = [undefined, null, true, 7, "word", [], [[]], {}, { toString: 1 }];
        // A key whose value is text takes any as that.
        const isTextKey = (place: Place) =>
            place.length === 1 && typeof valueAt(value, place) === "string";
        const inside = places.filter((place) => place.length > 0 && !isTextKey(place));
        const change = fc.tuple(fc.constantFrom(...inside), fc.constantFrom(...wrong));
        fc.assert(
            fc.property(fc.array(change, { maxLength: 3 }), (changes) => {
                const changed = changes
                    // What stands in a place comes before the place itself.
                    .sort(([a], [b]) => b.length - a.length)
                    .reduce((whole, [place, by]) => replaced(whole, place, by), value);
                const texts = Object.entries(changed as object).flatMap(([key, field]) =>
                    field === undefined ? [] : [[`lvs:${key}`, textOf(field)]],
                );
                const found = problemsOf(Object.fromEntries(texts) as Record<string, string>);
                void check(JSON.parse(JSON.stringify(changed)));
                expect(
                    found.map((line) => line.trim().replace(/: .* (?=must|is not)/, ": ")).sort(),
                ).toEqual((check.errors ?? []).map(fromAjv).sort());
            }),
            cases(300),
        );
    });
});

/** As the engine hands a value over. */
function textOf(value: unknown): string {
    return typeof value === "string" ? value : JSON.stringify(value);
}
