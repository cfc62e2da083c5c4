/** The examples in Python and Go, with packages that Pulumi's generator makes of the schema. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { articlesResources, PluginHome, previewed } from "../toolchain/pluginHome";

let folder: string;
let home: PluginHome;

beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(tmpdir(), "languages-"));
    home = await PluginHome.make(folder);
}, 600_000);

afterAll(() => fs.rm(folder, { recursive: true, force: true }), 120_000);

const runIn = (cwd: string, command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd, stdio: "pipe" });

describe("the plugin", () => {
    it("makes the article's cluster from Python, and shows no secret", async () => {
        const project = await home.project("python");
        const sdk = await home.sdk("python", project);
        runIn(project.cwd, "python3", "-m", "venv", "venv");
        const install = ["-m", "pip", "install", "--quiet", "-r", "requirements.txt", sdk];
        runIn(project.cwd, path.join(project.cwd, "venv/bin/python"), ...install);
        expect(await previewed(project)).toEqual(articlesResources);
    }, 900_000);

    it("makes the article's cluster from Go, and shows no secret", async () => {
        const project = await home.project("go");
        const sdk = path.join(await home.sdk("go", project), "lvs");
        const module = "example.com/pulumi-lvs/sdk/go/lvs";
        await fs.writeFile(path.join(sdk, "go.mod"), `module ${module}\n\ngo 1.18\n`);
        runIn(project.cwd, "go", "mod", "edit", `-replace=${module}=${sdk}`);
        runIn(project.cwd, "go", "mod", "tidy");
        // Minutes of compiling. The preview finds the result in Go's cache.
        runIn(project.cwd, "go", "build", "-o", path.join(folder, "program"), ".");
        expect(await previewed(project)).toEqual(articlesResources);
    }, 900_000);
});
