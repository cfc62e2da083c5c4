import { createHash } from "node:crypto";
import { defaultScriptUser } from "./keepalived/scripts";
import type { HostFile } from "./hostFile";
import type { Cluster } from "./model";
import { joinNames, type Problem, problem, problemIf, problemsOfEach } from "./problems";

/** Secrets by the seals that stand for them. */
export type Secrets = Readonly<Record<string, string>>;

/** Is there any secret? */
export function hasSecrets(secrets: Secrets): boolean {
    return Object.keys(secrets).length > 0;
}

const seals = /\0secret [0-9a-f]{64}\0/g;

/**
 * Make the text that stands for a secret in the model. It has the SHA-256 of the secret, so a new secret
 * changes the plan. No valid argument has a NUL character, and no bundle takes one.
 */
export function seal(secret: string): string {
    return `\0secret ${sha256(secret)}\0`;
}

/** Does a text contain the seal of a secret? */
export function isSealed(text: string): boolean {
    return text.search(seals) >= 0;
}

/** Make a file secret if its content has a seal: only root can read it, and the group of `reader`. */
export function secretFile(file: HostFile, reader?: string): HostFile {
    if (!isSealed(file.content)) return file;
    const isProgram = parseInt(file.mode, 8) & 0o100;
    const others = reader === undefined ? "00" : isProgram ? "50" : "40";
    return {
        ...file,
        mode: `0${isProgram ? "7" : "6"}${others}`,
        secret: { digest: sha256(file.content), reader },
    };
}

/**
 * Move the lines of a keepalived configuration that have a seal into secret files beside it, which the
 * configuration includes. So its other lines stay readable.
 */
export function withSecretIncludes(configuration: HostFile): HostFile[] {
    if (!isSealed(configuration.content)) return [configuration];
    const folder = configuration.path.replace(/[^/]*$/, "");
    const included = new Map<string, HostFile>();
    const lines = configuration.content.split("\n").map((line) => {
        if (!isSealed(line)) return line;
        const content = `${line.trim()}\n`;
        const name = `secret_${sha256(content).slice(0, 12)}.conf`;
        included.set(name, secretFile({ path: `${folder}${name}`, mode: "0600", content }));
        return line.replace(/\S.*/, `include ./${name}`);
    });
    return [{ ...configuration, content: lines.join("\n") }, ...included.values()];
}

/** Folder on hosts from which a step takes the content of its secret files. */
export const secretTextsFolder = "/var/lib/pulumi-lvs/secrets";

/** Files of the step `secret`: the content of each secret file, under the digest that other steps name. */
export function secretTexts(files: readonly HostFile[], secrets: Secrets): HostFile[] {
    return files.flatMap(({ content, secret }) =>
        secret === undefined
            ? []
            : {
                  path: `${secretTextsFolder}/${secret.digest}`,
                  mode: "0600",
                  content: content.replace(seals, (found) => secrets[found] ?? found),
              },
    );
}

/** Check that each secret of a cluster, a seal in the model, can stay one. */
export function secretProblems(cluster: Cluster): Problem[] {
    const users = scriptUsers(cluster, cluster.globalDefs?.scriptUser ?? defaultScriptUser);
    return [
        ...argsProblems(cluster, ""),
        ...problemsOfEach("scripts", cluster.scripts, ({ name, content }, path) => {
            const readers = readersOf(users.get(name));
            return problemIf(
                isSealed(content) && readers.length > 1,
                `${path}.content`,
                `The content is secret, and the script runs as several users: ${joinNames(readers)}. Give each user a script of its own.`,
            );
        }),
    ];
}

/** Report secrets in the arguments of scripts. */
function argsProblems(value: unknown, path: string): Problem[] {
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([name, child]) => {
        const at = Array.isArray(value)
            ? `${path}[${name}]`
            : path === ""
              ? name
              : `${path}.${name}`;
        const isSecret = typeof child === "string" && /\.args\[\d+\]$/.test(at) && isSealed(child);
        if (!isSecret) return argsProblems(child, at);
        return problem(
            at,
            "The value is secret, and every user of a host can read the arguments of its processes. Put it into the content of the script.",
        );
    });
}

/** User other than root that a script with these users must be readable for. */
export function readersOf(users: ReadonlySet<string> = new Set()): string[] {
    return [...users].filter((user) => user !== "root");
}

/** Find the users that run scripts, by the name of the script. */
export function scriptUsers(value: unknown, defaultUser: string): Map<string, Set<string>> {
    const found = new Map<string, Set<string>>();
    const search = (inner: unknown): void => {
        if (typeof inner !== "object" || inner === null) return;
        const { script, user = defaultUser } = inner as { script?: unknown; user?: string };
        if (typeof script === "string")
            found.set(script, (found.get(script) ?? new Set()).add(user));
        Object.values(inner).forEach(search);
    };
    search(value);
    return found;
}

function sha256(text: string): string {
    return createHash("sha256").update(text).digest("hex");
}
