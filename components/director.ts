import * as pulumi from "@pulumi/pulumi";
import { allKnown, whenKnown } from "../host/known";
import { HostRole } from "../host/stepKinds";
import { runStep } from "../host/step";
import { planDirector } from "../lvs/director/plan";
import { directorSteps, type Turn } from "../lvs/director/steps";
import type { DirectorArgs } from "./args";
import { memberConnections } from "./connections";
import { deferredIn } from "./deferred";
import { gatedBy } from "./gatedBy";
import { claimHost } from "./member";
import type { RealServer } from "./realServer";
import { redacted, withHiddenDiffs } from "./redacted";
import { validatedCluster, validatedDirector, validateName } from "./validated";

/** Order of a director's steps while its cluster changes. */
interface DirectorOrder {
    /** The real server of the cluster on the same machine, which changes first. */
    alongside?: RealServer;
    /** Claims of hosts that a destroy must leave until this director is removed. */
    removedBefore?: pulumi.Input<string>[];
    /** Outputs to wait for before the step `configure`. */
    configureAfter?: pulumi.Input<string>[];
    /** Does the host change before the last director, or last? */
    turn?: Turn;
}

/**
 * One director of a cluster: keepalived with its VRRP instances and IPVS services on one host. Use it
 * if the hosts of a cluster belong to several stacks. `LvsCluster` makes its own.
 *
 * ```ts
 * const cluster: LvsClusterArgs = {
 *     vrrpInstances: [{ interface: "eth0", virtualRouterId: 62 }],
 *     directors: [
 *         { name: "ds1", host: "10.128.190.253", hostKey: "ssh-ed25519 AAAA…" },
 *         { name: "ds2", host: "10.128.190.254", hostKey: "ssh-ed25519 AAAA…" },
 *     ],
 *     realServers: [{ name: "rs1", host: "10.128.190.249", hostKey: "ssh-ed25519 AAAA…" }],
 *     virtualServers: [{ virtualIp: "10.128.190.248", port: 80 }],
 * };
 * const authPass = new pulumi.Config().requireSecret("authPass");
 * const ds2 = new Director("ds2", { cluster, name: "ds2", authPass });
 * const ds1 = new Director("ds1", { cluster, name: "ds1", authPass }, { dependsOn: ds2 });
 * ```
 *
 * The same in YAML:
 *
 * ```yaml
 * config:
 *   authPass: { type: string, secret: true }
 * variables:
 *   cluster:
 *     vrrpInstances: [{ interface: eth0, virtualRouterId: 62 }]
 *     directors:
 *       - { name: ds1, host: 10.128.190.253, hostKey: ssh-ed25519 AAAA… }
 *       - { name: ds2, host: 10.128.190.254, hostKey: ssh-ed25519 AAAA… }
 *     realServers: [{ name: rs1, host: 10.128.190.249, hostKey: ssh-ed25519 AAAA… }]
 *     virtualServers: [{ virtualIp: 10.128.190.248, port: 80 }]
 * resources:
 *   ds2:
 *     type: lvs:Director
 *     properties: { cluster: "${cluster}", name: ds2, authPass: "${authPass}" }
 *   ds1:
 *     type: lvs:Director
 *     properties: { cluster: "${cluster}", name: ds1, authPass: "${authPass}" }
 *     options: { dependsOn: ["${ds2}"] }
 * ```
 *
 * With `dependsOn` one director changes after the other, the preferred one last. The constructor
 * throws a `ResourceError` that lists every problem of its arguments, before the host changes.
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
        order?: DirectorOrder,
    ) {
        // A cluster that makes its hosts shows their arguments itself.
        const inputs = redacted(order ? {} : args);
        super("lvs:index:Director", name, inputs, withHiddenDiffs(inputs, opts));
        const { alongside, removedBefore, configureAfter, turn } = order ?? {};
        validateName(args, this);
        const { model: cluster, secrets } = validatedCluster(args.cluster, this);
        const { adopt, gone, authPass } = validatedDirector(args, this);
        const connection = memberConnections("directors", args.cluster, this).get(args.name)!;
        const own = { role: HostRole.director, name, connection, member: args.name, adopt, gone };
        const { host, claim } = claimHost(this, own, { alongside, removedBefore });
        const plan = whenKnown(cluster, (known) => planDirector(known, args.name));
        const configure = gone ? undefined : setUp();
        this.configured = (configure ?? claim).urn;
        this.deferred = configure ? deferredIn(configure.stdout) : pulumi.output("");
        this.registerOutputs({ configured: this.configured, deferred: this.deferred });

        function setUp() {
            const prepare = prepareHost();
            const secret = sendSecrets();
            return applyFiles();

            function prepareHost() {
                const content = whenKnown(plan, (known) => directorSteps.prepare(known));
                // Two steps of one machine at the same time would wait for each other's packages.
                const other = gatedBy(alongside && [alongside.configured]);
                return runStep(host, "prepare", content, { dependsOn: [claim, ...other] });
            }

            function sendSecrets() {
                const content = allKnown([plan, authPass, secrets], (...known) =>
                    // With `--parallel 1` Pulumi runs one step at a time.
                    directorSteps.secret(...known, pulumi.runtime.serialize()),
                );
                return runStep(host, "secret", content, { dependsOn: [prepare] });
            }

            function applyFiles() {
                const content = whenKnown(plan, (known) => directorSteps.configure(known, turn));
                const dependsOn = [secret, ...gatedBy(configureAfter)];
                return runStep(host, "configure", content, { dependsOn });
            }
        }
    }
}
