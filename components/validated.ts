import * as pulumi from "@pulumi/pulumi";
import { Origin, read, withoutCredentials } from "../host/arguments";
import { connectionProblems, fieldProblems } from "../host/connection";
import { authPassField, clusterProblems, credentialProblems, withKeys } from "../host/credentials";
import { undefinedName } from "../lvs/keepalived/kinds";
import type { Cluster, StandaloneRealServer } from "../lvs/model";
import {
    type Problem,
    problem,
    problemLine,
    refusalsOf,
    Warning,
    warningsOf,
} from "../lvs/problems";
import { secretProblems } from "../lvs/secrets";
import { validate, validateAuthPass, validateRealServer } from "../lvs/validate";
import type { ClusterDirectorArgs, DirectorArgs, LvsClusterArgs, RealServerArgs } from "./args";
import { isKnown } from "../host/isKnown";
import type { Known } from "../host/known";
import {
    isSealable,
    type Sealed,
    secretLeaves,
    secretPlaces,
    secretsOf,
    withoutSecrets,
    withSeals,
} from "./sealed";
import { clusterShape, directorShape, realServerShape, type Shape } from "../host/schema";
import { brokenRules } from "../host/shapeProblems";

/**
 * Validate the arguments of a cluster. Throws one `ResourceError` that lists all problems: at once if
 * every value is known, or else as soon as all are known. Errors do not repeat secrets. Warnings are
 * logged once, for the first resource that has these arguments.
 */
export function validatedCluster(args: LvsClusterArgs, resource: pulumi.Resource): Sealed<Cluster> {
    const before = validatedClusters.get(args);
    if (before) return before;
    throwIfMisshapen(clusterShape, args, clusterProblems, resource);
    const { ignoreWarnings } = args;
    const rules = { shape: clusterShape, validate, validateSealed: secretProblems, ignoreWarnings };
    const model = withoutCredentials(args);
    const secret = withKeys(model, (key: pulumi.Input<string>) => pulumi.secret(key));
    const problems = credentialProblems(args);
    // Known values are judged at once, and their keys become seals later.
    const known = isKnown(model) ? validated(model, resource, rules, problems) : undefined;
    const sealed = () =>
        known
            ? validated(secret, resource, { validate: () => [] })
            : validated(secret, resource, rules, problems);
    const found = known && isKnown(secret) ? known : sealed();
    validatedClusters.set(args, found);
    return found;
}

/** A cluster and its directors have the same arguments. */
const validatedClusters = new WeakMap<LvsClusterArgs, Sealed<Cluster>>();

/** Throw if plain values have the wrong shape. The rules need the right one. */
function throwIfMisshapen<Args>(
    shape: Shape,
    args: Args,
    rules: (args: Args) => Problem[],
    resource: pulumi.Resource,
): void {
    const reading = read(shape, args, "", Origin.program);
    const { problems, value } = reading;
    if (problems.length === 0) return;
    const broken = isKnown(value) ? brokenRules(shape, reading, rules) : [];
    throwProblems([...problems, ...broken], resource);
}

/** Check the name of a director. */
export function validateName(args: DirectorArgs, resource: pulumi.Resource): void {
    const { problems } = read(directorShape, args, "", Origin.program);
    const own = problems.filter(({ path }) => !path.startsWith("cluster."));
    if (own.length > 0) throwProblems(own, resource);
}

/** A director of a valid cluster. */
interface ValidatedDirector extends ClusterDirectorArgs {
    readonly authPass: Known<string>;
}

