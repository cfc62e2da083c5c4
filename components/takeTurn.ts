import type * as pulumi from "@pulumi/pulumi";
import { bundle } from "../host/bundle";
import type { HostConnectionArgs } from "../host/connection";
import { remoteStep } from "../host/remote";
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
    others: Promise<pulumi.Resource[]>,
): pulumi.Output<string> {
    const script = host instanceof Director ? "directorTurn" : "realServerTurn";
    const stdin = host.postponed.apply((postponed) =>
        bundle(script, [], { settings: { postponed: postponed || "nothing" } }),
    );
    const needed = host.postponed.apply((postponed) => postponed !== "");
    const step = { connection, stdin, passing: true, needed };
    return remoteStep(`${name}-turn`, step, host, [others]).stdout;
}
