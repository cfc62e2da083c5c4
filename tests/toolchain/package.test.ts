import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import { devDependencies, name, version } from "../../package.json";
import { tryRun } from "../../lab/run";
import { toolchain } from "../../lab/toolchain";

const root = path.join(__dirname, "..", "..");
const bin = (name: string) => path.join(root, "node_modules", ".bin", name);
const run = (cwd: string, command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd, encoding: "utf8", stdio: "pipe" });
const write = (folder: string, files: Record<string, string | object>) => {
    fs.mkdirSync(folder, { recursive: true });
    for (const [file, content] of Object.entries(files)) {
        const text = typeof content === "string" ? content : JSON.stringify(content);
        fs.writeFileSync(path.join(folder, file), text);
    }
};

/** A user's program after its imports. It prints the names of its resources. */
const program = `
    const made = new Set();
    pulumi.runtime.setMocks({
        newResource: (args) => (made.add(args.name), { id: args.name, state: args.inputs }),
        call: () => ({}),
    }).then(() => pulumi.runtime.runInPulumiStack(async () => {
        pulumi.runtime.setAllConfig({
            "lvs:connection": '{"ignoreHostKey":true}',
            "lvs:vrrpInstances": '[{"interface":"eth0","virtualRouterId":1}]',
            "lvs:authPass": "12345678",
            "lvs:directors": '[{"name":"a","host":"192.0.2.1"}]',
            "lvs:realServers": '[{"name":"b","host":"192.0.2.2"}]',
            "lvs:virtualServers": '[{"virtualIp":"192.0.2.3","port":80}]',
        });
        const { virtualServers: [service] = [] } = readCluster();
        const virtualServers = [{ ...service, lvsSched: LvsSched.wlc }];
        new LvsCluster("web", { ...readCluster(), virtualServers });
    })).then(() => pulumi.runtime.disconnect()).then(() => console.log([...made].sort().join(" ")));
`;
const required = `
    const pulumi = require("@pulumi/pulumi");
    const { LvsCluster, LvsSched, readCluster } = require("@pulumi-lvs/lvs");
${program}`;
const imported = `
    import * as pulumi from "@pulumi/pulumi";
    import { LvsCluster, LvsSched, readCluster } from "@pulumi-lvs/lvs";
${program}`;

const resources =
    "project-stack web web-a web-a-claim web-a-configure web-a-deferred web-a-preflight web-a-prepare web-a-secret web-b web-b-claim web-b-configure web-b-deferred web-b-preflight";

/** Compiler options of Pulumi's template for TypeScript, and of a project of ECMAScript modules. */
const compilers = {
    commonjs: { module: "commonjs", moduleResolution: "node" },
    module: { module: "nodenext", moduleResolution: "nodenext" },
};

let folder: string;
let archive: string;
/** Project into which npm has installed the packed package, and what a program in TypeScript needs. */
let project: string;

beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "package-"));
    // The script `prepare` builds the package first, unless it is current.
    run(root, "npm", "pack", "--pack-destination", folder);
    archive = path.join(folder, fs.readdirSync(folder)[0]!);
    project = path.join(folder, "npm");
    write(project, { "package.json": {} });
    const compiler = ["typescript", "@types/node"].map(
        (one) => `${one}@${devDependencies[one as keyof typeof devDependencies]}`,
    );
    const quiet = ["--prefer-offline", "--no-audit", "--no-fund"];
    run(project, "npm", "install", ...quiet, archive, ...compiler);
}, 180_000);

afterAll(() => fs.rmSync(folder, { recursive: true }), 120_000);

