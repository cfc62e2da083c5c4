import * as pulumi from "@pulumi/pulumi";
import { bundle } from "../host/bundle";
import type { HostConnectionArgs } from "../host/connection";
import { remoteStep } from "../host/remote";
import { realServerFiles } from "../lvs/render";
import { acceptedRealServer } from "./accept";
import type { HttpdArgs } from "./args";

/** A host that serves behind directors, which may be managed elsewhere. */
export interface RealServerArgs extends HostConnectionArgs {
    /** The IPv4 addresses that it serves. */
    virtualIps: pulumi.Input<pulumi.Input<string>[]>;
    /** A web server with one page. Defaults to none: what the host serves is its own business. */
    httpd?: HttpdArgs;
    /** Whether destroy also removes the packages that were installed for it. Defaults to false. */
    removePackages?: boolean;
}

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

        const prepare = remoteStep(
            `${name}-prepare`,
            {
                connection: args,
                stdin: bundle("prepare", [], {
                    names: args.httpd ? ["httpd"] : [],
                    purge: args.removePackages ?? false,
                }),
            },
            this,
        );
        const configure = remoteStep(
            `${name}-configure`,
            { connection: args, stdin: files.apply((known) => bundle("realServer", known)) },
            this,
            [prepare],
        );

        this.configured = configure.urn;
        this.registerOutputs({ configured: this.configured });
    }
}
