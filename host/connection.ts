import type { Input } from "@pulumi/pulumi";
import { fieldPath, type Problem, problem, problemIf, quote } from "../lvs/problems";
import { isKnown } from "./isKnown";

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
    /** Public key of the host: one line of known_hosts without the name (`ssh-ed25519 AAAA…`). Its kind is Ed25519 or ECDSA. Defaults to none, which is an error unless `ignoreHostKey` is set. */
    hostKey?: Input<string>;
    /** Accept any key. Another machine at the address of the host is then not noticed. Defaults to false. */
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
    /** Number of failed attempts to connect before the last one. Defaults to 10: the SSH server of a bastion closes connections while many hosts log in at once (sshd_config `MaxStartups`). */
    dialErrorLimit?: Input<number>;
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

/** Kinds of host keys that can be pinned, the best one first. */
export const hostKeyKinds = [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
];

/** Check the known values of a login. `checkedConnection` checks outputs. */
export function connectionProblems(path: string, connection: ConnectionArgs): Problem[] {
    const { proxy } = connection;
    const at = fieldPath(path, "proxy");
    return [
        ...loginProblems(path, connection),
        ...(proxy
            ? [...fieldProblems(at, "host", proxy.host, proxy), ...loginProblems(at, proxy)]
            : []),
    ];
}

function loginProblems(path: string, login: LoginArgs): Problem[] {
    const given = loginFields.filter((field) => field === "hostKey" || login[field] !== undefined);
    return given.flatMap((field) => fieldProblems(path, field, login[field], login));
}

/** Fields of a login that the provider knows. It prints a connection in clear text if it has an unknown one. */
export const loginFields = [
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

/** A field of a login, or the address to log in at. */
type Field = (typeof loginFields)[number] | "host";

const numberFields: readonly Field[] = ["port", "dialErrorLimit", "perDialTimeout"];

/**
 * Check a value of a login, if it is known. Most of these values are secrets, so errors do not repeat
 * them. Without a value the provider falls back to a default: for the host key, to any key.
 */
export function fieldProblems(
    path: string,
    field: Field,
    value: unknown,
    { ignoreHostKey = false }: LoginArgs,
): Problem[] {
    if (!isKnown(value)) return [];
    const at = fieldPath(path, field);
    const isEmpty = value === undefined || value === null || value === "";
    if (field === "hostKey") {
        if (isEmpty) return problemIf(!ignoreHostKey, at, missingHostKey);
        return hostKeyProblems(at, value);
    }
    if (isEmpty) {
        const fix =
            field === "host" ? "Give an address or a name" : "Give one, or remove the field";
        return problem(at, `The value is empty. ${fix}.`);
    }
    const type = numberFields.includes(field) ? "number" : "string";
    if (typeof value !== type && field !== "port") {
        const fix = type === "number" ? "is not a number. Use one" : "is not text. Use text";
        return problem(at, `The value ${fix}.`);
    }
    return problemIf(
        field === "port" &&
            !(Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535),
        at,
        `${quote(value)} is not a port. Use 1 to 65535.`,
    );
}

const missingHostKey =
    "The value is missing. Give the host's public key, which `lvs keyscan` prints, after you " +
    "have compared it on the host, or set ignoreHostKey to accept any key.";

function hostKeyProblems(path: string, value: unknown): Problem[] {
    const hostKey = typeof value === "string" ? value : "";
    // Somebody may have entered the wrong half of a pair.
    const shown = hostKey.includes("PRIVATE KEY") ? "A private key" : quote(value);
    const use = 'Use a line such as "ssh-ed25519 AAAA…".';
    const [, kind] = /^([a-z0-9@.-]+) [A-Za-z0-9+/]+=*( .*)?$/.exec(hostKey) ?? [];
    if (kind === undefined) return problem(path, `${shown} is not a public key. ${use}`);
    if (kind === "ssh-rsa" || kind === "ssh-dss") {
        return problem(
            path,
            `${kind} is too weak: with such a key Pulumi accepts only signatures with SHA-1, ` +
                "which OpenSSH refuses since 8.8. Use another key of the host, which `lvs keyscan` prints.",
        );
    }
    return problemIf(
        !hostKeyKinds.includes(kind),
        path,
        `${quote(kind)} is an unknown kind of key. Use one of ${hostKeyKinds.join(", ")}.`,
    );
}
