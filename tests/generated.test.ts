import { readFileSync } from "node:fs";
import type { PropertyDefinition } from "@pulumi/pulumi/provider/experimental/analyzer";
import { version } from "../package.json";
import { analyze, argsName, isSecret } from "../tools/analyze";
import { installationPaths, withVersion } from "../tools/installation";
import { reference, referencePath, splitDefault } from "../tools/reference";
import { schemaPath, stackSchema } from "../tools/schema";

const api = analyze();
const page = readFileSync(referencePath, "utf8");

const components = Object.values(api.components);
const types = Object.values(api.typeDefinitions);

/** Fields by their type, such as `VrrpInstanceArgs.interface`. The analyser lists those of `LvsClusterArgs` twice. */
const fieldsOf = (name: string, fields: Record<string, PropertyDefinition> = {}) =>
    Object.entries(fields).map(([field, property]) => [`${name}.${field}`, property] as const);
const given = new Map([
    ...components.flatMap(({ name, inputs }) => fieldsOf(argsName(name), inputs)),
    ...types.flatMap(({ name, properties }) => fieldsOf(name, properties)),
]);
const all = new Map([
    ...given,
    ...components.flatMap(({ name, outputs }) => fieldsOf(name, outputs)),
]);

/** List the fields whose docs break a rule. */
function breaches(
    fields: Map<string, PropertyDefinition>,
    isBroken: (field: PropertyDefinition, path: string) => boolean,
): string[] {
    return [...fields].filter(([path, field]) => isBroken(field, path)).map(([path]) => path);
}

const isSentence = (description = "") => /^\S.*\.$/s.test(description);

it("stacks/schema.json is what `npm run generate` makes of the interfaces", () => {
    expect(readFileSync(schemaPath, "utf8")).toBe(stackSchema(api));
});

it.each(installationPaths)(
    "%s installs the plugin of this version, as `npm run generate` writes it",
    (file) => {
        const text = readFileSync(file, "utf8");
        expect(text).toContain(`pulumi plugin install resource lvs ${version} --file`);
        expect(text).toBe(withVersion(text));
    },
);

describe("docs/reference.md", () => {
    it("is what `npm run generate` makes of the interfaces", () => {
        expect(page).toBe(reference(api));
    });

    it("has one section for each type, and no link without its section", () => {
        const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!);
        const names = [...components, ...types].map(({ name }) => name);
        expect(headings).toEqual(expect.arrayContaining(names));
        expect(headings).toEqual([...new Set(headings)]);

        const links = [...page.matchAll(/\]\(#([^)]*)\)/g)].map(([, link]) => link!);
        expect(headings.map((heading) => heading.toLowerCase())).toEqual(
            expect.arrayContaining(links),
        );
    });

    it("knows the type of every field", () => {
        const isUnknown = (field: PropertyDefinition) => JSON.stringify(field).includes("#/Any");
        expect(breaches(all, isUnknown)).toEqual([]);
    });
});

describe("the docs of", () => {
    // The analyser takes them from files that components/index.ts exports from before the components.
    it("every type end with a full stop", () => {
        const described = [...components, ...types];
        const broken = described.filter(({ description }) => !isSentence(description));
        expect(broken.map(({ name }) => name)).toEqual([]);
    });

    it("every field end with a full stop", () => {
        expect(breaches(all, ({ description }) => !isSentence(description))).toEqual([]);
    });

    it("every optional field say what it defaults to", () => {
        const isSilent = ({ optional, description }: PropertyDefinition) =>
            optional === true && splitDefault(description).otherwise === undefined;
        expect(breaches(given, isSilent)).toEqual([]);
    });

    it("every required field name no default", () => {
        const hasDefault = ({ optional, description }: PropertyDefinition) =>
            !optional && splitDefault(description).otherwise !== undefined;
        expect(breaches(given, hasDefault)).toEqual([]);
    });

    it("every field that sounds like a secret say that it is one", () => {
        const sounds = /pass(word|phrase)?$|privateKey$|secret$|token$/i;
        const isSilent = (field: PropertyDefinition, path: string) =>
            sounds.test(path) && !(isSecret(field) && /\. Secret\.$/.test(field.description ?? ""));
        expect(breaches(given, isSilent)).toEqual([]);
    });

    it("no field that lacks the tag `@secret` claim to be one", () => {
        const claims = (field: PropertyDefinition) =>
            !isSecret(field) && /\bSecret\./.test(field.description ?? "");
        expect(breaches(given, claims)).toEqual([]);
    });
});

describe("splitDefault", () => {
    it.each([
        ["Port. Defaults to 80.", { text: "Port.", otherwise: "80" }],
        ["Factor. Defaults to 1.5. Secret.", { text: "Factor. Secret.", otherwise: "1.5" }],
        ["Page\nof text. Defaults to\nnone.", { text: "Page of text.", otherwise: "none" }],
        ["Text.", { text: "Text." }],
        [undefined, { text: "" }],
    ])("splits %j", (description, expected) => {
        expect(splitDefault(description)).toEqual(expected);
    });
});
