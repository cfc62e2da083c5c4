import * as pulumi from "@pulumi/pulumi";
import type { StepContent, StepName } from "../lvs/steps";
import { bundle, program, type StepScript } from "./bundle";
import type { HostConnectionArgs } from "./connection";
import { type Known, whenKnown } from "./known";
import { type Dependencies, remoteStep } from "./remote";

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
const kinds: Record<HostRole, Partial<Record<StepName, StepKind>>> = {
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

/** Whose a host is, as the host records it. */
export interface Ownership {
    /** URN of the component. */
    readonly urn: string;
    /** Other URNs of the component, in the state from before it moved. */
    readonly aliases?: readonly string[];
    /** Folder of the component on the host: `director`, or `real-servers/` and its `id`. */
    readonly claim: string;
    /** Take the host over from any other component? */
    readonly adopt?: boolean;
}

/** Names of a component. */
export type Urns = Pick<Ownership, "urn" | "aliases">;

/** The part of a host that its steps need. */
export interface StepHost extends Omit<Ownership, keyof Urns> {
    readonly urns: Known<Urns>;
    readonly role: HostRole;
    /** The host has died for good: nothing may connect to it, now or at its removal. */
    readonly gone?: boolean;
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
    const { isSecret } = kinds[host.role][step]!;
    const stdin = pulumi.output(host.urns).apply((urns) => {
        const text = (known: StepContent) => stepText({ ...host, ...urns }, step, known);
        return pulumi.output(whenKnown(content, text));
    });
    return remoteStep(
        `${host.name}-${step}`,
        {
            connection: host.connection,
            stdin,
            isSecret,
            runs: step !== "claim" ? "now" : host.gone ? "never" : "atRemoval",
            isNeeded: options.isNeeded,
        },
        host.parent,
        options.dependsOn,
    );
}

/** Text that a step feeds to the shell of its host. */
export function stepText(
    { role, urn, aliases, claim, adopt }: Ownership & Pick<StepHost, "role">,
    step: StepName,
    { packages, settings, files, programs = [] }: StepContent,
): string {
    const { script } = kinds[role][step]!;
    return bundle(script, [...files, ...programs.map(program)], {
        packages,
        settings: {
            ...settings,
            urn: encodeURI(urn),
            alias: aliases?.map((alias) => encodeURI(alias)),
            claim,
            adopt,
        },
    });
}
