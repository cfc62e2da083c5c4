import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";

const root = path.join(__dirname, "..");

/** Which folders a folder may import from, besides itself, and which packages only it may use. */
const rules: Record<string, { folders: string[]; packages: string[] }> = {
    lvs: { folders: [], packages: ["mustache"] },
    host: { folders: [], packages: ["@pulumi/command", "@pulumi/pulumi"] },
    components: { folders: ["lvs", "host"], packages: ["@pulumi/pulumi", "@pulumi/random"] },
    ".": { folders: ["components", "stacks"], packages: ["@pulumi/pulumi", "ajv"] },
};

/** Inside lvs/: render → plan → model ← validate. */
const lvsArrows: Record<string, string[]> = {
    "model.ts": [],
    "plan.ts": ["./model"],
    "render.ts": ["./model", "./plan"],
    "validate.ts": ["./model", "./plan"],
};

/** Packages that have one place each. */
const places: Record<string, string> = {
    "@pulumi/command": "host/remote.ts",
    mustache: "lvs/render.ts",
    "@pulumi/random": "components/lvsCluster.ts",
    ajv: "config.ts",
};

function importsOf(file: string): string[] {
    const text = readFileSync(path.join(root, file), "utf8");
    return [...text.matchAll(/^(?:import|export) [^;]*?from "([^"]+)"/gms)].map(
        ([, from]) => from!,
    );
}

const sources = Object.keys(rules).flatMap((folder) =>
    readdirSync(path.join(root, folder))
        .filter((name) => name.endsWith(".ts"))
        .map((name) => path.join(folder, name)),
);

describe("imports", () => {
    it("finds the sources", () => {
        expect(sources).toContain("components/lvsCluster.ts");
        expect(importsOf("components/director.ts")).toContain("../lvs/plan");
    });

    it.each(sources)("%s points the right way", (file) => {
        const folder = path.dirname(file);
        const { folders, packages } = rules[folder]!;
        for (const from of importsOf(file)) {
            if (from.startsWith(".")) {
                const target = path.dirname(path.join(folder, from));
                const entry = path.join(folder, from);
                expect([folder, ...folders]).toContain(
                    [folder, ...folders].find((allowed) => allowed === target || allowed === entry),
                );
            } else if (!from.startsWith("node:")) {
                expect(packages).toContain(from);
                expect(places[from] ?? file).toBe(file);
            }
        }
    });

    it.each(Object.entries(lvsArrows))("lvs/%s knows only %j", (file, allowed) => {
        const inside = importsOf(path.join("lvs", file)).filter((from) => from.startsWith("."));
        expect(allowed).toEqual(expect.arrayContaining(inside));
    });

    it("has a line for every file of lvs/", () => {
        const files = sources.filter((file) => path.dirname(file) === "lvs");
        expect(files.map((file) => path.basename(file)).sort()).toEqual(
            Object.keys(lvsArrows).sort(),
        );
    });
});
