/** The toolchain's choice between several programs, and its messages if there is none. */
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { cacheRoot } from "../../lab/cache";
import { UserError } from "../../lab/progress";
import { tryRun } from "../../lab/run";
import { toolchain } from "../../lab/toolchain";
import { usersCli } from "../../lab/toolchain/cli";
import { folderOf, usersPath, usersPlugins } from "../../lab/toolchain/search";
import { atLeast, goArch, goMissingMessage } from "../../lab/toolchain/goModule";
import { pulumiHomeWith, plugin, type Plugin } from "../../lab/toolchain/plugins";

const command: Plugin = { name: "command", version: "1.2.1" };

jest.setTimeout(60_000);

let dir: string;

beforeEach(async () => {
    dir = await fs.mkdtemp(path.join(tmpdir(), "pulumi-lvs-selection-"));
});

afterEach(() => fs.rm(dir, { recursive: true, force: true }));

/** Put an executable into a folder of the test. Return the folder. */
async function put(folder: string, binary: string, prints = ""): Promise<string> {
    const into = path.join(dir, folder);
    await fs.mkdir(into, { recursive: true });
    await fs.writeFile(path.join(into, binary), `#!/bin/sh\necho "${prints}"\n`, { mode: 0o755 });
    return into;
}

describe("The user's own Pulumi CLI", () => {
    it("is used when it is new enough and has a language host beside it", async () => {
        const bin = await put("bin", "pulumi", "v3.229.0");
        await put("bin", "pulumi-language-nodejs");
        expect(await usersCli({ PATH: bin })).toMatchObject({ pulumi: path.join(bin, "pulumi") });
    });

    it("prints its version without writing to the user's home", async () => {
        const home = path.join(dir, "seen");
        const bin = await put("bin", "pulumi", `v3.229.0$(echo $PULUMI_HOME > ${home})`);
        await put("bin", "pulumi-language-nodejs");
        expect(await usersCli({ PATH: bin })).toHaveProperty("report");
        expect(await fs.readFile(home, "utf8")).toContain(path.join(cacheRoot, "pulumi-home-"));
    });

    it("is used through a link on PATH", async () => {
        const real = await put("opt", "pulumi", "v4.0.0");
        await put("opt", "pulumi-language-nodejs");
        await fs.mkdir(path.join(dir, "bin"));
        await fs.symlink(path.join(real, "pulumi"), path.join(dir, "bin/pulumi"));
        expect(await usersCli({ PATH: path.join(dir, "bin") })).toHaveProperty("report");
    });

    it.each([
        ["v3.228.9", "is 3.228.9, not 3.229.0 or later"],
        ["", "prints no version"],
    ])("is not used when its version is '%s'", async (version, reason) => {
        const bin = await put("bin", "pulumi", version);
        await put("bin", "pulumi-language-nodejs");
        expect(await usersCli({ PATH: bin })).toContain(reason);
    });

    it("is not used without a language host", async () => {
        const bin = await put("bin", "pulumi", "v3.229.0");
        expect(await usersCli({ PATH: bin })).toContain("without pulumi-language-nodejs");
    });

    it("is never a CLI of the lab's cache on PATH", () => {
        const env = { PATH: "/cache/pulumi-1:/usr/bin:relative::/cachelike" };
        expect(usersPath(env, "/cache")).toEqual(["/usr/bin", "/cachelike"]);
    });
});

describe("The user's own Pulumi plugins", () => {
    it("are used from PATH before the plugins folder, as the engine does", async () => {
        const bin = await put("bin", "pulumi-resource-command");
        await put("home/.pulumi/plugins/resource-command-v1.2.1", "pulumi-resource-command");
        const found = await plugin(command, { PATH: bin, HOME: path.join(dir, "home") });
        expect(found.origin).toContain(`genuine (from PATH: ${bin}`);
        expect(found.dir).toBeUndefined();
    });

    it("are used from the plugins folder in the version that the SDK needs", async () => {
        const plugins = "home/.pulumi/plugins";
        await put(`${plugins}/resource-command-v1.2.0`, "pulumi-resource-command");
        const wanted = await put(`${plugins}/resource-command-v1.2.1`, "pulumi-resource-command");
        const found = await plugin(command, { PATH: "", HOME: path.join(dir, "home") });
        expect(found).toMatchObject({ dir: wanted, origin: `genuine 1.2.1 (from ${wanted})` });
    });

    it("are used from PULUMI_HOME unless the lab created it", () => {
        expect(usersPlugins({ PULUMI_HOME: "/own", HOME: "/h" }, "/cache")).toBe("/own/plugins");
        expect(usersPlugins({ PULUMI_HOME: "/cache/x", HOME: "/h" }, "/cache")).toBe(
            "/h/.pulumi/plugins",
        );
    });

    it("are not used after an interrupted installation", async () => {
        const env = { PATH: "", HOME: path.join(dir, "home") };
        const folder = "home/.pulumi/plugins/resource-command-v1.2.1";
        const installed = await put(folder, "pulumi-resource-command");
        await fs.writeFile(`${installed}.partial`, "");
        expect((await plugin(command, env)).origin).not.toContain(installed);
    });

    it("are linked into a Pulumi home of the lab, one for each selection", async () => {
        const one = await put("one", "pulumi-resource-command");
        const other = await put("other", "pulumi-resource-command");
        const homes = await Promise.all(
            [one, other].map((from) => pulumiHomeWith([{ ...command, dir: from, origin: "" }])),
        );
        try {
            expect(new Set(homes).size).toBe(2);
            const linked = path.join(homes[1]!, "plugins/resource-command-v1.2.1");
            expect(await folderOf("pulumi-resource-command", [linked])).toBe(linked);
            expect(await fs.realpath(path.join(linked, "pulumi-resource-command"))).toBe(
                path.join(other, "pulumi-resource-command"),
            );
        } finally {
            await Promise.all(homes.map((home) => fs.rm(home, { recursive: true })));
        }
    });
});

