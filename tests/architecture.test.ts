import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";

const root = path.join(__dirname, "..");

/** Packages that a folder may import. */
const packagesOf: Record<string, string[]> = {
    lvs: ["mustache"],
    host: ["@pulumi/command", "@pulumi/pulumi"],
    components: ["@pulumi/pulumi", "@pulumi/random"],
    cli: ["yargs", "yaml", "diff"],
    plugin: ["@pulumi/pulumi"],
    policies: ["@pulumi/policy", "@pulumi/pulumi"],
    ".": ["@pulumi/pulumi"],
};

/** Folders that a folder imports besides itself, as docs/architecture.md lists them. */
const foldersOf = foldersIn(readFileSync(path.join(root, "docs/architecture.md"), "utf8"));

function foldersIn(page: string): Record<string, string[]> {
    const [, table] = page.split(/^\| folder +\| imports .*\n.*\n/m);
    const rows = table!.split("\n\n")[0]!.split("\n");
    const words = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word!);
    return Object.fromEntries(
        rows.map((row) => {
            const [, importing, imported] = row.split("|");
            const [first] = words(importing!);
            return [first!.endsWith(".ts") ? "." : first!, words(imported!)];
        }),
    );
}

/** Imports that a part of lvs/ may make besides its own files: only from parts above it. */
const lvsArrows: Record<string, string[]> = {
    addresses: [],
    printable: [],
    problems: ["printable"],
    hostFile: [],
    keepalived: ["addresses", "problems"],
    "vrrp/tracking": ["addresses", "problems", "keepalived"],
    "vrrp/instance": ["addresses", "problems", "keepalived", "vrrp/tracking"],
    vrrp: ["problems", "keepalived", "vrrp/instance", "vrrp/tracking"],
    global: ["problems", "keepalived", "vrrp/instance"],
    service: ["addresses", "problems", "keepalived"],
    kernel: ["addresses", "problems", "hostFile", "keepalived", "service"],
    change: ["problems", "keepalived"],
    monitoring: ["problems", "keepalived", "hostFile"],
    model: [
        "problems",
        "keepalived",
        "vrrp",
        "vrrp/instance",
        "vrrp/tracking",
        "global",
        "service",
        "kernel",
        "change",
        "monitoring",
        "problems",
    ],
    virtualIps: ["addresses", "keepalived", "vrrp/instance", "service", "model"],
    memberships: ["addresses", "service", "model"],
    machines: ["addresses", "service", "model", "memberships"],
    nat: ["addresses", "vrrp", "vrrp/instance", "service", "model"],
    rules: [
        "addresses",
        "problems",
        "keepalived",
        "vrrp/instance",
        "vrrp/tracking",
        "global",
        "service",
        "model",
        "virtualIps",
        "memberships",
        "machines",
        "nat",
    ],
    secrets: ["problems", "keepalived", "hostFile", "model"],
    steps: ["hostFile", "monitoring"],
    director: [
        "addresses",
        "keepalived",
        "vrrp",
        "vrrp/instance",
        "vrrp/tracking",
        "global",
        "service",
        "hostFile",
        "kernel",
        "change",
        "monitoring",
        "model",
        "virtualIps",
        "machines",
        "nat",
        "secrets",
        "steps",
    ],
    realServer: [
        "addresses",
        "keepalived",
        "service",
        "hostFile",
        "kernel",
        "monitoring",
        "model",
        "memberships",
        "machines",
        "secrets",
        "steps",
    ],
    validate: [
        "problems",
        "keepalived",
        "vrrp",
        "vrrp/instance",
        "vrrp/tracking",
        "global",
        "service",
        "kernel",
        "change",
        "monitoring",
        "model",
        "virtualIps",
        "rules",
    ],
};

/** Packages that only one file may import. */
const places: Record<string, string> = {
    "@pulumi/command": "host/step.ts",
    mustache: "lvs/hostFile.ts",
    yaml: "cli/stackFile.ts",
    diff: "cli/comparison.ts",
    "@pulumi/random": "components/lvsCluster.ts",
};

function importsOf(file: string): string[] {
    const text = readFileSync(path.join(root, file), "utf8");
    return [...text.matchAll(/^(?:import|export) [^;]*?from "([^"]+)"/gms)].map(
        ([, from]) => from!,
    );
}

/** Imports of a file as paths from the root, and names of packages. */
function targetsOf(file: string): string[] {
    return importsOf(file).map((from) =>
        from.startsWith(".") ? path.join(path.dirname(file), from) : from,
    );
}

