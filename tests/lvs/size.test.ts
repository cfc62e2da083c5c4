import type { Cluster } from "../../lvs/model";
import { planDirector, planRealServers } from "../../lvs/plan";
import { directorFiles } from "../../lvs/render";
import { validate } from "../../lvs/validate";
import { seed } from "../support/seed";
import { slope } from "../support/slope";

/** A cluster with lists of such lengths; each real server is in every pool, by name in every other one. */
function clusterOf(size: { realServers: number; virtualServers: number }): Cluster {
    const realServers = Array.from({ length: size.realServers }, (_, index) => ({
        name: `rs${index}`,
        host: `10.1.${index >> 8}.${index & 255}`,
    }));
    const virtualServers = Array.from({ length: size.virtualServers }, (_, index) => ({
        virtualIp: `10.2.${index >> 8}.${index & 255}`,
        port: 80,
        ...(index % 2 === 0 ? { realServers: realServers.map(({ name }) => ({ name })) } : {}),
    }));
    return { ...seed, realServers, virtualServers };
}

/** What is done with a cluster, and a number of hosts or services that it takes some milliseconds for. */
const parts: [string, number, (cluster: Cluster) => unknown][] = [
    ["The validation", 250, validate],
    ["The plan", 1000, (cluster) => [planRealServers(cluster), planDirector(cluster, "ds1")]],
    ["The rendering", 200, (cluster) => directorFiles(planDirector(cluster, "ds1"))],
];

describe.each(parts)("%s of a cluster", (_, some, part) => {
    it.each<[string, (size: number) => Parameters<typeof clusterOf>[0]]>([
        ["real servers", (realServers) => ({ realServers, virtualServers: 2 })],
        ["services", (virtualServers) => ({ realServers: 2, virtualServers })],
    ])("takes at most five times the time for four times the %s", async (_, sizes) => {
        const clusters = new Map([1, 4].map((size) => [size, clusterOf(sizes(size * some))]));
        expect(await slope((size) => part(clusters.get(size)!))).toBeLessThan(5);
    });
});
