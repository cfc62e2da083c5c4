/** The plugin of a release and the examples in other languages, with a Pulumi engine. */
import { execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { GetSchemaRequest } from "@pulumi/pulumi/proto/provider_pb";
import { parse, stringify } from "yaml";
import { run } from "../../lab/run";
import { goPackages, pythonPackages, useGoSdk } from "../../lab/toolchain/languages";
import { version } from "../../package.json";
import schema from "../../plugin/schema.json";
import { pluginSchemaPath } from "../../tools/pluginSchema";
import { blockBelow } from "../support/examples";
import { articlesResources, PluginHome, previewed, type Project, root } from "./pluginHome";

let folder: string;
let home: PluginHome;

beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(tmpdir(), "languages-"));
    home = await PluginHome.make(folder);
}, 600_000);

afterAll(() => fs.rm(folder, { recursive: true, force: true }), 120_000);

describe("a release of the plugin", () => {
    it("has an archive for each platform, and their checksums", async () => {
        const release = path.join(folder, "release");
        const name = `pulumi-resource-lvs-v${version}`;
        const platforms = ["darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64"];
        expect((await fs.readdir(release)).sort()).toEqual([
            `${name}-checksums.txt`,
            ...[...platforms, "windows-amd64"].map((platform) => `${name}-${platform}.tar.gz`),
        ]);
        const check = ["--check", "--strict", `${name}-checksums.txt`];
        expect(execFileSync("sha256sum", check, { cwd: release, encoding: "utf8" })).toContain(
            `${name}-linux-amd64.tar.gz: OK`,
        );
    });

    it("serves the committed schema, in which the engine finds no error", async () => {
        const served = await home.pulumi(folder, ["package", "get-schema", "lvs"]);
        expect(JSON.parse(served.stdout)).toMatchObject({
            name: "lvs",
            version,
            resources: schema.resources,
        });
        const checked = await home.pulumi(folder, ["schema", "check", pluginSchemaPath]);
        expect([checked.status, checked.stderr]).toEqual([0, ""]);
    }, 60_000);
});

it("The folder of the package serves the same schema to a program that names it", async () => {
    const runPlugin = require.resolve("@pulumi/pulumi/cmd/run-plugin");
    const child = spawn(process.execPath, [runPlugin, root, "127.0.0.1:1"], { stdio: "pipe" });
    try {
        const port = await new Promise<string>((resolve, reject) => {
            child.stdout.on("data", (text: Buffer) => resolve(text.toString().trim()));
            child.on("exit", () => reject(new Error("The plugin ended.")));
        });
        const client = new ResourceProviderClient(
            `127.0.0.1:${port}`,
            grpc.credentials.createInsecure(),
            { "grpc.max_receive_message_length": -1 },
        );
        const served = await new Promise<string>((resolve, reject) => {
            client.getSchema(new GetSchemaRequest(), (error, answer) => {
                if (error) reject(error);
                else resolve(answer.getSchema());
            });
        });
        client.close();
        expect(JSON.parse(served)).toEqual(schema);
    } finally {
        child.kill();
    }
}, 60_000);

