import type * as pulumi from "@pulumi/pulumi";
import { bundle } from "../host/bundle";
import type { HostConnectionArgs } from "../host/connection";
import { remoteStep } from "../host/remote";
import { after } from "./after";
import { Director } from "./director";
import type { RealServer } from "./realServer";

/**
 * What a host has put off until the directors are changed: a director that owned a virtual IP its
 * whole change, a real server what it is to have no more. Unless it has put something off, nobody logs
 * in for it.
 */
export function takeTurn(
    name: string,
    connection: HostConnectionArgs,
    host: Director | RealServer,
    others: pulumi.Output<string>[],
): pulumi.Output<string> {
    const script = host instanceof Director ? "directorTurn" : "realServerTurn";
    const stdin = after(others, host.postponed).apply((postponed) =>
        bundle(script, [], { settings: { postponed: postponed || "nothing" } }),
    );
    const needed = host.postponed.apply((postponed) => postponed !== "");
    return remoteStep(`${name}-turn`, { connection, stdin, passing: true, needed }, host).urn;
}
