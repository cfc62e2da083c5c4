import { unbundle } from "../host/unbundle";
import { authPassPath } from "../lvs/director/steps";
import type { HostFile } from "../lvs/hostFile";
import { type StepName, stepNames } from "../lvs/steps";
import type { Preview } from "./pulumi";

/** The files of one host in the current configuration. */
export interface RenderedHost {
    name: string;
    /** The cluster's name, or the component's name for a standalone host. */
    cluster: string;
    /** A secret file has no content. */
    files: HostFile[];
    /** Files without visible content, because it is secret or known only during the `up`. */
    hidden: { path: string; mode: string; why: string }[];
    /** The script of the preflight, if the host is in a cluster. */
    preflight?: string;
}

/** A host, and what decides its place in a list. */
interface Ranked {
    readonly isDirector: boolean;
    readonly host: RenderedHost;
}

/** Pulumi's mark for a value that is known only during the `up`. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const stepName = new RegExp(`^(.*)-(${stepNames.join("|")})$`);
/** The steps that bring readable files. */
const order = ["prepare", "configure"] as const satisfies StepName[];

/** List the hosts of a preview by name, directors first. */
export function renderedHosts({ steps = [] }: Preview): RenderedHost[] {
    const hosts = new Map<string, ReturnType<typeof newHost>>();
    for (const { op, newState } of steps) {
        if (newState?.type !== "command:remote:Command" || op.startsWith("delete")) continue;
        const [, component, step] = stepName.exec(nameOf(newState.urn)) ?? [];
        if (component === undefined || step === undefined) continue;
        const cluster = clusterOf(newState.urn, steps) ?? component;
        const name = component.startsWith(`${cluster}-`)
            ? component.slice(cluster.length + 1)
            : component;
        const key = `${cluster} ${name}`;
        const host = hosts.get(key) ?? newHost(name, cluster);
        host.isDirector ||= /\blvs:index:Director\$/.test(typeOf(newState.urn));
        host.parts.set(step, newState.inputs?.stdin);
        hosts.set(key, host);
    }
    const whole = [...hosts.values()].map(({ parts, isDirector, ...host }) => {
        for (const step of order.filter((one) => parts.has(one)))
            addPart(host, step, parts.get(step));
        // The other secrets belong to files of the step configure.
        if (isDirector) host.hidden.push({ path: authPassPath, mode: "0600", why: "secret" });
        const preflight = parts.get("preflight");
        const question = typeof preflight === "string" && unbundle(preflight) ? { preflight } : {};
        return { isDirector, host: { ...host, ...question } };
    });
    return whole.sort(inOrder).map(({ host }) => host);
}

/** Order of hosts: by cluster, directors first, and by name. */
export function inOrder(one: Ranked, other: Ranked): number {
    return (
        one.host.cluster.localeCompare(other.host.cluster) ||
        Number(other.isDirector) - Number(one.isDirector) ||
        one.host.name.localeCompare(other.host.name, "en", { numeric: true })
    );
}

function newHost(name: string, cluster: string) {
    const host: RenderedHost = { name, cluster, files: [], hidden: [] };
    return { ...host, isDirector: false, parts: new Map<string, unknown>() };
}

function addPart(host: RenderedHost, step: string, stdin: unknown): void {
    const text = typeof stdin === "string" ? stdin : "";
    const bundled = unbundle(text);
    if (bundled) {
        host.files.push(...bundled.files);
        return;
    }
    const why = text === "" || text === unknown ? "known during `pulumi up`" : "secret";
    host.hidden.push({ path: `files of step ${step}`, mode: "", why });
}

function nameOf(urn: string): string {
    return urn.slice(urn.lastIndexOf("::") + 2);
}

/** Find the name of a resource's cluster among its parents. */
function clusterOf(urn: string, steps: NonNullable<Preview["steps"]>): string | undefined {
    const parents = new Map(steps.map(({ newState }) => [newState?.urn, newState?.parent]));
    for (let above = parents.get(urn); above; above = parents.get(above)) {
        if (/\blvs:index:LvsCluster$/.test(typeOf(above))) return nameOf(above);
    }
    return undefined;
}

/** Read the type with those of the parents: `lvs:index:LvsCluster$lvs:index:Director`. */
function typeOf(urn: string): string {
    return urn.split("::")[2] ?? "";
}

/** Find the content of a host's file. */
export function fileOf({ files }: RenderedHost, path: string): string | undefined {
    return files.find((file) => file.path === path)?.content;
}

/** Print the host's files, each below its path and mode. */
export function listing({ name, files, hidden }: RenderedHost): string {
    const blocks = [
        ...files.map(
            ({ path, mode, content, secret }) =>
                `=== ${name} ${path} ${mode}\n${secret ? `(secret, ${secret.digest})\n` : content}`,
        ),
        ...hidden.map(
            ({ path, mode, why }) => `${`=== ${name} ${path} ${mode}`.trim()}\n(${why})\n`,
        ),
    ];
    return blocks.join("\n");
}
