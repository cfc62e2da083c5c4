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
import { secretProblems } from "../lvs/secrets";
import { validate, validateAuthPass, validateRealServer } from "../lvs/validate";
import type { LvsClusterArgs, RealServerArgs } from "./args";
import { connectionOf } from "./connectionOf";
import { isKnown, type Known } from "../host/known";
import {
    isSealable,
    type Sealed,
    secretLeaves,
    secretPlaces,
    secretsOf,
    withoutSecrets,
    withSeals,
} from "./sealed";

/**
 * Validate the arguments of a cluster. Throws one `ResourceError` that lists all problems: at once if
 * every value is known, or else as soon as all are known. Errors do not repeat secrets.
 */
export function validatedCluster(args: LvsClusterArgs, resource: pulumi.Resource): Sealed<Cluster> {
    const rules = { validate, validateSealed: secretProblems };
    const model = withSecretKeys(withoutCredentials(args));
    return validated(model, resource, rules, credentialProblems(args));
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
    const check = (known: string) => validateAuthPass(authPassField, known);
    return validated(authPass, resource, { validate: check }).model;
}

const authPassField = "authPass";

/** Validate a real server. */
export function validatedRealServer(
    args: RealServerArgs,
    resource: pulumi.Resource,
): Sealed<StandaloneRealServer> {
    const { virtualIps = [], tunnels = [], gateway, gateway6, httpd } = args;
    const { monitoring, removePackages, repair } = args;
    return validated(
        { virtualIps, tunnels, gateway, gateway6, httpd, monitoring, removePackages, repair },
        resource,
        { validate: validateRealServer },
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

/** Rules for a model with its secrets, and for the one with seals in their place. */
interface Rules<Model> {
    validate(model: Model): Problem[];
    validateSealed?(model: Model): Problem[];
}

function validated<T, Model extends pulumi.Unwrap<T>>(
    value: T,
    resource: pulumi.Resource,
    rules: Rules<Model>,
    problems: Problem[] = [],
): Sealed<Model> {
    const throwIfAny = (found: Problem[]) => {
        if (found.length > 0) throwProblems(found, resource);
    };
    if (isKnown(value)) {
        const model = value as unknown as Model;
        throwIfAny([...rules.validate(model), ...problems]);
        return { model, secrets: {} };
    }
    throwIfAny(problems);
    const resolved = pulumi
        .all([pulumi.output(value), secretPlaces(value)])
        .apply(([known, places]) => {
            const model = known as Model;
            const isSecret = places.some((place) => !isSealable(place));
            return { model, leaves: secretLeaves(model, places), isSecret };
        });
    // Seals stand for the secrets, so the model is secret only if it has others.
    const sealed = resolved.apply(({ model, leaves, isSecret }) => {
        const sealable = leaves.filter(({ place }) => isSealable(place));
        const withoutThem = withSeals(model, sealable);
        return {
            model: withoutThem,
            isSecret,
            problems: [
                ...withoutSecrets(rules.validate(model), leaves),
                ...(rules.validateSealed?.(withoutThem) ?? []),
            ],
        };
    });
    return {
        model: pulumi.unsecret(sealed).apply(({ model, isSecret, problems: found }) => {
            throwIfAny(found);
            return isSecret ? pulumi.secret(model) : model;
        }) as Known<Model>,
        secrets: resolved.apply(({ leaves }) =>
            secretsOf(leaves.filter(({ place }) => isSealable(place))),
        ),
    };
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

/** Make secrets of the keys that sign adverts, whatever they were. */
function withSecretKeys<Args extends Pick<LvsClusterArgs, "vrrpInstances">>(args: Args): Args {
    const vrrpInstances = args.vrrpInstances.map((instance) => {
        const { authHmac } = instance;
        if (authHmac === undefined) return instance;
        const keys = authHmac.keys.map((one) => ({ ...one, key: pulumi.secret(one.key) }));
        return { ...instance, authHmac: { ...authHmac, keys } };
    });
    return { ...args, vrrpInstances };
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
