import * as fc from "fast-check";
import {
    validResult,
    keepalivedOf,
    keepalivedReleases,
    type TestResult,
} from "../../lab/keepalivedTrees";
import type { Cluster } from "../../lvs/model";
import { planDirector } from "../../lvs/director/plan";
import { authPassFile, directorFiles } from "../../lvs/director/steps";
import { realServerFiles } from "../../lvs/realServer/steps";
import { validate } from "../../lvs/validate";
import { anyCluster, healed } from "../support/anyCluster";
import { realServerPlan } from "../support/plans";
import { cases, seed } from "../support/property";

jest.setTimeout(600_000);

/**
 * Random clusters for each version. Nearly all of them are tested again after a repair of their
 * problems.
 */
const parameters = cases(150);
const { numRuns: size } = parameters;
/** Number of hosts that a tree tests within its two minutes. */
const batch = 500;
const interfaces = ["eth0", "eth1"];

let sample: Cluster[];

beforeAll(() => {
    sample = fc.sample(anyCluster, parameters);
});

describe.each(keepalivedReleases)(`keepalived $version (SEED=${seed})`, ({ suite, version }) => {
    const on = (cluster: Cluster): Cluster => ({
        ...cluster,
        distribution: undefined,
        directors: cluster.directors.map((director) => ({
            ...director,
            keepalivedVersion: version,
        })),
    });
    let clusters: Cluster[];
    let valid: Cluster[];

    beforeAll(() => {
        clusters = sample.map(on);
        valid = clusters.flatMap((cluster) => healed(cluster) ?? []);
    });

    it("gets no invalid cluster, because validation refuses it with a place and a reason", () => {
        const keys =
            /^(directors|realServers|vrrpInstances|vrrpSyncGroups|virtualServers|scripts|globalDefs|kernel|monitoring|handOver|drainTimeout|track[A-Z]\w+|bfdInstances|interfaceUpDownDelays|distribution)\b/;
        const problems = clusters.flatMap(validate);
        expect(problems.length).toBeGreaterThan(size);
        expect(problems.filter(({ path }) => !keys.test(path))).toEqual([]);
        expect(problems.filter(({ reason }) => reason === "" || reason.includes("\n"))).toEqual([]);
    });

    it("accepts every rendered cluster that validation accepts", async () => {
        expect(valid.length).toBeGreaterThan(size / 2);
        const hosts = valid.map((cluster) => {
            for (const { name } of cluster.realServers) {
                realServerFiles(realServerPlan(cluster, name));
            }
            return [
                ...directorFiles(planDirector(cluster, cluster.directors[0]!.name)),
                authPassFile("12345678"),
            ];
        });
        const tree = await keepalivedOf(suite);
        const results: TestResult[] = [];
        for (let at = 0; at < hosts.length; at += batch) {
            results.push(...(await tree.testAll(hosts.slice(at, at + batch), { interfaces })));
        }
        const refused = hosts.flatMap(([configuration], index) =>
            JSON.stringify(results[index]) === JSON.stringify(validResult)
                ? []
                : [{ ...results[index], configuration: configuration!.content }],
        );
        expect(refused.slice(0, 3)).toEqual([]);
    });
});
