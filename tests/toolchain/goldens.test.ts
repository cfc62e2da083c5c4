import { validResult, keepalivedOf, keepalivedReleases } from "../../lab/keepalivedTrees";
import { planDirector } from "../../lvs/plan";
import { authPassFile, directorFiles } from "../../lvs/render";
import { validate } from "../../lvs/validate";
import { goldenClusters, onVersion } from "../support/clusters";

jest.setTimeout(600_000);

/** Interfaces of all golden clusters. */
const interfaces = ["eth0", "eth1", "eth2"];

/**
 * Message of the validation for a keyword that a version lacks. Such clusters are not tested on it.
 */
const tooNew = / needs keepalived \d/;

describe.each(keepalivedReleases)("keepalived $version", ({ suite, version }) => {
    const clusters = Object.entries(goldenClusters).map(
        ([name, cluster]) => [name, onVersion(cluster, version)] as const,
    );
    const known = clusters.filter(([, cluster]) => validate(cluster).length === 0);

    it("has every keyword of the golden clusters except newer ones", () => {
        const reasons = clusters.flatMap(([, cluster]) => validate(cluster));
        expect(reasons.filter(({ reason }) => !tooNew.test(reason))).toEqual([]);
    });

    it.each(known)("accepts the golden cluster %s", async (_, cluster) => {
        const tree = await keepalivedOf(suite);
        for (const { name } of cluster.directors) {
            const files = [...directorFiles(planDirector(cluster, name)), authPassFile("12345678")];
            expect(await tree.test(files, { interfaces })).toEqual(validResult);
        }
    });
});
