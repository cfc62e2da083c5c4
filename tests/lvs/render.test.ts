import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import Mustache from "mustache";
import type { Cluster } from "../../lvs/model";
import { planDirector, virtualIpsOf } from "../../lvs/plan";
import { directorFiles, type HostFile, realServerFiles } from "../../lvs/render";
import { validate } from "../../lvs/validate";
import { expectGolden } from "../support/golden";
import { goldenClusters } from "../support/goldenClusters";
import { seed } from "../support/seed";

const listing = (files: HostFile[]) =>
    files.map(({ path, mode, content }) => `=== ${path} ${mode}\n${content}`).join("\n");

describe("files of a director", () => {
    it.each(Object.entries(goldenClusters))("%s", (name, cluster: Cluster) => {
        expect(validate(cluster)).toEqual([]);
        for (const director of cluster.directors) {
            const files = directorFiles(planDirector(cluster, director.name));
            expectGolden(`${name}.${director.name}.txt`, listing(files));
        }
    });
});

it("files of a real server", () => {
    const virtualIps = virtualIpsOf(seed.virtualServers);
    expectGolden("real-server.txt", listing(realServerFiles(virtualIps, { page: "RS1\n" })));
});

describe("templates", () => {
    const templates = path.join(__dirname, "..", "..", "lvs", "templates");
    const names = readdirSync(templates).filter((name) => name.endsWith(".mustache"));

    it.each(names)("%s escapes nothing and includes nothing", (name) => {
        const kinds = (tokens: unknown[][]): unknown[] =>
            tokens.flatMap(([kind, , , , inner]) =>
                Array.isArray(inner) ? [kind, ...kinds(inner as unknown[][])] : [kind],
            );
        const text = readFileSync(path.join(templates, name), "utf8");
        const allowed = new Set(["text", "name", "#"]);
        const found = kinds(Mustache.parse(text));
        expect(found.filter((kind) => !allowed.has(kind as string))).toEqual([]);
    });
});
