import { unbundle } from "../host/unbundle";
import { authPassPath, type HostFile } from "../lvs/render";
import { stepNames } from "../lvs/steps";
import type { Preview } from "./pulumi";

/** What the current configuration gives for one host. */
export interface RenderedHost {
    name: string;
    /** The cluster's name; that of the component where a host stands alone. */
    cluster: string;
    files: HostFile[];
    /** Files whose content is not to be seen: because it is secret, or known in the `up` only. */
    hidden: { path: string; mode: string; why: string }[];
    /** What looks into what speaks against it, where the host is in a cluster. */
    preflight?: string;
}

/** What Pulumi writes where a value is known in the `up` only. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const stepName = new RegExp(`^(.*)-(${stepNames.join("|")})$`);
/** The steps that bring files. */
const order = stepNames.filter((step) => step !== "preflight" && step !== "deferred");

/** The hosts in a preview: directors first, by name. A preview has them in any order. */
export function renderedHosts({ steps = [] }: Preview): RenderedHost[] {
    const hosts = new Map<string, RenderedHost & { parts: Map<string, unknown> }>();
    for (const { op, newState } of steps) {
        if (newState?.type !== "command:remote:Command" || op.startsWith("delete")) continue;
        const [, component, step] = stepName.exec(nameOf(newState.urn)) ?? [];
        if (component === undefined || step === undefined) continue;
        const cluster = clusterOf(newState.urn, steps) ?? component;
        const name = component.startsWith(`${cluster}-`)
            ? component.slice(cluster.length + 1)
            : component;
        const key = `${cluster} ${name}`;
        const host = hosts.get(key) ?? { name, cluster, files: [], hidden: [], parts: new Map() };
        host.parts.set(step, newState.inputs?.stdin);
        hosts.set(key, host);
    }
    const whole = [...hosts.values()].map(({ parts, ...host }) => {
        for (const step of order.filter((one) => parts.has(one)))
            addPart(host, step, parts.get(step));
        const preflight = parts.get("preflight");
        const isDirector = parts.has("secret");
        const question = typeof preflight === "string" && unbundle(preflight) ? { preflight } : {};
        return { isDirector, host: { ...host, ...question } };
    });
    return whole
        .sort(
            (one, other) =>
                one.host.cluster.localeCompare(other.host.cluster) ||
                Number(other.isDirector) - Number(one.isDirector) ||
                one.host.name.localeCompare(other.host.name, "en", { numeric: true }),
        )
        .map(({ host }) => host);
}

function addPart(host: RenderedHost, step: string, stdin: unknown): void {
    const text = typeof stdin === "string" ? stdin : "";
    const bundled = unbundle(text);
    if (bundled) {
        host.files.push(...bundled.files);
        return;
    }
    const why = text === "" || text === unknown ? "known during `pulumi up`" : "secret";
    const secretFile = { path: authPassPath, mode: "0600", why: "secret" };
    host.hidden.push(
        step === "secret" ? secretFile : { path: `files of step ${step}`, mode: "", why },
    );
}

function nameOf(urn: string): string {
    return urn.slice(urn.lastIndexOf("::") + 2);
}

/** The name of the cluster that a resource is in, by the resources above it. */
function clusterOf(urn: string, steps: NonNullable<Preview["steps"]>): string | undefined {
    const parents = new Map(steps.map(({ newState }) => [newState?.urn, newState?.parent]));
    for (let above = parents.get(urn); above; above = parents.get(above)) {
        if (/\blvs:index:LvsCluster$/.test(typeOf(above))) return nameOf(above);
    }
    return undefined;
}

/** With the types of all that it is in: `lvs:index:LvsCluster$lvs:index:Director`. */
function typeOf(urn: string): string {
    return urn.split("::")[2] ?? "";
}

/** The host's file of that path. */
export function fileOf({ files }: RenderedHost, path: string): string | undefined {
    return files.find((file) => file.path === path)?.content;
}

/** The host's files as one text, each under its path and mode. */
export function listing({ name, files, hidden }: RenderedHost): string {
    const blocks = [
        ...files.map(({ path, mode, content }) => `=== ${name} ${path} ${mode}\n${content}`),
        ...hidden.map(
            ({ path, mode, why }) => `${`=== ${name} ${path} ${mode}`.trim()}\n(${why})\n`,
        ),
    ];
    return blocks.join("\n");
}
