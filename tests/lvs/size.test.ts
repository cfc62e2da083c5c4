import type { Cluster } from "../../lvs/model";
import { planDirector } from "../../lvs/director/plan";
import { planRealServer, standaloneRealServers } from "../../lvs/realServer/plan";
import { directorFiles } from "../../lvs/director/steps";
import { realServerFiles } from "../../lvs/realServer/steps";
import { validate } from "../../lvs/validate";
import { seed } from "../support/seed";
import { slope } from "../support/slope";

/** A cluster of services with real servers each. The first one of a pool is the sorry server of another. */
function clusterOf(services: number, realServers: number): Cluster {
    const name = (service: number, index: number) => `rs${service}-${index}`;
    const host = (service: number, index: number) =>
        `10.${index >> 4}.${((index & 15) << 4) + (service >> 8)}.${service & 255}`;
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
            virtualIp: host(service, 4000),
            port: 80,
            realServers: numbers(realServers).map((index) => ({ name: name(service, index) })),
            sorryServer: { host: host((service + 1) % services, 0) },
        })),
    };
}

const checkAndPlan = (cluster: Cluster) => [
    validate(cluster),
    planDirector(cluster, "ds1"),
    standaloneRealServers(cluster),
];

const render = (cluster: Cluster) => [
    directorFiles(planDirector(cluster, "ds1")),
    ...[...standaloneRealServers(cluster).values()].map((realServer) =>
        realServerFiles(planRealServer(realServer, "id")),
    ),
];

describe("a cluster", () => {
    it.each<[string, string, (cluster: Cluster) => unknown, (size: number) => Cluster]>([
        ["check and plan", "services", checkAndPlan, (size) => clusterOf(100 * size, 3)],
        ["check and plan", "real servers", checkAndPlan, (size) => clusterOf(2, 150 * size)],
        ["render", "services", render, (size) => clusterOf(30 * size, 3)],
        ["render", "real servers", render, (size) => clusterOf(2, 45 * size)],
    ])(
        "takes at most five times as long to %s with four times the %s",
        async (_, __, work, ofSize) => {
            const clusters = new Map([1, 4].map((size) => [size, ofSize(size)]));
            expect(validate(clusters.get(1)!)).toEqual([]);
            expect(await slope((size) => work(clusters.get(size)!))).toBeLessThan(5);
        },
    );
});