function isPackage(target: string): boolean {
    return existsSync(path.join(root, "node_modules", target));
}

/** First folder of a path, or "." for a file at the root. */
function topOf(file: string): string {
    return file.includes("/") ? file.split("/")[0]! : ".";
}

/** The part of lvs/ that a path in it belongs to. */
function partOf(file: string): string {
    const [, part, inside] = file.split("/");
    const folder = `${part}/${inside}`;
    return folder in lvsArrows ? folder : part!.replace(/\.ts$/, "");
}

const sources = Object.keys(packagesOf).flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: folder !== "." })
        .map(String)
        .filter((name) => name.endsWith(".ts"))
        .map((name) => path.join(folder, name)),
);
const inLvs = sources.filter((file) => topOf(file) === "lvs");

it("the rules of imports cover every source", () => {
    expect(sources).toContain("components/lvsCluster.ts");
    expect(sources).toContain("lvs/service/checks/http.ts");
    expect(targetsOf("components/director.ts")).toContain("lvs/director/plan");
});

it.each(sources)("%s imports only what its folder may import", (file) => {
    const top = topOf(file);
    const own = top === "." ? "config" : top;
    for (const target of targetsOf(file)) {
        if (isPackage(target)) {
            expect(packagesOf[top]).toContain(target);
            expect(places[target] ?? file).toBe(file);
        } else if (!target.startsWith("node:")) {
            expect([own, ...foldersOf[top]!]).toContain(target.split("/")[0]);
        }
    }
});

it("no script that runs on a host has more than 200 lines of code", () => {
    const scripts = ["host/scripts", "lvs/templates"].flatMap((folder) =>
        readdirSync(path.join(root, folder), { recursive: true })
            .map((name) => path.join(folder, String(name)))
            .filter((name) => name.endsWith(".sh")),
    );
    expect(scripts).toContain("lvs/templates/lvs-director/nftables.sh");
    const long = scripts.filter((script) => {
        const lines = readFileSync(path.join(root, script), "utf8").split("\n");
        return lines.filter((line) => !/^\s*(#|$)/.test(line)).length > 200;
    });
    expect(long).toEqual([]);
});

it("every folder imports all that docs/architecture.md says", () => {
    expect(Object.keys(foldersOf).sort()).toEqual(Object.keys(packagesOf).sort());
    for (const [top, folders] of Object.entries(foldersOf)) {
        const targets = sources.filter((file) => topOf(file) === top).flatMap(targetsOf);
        const used = targets.filter((target) => !isPackage(target)).map((one) => one.split("/")[0]);
        expect(used).toEqual(expect.arrayContaining(folders));
    }
});

it.each(inLvs)("%s imports only what its part of lvs/ may import", (file) => {
    const allowed = [partOf(file), ...lvsArrows[partOf(file)]!];
    const targets = targetsOf(file).filter((target) => target.startsWith("lvs/"));
    for (const target of targets) expect(allowed).toContain(partOf(target));
});

it("every import that lvs/ may make is made", () => {
    const used = (part: string) =>
        new Set(inLvs.filter((file) => partOf(file) === part).flatMap(targetsOf));
    for (const [part, arrows] of Object.entries(lvsArrows)) {
        const parts = [...used(part)].filter((to) => to.startsWith("lvs/")).map(partOf);
        expect(parts).toEqual(expect.arrayContaining(arrows));
    }
});

it("lvs loads nothing of Pulumi, which takes half a second", () => {
    const loaded = new Set<string>();
    const load = (file: string) => {
        if (loaded.has(file)) return;
        loaded.add(file);
        const text = readFileSync(path.join(root, file), "utf8");
        for (const [, from] of text.matchAll(
            /^(?:import|export) (?!type )[^;]*?from "([^"]+)"/gms,
        )) {
            const target = from!.startsWith(".") ? path.join(path.dirname(file), from!) : from!;
            const inside = [`${target}.ts`, `${target}/index.ts`].find((one) =>
                sources.includes(one),
            );
            if (inside) load(inside);
            else loaded.add(target);
        }
    };
    load("cli/index.ts");
    expect([...loaded]).toEqual(
        expect.arrayContaining(["cli/planned.ts", "host/arguments.ts", "yaml"]),
    );
    expect([...loaded].filter((name) => name.startsWith("@pulumi/"))).toEqual([]);
});
