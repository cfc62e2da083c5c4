import * as pulumi from "@pulumi/pulumi";
import { allKnown, type Known, whenKnown } from "../host/known";
import { HostRole } from "../host/stepKinds";
import { runStep } from "../host/step";
import { planRealServer } from "../lvs/realServer/plan";
import { hasSecrets } from "../lvs/secrets";
import type { StepName } from "../lvs/steps";
import { needsPreparation, realServerSteps } from "../lvs/realServer/steps";
import type { RealServerArgs } from "./args";
import { checkedConnection } from "./connections";
import { deferredIn } from "./deferred";
import { claimHost } from "./member";
import { idOf } from "./ownership";
import { redacted, withHiddenDiffs } from "./redacted";
import { validatedRealServer } from "./validated";

/** Order of a real server's steps while its cluster changes. */
interface RealServerOrder {
    /** Keep removed virtual IPs, tunnels and gateways until the directors have changed? */
    deferRemoval?: boolean;
    /** Is the machine also a director of the cluster? */
    alsoDirector?: Known<boolean>;
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
 * The same in YAML:
 *
 * ```yaml
 * resources:
 *   rs1:
 *     type: lvs:RealServer
 *     properties:
 *       host: 10.128.190.249
 *       hostKey: ssh-ed25519 AAAA…
 *       virtualIps: [10.128.190.248]
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
        order?: RealServerOrder,
    ) {
        // A cluster that makes its hosts shows their arguments itself.
        const inputs = redacted(order ? {} : args);
        super("lvs:index:RealServer", name, inputs, withHiddenDiffs(inputs, opts));
        const { deferRemoval = false, alsoDirector = false } = order ?? {};
        const { model, secrets } = validatedRealServer(args, this);
        const { adopt, gone } = args;
        const connection = checkedConnection("", args, this);
        const own = { role: HostRole.realServer, name, connection, adopt, gone };
        const { host, claim } = claimHost(this, own);
        const plan = allKnown([model, alsoDirector], (known, isBoth) =>
            planRealServer({ ...known, alsoDirector: isBoth }, idOf(name)),
        );
        const configure = gone ? undefined : setUp();
        this.configured = (configure ?? claim).urn;
        this.deferred = configure ? deferredIn(configure.stdout) : pulumi.output("");
        this.registerOutputs({ configured: this.configured, deferred: this.deferred });

        function setUp() {
            const prepare = needsPreparation(args) ? prepareHost() : undefined;
            const prepared = prepare ?? claim;
            // Only an output can be a secret.
            const secret = pulumi.Output.isInstance(args.demoPage) ? sendSecrets() : undefined;
            return applyFiles();

            function prepareHost() {
                const content = whenKnown(plan, (known) => realServerSteps.prepare(known));
                return runStep(host, "prepare", content, { dependsOn: [claim] });
            }

            function sendSecrets() {
                const content = allKnown([plan, secrets], (...known) =>
                    realServerSteps.secret(...known),
                );
                // Without a secret, nothing connects to the host.
                const isNeeded = pulumi.unsecret(pulumi.output(secrets)).apply(hasSecrets);
                return runStep(host, "secret", content, { dependsOn: [prepared], isNeeded });
            }

            function applyFiles() {
                const earlier: StepName[] = [];
                if (prepare) earlier.push("prepare");
                if (secret) earlier.push("secret");
                const content = whenKnown(plan, (known) =>
                    realServerSteps.configure(known, deferRemoval, earlier),
                );
                const dependsOn = secret ? [prepared, secret] : [prepared];
                return runStep(host, "configure", content, { dependsOn });
            }
        }
    }
}
