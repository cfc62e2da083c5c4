import * as pulumi from "@pulumi/pulumi";
import { bundle } from "../host/bundle";
import { remoteStep } from "../host/remote";
import { directorPackages } from "../lvs/packages";
import { planDirector } from "../lvs/plan";
import { authPassFile, directorFiles, directorModuleFiles } from "../lvs/render";
import { acceptedAuthPass, acceptedCluster, reject } from "./accept";
import type { DirectorArgs } from "./args";
import { connectionOf } from "./connectionOf";

/**
 * A load balancer: keepalived with its VRRP instance and IPVS services, on one host.
 *
 * Throws `ResourceError` with every problem of its arguments, before the host is touched.
 */
export class Director extends pulumi.ComponentResource {
    /** Known when the host is configured and proved to be. */
    public readonly configured: pulumi.Output<string>;

    constructor(name: string, args: DirectorArgs, opts?: pulumi.ComponentResourceOptions) {
        super("lvs:index:Director", name, {}, opts);
        const cluster = acceptedCluster(args.cluster, this);
        const authPass = acceptedAuthPass(args.authPass, this);
        const connection = connectionOf(args.cluster, memberOf(args, this));

        const plan = cluster.apply((known) => planDirector(known, args.name));

        const { keepalivedPackage, removePackages = false } = args.cluster;
        const prepare = remoteStep(
            `${name}-prepare`,
            {
                connection,
                stdin: plan.apply((known) =>
                    bundle("prepare", directorModuleFiles(known), {
                        names: directorPackages(known.needs, keepalivedPackage),
                        purge: removePackages,
                    }),
                ),
            },
            this,
        );
        const secret = remoteStep(
            `${name}-secret`,
            {
                connection,
                stdin: authPass.apply((known) => bundle("secret", [authPassFile(known)])),
                secret: true,
            },
            this,
            [prepare],
        );
        const configure = remoteStep(
            `${name}-configure`,
            {
                connection,
                stdin: pulumi
                    .all([plan, pulumi.all(args.configureAfter ?? [])])
                    .apply(([known]) => bundle("director", directorFiles(known))),
            },
            this,
            [secret],
        );

        this.configured = configure.urn;
        this.registerOutputs({ configured: this.configured });
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
