import * as pulumi from "@pulumi/pulumi";
import { whenKnown } from "../host/known";
import { HostRole, runStep } from "../host/step";
import { planDirector } from "../lvs/plan";
import { directorSteps } from "../lvs/steps";
import type { DirectorArgs } from "./args";
import { connectionOf } from "./connectionOf";
import { deferredIn } from "./deferred";
import { gatedBy } from "./gatedBy";
import { throwProblems, validatedAuthPass, validatedCluster } from "./validated";

/** How a director takes its place among the others while its cluster changes. */
interface DirectorOrder {
    /** Outputs to wait for before the step `configure`. */
    configureAfter?: pulumi.Input<string>[];
    /** Does it defer its change while it is the active director? */
    deferIfActive?: boolean;
}

/**
 * A load balancer: keepalived with its VRRP instances and IPVS services, on one host.
 *
 * Throws `ResourceError` with every problem of its arguments, before the host is touched.
 */
export class Director extends pulumi.ComponentResource {
    /** Known when the host is configured and the configuration is proved to be in force. */
    public readonly configured: pulumi.Output<string>;
    /** SHA-256, in hexadecimal, of a change that the host deferred. Empty if the change is in force. */
    public readonly deferred: pulumi.Output<string>;

    /** @internal `order` is for `LvsCluster`. */
    constructor(
        name: string,
        args: DirectorArgs,
        opts?: pulumi.ComponentResourceOptions,
        { configureAfter, deferIfActive = false }: DirectorOrder = {},
    ) {
        super("lvs:index:Director", name, {}, opts);
        const cluster = validatedCluster(args.cluster, this);
        const authPass = validatedAuthPass(args.authPass, this);
        const connection = connectionOf(args.cluster, memberOf(args, this));
        const plan = whenKnown(cluster, (known) => planDirector(known, args.name));
        const host = { role: HostRole.director, name, connection, parent: this };

        const prepare = runStep(host, "prepare", whenKnown(plan, directorSteps.prepare));
        const secret = runStep(
            host,
            "secret",
            whenKnown(authPass, (known) => directorSteps.secret(known, args.cluster.repair)),
            { dependsOn: [prepare] },
        );
        const configure = runStep(
            host,
            "configure",
            whenKnown(plan, (known) => directorSteps.configure(known, deferIfActive)),
            { dependsOn: [secret, ...gatedBy(configureAfter)] },
        );

        this.configured = configure.urn;
        this.deferred = deferredIn(configure.stdout);
        this.registerOutputs({ configured: this.configured, deferred: this.deferred });
    }
}

function memberOf({ cluster, name }: DirectorArgs, resource: pulumi.Resource) {
    const member = cluster.directors.find((director) => director.name === name);
    const names = cluster.directors.map((director) => director.name).join(", ");
    if (member !== undefined) return member;
    return throwProblems(
        [{ path: "name", reason: `"${name}" is not among directors (${names})` }],
        resource,
    );
}
