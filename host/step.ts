import type * as pulumi from "@pulumi/pulumi";
import type { StepContent, StepName } from "../lvs/steps";
import { bundle, program, resourceWord, type StepScript } from "./bundle";
import type { HostConnectionArgs } from "./connection";
import { type Known, whenKnown } from "./known";
import { type Dependencies, remoteStep } from "./remote";

/** Role of a host in its cluster. */
export const HostRole = { director: "director", realServer: "realServer" } as const;
export type HostRole = (typeof HostRole)[keyof typeof HostRole];

/** Script and properties of a step. */
interface StepKind {
    readonly script: StepScript;
    /** The step leaves nothing on the host that a destroy must remove. */
    readonly isPassing?: true;
    /** Its content and its output stay out of diffs, logs and plain state. */
    readonly isSecret?: true;
}

const preflight: StepKind = { script: "preflight", isPassing: true };
const prepare: StepKind = { script: "prepare" };

/** Steps of a host by its role. */
const kinds: Record<HostRole, Partial<Record<StepName, StepKind>>> = {
    director: {
        preflight,
        prepare,
        secret: { script: "secret", isSecret: true },
        configure: { script: "director" },
        deferred: { script: "directorDeferred", isPassing: true },
    },
    realServer: {
        preflight,
        prepare,
        secret: { script: "secret", isSecret: true },
        configure: { script: "realServer" },
        deferred: { script: "realServerDeferred", isPassing: true },
    },
};

/** The part of a host that its steps need. */
export interface StepHost {
    readonly role: HostRole;
    /** Name of the component: steps are called `web-ds1-configure`. */
    readonly name: string;
    readonly connection: HostConnectionArgs;
    readonly parent: pulumi.Resource;
}

/** Run a step on a host: one SSH connection, if anything in the step has changed. */
export function runStep(
    host: StepHost,
    step: StepName,
    content: Known<StepContent>,
    options: { dependsOn?: Dependencies; isNeeded?: pulumi.Input<boolean> } = {},
) {
    const { isPassing, isSecret } = kinds[host.role][step]!;
    return remoteStep(
        `${host.name}-${step}`,
        {
            connection: host.connection,
            stdin: whenKnown(content, (known) => stepText(host, step, known)),
            isSecret,
            isPassing,
            isNeeded: options.isNeeded,
        },
        host.parent,
        options.dependsOn,
    );
}

/** Text that a step feeds to the shell of its host. */
export function stepText(
    { role, name }: Pick<StepHost, "role" | "name">,
    step: StepName,
    { packages, settings, files, programs = [] }: StepContent,
): string {
    const { script, isPassing } = kinds[role][step]!;
    // The host remembers the resource that set it up.
    const own = isPassing ? {} : { resource: resourceWord(name) };
    return bundle(script, [...files, ...programs.map(program)], {
        packages,
        settings: { ...own, ...settings },
    });
}
