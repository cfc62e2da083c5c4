import * as pulumi from "@pulumi/pulumi";
import { bundle, program, resourceWord } from "../host/bundle";
import { remoteStep } from "../host/remote";
import { monitoringPackages } from "../lvs/monitoring";
import { realServerPackages } from "../lvs/packages";
import { planRealServerKernel } from "../lvs/plan";
import { realServerFiles, realServerModuleFiles } from "../lvs/render";
import { acceptedRealServer } from "./accept";
import { inOrder } from "./inOrder";
import { whenKnown } from "./known";
import type { RealServerArgs } from "./args";
import { postponedIn } from "./postponed";

/**
 * A real server: its virtual IPs, silent to ARP, the ends of its tunnels, its way back to the
 * clients; now and after every boot.
 *
 * Throws `ResourceError` with every problem of its arguments, before the host is touched.
 */
export class RealServer extends pulumi.ComponentResource {
    /** Known when the host is configured and proved to be. */
    public readonly configured: pulumi.Output<string>;
    /**
     * SHA-256, in hexadecimal, of a configuration of which the host keeps what it had beside what it
     * is to have, until the directors are changed; empty when it is in force.
     */
    public readonly postponed: pulumi.Output<string>;

    constructor(name: string, args: RealServerArgs, opts?: pulumi.ComponentResourceOptions) {
        super("lvs:index:RealServer", name, {}, opts);
        const realServer = acceptedRealServer(args, this);
        const kernel = whenKnown(realServer, planRealServerKernel);
        const { repair, monitoring } = args;
        const resource = resourceWord(name);
        const packages = monitoringPackages(monitoring);
        const programs = monitoring ? [program("lvs-metrics")] : [];

        const prepare = () =>
            remoteStep(
                `${name}-prepare`,
                {
                    connection: args,
                    stdin: whenKnown(kernel, (known) =>
                        bundle("prepare", realServerModuleFiles(known), {
                            packages: {
                                names: [
                                    ...realServerPackages(known, args.httpd !== undefined),
                                    ...packages,
                                ],
                                purge: args.removePackages ?? false,
                            },
                            settings: { resource, repair },
                        }),
                    ),
                },
                this,
                inOrder(args.prepareAfter),
            );
        const settings = { resource, repair, leavingLast: args.leavingLast };
        const configuration = whenKnown(realServer, (known) =>
            bundle(
                "realServer",
                [
                    ...realServerFiles(planRealServerKernel(known), known.httpd, monitoring),
                    ...programs,
                ],
                { settings },
            ),
        );
        const configure = remoteStep(
            `${name}-configure`,
            { connection: args, stdin: configuration },
            this,
            [
                ...inOrder(args.prepareAfter),
                ...(args.httpd || args.tunnels?.length || packages.length ? [prepare()] : []),
            ],
        );

        this.configured = configure.urn;
        this.postponed = postponedIn(configuration, configure.stdout);
        this.registerOutputs({ configured: this.configured, postponed: this.postponed });
    }
}