describe("On a machine without Pulumi,", () => {
    /** Run toolchain() in a separate process, with an empty cache and a simulated curl. */
    async function alone(curl: string) {
        const bin = await put("bin", "curl");
        await fs.writeFile(path.join(bin, "curl"), `#!/bin/sh\n${curl}\n`);
        for (const tool of ["tar", "gzip", "sed", "basename", "cp"]) {
            await fs.symlink(`/bin/${tool}`, path.join(bin, tool));
        }
        const code =
            'require("./lab/toolchain").toolchain().then(' +
            "(tools) => console.log(JSON.stringify(tools)), (error) => console.log(error.message))";
        const { stdout } = await tryRun([process.execPath, "--import", "tsx", "-e", code], {
            env: {
                PATH: bin,
                HOME: dir,
                PULUMI_HOME: undefined,
                XDG_CACHE_HOME: path.join(dir, "cache"),
            },
        });
        return stdout;
    }

    it("the official download is used when its site answers", async () => {
        await put("archive/pulumi", "pulumi");
        const deliver = [
            // A request that could end at another protocol gets no answer.
            'case "$*" in *"--proto =https --proto-redir =https"*) ;; *) exit 1 ;; esac',
            'while [ "$1" != -o ]; do shift; done',
            `case "$3" in`,
            `*/sdk/pulumi-v3.259.0-linux-*) tar -czf "$2" -C ${dir}/archive pulumi ;;`,
            `*/plugins/*) name=$(basename "$3" | sed 's/-v.*//'); cp ${dir}/archive/pulumi/pulumi ${dir}/$name`,
            `    tar -czf "$2" -C ${dir} $name ;;`,
            "esac",
        ];
        const printed = await alone(deliver.join("\n"));
        const tools = JSON.parse(printed) as Awaited<ReturnType<typeof toolchain>>;
        expect(tools.plugins).toEqual({
            command: "genuine 1.2.1 (from the official download)",
            random: "genuine 4.21.2 (from the official download)",
        });
        expect(tools.report[0]).toBe("pulumi 3.259.0: official download");
        expect(tools.env.PATH!.split(":")[0]).toBe(path.dirname(tools.pulumi));
        expect((await fs.readdir(path.dirname(tools.pulumi))).sort()).toEqual(["pulumi"]);
    });

    it("the toolchain asks for Go when the site does not answer, and leaves nothing unfinished", async () => {
        expect(await alone("echo 'no route' >&2; exit 7")).toMatch(/Go .* needed, but no go is on/);
        expect(await fs.readdir(path.join(dir, "cache/pulumi-lvs"))).toEqual([]);
    });
});

it.each([
    ["3.229.0", "3.229.0", true],
    ["v3.300.1", "3.229.0", true],
    ["4.0.0", "3.229.0", true],
    ["3.228.10", "3.229.0", false],
    ["go1.26.8", "1.25.11", true],
    ["go1.26", "1.25.11", true],
    ["go1.25.9", "1.25.11", false],
    ["go1.25", "1.25.0", true],
    ["", "1.25.0", false],
])("Version '%s' is at least %s: %s", (version, minimum, expected) => {
    expect(atLeast(version, minimum)).toBe(expected);
});

it("The toolchain runs on Linux on x64 and arm64, and refuses other machines", () => {
    expect(goArch("linux", "x64")).toBe("amd64");
    expect(goArch("linux", "arm64")).toBe("arm64");
    expect(() => goArch("linux", "riscv64")).toThrow(UserError);
    expect(() => goArch("darwin", "arm64")).toThrow(UserError);
});

it("The toolchain says that Go is missing or too old", () => {
    expect(goMissingMessage("", "1.25.11")).toMatch(
        /Go 1\.25\.11 or later.*no go is on PATH.*Install Go/,
    );
    expect(goMissingMessage("go1.19.8", "1.25.11")).toMatch(/this is go1\.19\.8/);
});

it("The toolchain names its CLI, language host and plugins when all are in the cache", async () => {
    await toolchain();
    const { plugins, report, env, pulumi } = await toolchain();
    for (const origin of Object.values(plugins)) expect(origin).toMatch(/^(genuine|stand-in)/);
    const text = report.join("\n");
    expect(text).toMatch(/^pulumi \d+\.\d+\.\d+: /m);
    expect(text).toMatch(/^pulumi-language-nodejs.*: /m);
    expect(text).toContain(`command plugin: ${plugins.command}`);
    expect(text).toContain(`random plugin: ${plugins.random}`);
    expect(path.isAbsolute(pulumi)).toBe(true);
    expect(env.PULUMI_HOME).not.toContain("/.pulumi");
}, 3_600_000);
