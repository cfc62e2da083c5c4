import type { Input } from "@pulumi/pulumi";
import { fieldPath, type Problem, problemIf, quote } from "../lvs/problems";

/** SSH login. Field names and defaults are those of `@pulumi/command`. */
export interface LoginArgs {
    /** User to log in as. A user other than `root` needs `sudo` without a password. Defaults to `root`. */
    user?: Input<string>;
    /** TCP port of the SSH server. Defaults to 22. */
    port?: Input<number>;
    /** Private key, as text. Defaults to none. @secret */
    privateKey?: Input<string>;
    /** Password of the private key, if it has one. Defaults to none. @secret */
    privateKeyPassword?: Input<string>;
    /** Password of the user, if no key is used. Defaults to none. @secret */
    password?: Input<string>;
    /** Socket of an SSH agent. Defaults to `SSH_AUTH_SOCK`, if that is set. */
    agentSocketPath?: Input<string>;
    /** Public key of the host: one line of known_hosts without the name (`ssh-ed25519 AAAA…`). Defaults to none, which is an error unless `ignoreHostKey` is set. */
    hostKey?: Input<string>;
    /** Accept any key of the host, and so any host at its address. Defaults to false. */
    ignoreHostKey?: boolean;
    /** Number of failed attempts to connect before the last one. Defaults to 1, so that a wrong key does not lead to a ban. */
    dialErrorLimit?: Input<number>;
    /** Seconds for one attempt to connect. Defaults to 10. */
    perDialTimeout?: Input<number>;
}

/** A bastion: the SSH server through which a host is reached. */
export interface ProxyArgs extends LoginArgs {
    /** Address or name of the bastion. */
    host: Input<string>;
}

/** SSH login, and the way to the hosts. */
export interface ConnectionArgs extends LoginArgs {
    /** Bastion through which the host is reached. Defaults to none. */
    proxy?: ProxyArgs;
}

/** SSH login on one host. */
export interface HostConnectionArgs extends ConnectionArgs {
    /** Address or name of the host. */
    host: Input<string>;
}

/** Check a login as far as its values are known. */
export function connectionProblems(path: string, connection: ConnectionArgs): Problem[] {
    const { proxy } = connection;
    return [
        ...hostKeyProblems(path, connection),
        ...(proxy ? hostKeyProblems(fieldPath(path, "proxy"), proxy) : []),
    ];
}

function hostKeyProblems(path: string, { hostKey, ignoreHostKey }: LoginArgs): Problem[] {
    const at = fieldPath(path, "hostKey");
    if (hostKey === undefined) {
        return problemIf(
            !ignoreHostKey,
            at,
            "The value is missing. Give the host's public key, which `lvs keyscan` prints, after you " +
                "have compared it on the host, or set ignoreHostKey to accept any key.",
        );
    }
    return problemIf(
        typeof hostKey === "string" && !/^[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( .*)?$/.test(hostKey),
        at,
        `${quote(hostKey)} is not a public key. Use a line such as "ssh-ed25519 AAAA…".`,
    );
}
