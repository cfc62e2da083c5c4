import type { Cluster } from "../../lvs/model";
import { planDirector, planRealServer, standaloneRealServers } from "../../lvs/plan";
import { directorFiles, realServerFiles } from "../../lvs/render";
import { validate } from "../../lvs/validate";
import { seed } from "../support/seed";
import { slope } from "../support/slope";

/** A cluster of services with real servers each. The first one of a pool is the sorry server of another. */
function clusterOf(services: number, realServers: number): Cluster {
    const name = (service: number, index: number) => `rs${service}-${index}`;
    const host = (service: number, index: number) => `10.${index}.${service >> 8}.${service & 255}`;
    const numbers = (length: number) => Array.from({ length }, (_, index) => index);
    return {
        ...seed,
        realServers: numbers(services).flatMap((service) =>
            numbers(realServers).map((index) => ({
                name: name(service, index),
                host: host(service, index),
            })),
        ),
        virtualServers: numbers(services).map((service) => ({
            virtualIp: host(service, 250),
            port: 80,
            realServers: numbers(realServers).map((index) => ({ name: name(service, index) })),
            sorryServer: { host: host((service + 1) % services, 0) },
        })),
    };
}

describe.each<[string, (times: number) => Cluster]>([
    ["services", (times) => clusterOf(60 * times, 3)],
    ["real servers", (times) => clusterOf(2, 60 * times)],
])("four times the %s", (_, clusterOfTimes) => {
    it.each<[string, (cluster: Cluster) => unknown]>([
        ["check", validate],
        ["plan", (cluster) => [planDirector(cluster, "ds1"), standaloneRealServers(cluster)]],
        [
            "render",
            (cluster) => [
                directorFiles(planDirector(cluster, "ds1")),
                ...[...standaloneRealServers(cluster).values()].map((realServer) =>
                    realServerFiles(planRealServer(realServer)),
                ),
            ],
        ],
    ])("take at most five times as long to %s", async (_, work) => {
        const clusters = new Map([1, 4].map((times) => [times, clusterOfTimes(times)]));
        expect(validate(clusters.get(1)!)).toEqual([]);
        expect(await slope((times) => work(clusters.get(times)!))).toBeLessThan(5);
    });
});
