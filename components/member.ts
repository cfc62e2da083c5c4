import type * as pulumi from "@pulumi/pulumi";
import { runStep, type StepHost } from "../host/step";
import { claimStep } from "../lvs/steps";
import { gatedBy } from "./gatedBy";
import { claimInProgram, claimOf, urnsOf } from "./ownership";

/** The part of a director or a real server that its cluster needs. It is no output, because users do not need it. */
interface Member {
    readonly host: StepHost;
    /** Resource that removes everything from the host. */
    readonly claim: ReturnType<typeof runStep>;
}

/** Order of a claim among the other claims of a cluster. */
interface ClaimOrder {
    /** The real server of the cluster on the same machine. */
    readonly alongside?: pulumi.Resource;
    /** Claims of hosts that a destroy must leave until this one is removed. */
    readonly removedBefore?: pulumi.Input<string>[];
}

const members = new WeakMap<pulumi.Resource, Member>();

/** Claim the host of a component. Throws if another component of the program has the same host. */
export function claimHost(
    parent: pulumi.Resource,
    member: Omit<StepHost, "parent" | "urns" | "claim">,
    { alongside, removedBefore }: ClaimOrder = {},
): Member {
    const { role, name, connection } = member;
    const other = alongside && memberOf(alongside).host.name;
    claimInProgram({ role, name, alongside: other }, connection.host, parent);
    const host: StepHost = {
        ...member,
        parent,
        urns: urnsOf(parent),
        claim: claimOf(role, name),
    };
    const claim = runStep(host, "claim", claimStep, { dependsOn: gatedBy(removedBefore) });
    members.set(parent, { host, claim });
    return { host, claim };
}

/** Get the host and the claim of a director or a real server. */
export function memberOf(component: pulumi.Resource): Member {
    return members.get(component)!;
}
