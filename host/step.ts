import { remote, type types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { StepContent, StepName } from "../lvs/steps";
import { type Ownership, stepText } from "./bundle";
import { type HostRole, stepKinds } from "./stepKinds";
import { type HostConnectionArgs, type LoginArgs, loginFields } from "./connection";
import { isKnown } from "./isKnown";
import { type Known, whenKnown } from "./known";

/** URNs of a component: the present one and the former ones. */
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

/** Conditions of a step. */
interface StepOptions {
    readonly dependsOn?: Dependencies;
    /** Is there something to do? If not, nothing connects to the host. Defaults to true. */
    readonly isNeeded?: pulumi.Input<boolean>;
}

/** Resources that a step waits for. */
export type Dependencies = (pulumi.Resource | pulumi.Input<pulumi.Resource[]>)[];

/**
 * Register a step on a host: one SSH connection that feeds a bundle to a shell. Only the bundle
 * varies, so a preview shows exactly the lines that change. The step `claim` opens no connection when
 * Pulumi creates it. When Pulumi deletes it, it undoes all other steps.
 */
export function runStep(
    host: StepHost,
    step: StepName,
    content: Known<StepContent>,
    { dependsOn = [], isNeeded }: StepOptions = {},
): remote.Command {
    const { name, connection, parent, gone } = host;
    const { isSecret = false } = stepKinds[host.role][step]!;
    const stdin = pulumi.output(host.urns).apply((urns) => {
        const text = (known: StepContent) => stepText({ ...host, ...urns }, step, known);
        return pulumi.output(whenKnown(content, text));
    });
    const apply = shell(connection, "apply");
    // Without a command the provider does not connect to the host.
    const create = isNeeded === undefined ? apply : onlyIf(isNeeded, apply);
    const remove = gone ? {} : { delete: shell(connection, "remove") };
    return new remote.Command(
        `${name}-${step}`,
        {
            connection: sshConnection(connection),
            ...(step === "claim" ? remove : { create }),
            stdin: isSecret ? pulumi.secret(stdin) : stdin,
            // Without this the provider sends environment variables that sshd rejects by default.
            addPreviousOutputInEnv: false,
            ...(isSecret ? { logging: "none" } : {}),
        },
        {
            parent,
            // Pulumi accepts lists in the list, although its type does not. An output around it would cost three more outputs.
            dependsOn: dependsOn as pulumi.Resource[],
            // In the opposite order the delete would remove what the create has just set up.
            deleteBeforeReplace: true,
            hideDiffs: ["connection"],
            additionalSecretOutputs: isSecret ? ["stdout", "stderr"] : [],
        },
    );
}

/** Leave an argument out unless a condition is met. Pulumi's types do not allow for that. */
function onlyIf(condition: pulumi.Input<boolean>, script: pulumi.Input<string>) {
    return pulumi
        .output(condition)
        .apply((isMet) => (isMet ? script : undefined)) as pulumi.Output<string>;
}

/** The provider never ends a command, so the host does. */
function shell(
    { user = "root" }: HostConnectionArgs,
    verb: "apply" | "remove",
): pulumi.Input<string> {
    const script = `timeout -k 30 600 sh -s ${verb}`;
    const by = (name: string) => (name === "root" ? script : `sudo -n ${script}`);
    return typeof user === "string" ? by(user) : pulumi.output(user).apply(by);
}

function sshConnection(connection: HostConnectionArgs): types.input.remote.ConnectionArgs {
    const { host, proxy } = connection;
    return {
        host,
        ...login(connection),
        ...(proxy ? { proxy: { host: proxy.host, ...login(proxy, proxyAttempts) } } : {}),
    };
}

/**
 * The provider retries after every kind of error, and OpenSSH from 9.8 on blocks an address for a while
 * after three unknown keys. So there is one retry.
 */
const hostAttempts = { dialErrorLimit: 1, perDialTimeout: 10 };

/**
 * All hosts of an `up` log in at a bastion at once. Its sshd closes connections when too many of them
 * have not logged in yet (sshd_config `MaxStartups`). Ten retries take about 11 s.
 */
export const proxyAttempts = { ...hostAttempts, dialErrorLimit: 10 };

function login(args: LoginArgs, attempts = hostAttempts): LoginArgs {
    const given: Record<string, unknown> = { ...attempts };
    for (const field of loginFields) if (args[field] !== undefined) given[field] = args[field];
    // An empty key is allowed with `ignoreHostKey`, and the provider would try to read it.
    if (!isKnown(args.hostKey)) given.hostKey = pulumi.output(args.hostKey).apply(keyOrNone);
    else if (!args.hostKey) delete given.hostKey;
    return given;
}

/** Pulumi's types do not allow for an output without a value. */
function keyOrNone(hostKey: string | undefined): string {
    return (hostKey || undefined) as string;
}
