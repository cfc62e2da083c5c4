import type { Input } from "@pulumi/pulumi";

/** How to log in by SSH. Field names and defaults are those of `@pulumi/command`. */
export interface LoginArgs {
    /** User to log in as; other than `root` it needs `sudo` without a password. Defaults to `root`. */
    user?: Input<string>;
    /** TCP port of the SSH server. Defaults to 22. */
    port?: Input<number>;
    /** Private key, as text. Defaults to none. Secret. */
    privateKey?: Input<string>;
    /** Password of the private key, where it has one. Defaults to none. Secret. */
    privateKeyPassword?: Input<string>;
    /** Password of the user, where no key serves. Defaults to none. Secret. */
    password?: Input<string>;
    /** Socket of an SSH agent. Defaults to `SSH_AUTH_SOCK` where that is set. */
    agentSocketPath?: Input<string>;
    /**
     * The host's public key, one line as in known_hosts after the name (`ssh-ed25519 AAAA…`).
     * Defaults to none, which is refused unless `ignoreHostKey` is set.
     */
    hostKey?: Input<string>;
    /** Trust whoever answers at the address. Defaults to false. */
    ignoreHostKey?: boolean;
    /** Failed attempts to connect before giving up; one more attempt is made. Defaults to 1: a wrong key must not lead to a ban. */
    dialErrorLimit?: Input<number>;
    /** Seconds for one attempt to connect. Defaults to 10. */
    perDialTimeout?: Input<number>;
}

/** A bastion: the SSH server through which a host is reached. */
export interface ProxyArgs extends LoginArgs {
    /** Address or name of the bastion. */
    host: Input<string>;
}

/** How to reach hosts by SSH. */
export interface ConnectionArgs extends LoginArgs {
    /** The bastion through which the host is reached. Defaults to none. */
    proxy?: ProxyArgs;
}

/** How to reach one host by SSH. */
export interface HostConnectionArgs extends ConnectionArgs {
    /** Address or name of the host. */
    host: Input<string>;
}

/** What is wrong with a connection, as far as that can be told before its values are known. */
export function connectionProblems(
    path: string,
    connection: ConnectionArgs,
): { path: string; reason: string }[] {
    return [
        ...hostKeyProblems(path, connection),
        ...(connection.proxy ? hostKeyProblems(`${path}.proxy`, connection.proxy) : []),
    ];
}

function hostKeyProblems(path: string, { hostKey, ignoreHostKey }: LoginArgs) {
    if (hostKey === undefined) {
        const reason =
            "is missing: give the line that `ssh-keyscan` prints, without the name, after you " +
            "have compared it on the host, or set ignoreHostKey to trust whoever answers";
        return ignoreHostKey ? [] : [{ path: `${path}.hostKey`, reason }];
    }
    if (typeof hostKey !== "string" || /^[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( .*)?$/.test(hostKey)) {
        return [];
    }
    const reason = `${JSON.stringify(hostKey)} is not a public key such as "ssh-ed25519 AAAA…"`;
    return [{ path: `${path}.hostKey`, reason }];
}