describe("the packed package", () => {
    it.each([
        ["JavaScript", { "index.js": required, "package.json": {} }],
        ["JavaScript modules", { "index.js": imported, "package.json": { type: "module" } }],
    ])("makes a cluster in a project of %s", (language, files) => {
        const own = path.join(project, language);
        write(own, files);
        expect(run(own, "node", "index.js").trim()).toBe(resources);
    });

    it.each(["commonjs", "module"] as const)(
        "makes a cluster in a project of TypeScript with modules of type %s, and declares its types",
        (type) => {
            const own = path.join(project, `typescript-${type}`);
            const checked = { ...compilers[type], strict: true, target: "es2022", types: [] };
            write(own, {
                "index.ts": imported.replace("new Set()", "new Set<string>()"),
                "wrong.ts": `
                    import { LvsCluster, type LvsClusterArgs } from "@pulumi-lvs/lvs";
                    export const make = (args: LvsClusterArgs) => new LvsCluster("web", args).vip;
                    // @ts-expect-error The name is wrong.
                    export const wrong: LvsClusterArgs["directorz"] = [];
                `,
                "package.json": { type },
                "tsconfig.json": {
                    compilerOptions: { ...checked, lib: ["es2022", "dom"], skipLibCheck: true },
                },
            });
            run(own, bin("tsc"), "-p", ".");
            expect(run(own, "node", "index.js").trim()).toBe(resources);
        },
        60_000,
    );

    it("makes a cluster in a project of pnpm, which shows no package its undeclared dependencies", () => {
        const own = path.join(folder, "pnpm");
        write(own, {
            "package.json": {
                dependencies: {
                    "@pulumi-lvs/lvs": `file:${archive}`,
                    "@pulumi/pulumi": devDependencies["@pulumi/pulumi"],
                },
            },
            "index.js": required,
        });
        run(own, bin("pnpm"), "install", "--prefer-offline", "--ignore-scripts");
        expect(run(own, "node", "index.js").trim()).toBe(resources);
    }, 120_000);

    it("has alerts, a dashboard, schemas and the programs that hosts get", () => {
        const installed = path.join(project, "node_modules", "@pulumi-lvs", "lvs");
        const files = fs.readdirSync(installed, { recursive: true }).map(String);
        expect(files).toEqual(
            expect.arrayContaining([
                "CHANGELOG.md",
                "LICENSE",
                "README.md",
                "SECURITY.md",
                "dist/host/scripts/transaction.sh",
                "dist/lvs/templates/keepalived.conf.mustache",
                "dist/plugin/schema.json",
                "dist/stacks/schema.json",
                "monitoring/alerts.yaml",
                "monitoring/dashboard.json",
            ]),
        );
        expect(files.filter((file) => /^(tests|lab|bench)\b/.test(file))).toEqual([]);
    });

    it("can be published", () => {
        const printed = run(folder, "npm", "publish", "--dry-run", archive);
        expect(printed).toContain(`+ ${name}@${version}`);
    }, 60_000);

    it("has no dependency that its programs do not import", () => {
        const manifest = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
            dependencies: object;
            peerDependencies: object;
        };
        const dist = path.join(root, "dist");
        const sources = fs
            .readdirSync(dist, { recursive: true })
            .filter((file) => String(file).endsWith(".js"))
            .map((file) => fs.readFileSync(path.join(dist, String(file)), "utf8"));
        const used = (dependency: string) =>
            sources.some((text) => new RegExp(`require\\("${dependency}["/]`).test(text));
        const named = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
        expect(named.filter((dependency) => !used(dependency))).toEqual([]);
    });
});

it("a build leaves dist as it is while its sources are the same", () => {
    const built = () => fs.statSync(path.join(root, "dist", "library.js")).ctimeMs;
    const before = built();
    run(root, "npm", "run", "build");
    expect(built()).toBe(before);
});

it.each([
    ["the checkout after a build", () => root],
    ["a project that installed the package", () => project],
])("npx lvs starts in %s", (_, at) => {
    expect(run(at(), "npx", "--no", "--", "lvs", "--help")).toContain("lvs status");
});

/** The values that a user enters for a template beside its hosts. All others have defaults. */
const entered: Record<string, Record<string, string>> = {
    "floating-ip": { virtualIp: "192.0.2.100" },
    mysql: { virtualIp: "192.0.2.100" },
    "nat-gateway": { virtualIp: "192.0.2.100", gateway: "198.51.100.1" },
    "web-dr": { virtualIp: "192.0.2.100" },
};

it("The packed package has the templates that these tests try, and no other", () => {
    expect(fs.readdirSync(templatePath("")).sort()).toEqual(Object.keys(entered));
});

