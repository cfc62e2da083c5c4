import type { HostFile } from "./hostFile";
import type { MonitoringPlan } from "./monitoring";

/** Steps of a host, in their order. */
export const stepNames = [
    "preflight",
    "claim",
    "prepare",
    "secret",
    "configure",
    "deferred",
] as const;
export type StepName = (typeof stepNames)[number];

/** Input of a step on a host. */
export interface StepContent {
    readonly packages?: { readonly names: string[]; readonly purge: boolean };
    /** Settings that the script of the step reads, by name. A list becomes several lines. */
    readonly settings: Readonly<
        Record<string, string | number | boolean | readonly string[] | undefined>
    >;
    readonly files: readonly HostFile[];
    /** Programs of this project to install on the host. */
    readonly programs?: readonly "lvs-metrics"[];
}

/** Input of the step that undoes all others when a host leaves. */
export const claimStep: StepContent = { settings: {}, files: [] };

/** What a director proves about its cluster beside its own change. */
export interface Testimony {
    /** Does the director compare what it sends with what it hears? */
    readonly proveActive?: boolean;
    /** Does its step fail if another host has its virtual IPs too? Otherwise it only reports that. */
    readonly proof?: "required";
}

/** Input of the step that applies the change which the host deferred under this digest. */
export function deferredStep(digest: string, testimony: Testimony = {}): StepContent {
    return { settings: { deferred: digest || "nothing", ...testimony }, files: [] };
}

/** Programs that a host gets with the step `configure`. */
export function programsFor(monitoring: MonitoringPlan | undefined): StepContent["programs"] {
    return monitoring ? ["lvs-metrics"] : [];
}
