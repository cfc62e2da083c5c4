/** Random clusters: what is accepted can serve. `toolchain/property` lets keepalived read the same files. */
import * as fc from "fast-check";
import type { Cluster } from "../../lvs/model";
import { planDirector } from "../../lvs/plan";
import { directorFiles, ipvsRulesPath } from "../../lvs/render";
import { anyCluster, healed } from "../support/anyCluster";
import { cases } from "../support/property";

/** The IPVS plan of the preferred director, if the cluster can be healed. */
function rulesOf(sick: Cluster): string[] {
    const cluster = healed(sick);
    if (cluster === undefined) return [];
    const files = directorFiles(planDirector(cluster, cluster.directors[0]!.name));
    return files.find(({ path }) => path === ipvsRulesPath)!.content.split("\n");
}

it("a cluster that is accepted has each server once in each service of its IPVS plan", () => {
    fc.assert(
        fc.property(anyCluster, (sick) => {
            const rules = rulesOf(sick);
            const places = rules.flatMap((rule) => /^-a (.* -r \S+)/.exec(rule)?.[1] ?? []);
            expect(new Set(places).size).toBe(places.length);
            const services = rules.flatMap((rule) => /^-A (.*?) -s /.exec(rule)?.[1] ?? []);
            expect(new Set(services).size).toBe(services.length);
            for (const place of places) expect(services).toContain(place.replace(/ -r \S+$/, ""));
        }),
        cases(200),
    );
});
