import * as pulumi from "@pulumi/pulumi";
import {
    connectionProblems,
    fieldProblems,
    type HostConnectionArgs,
    type LoginArgs,
    loginFields,
} from "../host/connection";
import type { Cluster, Director, StandaloneRealServer, RealServer } from "../lvs/model";
import { fieldPath, type Problem } from "../lvs/problems";
import { validate, validateAuthPass, validateRealServer } from "../lvs/validate";
import type { LvsClusterArgs, RealServerArgs } from "./args";
import { connectionOf } from "./connectionOf";
import { isKnown, type Known } from "../host/known";

/**
 * Validate the arguments of a cluster. Throws one `ResourceError` that lists all problems: at once if
 * every value is known, or else as soon as all are known.
 */
export function validatedCluster(args: LvsClusterArgs, resource: pulumi.Resource): Known<Cluster> {
    return validated(withoutCredentials(args), resource, validate, credentialProblems(args));
}

/** Check the arguments of a cluster. All their values are known. */
export function clusterProblems(args: LvsClusterArgs): Problem[] {
    return [...validate(withoutCredentials(args) as Cluster), ...credentialProblems(args)];
}

function credentialProblems(args: LvsClusterArgs): Problem[] {
    const { authPass } = args;
    return [
        ...(authPass !== undefined && isKnown(authPass)
            ? validateAuthPass(authPassField, authPass)
            : []),
        ...memberConnectionProblems("directors", args),
        ...memberConnectionProblems("realServers", args),
    ];
}

/** Validate a VRRP password. Errors do not repeat it. */
export function validatedAuthPass(
    authPass: pulumi.Input<string>,
    resource: pulumi.Resource,
): Known<string> {
    return validated(authPass, resource, (known: string) => validateAuthPass(authPassField, known));
}

const authPassField = "authPass";

/** Validate a real server. */
export function validatedRealServer(
    args: RealServerArgs,
    resource: pulumi.Resource,
): Known<StandaloneRealServer> {
    const { virtualIps = [], tunnels = [], gateway, gateway6, httpd } = args;
    const { monitoring, removePackages, repair } = args;
    return validated(
        { virtualIps, tunnels, gateway, gateway6, httpd, monitoring, removePackages, repair },
        resource,
        validateRealServer,
        [...fieldProblems("", "host", args.host, args), ...connectionProblems("", args)],
    );
}

/**
 * Check the outputs in a connection when they are known. Throws a `ResourceError` then, before anything
 * connects. `path` is the place of the host in the arguments.
 */
export function checkedConnection(
    path: string,
    connection: HostConnectionArgs,
    resource: pulumi.Resource,
): HostConnectionArgs {
    const { proxy } = connection;
    const checked = <Login extends LoginArgs>(login: Login, at: string): Login => {
        const fields = { ...login } as Record<string, unknown>;
        for (const field of ["host", ...loginFields] as const) {
            const value = fields[field];
            if (isKnown(value)) continue;
            const output: pulumi.Output<unknown> = pulumi.output(value);
            fields[field] = output.apply((known) => {
                const found = fieldProblems(at, field, known, login);
                return found.length > 0 ? throwProblems(found, resource) : known;
            });
        }
        return fields as Login;
    };
    const own = checked(connection, path);
    return proxy ? { ...own, proxy: checked(proxy, fieldPath(path, "proxy")) } : own;
}

/** Connections of a list of a cluster's hosts, checked. */
export function memberConnections(
    list: "directors" | "realServers",
    args: LvsClusterArgs,
    resource: pulumi.Resource,
): Map<string, HostConnectionArgs> {
    return new Map(
        args[list].map((member, index) => [
            member.name,
            checkedConnection(`${list}[${index}]`, connectionOf(args, member), resource),
        ]),
    );
}

function validated<T, Model extends pulumi.Unwrap<T>>(
    value: T,
    resource: pulumi.Resource,
    validateKnown: (value: Model) => Problem[],
    problems: Problem[] = [],
): Known<Model> {
    const without = (model: Model, found: Problem[]) =>
        found.length > 0 ? throwProblems(found, resource) : model;
    if (isKnown(value)) {
        const model = value as unknown as Model;
        return without(model, [...validateKnown(model), ...problems]);
    }
    if (problems.length > 0) throwProblems(problems, resource);
    return pulumi.output(value).apply((resolved) => {
        const model = resolved as Model;
        return without(model, validateKnown(model));
    });
}

/** Throw for wrong arguments. No other code does. */
export function throwProblems(problems: Problem[], resource: pulumi.Resource): never {
    const lines = problems.map(({ path, reason }) => `  ${path}: ${reason}`);
    throw new pulumi.ResourceError(["wrong arguments:", ...lines].join("\n"), resource, true);
}

/** Remove keys and passwords, which would make every file a secret. */
function withoutCredentials(args: LvsClusterArgs) {
    return {
        ...args,
        connection: undefined,
        authPass: undefined,
        hasAuthPass: args.authPass !== undefined,
        directors: args.directors.map((director) => pick(directorFields, director)),
        realServers: args.realServers.map((realServer) => pick(realServerFields, realServer)),
    };
}

/** Fields of hosts that belong to the model. All other fields stay out. */
const directorFields: Record<keyof Director, true> = {
    name: true,
    host: true,
    distribution: true,
    keepalivedVersion: true,
};
const realServerFields: Record<keyof RealServer, true> = {
    name: true,
    host: true,
    address: true,
    address6: true,
    gateway: true,
    gateway6: true,
    weight: true,
    drained: true,
    gone: true,
    httpd: true,
    distribution: true,
};

function pick<Host, Field extends keyof Host>(
    fields: Record<Field, true>,
    host: Host,
): Pick<Host, Field> {
    const kept = Object.keys(fields) as Field[];
    return Object.fromEntries(kept.map((field) => [field, host[field]])) as Pick<Host, Field>;
}

function memberConnectionProblems(list: "directors" | "realServers", args: LvsClusterArgs) {
    return args[list].flatMap((member, index) =>
        connectionProblems(`${list}[${index}]`, connectionOf(args, member)),
    );
}
