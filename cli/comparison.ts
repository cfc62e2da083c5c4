import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from "diff";
import type { HostFile } from "../lvs/hostFile";
import type { Drift } from "./drift";
import type { PlannedHost, PlannedStep } from "./planned";

/** A host of two versions of a stack file. One that is new or leaves is in one of them. */
export interface HostPair {
    readonly name: string;
    readonly base?: PlannedHost;
    readonly head?: PlannedHost;
}

/** Hosts with the same change. */
export interface Change {
    readonly hosts: readonly HostPair[];
    readonly drift: readonly Drift[];
}

/** Pair the hosts of two versions by name: those of the second in their order, then those that leave. */
export function pairs(base: readonly PlannedHost[], head: readonly PlannedHost[]): HostPair[] {
    const before = new Map(base.map((one) => [one.host.name, one]));
    const after = new Map(head.map((one) => [one.host.name, one]));
    const names = [...new Set([...after.keys(), ...before.keys()])];
    return names.map((name) => ({ name, base: before.get(name), head: after.get(name) }));
}

/** Find what changes on hosts. Hosts with the same change come together. */
export function changesOf(hosts: readonly HostPair[]): Change[] {
    const groups = new Map<string, Change>();
    for (const pair of hosts) {
        const drift = driftOf(pair);
        const key = JSON.stringify([isNew(pair), isLeaving(pair), withoutId(drift, pair)]);
        const { hosts: others = [] } = groups.get(key) ?? {};
        const shown = others.length === 0 ? drift : withoutId(drift, pair);
        groups.set(key, { hosts: [...others, pair], drift: shown });
    }
    return [...groups.values()];
}

export function isNew({ base, head }: HostPair): boolean {
    return base === undefined && head !== undefined;
}

export function isLeaving({ head }: HostPair): boolean {
    return head === undefined;
}

/** Put a star in the place of a host's own name in its paths. */
function withoutId(drift: readonly Drift[], { head, base }: HostPair): Drift[] {
    const { id, host } = (head ?? base)!;
    if (id === undefined) return [...drift];
    const shared = `${id.slice(0, id.length - host.name.length)}*`;
    const plain = (text: string) => text.replaceAll(id, shared);
    return drift.map(({ what, diff }) => ({ what: plain(what), diff: plain(diff) }));
}

/** The files and settings of a host that differ. A host that leaves loses all of them, which is not shown. */
function driftOf(pair: HostPair): Drift[] {
    const { base, head } = pair;
    if (head === undefined) return [];
    const login = base === undefined ? "" : lines([base.login]);
    return [
        ...(base === undefined ? [] : diffOf("host", login, lines([head.login]))),
        ...settingsDrift(base?.steps ?? [], head.steps),
        ...filesDrift(base?.host.files ?? [], head.host.files),
    ];
}

function settingsDrift(base: readonly PlannedStep[], head: readonly PlannedStep[]): Drift[] {
    const names = [...new Set([...head, ...base].map(({ name }) => name))];
    const textOf = (steps: readonly PlannedStep[], name: string) =>
        lines(steps.filter((step) => step.name === name).flatMap(settingLines));
    return names.flatMap((name) => diffOf(`step ${name}`, textOf(base, name), textOf(head, name)));
}

function settingLines({ packages, settings }: PlannedStep): string[] {
    return [
        ...packages.map((name) => `package ${name}`),
        ...Object.entries(settings).flatMap(([name, values]) =>
            values.map((value) => `set ${name} ${value}`),
        ),
    ];
}

function filesDrift(base: readonly HostFile[], head: readonly HostFile[]): Drift[] {
    const before = new Map(base.map((file) => [file.path, file]));
    const after = new Map(head.map((file) => [file.path, file]));
    const paths = [...new Set([...after.keys(), ...before.keys()])];
    return paths.flatMap((path) => {
        const [from, to] = [before.get(path), after.get(path)];
        const mode = from && to && from.mode !== to.mode ? `, mode ${from.mode} → ${to.mode}` : "";
        const found = diffOf(path, textOf(from), textOf(to));
        const what = `file ${path}${mode}`;
        if (found.length === 0 && mode === "") return [];
        return { what, diff: found[0]?.diff ?? "" };
    });
}

/** A secret file shows the digest of its content, which has seals in place of secrets. */
function textOf(file: HostFile | undefined): string {
    if (file === undefined) return "";
    return file.secret === undefined ? file.content : lines([`(secret, ${file.secret.digest})`]);
}

function lines(all: readonly string[]): string {
    return all.map((line) => `${line}\n`).join("");
}

/** Compare two texts: a unified diff, or nothing if they are the same. */
function diffOf(what: string, base: string, head: string): Drift[] {
    if (base === head) return [];
    const patch = structuredPatch(
        `${what} (base)`,
        `${what} (head)`,
        base,
        head,
        undefined,
        undefined,
        {
            context: 3,
        },
    );
    return [{ what, diff: formatPatch(patch, FILE_HEADERS_ONLY) }];
}
