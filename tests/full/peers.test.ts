/** The unit tests of components with the oldest SDK that the package allows. `npm run test:unit` runs them with the newest. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { dependencies, peerDependencies } from "../../package.json";

const root = path.join(__dirname, "..", "..");
const oldest = peerDependencies["@pulumi/pulumi"].replace("^", "");
let checkout: string;

const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd: checkout, encoding: "utf8", stdio: "pipe" });

function packagesOf(folder: string): string[] {
    const modules = path.join(folder, "node_modules");
    return fs
        .readdirSync(modules)
        .flatMap((name) =>
            name.startsWith("@")
                ? fs.readdirSync(path.join(modules, name)).map((inside) => `${name}/${inside}`)
                : [name],
        );
}

/** A copy of the sources. Its packages are links, but Pulumi's are installed for the oldest SDK. */
beforeAll(() => {
    checkout = fs.mkdtempSync(path.join(os.tmpdir(), "peers-"));
    for (const name of fs.readdirSync(root)) {
        if (["node_modules", "dist", ".git", "package.json", "package-lock.json"].includes(name)) {
            continue;
        }
        fs.cpSync(path.join(root, name), path.join(checkout, name), { recursive: true });
    }
    const { "@pulumi/command": command, "@pulumi/random": random } = dependencies;
    const pulumi = { "@pulumi/pulumi": oldest, "@pulumi/command": command };
    const manifest = { dependencies: { ...pulumi, "@pulumi/random": random } };
    fs.writeFileSync(path.join(checkout, "package.json"), JSON.stringify(manifest));
    run("npm", "install", "--no-audit", "--no-fund");
    for (const name of packagesOf(root)) {
        const link = path.join(checkout, "node_modules", name);
        if (fs.existsSync(link)) continue;
        fs.mkdirSync(path.dirname(link), { recursive: true });
        fs.symlinkSync(path.join(root, "node_modules", name), link);
    }
    fs.copyFileSync(path.join(root, "package.json"), path.join(checkout, "package.json"));
}, 300_000);

afterAll(() => fs.rmSync(checkout, { recursive: true }), 120_000);

describe("the oldest @pulumi/pulumi that the package allows", () => {
    it("is the one that the tests of components run with", () => {
        const installed = path.join(checkout, "node_modules/@pulumi/pulumi/package.json");
        const { version } = JSON.parse(fs.readFileSync(installed, "utf8")) as { version: string };
        expect(version).toBe(oldest);
    });

    it("passes the tests of components", () => {
        // An SDK of that age sends no inputs of components and hides no diffs, which `redacted` tests. It
        // has no analyzer of arguments, which `examples` needs.
        const files = "tests/components/(?!redacted|examples)";
        run("npx", "jest", "--selectProjects", "unit", "--testPathPatterns", files);
    }, 600_000);
});
