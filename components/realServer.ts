import * as pulumi from "@pulumi/pulumi";
import { allKnown, whenKnown } from "../host/known";
import { HostRole, runStep } from "../host/step";
import { planRealServer } from "../lvs/plan";
import { hasSecrets } from "../lvs/secrets";
import { needsPreparation, realServerSteps } from "../lvs/steps";
import type { RealServerArgs } from "./args";
import { deferredIn } from "./deferred";
import { validatedRealServer } from "./validated";

/** Order of a real server's steps while its cluster changes. */
interface RealServerOrder {
    /** Keep removed virtual IPs, tunnels and gateways until the directors have changed? */
    deferRemoval?: boolean;
}

/**
 * One real server: virtual IPs without ARP replies, ends of tunnels and a gateway on one host, now
 * and after every boot. Use it if the directors belong to another stack. `LvsCluster` makes its own.
 *
 * ```ts
 * const rs1 = new RealServer("rs1", {
 *     host: "10.128.190.249",
 *     hostKey: "ssh-ed25519 AAAA…",
 *     virtualIps: ["10.128.190.248"],
 * });
 * ```
 *
 * The constructor throws a `ResourceError` that lists every problem of its arguments, before the host
 * changes.
 */
export class RealServer extends pulumi.ComponentResource {
    /** Known when the host is configured and the configuration is proved to be in force. */
    public readonly configured: pulumi.Output<string>;
    /** SHA-256, in hexadecimal, of a change that the host deferred in part. Empty if the whole change is in force. */
    public readonly deferred: pulumi.Output<string>;

    /** @internal `order` is for `LvsCluster`. */
    constructor(
        name: string,
        args: RealServerArgs,
        opts?: pulumi.ComponentResourceOptions,
        { deferRemoval = false }: RealServerOrder = {},
    ) {
        super("lvs:index:RealServer", name, {}, opts);
        const { model, secrets } = validatedRealServer(args, this);
        const plan = whenKnown(model, planRealServer);
        const host = { role: HostRole.realServer, name, connection: args, parent: this };

        const prepared = needsPreparation(args)
            ? [
                  runStep(
                      host,
                      "prepare",
                      whenKnown(plan, (known) => realServerSteps.prepare(known)),
                  ),
              ]
            : [];
        // Only an output can be a secret. If it is none, nothing connects to the host.
        const secret = pulumi.Output.isInstance(args.httpd?.page)
            ? [
                  runStep(
                      host,
                      "secret",
                      allKnown([plan, secrets], (...known) => realServerSteps.secret(...known)),
                      {
                          dependsOn: prepared,
                          isNeeded: pulumi.unsecret(pulumi.output(secrets)).apply(hasSecrets),
                      },
                  ),
              ]
            : [];
        const configure = runStep(
            host,
            "configure",
            whenKnown(plan, (known) => realServerSteps.configure(known, deferRemoval)),
            { dependsOn: [...prepared, ...secret] },
        );

        this.configured = configure.urn;
        this.deferred = deferredIn(configure.stdout);
        this.registerOutputs({ configured: this.configured, deferred: this.deferred });
    }
}
