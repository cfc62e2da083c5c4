import * as pulumi from "@pulumi/pulumi";
import { bundle, type Settings } from "../host/bundle";
import { remoteStep } from "../host/remote";
import type { Cluster, LoneRealServer } from "../lvs/model";
import { planDirector, planRealServerKernel } from "../lvs/plan";
import { directorPreflight, realServerPreflight } from "../lvs/preflight";
import type { ClusterDirectorArgs, ClusterRealServerArgs, LvsClusterArgs } from "./args";
import { connectionOf } from "./connectionOf";
import { type Known, whenKnown } from "./known";
import { whenDone } from "./whenDone";

/**
 * A look at every host of a cluster that changes nothing, and fails where something speaks against it:
 * whoever depends on it comes after all of it.
 */
export function inspect(
    name: string,
    args: LvsClusterArgs,
    cluster: Known<Cluster>,
    realServers: Known<Map<string, LoneRealServer>>,
    parent: pulumi.Resource,
): Promise<pulumi.Resource[]> {
    const look = <T>(
        member: ClusterDirectorArgs | ClusterRealServerArgs,
        plan: Known<T>,
        settingsOf: (known: T) => Settings,
    ) =>
        remoteStep(
            `${name}-${member.name}-preflight`,
            {
                connection: connectionOf(args, member),
                stdin: whenKnown(plan, (known) =>
                    bundle("preflight", [], { settings: settingsOf(known) }),
                ),
                passing: true,
            },
            parent,
        ).stdout;
    return whenDone([
        ...args.directors.map((member) =>
            look(member, cluster, (known) =>
                directorPreflight(planDirector(known, member.name), known),
            ),
        ),
        ...args.realServers.map((member) =>
            look(member, realServers, (known) =>
                realServerPreflight(
                    planRealServerKernel(known.get(member.name)!),
                    member.httpd !== undefined,
                ),
            ),
        ),
    ]);
}