describe.each(Object.keys(entered))("pulumi new with the template %s", (template) => {
    it("asks for what its program reads, and for nothing else", () => {
        const program = fs.readFileSync(path.join(templatePath(template), "index.ts"), "utf8");
        const read = [...program.matchAll(/(?:require\w*|hostOf)\("(\w+)"\)/g)];
        const names = [...new Set(read.map(([, one]) => one!))];
        expect(names.sort()).toEqual(Object.keys(promptsOf(template)));
    });

    it("makes a program that sets up the hosts, without a warning", async () => {
        const pulumi = await pulumiIn(path.join(folder, template));
        await pulumi("new", templatePath(template), "--generate-only", "--yes");
        // `npm install` in the new folder would give the published package, so the packed one takes its place.
        fs.symlinkSync(
            path.join(project, "node_modules"),
            path.join(folder, template, "node_modules"),
        );
        await pulumi("stack", "init", "dev");
        const config = configOf(template);
        const set = Object.entries(config).map(([key, value]) => `${key}=${value}`);
        await pulumi("config", "set-all", ...set.flatMap((one) => ["--plaintext", one]));
        expect(hostsIn(await pulumi("preview", "--json"))).toEqual(
            Object.keys(config).filter(isHost),
        );
    }, 120_000);
});

it("A copy of the example in TypeScript sets up the article's cluster with the packed package", async () => {
    const copy = path.join(folder, "example");
    const pulumi = await pulumiIn(copy);
    fs.cpSync(path.join(root, "examples", "typescript"), copy, { recursive: true });
    fs.symlinkSync(path.join(project, "node_modules"), path.join(copy, "node_modules"));
    await pulumi("stack", "init", "dev");
    const hosts = ["ds1", "ds2", "rs1", "rs2", "rs3"];
    const keys = hosts.flatMap((host) => ["--plaintext", `${host}=ssh-ed25519 AAAA`]);
    await pulumi("config", "set-all", ...keys, "--secret", "privateKey=PRIVATE");
    const printed = await pulumi("preview", "--json");
    expect(hostsIn(printed)).toEqual(hosts);
    expect(printed).not.toContain("PRIVATE");
}, 120_000);

/** Hosts that a preview would configure. Expects no warning in it. */
function hostsIn(printed: string): string[] {
    const { steps, diagnostics = [] } = JSON.parse(printed) as {
        steps: { urn: string }[];
        diagnostics?: { message: string }[];
    };
    expect(diagnostics).toEqual([]);
    return steps.flatMap(({ urn }) => /(\w+)-configure$/.exec(urn)?.[1] ?? []).sort();
}

function templatePath(template: string): string {
    return path.join(project, "node_modules", name, "templates", template);
}

/** The prompts of a template with their defaults, by name. `pulumi new` asks in this order. */
function promptsOf(template: string): Record<string, { default?: string }> {
    const text = fs.readFileSync(path.join(templatePath(template), "Pulumi.yaml"), "utf8");
    return (parse(text) as { template: { config: Record<string, { default?: string }> } }).template
        .config;
}

const isHost = (prompt: string) => /\d$/.test(prompt);

/** A whole configuration. The template for NAT has its real servers in the network of the gateway. */
function configOf(template: string): Record<string, string> {
    const values = Object.entries(promptsOf(template)).map(([prompt, given], index) => {
        const network = prompt.startsWith("realServer") ? "198.51.100" : "192.0.2";
        const host = `${network}.${index + 11} ssh-ed25519 AAAA`;
        return [prompt, isHost(prompt) ? host : given.default];
    });
    return { ...(Object.fromEntries(values) as Record<string, string>), ...entered[template] };
}

/** The lab's Pulumi in a new folder, with a backend of its own. */
async function pulumiIn(cwd: string): Promise<(...command: string[]) => Promise<string>> {
    const { pulumi, env } = await toolchain();
    const backend = `${cwd}-backend`;
    for (const one of [cwd, backend]) fs.mkdirSync(one);
    return async (...command) => {
        // Plugins outlive a killed CLI. The process namespace ends them.
        const contained = ["unshare", "--pid", "--fork", "--kill-child", pulumi, ...command];
        const { status, stdout, stderr } = await tryRun([...contained, "--non-interactive"], {
            cwd,
            env: {
                ...env,
                PULUMI_BACKEND_URL: `file://${backend}`,
                PULUMI_CONFIG_PASSPHRASE: "test",
                SSH_AUTH_SOCK: undefined,
                TMPDIR: folder,
            },
        });
        if (status !== 0) throw new Error(stdout + stderr);
        return stdout;
    };
}
