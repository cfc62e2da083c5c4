import * as pulumi from "@pulumi/pulumi";
import { connectionProblems } from "../host/connection";
import type { Cluster, Httpd } from "../lvs/model";
import { type Problem, validate, validateAuthPass, validateRealServer } from "../lvs/validate";
import type { LvsClusterArgs, RealServerArgs } from "./args";
import { connectionOf } from "./connectionOf";

/**
 * The cluster that the arguments describe, found free of problems. Throws one `ResourceError` that
 * lists all problems: at once when every value is known, otherwise as soon as they are, which is
 * before anything that is made of the result.
 */
export function acceptedCluster(
    args: LvsClusterArgs,
    resource: pulumi.Resource,
): pulumi.Output<Cluster> {
    const cluster = {
        vrrp: vrrpOf(args),
        directors: args.directors.map(({ name, host, interface: device, priority }) => ({
            name,
            host,
            interface: device,
            priority,
        })),
        realServers: args.realServers.map(({ name, host, weight, httpd }) => ({
            name,
            host,
            weight,
            httpd,
        })),
        virtualServers: args.virtualServers,
    };
    const { authPass } = args.vrrp;
    return accepted(cluster, resource, validate, [
        ...(typeof authPass === "string" ? validateAuthPass(authPassField, authPass) : []),
        ...memberConnectionProblems("directors", args),
        ...memberConnectionProblems("realServers", args),
    ]);
}

/** The password, found fit for keepalived; nothing that is thrown tells it. */
export function acceptedAuthPass(
    authPass: pulumi.Input<string>,
    resource: pulumi.Resource,
): pulumi.Output<string> {
    return accepted(authPass, resource, (known: string) => validateAuthPass(authPassField, known));
}

const authPassField = "vrrp.authPass";

/** The virtual IPs and the page of a real server, found free of problems. */
export function acceptedRealServer(
    args: RealServerArgs,
    resource: pulumi.Resource,
): pulumi.Output<{ virtualIps: string[]; httpd?: Httpd }> {
    const { virtualIps, httpd } = args;
    return accepted(
        { virtualIps, httpd },
        resource,
        (known: { virtualIps: string[]; httpd?: Httpd }) =>
            validateRealServer(known.virtualIps, known.httpd),
        connectionProblems("", args),
    );
}

function accepted<T, Known extends pulumi.Unwrap<T>>(
    value: T,
    resource: pulumi.Resource,
    validateKnown: (value: Known) => Problem[],
    problems: Problem[] = [],
): pulumi.Output<Known> {
    const check = (found: Problem[]) => (found.length > 0 ? reject(found, resource) : undefined);
    const known = isKnown(value);
    check([...(known ? validateKnown(value as unknown as Known) : []), ...problems]);
    return pulumi.output(value).apply((resolved) => {
        if (!known) check(validateKnown(resolved as Known));
        return resolved as Known;
    });
}

/** The only place that throws for what the user wrote. */
export function reject(problems: Problem[], resource: pulumi.Resource): never {
    const lines = problems.map(({ path, reason }) => `  ${path}: ${reason}`);
    throw new pulumi.ResourceError(["wrong arguments:", ...lines].join("\n"), resource, true);
}

/** Without the password, which would make a secret of every file. */
function vrrpOf({ vrrp }: LvsClusterArgs) {
    const { interface: device, virtualRouterId, advertInt, nopreempt } = vrrp;
    return { interface: device, virtualRouterId, advertInt, nopreempt };
}

function memberConnectionProblems(list: "directors" | "realServers", args: LvsClusterArgs) {
    return args[list].flatMap((member, index) =>
        connectionProblems(`${list}[${index}]`, connectionOf(args, member)),
    );
}

/** Whether a value holds nothing that has to be waited for. */
function isKnown(value: unknown): boolean {
    if (pulumi.Output.isInstance(value) || value instanceof Promise) return false;
    if (typeof value !== "object" || value === null) return true;
    return Object.values(value).every(isKnown);
}
