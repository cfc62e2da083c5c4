import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as vm from "node:vm";
import * as pulumi from "@pulumi/pulumi";
import * as ts from "typescript";
import * as components from "../../components";
import { componentNames } from "../../tools/analyze";
import { referencePath } from "../../tools/reference";
import { record } from "../support/record";

jest.setTimeout(60_000);

const root = path.join(__dirname, "..", "..");
const key = "AAAAC3NzaC1lZDI1NTE5AAAAIPvhZkJIOVZlcCnjS/pXoyNXACSbBGzCnImWl/1fr8Ae";

/** Example of each component, which docs/reference.md takes from its docstring. */
const examples = componentNames.map((name) => {
    const page = readFileSync(referencePath, "utf8");
    const section = page.split(/^## /m).find((text) => text.startsWith(`${name}\n`)) ?? "";
    const [, text = ""] = /^```ts\n(.*?)^```$/ms.exec(section) ?? [];
    return { name, text: text.replaceAll("AAAA…", key) };
});

const imports = `import * as pulumi from "@pulumi/pulumi";
import { Director, LvsCluster, type LvsClusterArgs, RealServer } from "./components";
`;

/** Compile the examples. Returns the errors. */
function compile(): string[] {
    const files = new Map(
        examples.map(({ name, text }) => [path.join(root, `${name}.ts`), `${imports}${text}`]),
    );
    const options: ts.CompilerOptions = {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.CommonJS,
        esModuleInterop: true,
        resolveJsonModule: true,
        strict: true,
        skipLibCheck: true,
        noEmit: true,
        types: ["node"],
    };
    const host = ts.createCompilerHost(options);
    host.fileExists = (name) => files.has(name) || ts.sys.fileExists(name);
    host.readFile = (name) => files.get(name) ?? ts.sys.readFile(name);
    const program = ts.createProgram([...files.keys()], options, host);
    return ts
        .getPreEmitDiagnostics(program)
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

function run(text: string): void {
    const { outputText } = ts.transpileModule(text, {
        compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    });
    const scope = { pulumi, ...components, exports: {} };
    const program = vm.compileFunction(outputText, Object.keys(scope)) as (
        ...values: unknown[]
    ) => void;
    program(...Object.values(scope));
}

describe("the example of", () => {
    it("each component compiles", () => {
        expect(examples.filter(({ text }) => text === "")).toEqual([]);
        expect(compile()).toEqual([]);
    });

    it.each(examples)("$name registers the component", async ({ name, text }) => {
        pulumi.runtime.setAllConfig({ "project:authPass": "pass1234", "lvs:authPass": "pass1234" });
        const all = await record(() => run(text));
        expect(all.map(({ type }) => type)).toContain(`lvs:index:${name}`);
        expect(all.map(({ type }) => type)).toContain("command:remote:Command");
    });
});
