import { readFileSync } from "node:fs";
import { version } from "../package.json";
import { analyze, isSecret } from "../tools/analyze";
import {
    breaksBetween,
    contractOf,
    forbiddenBreaks,
    mayBreak,
    type Schema,
} from "../tools/contract";
import { pluginSchema, pluginSchemaPath } from "../tools/pluginSchema";
import { goldenClusters } from "./support/clusters";

interface Field {
    type?: string;
    $ref?: string;
    items?: Field;
    description?: string;
    secret?: boolean;
    default?: unknown;
    plain?: boolean;
}

interface Type {
    description?: string;
    properties?: Record<string, Field>;
    enum?: { name?: string; value: string }[];
}

const api = analyze();
const text = readFileSync(pluginSchemaPath, "utf8");
const schema = JSON.parse(text) as {
    version: string;
    resources: Record<string, Type & { inputProperties: Record<string, Field> }>;
    types: Record<string, Type>;
};
const fields = new Map([
    ...Object.entries(schema.resources).flatMap(([token, { inputProperties }]) =>
        Object.entries(inputProperties).map(
            ([name, field]) => [`${token}.${name}`, field] as const,
        ),
    ),
    ...Object.entries(schema.types).flatMap(([token, { properties = {} }]) =>
        Object.entries(properties).map(([name, field]) => [`${token}.${name}`, field] as const),
    ),
]);
const pathsOf = (isWanted: (field: Field) => boolean) =>
    [...fields].filter(([, field]) => isWanted(field)).map(([path]) => path);

/** List the fractions of a value whose field takes whole numbers only. */
function fractions(value: unknown, field: Field, path: string): string[] {
    if (typeof value === "number") {
        return field.type === "integer" && !Number.isInteger(value) ? [path] : [];
    }
    if (Array.isArray(value)) {
        return value.flatMap((one, index) => fractions(one, field.items!, `${path}[${index}]`));
    }
    if (typeof value !== "object" || value === null) return [];
    const { properties = {} } = schema.types[field.$ref!.replace(/.*\//, "")]!;
    return Object.entries(value)
        .filter(([name]) => name in properties)
        .flatMap(([name, one]) => fractions(one, properties[name]!, `${path}.${name}`));
}

describe("the schema for other languages", () => {
    it("is what `npm run generate` makes of the interfaces, with the version of the package", () => {
        expect(text).toBe(pluginSchema(api));
        expect(schema.version).toBe(version);
    });

    it("has a component for each one of the package", () => {
        expect(Object.keys(schema.resources).sort()).toEqual(
            ["Director", "LvsCluster", "RealServer"].map((name) => `lvs:index:${name}`),
        );
    });

    it("has no name that ends in Args, and no name twice", () => {
        const names = Object.keys(schema.types);
        expect(names.filter((name) => name.endsWith("Args"))).toEqual([]);
        expect(names).toHaveLength(Object.keys(api.typeDefinitions).length);
        const components = Object.keys(schema.resources);
        expect(names.filter((name) => components.includes(name))).toEqual([]);
    });

    it("marks every secret field", () => {
        const types = Object.values(api.typeDefinitions).map(({ properties = {} }) => properties);
        const inputs = Object.values(api.components).map((component) => component.inputs);
        const all = [...types, ...inputs].flatMap((own) => Object.values(own)).filter(isSecret);
        expect(pathsOf(({ secret }) => secret === true)).toHaveLength(all.length);
        expect(pathsOf(({ secret }) => secret === true)).toContain(
            "lvs:index:Connection.privateKey",
        );
    });

    it("has whole numbers as integers, and decimals where a cluster of the tests has one", () => {
        const cluster = { $ref: "#/types/lvs:index:Cluster" };
        const found = Object.entries(goldenClusters).flatMap(([name, args]) =>
            fractions(args, cluster, name),
        );
        expect(found).toEqual([]);
        expect(fields.get("lvs:index:VirtualServer.port")?.type).toBe("integer");
        expect(pathsOf(({ type }) => type === "number").map((path) => path.slice(10))).toEqual(
            expect.arrayContaining(["VrrpInstance.advertInt", "VirtualServer.delayLoop"]),
        );
    });

    it("describes every type and every field", () => {
        expect(pathsOf(({ description }) => !description)).toEqual([]);
        const types = Object.entries(schema.types);
        expect(types.filter(([, { description }]) => !description)).toEqual([]);
    });

    it("has the plain defaults of components, and none in a type: a host's value overrides its cluster's", () => {
        const given = [...fields].filter(([, field]) => field.default !== undefined);
        expect(given.map(([path]) => path).filter((path) => path in schema.types)).toEqual([]);
        const { inputProperties } = schema.resources["lvs:index:LvsCluster"]!;
        expect(inputProperties).toMatchObject({
            openFirewall: { default: true },
            removePackages: { default: false },
            drainTimeout: { default: 10 },
        });
        expect(given.every(([path]) => path.split(".")[0]! in schema.resources)).toBe(true);
    });
});

/** A schema with one component `Web`, for changes of it. */
const web = (change: object = {}): Schema => ({
    resources: {
        "lvs:index:Web": {
            inputProperties: {
                port: { type: "integer" },
                pool: { $ref: "#/types/lvs:index:Pool" },
            },
            requiredInputs: ["port"],
            properties: { url: { type: "string" } },
            ...change,
        },
    },
    types: {
        "lvs:index:Pool": { properties: { names: { items: { type: "string" } } }, required: [] },
        "lvs:index:Kind": { enum: [{ value: "A" }] },
    },
});

describe("a change of the schema", () => {
    const port = { type: "integer" };
    const pool = { $ref: "#/types/lvs:index:Pool" };

    it.each([
        ["a new argument", { inputProperties: { port, pool, size: port } }, []],
        ["an argument that is no longer required", { requiredInputs: [] }, []],
        ["a new output", { properties: { url: { type: "string" }, name: port } }, []],
        [
            "a new required argument",
            { inputProperties: { port, pool, size: port }, requiredInputs: ["port", "size"] },
            ["new: lvs:index:Web takes.size is required"],
        ],
        [
            "a removed argument",
            { inputProperties: { port } },
            ["gone: lvs:index:Web takes.pool: lvs:index:Pool"],
        ],
        [
            "an argument of another type",
            { inputProperties: { port: { type: "string" }, pool } },
            ["gone: lvs:index:Web takes.port: integer"],
        ],
        ["a removed output", { properties: {} }, ["gone: lvs:index:Web gives.url: string"]],
    ])("is compared with the one before: %s", (_, change, breaks) => {
        expect(breaksBetween(contractOf(web()), contractOf(web(change)))).toEqual(breaks);
    });

    it("breaks programs if it removes a value of an enum or a field of a type", () => {
        const { resources } = web();
        const without = contractOf({ resources, types: { "lvs:index:Pool": {} } });
        expect(breaksBetween(contractOf(web()), without)).toEqual([
            "gone: lvs:index:Pool.names: string[]",
            "gone: lvs:index:Kind = A",
        ]);
    });

    it.each([
        ["1.2.3", "1.3.0", false],
        ["1.2.3", "2.0.0", true],
        ["0.1.3", "0.1.4", false],
        ["0.1.3", "0.2.0", true],
        ["0.9.0", "1.0.0", true],
    ])(
        "has after version %s, in version %s, the right to break programs: %s",
        (before, after, expected) => {
            expect(mayBreak(before, after)).toBe(expected);
        },
    );

    it("has a major version if it breaks programs", () => {
        expect(forbiddenBreaks()).toEqual([]);
    });
});
