import type { Input } from "@pulumi/pulumi";
import type { Cluster } from "../lvs/model";
import type { Problem } from "../lvs/problems";
import { validate, validateAuthPass } from "../lvs/validate";
import { type Hosts, withoutCredentials } from "./arguments";
import { type ConnectionArgs, connectionProblems, type HostConnectionArgs } from "./connection";
import { isKnown } from "./isKnown";
import { isManaged } from "./present";

/** The arguments of a cluster that log in. */
export interface Credentials {
    readonly connection?: ConnectionArgs;
    readonly authPass?: Input<string>;
    readonly directors: readonly HostConnectionArgs[];
    readonly realServers?: readonly Managed[];
}

/** Check the arguments of a cluster. All their values are known. */
export function clusterProblems<Args extends Credentials & Hosts>(args: Args): Problem[] {
    return [
        ...validate(withoutCredentials(args) as unknown as Cluster),
        ...credentialProblems(args),
    ];
}

/** Check the known keys, passwords and logins. */
export function credentialProblems(args: Credentials): Problem[] {
    const { authPass } = args;
    return [
        ...(authPass !== undefined && isKnown(authPass)
            ? validateAuthPass(authPassField, authPass)
            : []),
        ...memberProblems("directors", args),
        ...memberProblems("realServers", args),
    ];
}

export const authPassField = "authPass";

function memberProblems(list: "directors" | "realServers", args: Credentials) {
    return managedMembers(args[list] ?? [], list).flatMap(({ member, path }) =>
        connectionProblems(path, connectionOf(args, member)),
    );
}

/** Members of a list that pulumi-lvs logs in to, with their places. */
export function managedMembers<Member extends Managed>(
    members: readonly Member[],
    list: string,
): { member: Member; path: string }[] {
    return members.flatMap((member, index) =>
        isManaged(member) ? [{ member, path: `${list}[${index}]` }] : [],
    );
}

/** A host that may belong to others. */
interface Managed extends HostConnectionArgs {
    readonly managed?: boolean;
}

/** Login on one host: its own fields, and the cluster's for the rest. */
export function connectionOf(
    { connection = {} }: Pick<Credentials, "connection">,
    host: HostConnectionArgs,
): HostConnectionArgs {
    const all: Record<string, unknown> & HostConnectionArgs = { ...host };
    for (const [field, value] of Object.entries(connection)) {
        // An empty value is a mistake, and not replaced by the cluster's.
        if (all[field] === undefined) all[field] = value;
    }
    return all;
}

/** VRRP instances with keys of any kind. */
interface Keyed<Key> {
    readonly authHmac?: { readonly keys: readonly { readonly key: Key }[] };
}

/** Hide the keys that sign adverts. */
export function withKeys<
    Key,
    Instance extends Keyed<Key>,
    Args extends { readonly vrrpInstances: readonly Instance[] },
>(args: Args, hidden: (key: Key) => NoInfer<Key>): Args {
    const vrrpInstances = args.vrrpInstances.map((instance) => {
        const { authHmac } = instance;
        if (authHmac === undefined) return instance;
        const keys = authHmac.keys.map((one) => ({ ...one, key: hidden(one.key) }));
        return { ...instance, authHmac: { ...authHmac, keys } };
    });
    return { ...args, vrrpInstances };
}
