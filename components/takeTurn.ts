import type * as pulumi from "@pulumi/pulumi";
import { bundle } from "../host/bundle";
import type { HostConnectionArgs } from "../host/connection";
import { remoteStep } from "../host/remote";
import { after } from "./after";
import type { Director } from "./director";

/**
 * The change that a director has put off while it owned a virtual IP, when the others are done. The
 * host is asked only if it has said so.
 */
export function takeTurn(
    name: string,
    connection: HostConnectionArgs,
    director: Director,
    others: pulumi.Output<string>[],
): pulumi.Output<string> {
    const stdin = after(others, director.postponed).apply((postponed) =>
        bundle("turn", [], { settings: { postponed: postponed || "nothing" } }),
    );
    return remoteStep(`${name}-turn`, { connection, stdin, passing: true }, director).urn;
}
