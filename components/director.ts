import * as pulumi from "@pulumi/pulumi";
import { bundle, program, resourceWord } from "../host/bundle";
import { remoteStep } from "../host/remote";
import { changeOf } from "../lvs/change";
import { monitoringPackages } from "../lvs/monitoring";
import { directorPackages } from "../lvs/packages";
import { planDirector } from "../lvs/plan";
import { authPassFile, directorFiles, directorModuleFiles } from "../lvs/render";
import { acceptedAuthPass, acceptedCluster, reject } from "./accept";
import type { DirectorArgs } from "./args";
import { connectionOf } from "./connectionOf";
import { inOrder } from "./inOrder";
import { whenKnown } from "./known";
import { postponedIn } from "./postponed";

/**
 * A load balancer: keepalived with its VRRP instance and IPVS services, on one host.
 *
 * Throws `ResourceError` with every problem of its arguments, before the host is touched.
 */
export class Director extends pulumi.ComponentResource {
    /** Known when the host is configured and proved to be. */
    public readonly configured: pulumi.Output<string>;
    /**
     * SHA-256, in hexadecimal, of the configuration that the host has put off until the other
     * directors are changed, for it owned a virtual IP; empty when it is in force.
     */
    public readonly postponed: pulumi.Output<string>;

    constructor(name: string, args: DirectorArgs, opts?: pulumi.ComponentResourceOptions) {
        super("lvs:index:Director", name, {}, opts);
        const cluster = acceptedCluster(args.cluster, this);
        const authPass = acceptedAuthPass(args.authPass, this);
        const connection = connectionOf(args.cluster, memberOf(args, this));

        const plan = whenKnown(cluster, (known) => planDirector(known, args.name));
        const resource = resourceWord(name);

        const { keepalivedPackage, removePackages = false, repair, monitoring } = args.cluster;
        const prepare = remoteStep(
            `${name}-prepare`,
            {
                connection,
                stdin: whenKnown(plan, (known) =>
                    bundle("prepare", directorModuleFiles(known), {
                        packages: {
                            names: [
                                ...directorPackages(known.needs, keepalivedPackage),
                                ...monitoringPackages(monitoring),
                            ],
                            purge: removePackages,
                        },
                        settings: { resource, repair },
                    }),
                ),
            },
            this,
            inOrder(args.prepareAfter),
        );
        const secret = remoteStep(
            `${name}-secret`,
            {
                connection,
                stdin: whenKnown(authPass, (known) =>
                    bundle("secret", [authPassFile(known)], {
                        settings: { resource, repair },
                    }),
                ),
                secret: true,
            },
            this,
            [prepare],
        );
        const programs = monitoring ? [program("lvs-metrics")] : [];
        const settings = {
            resource,
            ...changeOf(args.cluster, { ownerLast: args.ownerLast ?? false }),
        };
        const configuration = whenKnown(plan, (known) =>
            bundle("director", [...directorFiles(known), ...programs], { settings }),
        );
        const configure = remoteStep(
            `${name}-configure`,
            { connection, stdin: configuration },
            this,
            [secret, ...inOrder(args.configureAfter)],
        );

        this.configured = configure.urn;
        this.postponed = postponedIn(configuration, configure.stdout);
        this.registerOutputs({ configured: this.configured, postponed: this.postponed });
    }
}

function memberOf({ cluster, name }: DirectorArgs, resource: pulumi.Resource) {
    const member = cluster.directors.find((director) => director.name === name);
    const names = cluster.directors.map((director) => director.name).join(", ");
    if (member !== undefined) return member;
    return reject(
        [{ path: "name", reason: `"${name}" is not among directors (${names})` }],
        resource,
    );
}
