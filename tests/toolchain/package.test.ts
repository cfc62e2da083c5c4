import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const root = path.join(__dirname, "..", "..");
const run = (cwd: string, command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd, encoding: "utf8", stdio: "pipe" });

/** A user's program in plain JavaScript, with the package in node_modules. */
const program = `
    const pulumi = require("@pulumi/pulumi");
    const made = [];
    pulumi.runtime.setMocks({
        newResource: (args) => (made.push(args.name), { id: args.name, state: args.inputs }),
        call: () => ({}),
    }).then(() => pulumi.runtime.runInPulumiStack(async () => {
        const { LvsCluster, LvsSched } = require("@pulumi-lvs/lvs");
        new LvsCluster("web", {
            connection: { ignoreHostKey: true },
            vrrpInstances: [{ interface: "eth0", virtualRouterId: 1 }],
            authPass: "12345678",
            directors: [{ name: "a", host: "192.0.2.1" }],
            realServers: [{ name: "b", host: "192.0.2.2" }],
            virtualServers: [{ virtualIp: "192.0.2.3", port: 80, lvsSched: LvsSched.wlc }],
        });
    })).then(() => pulumi.runtime.disconnect()).then(() => console.log(made.sort().join(" ")));
`;

/** A project with the packed package in its node_modules, as `npm install` installs it. */
let project: string;
let installed: string;

beforeAll(() => {
    project = fs.mkdtempSync(path.join(os.tmpdir(), "package-"));
    // The script `prepare` builds the package first.
    run(root, "npm", "pack", "--pack-destination", project);
    const [archive] = fs.readdirSync(project);
    run(project, "tar", "-xf", archive!);
    const modules = path.join(project, "node_modules");
    installed = path.join(modules, "@pulumi-lvs", "lvs");
    fs.mkdirSync(path.dirname(installed), { recursive: true });
    fs.renameSync(path.join(project, "package"), installed);
    for (const name of ["@pulumi", "mustache", "yargs"]) {
        fs.symlinkSync(path.join(root, "node_modules", name), path.join(modules, name));
    }
    const { bin } = JSON.parse(fs.readFileSync(path.join(installed, "package.json"), "utf8")) as {
        bin: { lvs: string };
    };
    fs.mkdirSync(path.join(modules, ".bin"));
    fs.symlinkSync(path.join(installed, bin.lvs), path.join(modules, ".bin", "lvs"));
}, 60_000);

afterAll(() => fs.rmSync(project, { recursive: true }));

it("The packed package makes a cluster in a separate project", () => {
    fs.writeFileSync(path.join(project, "index.js"), program);
    expect(run(project, "node", "index.js").trim()).toBe(
        "project-stack web web-a web-a-claim web-a-configure web-a-preflight web-a-prepare web-a-secret web-b web-b-claim web-b-configure web-b-deferred web-b-preflight",
    );
});

it("The packed package declares its types", () => {
    const { types } = JSON.parse(fs.readFileSync(path.join(installed, "package.json"), "utf8")) as {
        types: string;
    };
    expect(fs.existsSync(path.join(installed, types))).toBe(true);
});

it.each([
    ["the checkout after a build", () => root],
    ["a project that installed the package", () => project],
])("npx lvs starts in %s", (_, folder) => {
    expect(run(folder(), "npx", "--no", "--", "lvs", "--help")).toContain("lvs status");
});
