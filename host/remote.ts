import { remote, type types } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { HostConnectionArgs, LoginArgs } from "./connection";

export interface StepArgs {
    connection: HostConnectionArgs;
    /** What `bundle` made. */
    stdin: pulumi.Input<string>;
    /** Keeps what the step sends and prints out of diffs, logs and plain state. */
    secret?: boolean;
    /** What it does passes, and leaves nothing on the host for a destroy to remove. */
    passing?: boolean;
    /** Whether there is something to do. Otherwise nobody logs in to the host. Defaults to true. */
    needed?: pulumi.Input<boolean>;
}

/** What comes before a step. */
export type Dependencies = (pulumi.Resource | pulumi.Input<pulumi.Resource[]>)[];

/**
 * One step on one host: one SSH connection that feeds a bundle to a shell. Nothing else of it
 * varies, so that a preview shows the lines of the bundle that change.
 */
export function remoteStep(
    name: string,
    { connection, stdin, secret = false, passing = false, needed }: StepArgs,
    parent: pulumi.Resource,
    dependsOn: Dependencies = [],
): remote.Command {
    const create = shell(connection, "apply");
    return new remote.Command(
        name,
        {
            connection: sshConnection(connection),
            // The provider connects to nobody where it has nothing to run.
            create: needed === undefined ? create : onlyIf(needed, create),
            ...(passing ? {} : { delete: shell(connection, "remove") }),
            stdin: secret ? pulumi.secret(stdin) : stdin,
            // Otherwise the provider sends variables that a stock sshd refuses.
            addPreviousOutputInEnv: false,
            ...(secret ? { logging: "none" } : {}),
        },
        {
            parent,
            // Lists in the list are taken, which its type does not say; an output around it costs three more.
            dependsOn: dependsOn as pulumi.Resource[],
            // The opposite order would take down what has just been put up.
            deleteBeforeReplace: true,
            hideDiffs: ["connection"],
            additionalSecretOutputs: secret ? ["stdout", "stderr"] : [],
        },
    );
}

/** An argument that is left out unless it is needed, which Pulumi's types have no word for. */
function onlyIf(needed: pulumi.Input<boolean>, script: pulumi.Input<string>) {
    return pulumi
        .output(needed)
        .apply((isNeeded) => (isNeeded ? script : undefined)) as pulumi.Output<string>;
}

/** The provider itself never gives up on a command, hence the bound on the host. */
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
        ...(proxy ? { proxy: { host: proxy.host, ...login(proxy) } } : {}),
    };
}

/** Field by field: the provider prints a connection in clear when it meets one it does not know. */
const loginFields = [
    "user",
    "port",
    "privateKey",
    "privateKeyPassword",
    "password",
    "agentSocketPath",
    "hostKey",
    "dialErrorLimit",
    "perDialTimeout",
] as const;

/**
 * The provider tries again whatever was wrong, and OpenSSH from 9.8 on shuts an address out for a
 * while after three keys that it does not know.
 */
function login(args: LoginArgs): LoginArgs {
    const given: Record<string, unknown> = { dialErrorLimit: 1, perDialTimeout: 10 };
    for (const field of loginFields) if (args[field] !== undefined) given[field] = args[field];
    return given;
}
