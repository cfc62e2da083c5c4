import * as fs from "node:fs/promises";
import * as path from "node:path";
import { run } from "../../lab/run";
import { type Toolchain, toolchain } from "../../lab/toolchain";
import { interleaved, seconds, summary } from "../measuring";
import { program } from "./programs";

const [realServers, services, rounds] = [300, 1, 5];

/**
 * Measure a preview of a new cluster, and compare it with bare commands that send as many bytes. No
 * host is needed, because a preview connects to none.
 */
export async function benchPreviews(dir: string): Promise<void> {
    const tools = await toolchain();
    tools.report.forEach((line) => console.log(line));
    const file = path.join(dir, "sizes.json");
    await program("cluster", file, realServers, services);
    const commands = path.join(dir, "commands");
    const cluster = path.join(dir, "cluster");
    await project(tools, commands, `commands(require(${JSON.stringify(file)}))`);
    await project(tools, cluster, `cluster(${realServers}, ${services})`);
    const preview = (cwd: string) => () => seconds(() => pulumi(tools, cwd, "preview"));
    const costs = await interleaved(
        { commands: preview(commands), cluster: preview(cluster) },
        rounds,
    );
    console.log(`\npreview of ${realServers} real servers`);
    for (const [name, samples] of Object.entries(costs)) {
        console.log(`  ${summary(name, samples, "s", costs["commands"])}`);
    }
}

/** Create a project with a stack that runs one of the contenders as JavaScript. */
async function project(tools: Toolchain, dir: string, call: string): Promise<void> {
    await fs.mkdir(path.join(dir, "backend"), { recursive: true });
    await fs.symlink(path.join(__dirname, "../../node_modules"), path.join(dir, "node_modules"));
    const runtime = "{ name: nodejs, options: { typescript: false } }";
    await fs.writeFile(
        path.join(dir, "Pulumi.yaml"),
        `{ name: size, main: program.js, runtime: ${runtime} }`,
    );
    await fs.writeFile(path.join(dir, "package.json"), "{}");
    await fs.writeFile(
        path.join(dir, "program.js"),
        [
            'require("tsx/cjs");',
            "process.setSourceMapsEnabled(false);",
            `require(${JSON.stringify(path.join(__dirname, "contenders.ts"))}).${call};`,
        ].join("\n"),
    );
    await pulumi(tools, dir, "stack", "init", "size");
}

function pulumi(tools: Toolchain, cwd: string, ...words: string[]): Promise<string> {
    return run([tools.pulumi, ...words, "--non-interactive", "--color", "never"], {
        cwd,
        env: {
            ...tools.env,
            // The language host leaves pipes there.
            TMPDIR: cwd,
            PULUMI_BACKEND_URL: `file://${cwd}/backend`,
            PULUMI_CONFIG_PASSPHRASE: "no secrets",
        },
    });
}
