import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { installedDisk } from "../lab/installedDisk";
import { Lab } from "../lab/lab";
import { LabStack, seedConfig, type StackConfig } from "../lab/stack";
import { seed } from "../lab/topology";
import { wholeNumber } from "../lab/wholeNumber";
import { interleaved, seconds, summary } from "./measuring";

/**
 * Compare `pulumi up` of the article's cluster with its lower bounds. One is the engine with an empty
 * program and with one resource. The other is plain ssh, which sends the same bytes to the directors
 * with one login each.
 */
async function main(rounds: number): Promise<void> {
    const lab = await Lab.up(seed, { disk: () => installedDisk() });
    try {
        const stack = await LabStack.create(lab);
        stack.report.forEach((line) => console.log(line));
        const first = await seconds(() => stack.up());
        console.log(`first up, packages present: ${first.toFixed(1)} s`);

        let [now, next] = [await bundlesFor(stack, 2), await bundlesFor(stack, 3)].reverse();
        let weight = 3;
        const empty = await project(stack, "export const nothing = 0;\n");
        const one = await project(stack, oneResource);
        const ssh = "the same bundles by ssh alone";
        const costs = await interleaved(
            {
                "engine alone": () => seconds(() => stack.up({ cwd: empty })),
                "engine with one resource": () => seconds(() => stack.up({ cwd: one })),
                "up, nothing changed": () => seconds(() => stack.up()),
                "up, one weight, two directors": async () => {
                    weight = 5 - weight;
                    await stack.configure(await configWithWeight(weight));
                    [now, next] = [next!, now!];
                    return seconds(() => stack.up());
                },
                [ssh]: async () => {
                    const time = await seconds(() => sendOverSsh(lab, next!));
                    // Return to the configuration in the state.
                    await sendOverSsh(lab, now!);
                    return time;
                },
            },
            rounds,
        );
        for (const dir of [empty, one]) await fs.rm(dir, { recursive: true });
        for (const floor of ["engine alone", "engine with one resource"]) {
            console.log(`\ncompared with the ${floor}`);
            for (const [name, samples] of Object.entries(costs)) {
                console.log(summary(name, samples, "s", costs[floor]));
            }
        }
        console.log(`\ncompared with ${ssh}`);
        const change = "up, one weight, two directors";
        console.log(summary(change, costs[change]!, "s", costs[ssh]));
    } finally {
        await lab.down();
    }
}

/** Input of a step by director. */
type Bundles = [director: string, stdin: string][];

/**
 * Inputs that an up with a weight sends to the directors. The second director comes first, as in an
 * up.
 */
async function bundlesFor(stack: LabStack, weight: number): Promise<Bundles> {
    await stack.configure(await configWithWeight(weight));
    await stack.up();
    const { deployment } = JSON.parse(await stack.pulumi(["stack", "export"])) as {
        deployment: { resources: { urn: string; inputs?: { stdin?: string } }[] };
    };
    return ["ds2", "ds1"].map((name) => {
        const step = deployment.resources.find(({ urn }) =>
            urn.endsWith(`::lvs-${name}-configure`),
        );
        return [name, step!.inputs!.stdin!];
    });
}

async function sendOverSsh(lab: Lab, bundles: Bundles): Promise<void> {
    for (const [name, stdin] of bundles) {
        const login = ["ssh", "-F", path.join(lab.dir, "ssh_config"), "-S", "none", name];
        await lab.exec([...login, "timeout -k 30 600 sh -s apply"], { stdin });
    }
}

async function configWithWeight(weight: number): Promise<StackConfig> {
    const config = await seedConfig();
    config.realServers![0]!.weight = weight;
    return config;
}

const oneResource = `
import { RandomPassword } from "@pulumi/random";
new RandomPassword("one", { length: 8 });
`;

/** Create a project with a program and deploy it. Return its folder. */
async function project(stack: LabStack, program: string): Promise<string> {
    const dir = await fs.mkdtemp(path.join(os.tmpdir(), "bench-up-"));
    const name = path.basename(dir);
    await fs.writeFile(path.join(dir, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
    await fs.writeFile(path.join(dir, "package.json"), '{ "main": "index.ts" }');
    await fs.writeFile(path.join(dir, "index.ts"), program);
    const modules = path.join(__dirname, "..", "node_modules");
    await fs.symlink(modules, path.join(dir, "node_modules"));
    await fs.writeFile(path.join(dir, "tsconfig.json"), '{ "compilerOptions": {} }');
    await stack.pulumi(["stack", "init"], { cwd: dir });
    await stack.up({ cwd: dir });
    return dir;
}

void main(wholeNumber("rounds", process.argv[2] ?? "7"));