/** Find a director in its valid cluster, and validate its VRRP password. Errors do not repeat the password. */
export function validatedDirector(
    { authPass, cluster, name }: DirectorArgs,
    resource: pulumi.Resource,
): ValidatedDirector {
    const check = (known: string) => validateAuthPass(authPassField, known);
    const isJudged = authPass === cluster.authPass && isKnown(authPass);
    // The first director of a cluster warns.
    const warns = cluster.directors[0]?.name === name && !isJudged;
    const ignoreWarnings = warns ? cluster.ignoreWarnings : Object.values(Warning);
    const { model } = validated(authPass, resource, { validate: check, ignoreWarnings });
    const member = cluster.directors.find((director) => director.name === name);
    if (member !== undefined) return { ...member, authPass: model };
    const names = cluster.directors.map((director) => director.name);
    throwProblems(problem("name", undefinedName(name, names, "cluster.directors")), resource);
}

/** Validate a real server. */
export function validatedRealServer(
    args: RealServerArgs,
    resource: pulumi.Resource,
): Sealed<StandaloneRealServer> {
    const rules = (known: RealServerArgs) => [
        ...validateRealServer(withoutLogin(known) as StandaloneRealServer),
        ...loginProblems(known),
    ];
    throwIfMisshapen(realServerShape, args, rules, resource);
    return validated(
        withoutLogin(args),
        resource,
        { shape: realServerShape, validate: validateRealServer },
        loginProblems(args),
    );
}

function withoutLogin(args: RealServerArgs) {
    const { virtualIps = [], tunnels = [], gateway, gateway6, demoPage } = args;
    const { monitoring, removePackages, repair } = args;
    return { virtualIps, tunnels, gateway, gateway6, demoPage, monitoring, removePackages, repair };
}

function loginProblems(args: RealServerArgs): Problem[] {
    return [...fieldProblems("", "host", args.host, args), ...connectionProblems("", args)];
}

/** Rules for a model with its secrets, and for the one with seals in their place. */
interface Rules<Model> {
    /** Shape of the arguments that the model is a part of. */
    readonly shape?: Shape;
    validate(model: Model): Problem[];
    validateSealed?(model: Model): Problem[];
    readonly ignoreWarnings?: readonly Warning[];
}

function validated<T, Model extends pulumi.Unwrap<T>>(
    value: T,
    resource: pulumi.Resource,
    rules: Rules<Model>,
    problems: Problem[] = [],
): Sealed<Model> {
    const judge = (found: Problem[]) => {
        const refusals = refusalsOf(found);
        if (refusals.length > 0) throwProblems(refusals, resource);
        return found;
    };
    const warn = (found: Problem[]) => {
        for (const one of warningsOf(found, rules.ignoreWarnings)) {
            void pulumi.log.warn(problemLine(one), resource);
        }
    };
    if (isKnown(value)) {
        const model = value as unknown as Model;
        warn(judge([...rules.validate(model), ...problems]));
        return { model, secrets: {} };
    }
    warn(judge(problems));
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
                ...withoutSecrets(resolvedProblems(model, rules), leaves),
                ...(rules.validateSealed?.(withoutThem) ?? []),
            ],
        };
    });
    return {
        model: pulumi.unsecret(sealed).apply(({ model, isSecret, problems: found }) => {
            warn(judge(found));
            return isSecret ? pulumi.secret(model) : model;
        }) as Known<Model>,
        secrets: resolved.apply(({ leaves }) =>
            secretsOf(leaves.filter(({ place }) => isSealable(place))),
        ),
    };
}

/** Check values that were outputs, and may be of any type. The model has only a part of the fields. */
function resolvedProblems<Model>(model: Model, rules: Rules<Model>): Problem[] {
    const { shape } = rules;
    if (shape === undefined) return rules.validate(model);
    const reading = read({ ...shape, required: [] }, model, "", Origin.program);
    if (reading.problems.length === 0) return rules.validate(model);
    const broken = brokenRules(shape, reading, (known: Model) => rules.validate(known));
    return [...reading.problems, ...broken];
}

/** Throw for wrong arguments. No other code does. */
export function throwProblems(problems: Problem[], resource: pulumi.Resource): never {
    const lines = problems.map((one) => `  ${problemLine(one)}`);
    throw new pulumi.ResourceError(["wrong arguments:", ...lines].join("\n"), resource, true);
}
