import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import Mustache from "mustache";
import { planDirector } from "../../lvs/director/plan";
import { standaloneRealServers } from "../../lvs/realServer/plan";
import { authPassFile, directorFiles, directorModuleFiles } from "../../lvs/director/steps";
import type { HostFile } from "../../lvs/hostFile";
import { realServerFiles, realServerModuleFiles } from "../../lvs/realServer/steps";
import { validateRealServer } from "../../lvs/validate";
import { goldenClusters } from "../support/clusters";
import { expectGolden, expectGoldenDiff, goldenFolder } from "../support/golden";
import { realServerPlan } from "../support/plans";
import { seed } from "../support/seed";

/** Programs and units are files of their own under lvs/templates, the same for every cluster. */
const isConstant = ({ path }: HostFile) => /^\/usr\/local\/|\.service($|\.d\/)/.test(path);

const listing = (files: HostFile[]) =>
    files
        .filter((file) => !isConstant(file))
        .map(({ path, mode, content }) => `=== ${path} ${mode}\n${content}`)
        .join("\n");

describe.each(Object.entries(goldenClusters))("golden cluster %s", (folder, cluster) => {
    it("gives its directors the files under tests/golden", () => {
        const [first, ...others] = cluster.directors.map(({ name }) => {
            const plan = planDirector(cluster, name);
            return { name, text: listing([...directorModuleFiles(plan), ...directorFiles(plan)]) };
        });
        expectGolden(`${folder}/${first!.name}.txt`, first!.text);
        for (const { name, text } of others) {
            expectGoldenDiff(`${folder}/${name}.diff`, first!.text, text);
        }
    });

    it("has real servers that are valid without the cluster", () => {
        for (const realServer of standaloneRealServers(cluster).values()) {
            expect(validateRealServer(realServer)).toEqual([]);
        }
    });

    it("gives its real servers the files under tests/golden", () => {
        const listings = cluster.realServers.map(({ name }) => {
            const plan = { ...realServerPlan(cluster, name), demoPage: undefined };
            const files = [...realServerModuleFiles(plan), ...realServerFiles(plan)];
            return `##### ${name}\n${listing(files)}`;
        });
        expectGolden(`${folder}/real-servers.txt`, listings.join("\n"));
    });
});

/** Goldens of the tests of host scripts. */
const otherFolders = ["scripts"];

it("systemd starts a keepalived that ends again, every second and without a limit", () => {
    const files = directorFiles(planDirector(seed, "ds1"));
    const dropIn = files.find(({ path }) => path.endsWith("/keepalived.service.d/lvs.conf"))!;
    expect(dropIn.content).toMatch(/^\[Unit\]\nStartLimitIntervalSec=0\n/m);
    expect(dropIn.content).toMatch(/^\[Service\]\nRestart=on-failure\nRestartSec=1\n/m);
});

it("the password file has the eight characters that VRRP uses", () => {
    expect(authPassFile("1234567890").content).toBe('auth_pass "12345678"\n');
});

it("every folder under tests/golden belongs to a golden cluster", () => {
    const folders = readdirSync(goldenFolder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name);
    expect(folders.sort()).toEqual([...Object.keys(goldenClusters), ...otherFolders].sort());
});

it("a real server gets its programs, its unit and its page", () => {
    const files = realServerFiles({ ...realServerPlan(seed, "rs1"), demoPage: "RS1\n" });
    expect(files.map(({ path, mode }) => `${mode} ${path}`)).toEqual([
        "0644 /var/www/html/index.html",
        "0644 /etc/lvs/real-servers/lvs.test.lvs-rs1.conf",
        "0644 /etc/sysctl.d/lvs-lvs.test.lvs-rs1.conf",
        "0644 /etc/systemd/system/lvs-real-server.service",
        "0755 /usr/local/sbin/lvs-real-server",
    ]);
});

describe("the template", () => {
    const templates = path.join(__dirname, "..", "..", "lvs", "templates");
    const names = readdirSync(templates).filter((name) => name.endsWith(".mustache"));

    it.each(names)("%s decides nothing and escapes nothing", (name) => {
        const kinds = (tokens: unknown[][]): unknown[] =>
            tokens.flatMap(([kind, , , , inner]) =>
                Array.isArray(inner) ? [kind, ...kinds(inner as unknown[][])] : [kind],
            );
        const text = readFileSync(path.join(templates, name), "utf8");
        const allowed = new Set(["text", "name", "#", ">"]);
        const found = kinds(Mustache.parse(text));
        expect(found.filter((kind) => !allowed.has(kind as string))).toEqual([]);
    });
});
