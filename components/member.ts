import type * as pulumi from "@pulumi/pulumi";
import type { StepHost } from "../host/step";

/** The part of a director or a real server that its cluster needs. It is no output, because users do not need it. */
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