describe("the plugin", () => {
    it("makes the article's cluster from YAML, and shows no secret", async () => {
        const project = await home.project("yaml");
        expect(await previewed(project)).toEqual(articlesResources);
    }, 120_000);

    it("makes the article's cluster from Python, and shows no secret", async () => {
        const project = await home.project("python");
        const sdk = await home.sdk("python", project);
        const venv = path.join(project.cwd, "venv");
        await run(["python3", "-m", "venv", "--without-pip", venv]);
        // The environment also has the packages in the lab's cache, with pip among them.
        const [python] = await fs.readdir(path.join(venv, "lib"));
        const own = path.join(venv, "lib", python!, "site-packages");
        await fs.writeFile(path.join(own, "cached.pth"), await pythonPackages());
        const pip = [path.join(venv, "bin/python"), "-m", "pip", "install", "--no-index"];
        const requirements = ["-r", path.join(project.cwd, "requirements.txt")];
        await run([...pip, "--no-build-isolation", ...requirements, sdk]);
        expect(await previewed(project)).toEqual(articlesResources);
    }, 300_000);

    it("makes the article's cluster from Go, and shows no secret", async () => {
        const project = await home.project("go");
        for (const file of ["go.mod", "go.sum"]) {
            await fs.copyFile(path.join(await goPackages(), file), path.join(project.cwd, file));
        }
        await useGoSdk(project.cwd, await home.sdk("go", project));
        expect(await previewed(project)).toEqual(articlesResources);
    }, 300_000);

    it("makes the examples in YAML of the docstrings of the components", async () => {
        const project = await home.project("yaml", "docstrings");
        // One program has all of them: their resources have different names.
        const examples = ["LvsCluster", "Director", "RealServer"].map((component) => {
            const { text } = blockBelow("docs/reference.md", `## ${component}`, "yaml");
            return parse(text) as Record<string, object>;
        });
        const sections = Object.fromEntries(
            ["config", "variables", "resources", "outputs"].map((section) => [
                section,
                Object.assign({}, ...examples.map((example) => example[section])) as object,
            ]),
        );
        const file = path.join(project.cwd, "Pulumi.yaml");
        await fs.writeFile(file, stringify({ name: "web", runtime: "yaml", ...sections }));
        // The configuration of the example program has names that are resources here.
        await project.pulumi("config", "rm-all", "ds1", "ds2", "rs1", "rs2", "rs3");
        await project.pulumi("config", "set", "--secret", "web:authPass", "pass1234");
        const names = await previewed(project);
        const steps = ["web-ds1-configure", "ds1-configure", "rs1-configure"];
        expect(names).toEqual(expect.arrayContaining(steps));
    }, 120_000);

    it("refuses a program with every problem of its arguments", async () => {
        const project = await home.project("yaml", "wrong");
        const file = path.join(project.cwd, "Pulumi.yaml");
        const text = await fs.readFile(file, "utf8");
        await fs.writeFile(file, text.replace("62", "300").replace("port: 80", "port: 0"));
        const { status, stdout, stderr } = await project.pulumi("preview");
        expect(status).not.toBe(0);
        expect(stdout + stderr).toContain("vrrpInstances[0].virtualRouterId: 300 is out of range");
        expect(stdout + stderr).toContain("virtualServers[0].port: 0 is out of range");
    }, 120_000);
});

/** A second cluster with the virtual router id of the example. */
const sameRouter = `
  other:
    type: lvs:LvsCluster
    properties:
      vrrpInstances:
        - { interface: eth0, virtualRouterId: 62, virtualIpaddress: [{ ip: 10.128.190.247 }] }
      directors:
        - { name: ds9, host: 10.128.190.9, hostKey: "\${ds1}" }
`;

describe("the policy pack", () => {
    it("ends a preview with a violation of every policy, at the levels that its configuration sets", async () => {
        const project = await home.project("yaml", "policies");
        const file = path.join(project.cwd, "Pulumi.yaml");
        const text = await fs.readFile(file, "utf8");
        const wrong = text
            .replace(/ +- \{ name: ds2.*\n/, "")
            .replace("user: root,", "user: root, ignoreHostKey: true,")
            .replace(/^ +vrrpInstances:/m, "      repair: now\n$&")
            .replace("demoPage: RS1", "demoPage: password=x")
            .replace("\noutputs:", `${sameRouter}\noutputs:`);
        await fs.writeFile(file, wrong);
        const settings = path.join(project.cwd, "policies.json");
        const networks = ["192.0.2.0/24"];
        await fs.writeFile(
            settings,
            JSON.stringify({
                "allowed-virtual-ips": { networks },
                "checked-services": "mandatory",
                "several-directors": { least: 3 },
            }),
        );
        const pack = await policyPack(folder, project);
        const flags = ["--policy-pack", pack, "--policy-pack-config", settings];
        const { status, stdout, stderr } = await project.pulumi("preview", ...flags);
        const printed = stdout + stderr;
        expect(status).not.toBe(0);
        for (const violation of [
            "directors: 1 is too few, because nothing takes over. Give at least 3.",
            "directors[0]: ignoreHostKey accepts any host.",
            "vrrpInstances[0].virtualRouterId: 62 is also the id of a router of",
            "repair: The value is meant for one up. Remove it after that.",
            "realServers[0].demoPage: The text looks like a secret",
            'virtualServers[0].virtualIp: "10.128.190.248" is in no allowed network',
            "virtualServers[0].check: The default check asks for a connection or an answer of the host only.",
        ]) {
            expect(printed).toContain(violation);
        }
    }, 120_000);

    it("passes the example", async () => {
        const project = await home.project("yaml", "good");
        const pack = await policyPack(folder, project);
        const { status, stdout } = await project.pulumi("preview", "--policy-pack", pack);
        expect([status, stdout]).toEqual([0, expect.stringContaining("lvs")]);
    }, 120_000);
});

/** Path of the pack. An old host of Node starts no pack, so a script starts it for the engine. */
async function policyPack(parent: string, { isGenuine }: Project): Promise<string> {
    const pack = path.join(root, "policies");
    if (isGenuine) return pack;
    const script = path.join(parent, "policy-pack");
    const runner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
    await fs.writeFile(script, `#!/bin/sh\ncd ${pack}\nexec node ${runner} "$1" .\n`, {
        mode: 0o755,
    });
    return script;
}
