import * as pulumi from "@pulumi/pulumi";
import { isKnown } from "../host/isKnown";
import { dependingOn, type Known, whenKnown } from "../host/known";
import { realServerId } from "../host/realServerId";
import { HostRole } from "../host/stepKinds";
import type { Urns } from "../host/step";
import { plainSpelling } from "../lvs/addresses";
import { problem, quote } from "../lvs/problems";
import { throwProblems } from "./validated";

/** Get the URNs of a component. With a dependency on the component, its own steps would wait for each other. */
export function urnsOf(component: pulumi.Resource): Known<Urns> {
    const aliases = aliasesOf(component);
    if (aliases.length > 0)
        return dependingOn(undefined, pulumi.output({ urn: component.urn, aliases }));
    return whenKnown(dependingOn(undefined, component.urn), (urn) => ({ urn }));
}

/** Fields of a resource that Pulumi's types hide. */
interface Internals {
    readonly __aliases?: pulumi.Input<string>[];
    readonly __parentResource?: pulumi.Resource;
}

/**
 * List the former URNs of a component that has moved with an alias, alone or with its parent. Pulumi
 * keeps its state under the new URN.
 */
function aliasesOf(component: pulumi.Resource): pulumi.Output<string>[] {
    const { __aliases: own = [], __parentResource: parent } = component as Internals;
    const inherited = parent === undefined ? [] : aliasesOf(parent);
    return [
        ...own.map((alias) => pulumi.output(alias)),
        ...inherited.map((alias) => pulumi.all([alias, component.urn]).apply(moved)),
    ];
}

/** Get the URN that a child has below a former URN of its parent. */
function moved([parent, child]: [string, string]): string {
    const [stack, project, types] = parent.split("::");
    const [, , own, ...name] = child.split("::");
    return [stack, project, `${types}$${own!.split("$").at(-1)}`, ...name].join("::");
}

/** Name of a real server's files on its host. No other stack has the same. */
export function idOf(name: string): string {
    return realServerId(pulumi.getProject(), pulumi.getStack(), name);
}

/** Folder of a component in the state of its host. */
export function claimOf(role: HostRole, name: string): string {
    return role === HostRole.director ? role : `real-servers/${idOf(name)}`;
}

const roleNames: Record<HostRole, string> = { director: "director", realServer: "real server" };

/** A component that has a host. */
interface Claim {
    readonly role: HostRole;
    readonly name: string;
    /** Name of the real server of the same cluster on the same machine. */
    readonly alongside?: string;
}

/** Claims of each program by the host. Tests run several programs in turn. */
const programs = new WeakMap<object, Map<unknown, Claim[]>>();

/** Throw if another component of this program has the same host, and one of the two is a director. */
export function claimInProgram(
    claim: Claim,
    host: pulumi.Input<string>,
    component: pulumi.Resource,
): void {
    const monitor = pulumi.runtime.getMonitor();
    if (!isKnown(host) || monitor === undefined) return;
    const claims = programs.get(monitor) ?? new Map<unknown, Claim[]>();
    programs.set(monitor, claims);
    const key = plainSpelling(host);
    const others = claims.get(key) ?? [];
    const other = others.find((one) => excludes(one, claim));
    if (other !== undefined) {
        const both =
            other.role === claim.role ? "" : ", or list it in both roles of one LvsCluster";
        const reason =
            `${quote(host)} is also the host of the ${roleNames[other.role]} ${other.name}. ` +
            `Give each of them a host of its own${both}.`;
        throwProblems(problem("host", reason), component);
    }
    claims.set(key, [...others, claim]);
}

/** A cluster makes its real servers first, so only a director knows what is on its machine. */
function excludes(earlier: Claim, later: Claim): boolean {
    const isDirector = earlier.role === HostRole.director || later.role === HostRole.director;
    return isDirector && earlier.name !== later.alongside;
}
