/** Examples in Markdown: fenced blocks that are programs, stack files or commands. */
import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as ts from "typescript";
import { parse } from "yaml";
import * as components from "../../components";
import { record, type Registration } from "./record";

const root = path.join(__dirname, "../..");

/** Name of the package in examples. */
const packageName = "@pulumi-lvs/lvs";

/** `AAAA…` in an example stands for the rest of a host's key. */
const key = "AAAAC3NzaC1lZDI1NTE5AAAAIPvhZkJIOVZlcCnjS/pXoyNXACSbBGzCnImWl/1fr8Ae";

export interface Block {
    /** The page and the line of the block's first line, as `docs/vrrp.md:12`. */
    readonly at: string;
    /** The words after the fence. */
    readonly info: string;
    readonly text: string;
    /** Headings above the block, the last one first. */
    readonly headings: readonly string[];
}

/** Read the fenced blocks of a page. */
export function blocksOf(page: string): Block[] {
    const lines = readFileSync(path.join(root, page), "utf8").split("\n");
    const found: Block[] = [];
    let headings: string[] = [];
    let start: number | undefined;
    lines.forEach((line, index) => {
        if (start === undefined && /^#+ /.test(line)) headings = [line, ...headings];
        if (!line.startsWith("```")) return;
        if (start === undefined) {
            start = index;
        } else {
            const text = lines.slice(start + 1, index).join("\n");
            const info = lines[start]!.slice(3);
            found.push({
                at: `${page}:${start + 2}`,
                info,
                text: text.replaceAll("AAAA…", key),
                headings,
            });
            start = undefined;
        }
    });
    return found;
}

/** Find the first block in a language below a heading. Throws if there is none. */
export function blockBelow(page: string, heading: string, language: string): Block {
    const block = blocksOf(page).find(
        ({ info, headings }) => info === language && headings[0] === heading,
    );
    if (block === undefined) throw new Error(`${page} has no ${language} below "${heading}"`);
    return block;
}

/** Compile programs. Returns the errors, each with its page and line. */
export function compileErrors(programs: readonly Pick<Block, "at" | "text">[]): string[] {
    const options: ts.CompilerOptions = {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.CommonJS,
        moduleResolution: ts.ModuleResolutionKind.Node10,
        esModuleInterop: true,
        resolveJsonModule: true,
        strict: true,
        skipLibCheck: true,
        noEmit: true,
        types: [],
        baseUrl: root,
        paths: { [packageName]: ["components/index.ts"] },
    };
    const files = new Map(
        programs.map((program, index) => [path.join(root, `example${index}.ts`), program]),
    );
    const host = ts.createCompilerHost(options);
    host.fileExists = (name) => files.has(name) || ts.sys.fileExists(name);
    host.readFile = (name) => files.get(name)?.text ?? ts.sys.readFile(name);
    const program = ts.createProgram([...files.keys()], options, host);
    return [...files].flatMap(([name, { at }]) => {
        const file = program.getSourceFile(name);
        return [
            ...program.getSyntacticDiagnostics(file),
            ...program.getSemanticDiagnostics(file),
        ].map(({ messageText }) => `${at}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
    });
}

/** Run a program in TypeScript. */
export function runProgram(text: string): void {
    const { outputText } = ts.transpileModule(text, {
        compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    });
    // Pulumi does not recognise arrays that `node:vm` makes outside of the test.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const program = new Function("require", "exports", outputText) as (...given: unknown[]) => void;
    const modules = (name: string): unknown =>
        name === packageName ? components : jest.requireActual(name);
    program(modules, {});
}

interface YamlProgram {
    readonly config?: Readonly<Record<string, { readonly secret?: boolean }>>;
    readonly variables?: Readonly<Record<string, unknown>>;
    readonly resources: Readonly<Record<string, YamlResource>>;
}

interface YamlResource {
    readonly type: string;
    readonly properties: object;
    readonly options?: object;
}

type Component = new (name: string, args: unknown, options: unknown) => pulumi.Resource;

/** Run a program in Pulumi's YAML whose resources are components of this package, in their order. */
export function runYamlProgram(text: string): void {
    const { config = {}, variables = {}, resources } = parse(text) as YamlProgram;
    const stack = new pulumi.Config();
    const secrets = Object.keys(config).map((name) => [name, stack.requireSecret(name)] as const);
    const known = new Map<string, unknown>([...Object.entries(variables), ...secrets]);
    for (const [name, { type, properties, options = {} }] of Object.entries(resources)) {
        const Resource = components[
            type.replace("lvs:", "") as keyof typeof components
        ] as unknown as Component;
        known.set(name, new Resource(name, filledIn(properties, known), filledIn(options, known)));
    }
}

/** Put values in the place of `${name}`. */
function filledIn(value: unknown, known: ReadonlyMap<string, unknown>): unknown {
    if (typeof value === "string") {
        const [, name] = /^\$\{(\w+)\}$/.exec(value) ?? [];
        return name === undefined ? value : known.get(name);
    }
    if (Array.isArray(value)) return value.map((item) => filledIn(item, known));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
        Object.entries(value).map(([name, field]) => [name, filledIn(field, known)]),
    );
}

/** Record what a program registers. Pulumi would end the process at an error that leaves the program. */
export async function recorded(program: () => unknown): Promise<Registration[]> {
    let failure: unknown;
    const all = await record(() => {
        try {
            program();
        } catch (error) {
            failure = error;
        }
    });
    if (failure !== undefined) throw new Error((failure as Error).message);
    return all;
}

/** Type and inputs of each resource by its name: the whole of each step on each host. */
export function stepsOf(registrations: readonly Registration[]) {
    return Object.fromEntries(
        registrations.map(({ name, type, inputs }) => [name, { type, inputs }]),
    );
}
