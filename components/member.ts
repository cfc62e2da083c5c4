import type * as pulumi from "@pulumi/pulumi";
import type { StepHost } from "../host/step";

/** What a cluster needs of its directors and real servers, and users do not: it is no output. */
interface Member {
    readonly host: StepHost;
    /** Known when the resource that removes everything from the host exists. */
    readonly claimed: pulumi.Output<string>;
}

const members = new WeakMap<pulumi.Resource, Member>();

export function rememberMember(component: pulumi.Resource, member: Member): void {
    members.set(component, member);
}

export function memberOf(component: pulumi.Resource): Member {
    return members.get(component)!;
}
