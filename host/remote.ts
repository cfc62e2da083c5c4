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

/**
 * One step on one host: one SSH connection that feeds a bundle to a shell. Nothing else of it
 * varies, so that a preview shows the lines of the bundle that change.
 */
export function remoteStep(
    name: string,
    { connection, stdin, secret = false, passing = false, needed }: StepArgs,
    parent: pulumi.Resource,
    dependsOn: pulumi.Resource[] = [],
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
            dependsOn,
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
        .all([needed, script])
        .apply(([isNeeded, text]) => (isNeeded ? text : undefined)) as pulumi.Output<string>;
}

/** The provider itself never gives up on a command, hence the bound on the host. */
function shell({ user = "root" }: HostConnectionArgs, verb: "apply" | "remove") {
    const script = `timeout -k 30 600 sh -s ${verb}`;
    return pulumi.output(user).apply((name) => (name === "root" ? script : `sudo -n ${script}`));
}

/** Field by field: the provider prints a connection in clear when it meets one it does not know. */
function sshConnection(connection: HostConnectionArgs): types.input.remote.ConnectionArgs {
    const { host, proxy } = connection;
    return {
        host,
        ...login(connection),
        ...(proxy ? { proxy: { host: proxy.host, ...login(proxy) } } : {}),
    };
}

/**
 * The provider tries again whatever was wrong, and OpenSSH from 9.8 on shuts an address out for a
 * while after three keys that it does not know.
 */
function login({ dialErrorLimit = 1, perDialTimeout = 10, ...args }: LoginArgs) {
    return {
        user: args.user,
        port: args.port,
        privateKey: args.privateKey,
        privateKeyPassword: args.privateKeyPassword,
        password: args.password,
        agentSocketPath: args.agentSocketPath,
        hostKey: args.hostKey,
        dialErrorLimit,
        perDialTimeout,
    };
}
