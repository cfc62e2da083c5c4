import { hostKey } from "./keys";
import { releases } from "./release";
import { seedConfig, type StackConfig } from "./stack";
import type { Topology } from "./topology";

/** The article's virtual IP. */
export const vip = "10.128.190.248";

/** A change made to a configuration in place. */
export type Change = (config: Required<StackConfig>) => unknown;

/** The article's configuration with the hosts of a topology and their distributions. */
export async function articleConfig({ hosts }: Topology): Promise<Required<StackConfig>> {
    const config = (await seedConfig()) as Required<StackConfig>;
    const suites = new Map(hosts.map(({ name, suite }) => [name, suite]));
    config.directors = config.directors.filter(({ name }) => suites.has(name));
    config.realServers = config.realServers.filter(({ name }) => suites.has(name));
    for (const member of [...config.directors, ...config.realServers]) {
        const suite = suites.get(member.name);
        if (suite !== undefined) member.distribution = releases[suite].distribution;
    }
    for (const director of config.directors) {
        if (suites.get(director.name) === "rhel9")
            director.keepalivedVersion = releases.rhel9.keepalived;
    }
    return config;
}

/** Keep only the first director and the first real server. */
export const firstPair: Change = (config) => {
    config.directors = config.directors.slice(0, 1);
    config.realServers = config.realServers.slice(0, 1);
};

/** The spare host as a real server of the configuration. */
export function spareRealServer() {
    const key = hostKey("rs4").public;
    return { name: "rs4", host: "10.128.190.247", hostKey: key, demoPage: "RS4" };
}
