import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { readConfig, withoutCredentials } from "../host/arguments";
import type { HostConnectionArgs } from "../host/connection";
import { clusterProblems, type Credentials, withKeys } from "../host/credentials";
import { clusterShape } from "../host/schema";
import { brokenRules } from "../host/shapeProblems";
import type { Cluster, Director, RealServer } from "../lvs/model";
import { fieldPath, type Problem, refusalsOf, warningsOf } from "../lvs/problems";
import { isSealed, seal, secretProblems } from "../lvs/secrets";
import { CliError } from "./cliError";

/** The arguments of a cluster in a stack file. Seals stand for encrypted texts. */
interface StackArgs extends Omit<Cluster, "directors" | "realServers">, Credentials {
    readonly authPass?: string;
    readonly directors: readonly (Director & HostConnectionArgs & { gone?: boolean })[];
    readonly realServers: readonly (RealServer & HostConnectionArgs)[];
}

/** A stack file that is accepted. */
export interface Stack {
    readonly name: string;
    readonly cluster: Cluster;
    /** VRRP password, or its seal. Without one it is generated. */
    readonly authPass?: string;
    /** Names of directors that have died for good. */
    readonly gone: readonly string[];
    readonly warnings: readonly Problem[];
}

/** A stack file that is refused. */
export interface RefusedStack {
    readonly refusals: readonly Problem[];
}

/** Read a stack file without Pulumi. Throws if it cannot be read or is no YAML. */
export function stackIn(file: string, name = stackName(file)): Stack | RefusedStack {
    return judged(configIn(file), name);
}

/** Pulumi names the file `Pulumi.STACK.yaml`. */
export function stackName(file: string): string {
    return path
        .basename(file)
        .replace(/^Pulumi\./, "")
        .replace(/\.ya?ml$/, "");
}

/** Read the configuration. The engine passes numbers and words as text. */
function configIn(file: string): Record<string, unknown> {
    const { config } = (contentOf(file) ?? {}) as { config?: unknown };
    if (typeof config !== "object" || config === null) {
        throw new CliError(`${file} has no key config. Give the path of a stack file.`);
    }
    return Object.fromEntries(
        Object.entries(config).map(([key, value]: [string, unknown]) => [
            key,
            typeof value === "object" && value !== null ? value : String(value),
        ]),
    );
}

function contentOf(file: string): unknown {
    try {
        return parse(readFileSync(file, "utf8"), { merge: true });
    } catch (error) {
        const [reason] = (error as Error).message.split("\n");
        throw new CliError(`${file} cannot be read: ${reason}`);
    }
}

function judged(config: Record<string, unknown>, name: string): Stack | RefusedStack {
    const reading = readConfig(config);
    const { problems } = reading;
    if (problems.length > 0)
        return { refusals: [...problems, ...brokenRules(clusterShape, reading, knownProblems)] };
    const args = reading.value as StackArgs;
    const found = knownProblems(args);
    const refusals = refusalsOf(found);
    if (refusals.length > 0) return { refusals };
    return {
        name,
        cluster: withKeys(withoutCredentials(args), (key: string) =>
            isSealed(key) ? key : seal(key),
        ),
        authPass: args.authPass,
        gone: args.directors.filter(({ gone }) => gone).map((director) => director.name),
        warnings: warningsOf(found, args.ignoreWarnings),
    };
}

/** Problems of all values but encrypted ones, which nobody knows here. */
function knownProblems(args: StackArgs): Problem[] {
    const unknown = sealedPaths(args);
    return [
        ...clusterProblems(args).filter((one) => !unknown.has(one.path)),
        ...secretProblems(args),
    ];
}

function sealedPaths(value: unknown, at = ""): Set<string> {
    if (typeof value === "string") return new Set(isSealed(value) ? [at] : []);
    if (typeof value !== "object" || value === null) return new Set();
    return new Set(
        Object.entries(value).flatMap(([step, inner]) => [
            ...sealedPaths(inner, Array.isArray(value) ? `${at}[${step}]` : fieldPath(at, step)),
        ]),
    );
}
