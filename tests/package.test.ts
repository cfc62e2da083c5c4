import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const root = path.join(__dirname, "..");
const run = (cwd: string, command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

/** A program of somebody else's, in plain JavaScript, as Node finds the package. */
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

it("the packed package works in a stack of one's own", () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "package-"));
    try {
        run(root, "npm", "pack", "--pack-destination", dir);
        const [archive] = fs.readdirSync(dir);
        const modules = path.join(dir, "node_modules");
        fs.mkdirSync(path.join(modules, "@pulumi-lvs"), { recursive: true });
        run(dir, "tar", "-xf", archive!);
        fs.renameSync(path.join(dir, "package"), path.join(modules, "@pulumi-lvs", "lvs"));
        for (const name of ["@pulumi", "mustache", "yargs"]) {
            fs.symlinkSync(path.join(root, "node_modules", name), path.join(modules, name));
        }
        fs.writeFileSync(path.join(dir, "index.js"), program);
        const made = run(dir, "node", "index.js").trim();
        expect(made).toBe(
            "project-stack web web-a web-a-configure web-a-preflight web-a-prepare web-a-secret web-b web-b-configure web-b-preflight web-b-turn",
        );
        // What `npm install` makes of "bin".
        const installed = path.join(modules, "@pulumi-lvs", "lvs");
        const { bin } = JSON.parse(
            fs.readFileSync(path.join(installed, "package.json"), "utf8"),
        ) as { bin: { lvs: string } };
        const command = path.join(dir, "lvs");
        fs.chmodSync(path.join(installed, bin.lvs), 0o755);
        fs.symlinkSync(path.join(installed, bin.lvs), command);
        expect(run(dir, command, "--help")).toContain("lvs status");

        const types = path.join(modules, "@pulumi-lvs/lvs/dist/components/index.d.ts");
        expect(fs.existsSync(types)).toBe(true);
    } finally {
        fs.rmSync(dir, { recursive: true });
    }
}, 60_000);
