import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { componentNames, root } from "../../tools/analyze";
import { referencePath } from "../../tools/reference";
import {
    blockBelow,
    compileErrors,
    recorded,
    runProgram,
    runYamlProgram,
    stepsOf,
} from "../support/examples";

jest.setTimeout(60_000);

const page = path.relative(root, referencePath);

/** The imports of a program, which a docstring leaves out. */
const imports = `import * as pulumi from "@pulumi/pulumi";
import { Director, LvsCluster, type LvsClusterArgs, RealServer } from "@pulumi-lvs/lvs";
`;

/** Examples of each component, which docs/reference.md takes from its docstring. */
const examples = componentNames.map((name) => {
    const { at, text } = blockBelow(page, `## ${name}`, "ts");
    return {
        name,
        at,
        text: `${imports}${text}`,
        yaml: blockBelow(page, `## ${name}`, "yaml").text,
    };
});

describe("the example of", () => {
    it("each component compiles", () => {
        expect(compileErrors(examples)).toEqual([]);
    });

    it.each(examples)("$name registers the same by TypeScript and by YAML", async (example) => {
        pulumi.runtime.setAllConfig({ "project:authPass": "pass1234", "lvs:authPass": "pass1234" });
        const all = await recorded(() => runProgram(example.text));
        expect(all.map(({ type }) => type)).toContain(`lvs:index:${example.name}`);
        expect(all.map(({ type }) => type)).toContain("command:remote:Command");
        const byYaml = await recorded(() => runYamlProgram(example.yaml));
        expect(stepsOf(byYaml)).toEqual(stepsOf(all));
    });
});
