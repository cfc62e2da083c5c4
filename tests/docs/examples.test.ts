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
import { readdirSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { LvsCluster } from "../../components";
import { clusterProblems } from "../../host/credentials";
import { readCluster } from "../../config";
import {
    type Block,
    blocksOf,
    compileErrors,
    recorded,
    runProgram,
    stepsOf,
} from "../support/examples";

jest.setTimeout(60_000);

type Config = Record<string, unknown>;

const docs = readdirSync(path.join(__dirname, "../../docs")).map((name) => `docs/${name}`);
const pages = ["README.md", ...docs];
const blocks = pages.filter((page) => page.endsWith(".md")).flatMap(blocksOf);
const stackFiles = blocks.filter(({ info }) => info === "yaml example");
const programs = blocks.filter(({ info }) => info === "ts example");

/** Each stack file with the example that follows it. */
const pairs = blocks.flatMap((block, index) => {
    const next = blocks.slice(index + 1).find(({ info }) => info.endsWith(" example"));
    return block.info === "yaml example" ? [{ at: block.at, stackFile: block, program: next }] : [];
});

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

const secretScript = "#!/bin/sh\n";
const secretKey = `hex:${"0f".repeat(32)}`;

describe("the examples of README and guides", () => {
    it("stand there as a stack file and as a program", () => {
        expect(stackFiles.length).toBeGreaterThan(0);
        expect(pairs.map(({ program }) => program)).toEqual(programs);
    });

    it("are programs that the compiler accepts", () => {
        expect(compileErrors(programs)).toEqual([]);
    });

    it.each(pairs)("at $at give each host the same by YAML and by TypeScript", async (pair) => {
        pulumi.runtime.setAllConfig({ "lvs:probe": secretScript });
        const byProgram = await recorded(() => runProgram(pair.program!.text));
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
