import {
    PolicyPack,
    type ResourceValidationArgs,
    type ResourceValidationPolicy,
} from "@pulumi/policy";
import type { Problem } from "../lvs/problems";
import {
    type KnownCluster,
    foreignVirtualIps,
    leftBehind,
    leftBehindOn,
    plainSecrets,
    type RealServer,
    sharedRouterIds,
    tooFewDirectors,
    uncheckedServices,
    unpinned,
    unpinnedHosts,
} from "./rules";

/** Rules of a policy, by the component whose arguments they judge. */
interface Rules {
    readonly cluster?: (cluster: KnownCluster, args: ResourceValidationArgs) => Problem[];
    /** Of a real server that belongs to no cluster of the stack. */
    readonly realServer?: (realServer: RealServer, args: ResourceValidationArgs) => Problem[];
}

/** Make a policy. It takes the arguments of a cluster from `LvsCluster`, or from a `Director` of its own. */
function policy(
    settings: Omit<ResourceValidationPolicy, "validateResource">,
    { cluster, realServer }: Rules,
): ResourceValidationPolicy {
    return {
        ...settings,
        validateResource(args, report) {
            const { type, props } = args;
            const isMember = args.opts.parent?.includes("lvs:index:LvsCluster::") ?? false;
            const problems = {
                "lvs:index:LvsCluster": () => cluster?.(props as KnownCluster, args),
                "lvs:index:Director": () => cluster?.(props.cluster as KnownCluster, args),
                "lvs:index:RealServer": () => realServer?.(props as RealServer, args),
            };
            const find = isMember ? undefined : problems[type as keyof typeof problems];
            for (const { path, reason } of find?.() ?? []) report(`${path}: ${reason}`);
        },
    };
}

const text = { type: "string" } as const;

/** Clusters of the stack by the ids of their virtual routers. A pack runs once for each command. */
const routers = new Map<number, string>();

new PolicyPack("lvs", {
    enforcementLevel: "mandatory",
    policies: [
        policy(
            {
                name: "several-directors",
                description: "A cluster has at least two directors, or as many as `least` says.",
                configSchema: { properties: { least: { type: "integer", default: 2 } } },
            },
            {
                cluster: (cluster, args) =>
                    tooFewDirectors(cluster, args.getConfig<{ least: number }>().least),
            },
        ),
        policy(
            { name: "pinned-host-keys", description: "Every host has a pinned host key." },
            { cluster: unpinnedHosts, realServer: (server) => unpinned("hostKey", server) },
        ),
        policy(
            {
                name: "no-plain-secret",
                description:
                    "No script, page or extraConfig has a plain text that matches `pattern`.",
                configSchema: {
                    properties: {
                        pattern: {
                            ...text,
                            default: "PRIVATE KEY|\\b(password|passwd|secret|token)\\s*[=:]",
                        },
                    },
                },
            },
            { cluster: findPlainSecrets, realServer: findPlainSecrets },
        ),
        policy(
            {
                name: "unique-virtual-router-ids",
                description: "Two clusters of a stack have no virtual router id in common.",
            },
            { cluster: (cluster, { urn }) => sharedRouterIds(cluster, urn, routers) },
        ),
        policy(
            {
                name: "checked-services",
                description:
                    "Every real server has a check of its service, not only of its port or its address.",
                enforcementLevel: "advisory",
            },
            { cluster: uncheckedServices },
        ),
        policy(
            {
                name: "allowed-virtual-ips",
                description: "Every virtual IP is in one of `networks`, if there are any.",
                configSchema: {
                    properties: { networks: { type: "array", items: text, default: [] } },
                },
            },
            {
                cluster: (cluster, args) =>
                    foreignVirtualIps(cluster, args.getConfig<{ networks: string[] }>().networks),
            },
        ),
        policy(
            {
                name: "nothing-left-behind",
                description: "No `repair`, `adopt` or `gone` stays after the `up` it is meant for.",
                enforcementLevel: "advisory",
            },
            { cluster: leftBehind, realServer: (server) => leftBehindOn("", server) },
        ),
    ],
});

function findPlainSecrets(props: object, args: ResourceValidationArgs): Problem[] {
    const { pattern } = args.getConfig<{ pattern: string }>();
    return plainSecrets(props, new RegExp(pattern, "i"));
}
