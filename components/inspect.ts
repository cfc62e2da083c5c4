import * as pulumi from "@pulumi/pulumi";
import { bundle, type Settings } from "../host/bundle";
import { remoteStep } from "../host/remote";
import type { Cluster } from "../lvs/model";
import { planDirector, planRealServer, planRealServerKernel } from "../lvs/plan";
import { directorPreflight, realServerPreflight } from "../lvs/preflight";
import type { ClusterDirectorArgs, ClusterRealServerArgs, LvsClusterArgs } from "./args";
import { connectionOf } from "./connectionOf";

/** A look at every host of a cluster that changes nothing, and fails where something speaks against it. */
export function inspect(
    name: string,
    args: LvsClusterArgs,
    cluster: pulumi.Output<Cluster>,
    parent: pulumi.Resource,
): pulumi.Output<string>[] {
    const look = (
        member: ClusterDirectorArgs | ClusterRealServerArgs,
        settingsOf: (known: Cluster) => Settings,
    ) =>
        remoteStep(
            `${name}-${member.name}-preflight`,
            {
                connection: connectionOf(args, member),
                stdin: cluster.apply((known) =>
                    bundle("preflight", [], { settings: settingsOf(known) }),
                ),
                passing: true,
            },
            parent,
        ).urn;
    return [
        ...args.directors.map((member) =>
            look(member, (known) => directorPreflight(planDirector(known, member.name), known)),
        ),
        ...args.realServers.map((member) =>
            look(member, (known) =>
                realServerPreflight(
                    planRealServerKernel(planRealServer(known, member.name)),
                    member.httpd !== undefined,
                ),
            ),
        ),
    ];
}
