import type { StepName } from "../lvs/steps";

/** The parts under `scripts/` that know whose a host is. */
const record = ["basics", "record"];

/** The parts that apply a step as a whole or not at all. */
const transaction = [
    ...record,
    "lock",
    "transaction",
    "undo",
    "files",
    "selinux",
    "sysctl",
    "units",
];
const director = [
    ...transaction,
    "vrrp",
    "ipvs",
    "monitoring",
    "drain",
    "packets",
    "alone",
    "configuration",
    "director",
];
const realServer = [...transaction, "monitoring", "realServer"];

/** The parts under `scripts/` that a step runs, in order. */
export const scripts = {
    preflight: [...record, "vrrp", "vrrpChecks", "preflight"],
    claim: [...record, "lock", "claim"],
    prepare: [...transaction, "prepare", "packages"],
    secret: [...transaction, "vrrp", "secret"],
    realServer,
    director,
    directorDeferred: [...director, "deferred"],
    realServerDeferred: [...realServer, "deferred"],
    report: [...record, "vrrp", "ipvs", "selinux", "drift", "report"],
};

/** Script of a step, or of a report. */
export type StepScript = keyof typeof scripts;

/** Role of a host in its cluster. */
export const HostRole = { director: "director", realServer: "realServer" } as const;
export type HostRole = (typeof HostRole)[keyof typeof HostRole];

/** Script and properties of a step. */
interface StepKind {
    readonly script: StepScript;
    /** Its content and its output stay out of diffs, logs and plain state. */
    readonly isSecret?: true;
}

const preflight: StepKind = { script: "preflight" };
const claim: StepKind = { script: "claim" };
const prepare: StepKind = { script: "prepare" };

/** Steps of a host by its role. */
export const stepKinds: Record<HostRole, Partial<Record<StepName, StepKind>>> = {
    director: {
        preflight,
        claim,
        prepare,
        secret: { script: "secret", isSecret: true },
        configure: { script: "director" },
        deferred: { script: "directorDeferred" },
    },
    realServer: {
        preflight,
        claim,
        prepare,
        secret: { script: "secret", isSecret: true },
        configure: { script: "realServer" },
        deferred: { script: "realServerDeferred" },
    },
};

/** Scripts that make up a program which stays on a host. */
export const programs = { "lvs-metrics": [...record, "vrrp", "ipvs", "metrics"] };
