/**
 * Examples in README.md and docs/*.md. The convention:
 *
 * - A whole example has the word `example` after the language of its fenced block. It is written
 *   twice, the stack file first and the program right after it:
 *
 *       ```yaml example
 *       config:
 *         lvs:vrrpInstances: …
 *       ```
 *
 *       ```ts example
 *       import { LvsCluster } from "@pulumi-lvs/lvs";
 *       const web = new LvsCluster("web", { … });
 *       ```
 *
 *   Both have to describe the same cluster: every step on every host is the same.
 * - `AAAA…` in either form stands for a host key. Hosts are logged in to with the SSH agent, so an
 *   example has no `privateKey`.
 * - `{ secure: … }` stands for an encrypted script, which a program reads with `requireSecret`,
 *   or for an encrypted key of adverts.
 * - A `yaml` block without `example` whose keys all begin with `lvs:` is a fragment. Laid over the
 *   first example of its page, or else of the README, it has to describe a cluster. Its keys take the
 *   place of the example's; scripts are added.
 */
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as ts from "typescript";
import { parse } from "yaml";
import { LvsCluster } from "../../components";
import { clusterProblems } from "../../host/clusterArgs";
import { readCluster } from "../../config";
import { record, type Registration } from "../support/record";

jest.setTimeout(60_000);

const root = path.join(__dirname, "../..");
const key = "AAAAC3NzaC1lZDI1NTE5AAAAIPvhZkJIOVZlcCnjS/pXoyNXACSbBGzCnImWl/1fr8Ae";

interface Block {
    /** The page and the line of the block's first line, as `docs/vrrp.md:12`. */
    at: string;
    info: string;
    text: string;
}

type Config = Record<string, unknown>;

const pages = ["README.md", ...readdirSync(path.join(root, "docs")).map((name) => `docs/${name}`)];
const blocks = pages.filter((page) => page.endsWith(".md")).flatMap(blocksOf);
const stackFiles = blocks.filter(({ info }) => info === "yaml example");
const programs = blocks.filter(({ info }) => info === "ts example");

/** Each stack file with the example that follows it. */
const pairs = blocks.flatMap((block, index) => {
    const next = blocks.slice(index + 1).find(({ info }) => info.endsWith(" example"));
    return block.info === "yaml example" ? [{ at: block.at, stackFile: block, program: next }] : [];
});

function blocksOf(page: string): Block[] {
    const lines = readFileSync(path.join(root, page), "utf8").split("\n");
    const found: Block[] = [];
    let start: number | undefined;
    lines.forEach((line, index) => {
        if (!line.startsWith("```")) return;
        if (start === undefined) {
            start = index;
        } else {
            const text = lines
                .slice(start + 1, index)
                .join("\n")
                .replaceAll("AAAA…", key);
            found.push({ at: `${page}:${start + 2}`, info: lines[start]!.slice(3), text });
            start = undefined;
        }
    });
    return found;
}

/** The configuration in a block, or nothing if the block is YAML of another kind. */
function configIn({ text }: Block): Config | undefined {
    const content = parse(text) as Config | { config: Config };
    const config = ("config" in content ? content.config : content) as Config;
    return Object.keys(config).every((name) => name.startsWith("lvs:")) ? config : undefined;
}

/** The cluster that the engine would hand to the program of this repository. */
function clusterOf(config: Config) {
    const encrypted = new Set<string>();
    const texts = Object.entries(config).map(([name, value]) => {
        const decrypt = (at: string, field: unknown) => {
            if (typeof field !== "object" || field === null || !("secure" in field)) return field;
            encrypted.add(name);
            return at === "key" ? secretKey : secretScript;
        };
        return [name, JSON.stringify(value, decrypt)];
    });
    return readCluster(Object.fromEntries(texts) as Record<string, string>, [...encrypted]);
}

/** Record what a program registers. Pulumi would end the process at an error that leaves the program. */
async function recorded(program: () => unknown): Promise<Registration[]> {
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
function stepsOf(registrations: Registration[]) {
    return Object.fromEntries(
        registrations.map(({ name, type, inputs }) => [name, { type, inputs }]),
    );
}

const secretScript = "#!/bin/sh\n";
const secretKey = `hex:${"0f".repeat(32)}`;

const packageName = "@pulumi-lvs/lvs";

function run({ text }: Block): void {
    const { outputText } = ts.transpileModule(text, {
        compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    });
    pulumi.runtime.setAllConfig({ "lvs:probe": secretScript });
    // Pulumi does not recognise arrays that `node:vm` makes outside of this test.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    const program = new Function("require", "exports", outputText) as (...given: unknown[]) => void;
    const modules = (name: string): unknown =>
        jest.requireActual(name === packageName ? "../../components" : name);
    program(modules, {});
}

/** Compile programs. Returns the errors, each with its page and line. */
function compile(sources: Block[]): string[] {
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
        sources.map((source, index) => [path.join(root, `example${index}.ts`), source]),
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

describe("the examples of README and guides", () => {
    it("stand there as a stack file and as a program", () => {
        expect(stackFiles.length).toBeGreaterThan(0);
        expect(pairs.map(({ program }) => program)).toEqual(programs);
    });

    it("are programs that the compiler accepts", () => {
        expect(compile(programs)).toEqual([]);
    });

    it.each(pairs)("at $at give each host the same by YAML and by TypeScript", async (pair) => {
        const byProgram = await recorded(() => run(pair.program!));
        const cluster = byProgram.find(({ type }) => type === "lvs:index:LvsCluster")!;
        const config = configIn(pair.stackFile)!;
        const byStackFile = await recorded(() => new LvsCluster(cluster.name, clusterOf(config)));
        expect(stepsOf(byStackFile)).toEqual(stepsOf(byProgram));
    });
});

interface Named {
    name: string;
}

/** A fragment's keys take the place of the example's, but its scripts are added to the example's. */
function laidOver(example: Config, fragment: Config): Config {
    const scripts = [example, fragment].flatMap(
        (config) => (config["lvs:scripts"] ?? []) as Named[],
    );
    const byName = new Map(scripts.map((script) => [script.name, script]));
    return { ...example, ...fragment, "lvs:scripts": [...byName.values()] };
}

const fragments = blocks.filter((block) => block.info === "yaml" && configIn(block));

it.each(fragments)("the fragment at $at, laid over an example, is a cluster", (block) => {
    const [page = ""] = block.at.split(":");
    const base = stackFiles.find(({ at }) => at.startsWith(`${page}:`)) ?? stackFiles[0]!;
    const cluster = clusterOf(laidOver(configIn(base)!, configIn(block)!));
    expect(clusterProblems(cluster)).toEqual([]);
});
