import * as pulumi from "@pulumi/pulumi";
import type { HostConnectionArgs } from "../host/connection";
import { type Known, whenKnown } from "../host/known";
import { HostRole } from "../host/stepKinds";
import { runStep } from "../host/step";
import type { Cluster, StandaloneRealServer } from "../lvs/model";
import { planDirector } from "../lvs/director/plan";
import { planRealServer } from "../lvs/realServer/plan";
import { directorSteps } from "../lvs/director/steps";
import { realServerSteps } from "../lvs/realServer/steps";
import type { ClusterDirectorArgs, ClusterRealServerArgs, LvsClusterArgs } from "./args";
import { machineIn, machineProblemsInProgram } from "./machines";
import { present } from "../host/present";
import { claimOf, idOf, urnsOf } from "./ownership";
import { throwProblems } from "./validated";
import { whenDone } from "./whenDone";

/**
 * Check every host of a cluster before any host changes. Resources that depend on the result wait for
 * all checks. A failed check ends the `up`.
 */
export function preflight(
    name: string,
    args: LvsClusterArgs,
    connections: Map<string, HostConnectionArgs>,
    cluster: Known<Cluster>,
    realServers: Known<Map<string, StandaloneRealServer>>,
    parent: pulumi.Resource,
): Promise<pulumi.Resource[]> {
    const urns = urnsOf(parent);
    const { directors: inOrder, realServers: servers = [] } = args;
    const host = (role: HostRole, member: ClusterDirectorArgs | ClusterRealServerArgs) => ({
        role,
        name: `${name}-${member.name}`,
        connection: connections.get(member.name)!,
        parent,
        urns,
        claim: claimOf(role, `${name}-${member.name}`),
        adopt: member.adopt,
    });
    const members = [
        ...present(inOrder).map((member) => ({ role: HostRole.director, ...member })),
        ...present(servers).map((member) => ({ role: HostRole.realServer, ...member })),
    ];
    const directors = present(inOrder).map((member) => {
        const content = whenKnown(cluster, (known) =>
            directorSteps.preflight(planDirector(known, member.name)),
        );
        return runStep(host(HostRole.director, member), "preflight", content);
    });
    const others = present(servers).map((member) => {
        const content = whenKnown(realServers, (known) =>
            realServerSteps.preflight(
                planRealServer(known.get(member.name)!, idOf(`${name}-${member.name}`)),
            ),
        );
        return runStep(host(HostRole.realServer, member), "preflight", content);
    });
    // The hosts may be outputs, so they come with the texts.
    const hosts = members.map((member) => pulumi.output(member.host));
    return whenDone(
        [...[...directors, ...others].map(({ stdout }) => stdout), ...hosts],
        (values) => {
            const machines = members.map(({ name: one, role }, index) => ({
                cluster: name,
                name: one,
                role,
                host: values[members.length + index]!,
                machine: machineIn(values[index]!),
            }));
            const problems = machineProblemsInProgram(machines);
            if (problems.length > 0) throwProblems(problems, parent);
        },
    );
}
