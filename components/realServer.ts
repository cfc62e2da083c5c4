import * as pulumi from "@pulumi/pulumi";
import { bundle } from "../host/bundle";
import { remoteStep } from "../host/remote";
import { realServerFiles } from "../lvs/render";
import { acceptedRealServer } from "./accept";
import type { RealServerArgs } from "./args";

/**
 * A real server: the virtual IPs on `lo`, silent to ARP, now and after every boot.
 *
 * Throws `ResourceError` with every problem of its arguments, before the host is touched.
 */
export class RealServer extends pulumi.ComponentResource {
    /** Known when the host is configured and proved to be. */
    public readonly configured: pulumi.Output<string>;

    constructor(name: string, args: RealServerArgs, opts?: pulumi.ComponentResourceOptions) {
        super("lvs:index:RealServer", name, {}, opts);
        const realServer = acceptedRealServer(args, this);
        const files = realServer.apply((known) => realServerFiles(known.virtualIps, known.httpd));

        const prepare = (names: string[]) =>
            remoteStep(
                `${name}-prepare`,
                {
                    connection: args,
                    stdin: bundle("prepare", [], { names, purge: args.removePackages ?? false }),
                },
                this,
            );
        const configure = remoteStep(
            `${name}-configure`,
            { connection: args, stdin: files.apply((known) => bundle("realServer", known)) },
            this,
            args.httpd ? [prepare(["httpd"])] : [],
        );

        this.configured = configure.urn;
        this.registerOutputs({ configured: this.configured });
    }
}
