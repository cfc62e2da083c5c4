import * as pulumi from "@pulumi/pulumi";
import { isKnown } from "../host/isKnown";
import { dependingOn, type Known } from "../host/known";
import { realServerId } from "../host/realServerId";
import { HostRole } from "../host/step";
import { problem, quote } from "../lvs/problems";
import { throwProblems } from "./validated";

/** URN of a component, without a dependency on it: its own steps would wait for each other. */
export function urnOf(component: pulumi.Resource): Known<string> {
    return dependingOn(undefined, component.urn);
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

/** Hosts of each program, with the component that claims them. Tests run several programs in turn. */
const programs = new WeakMap<object, Map<string, { role: HostRole; name: string }>>();

/** Throw if another component of this program has the same host, and one of the two is a director. */
export function claimInProgram(
    role: HostRole,
    name: string,
    host: pulumi.Input<string>,
    component: pulumi.Resource,
): void {
    const monitor = pulumi.runtime.getMonitor();
    if (!isKnown(host) || monitor === undefined) return;
    const claims = programs.get(monitor) ?? new Map<string, { role: HostRole; name: string }>();
    programs.set(monitor, claims);
    const other = claims.get(host as string);
    if (other && (role === HostRole.director || other.role === HostRole.director)) {
        const reason =
            `${quote(host)} is also the host of the ${roleNames[other.role]} ${other.name}. ` +
            "Give each of them a host of its own.";
        throwProblems(problem("host", reason), component);
    }
    claims.set(host as string, { role, name });
}
