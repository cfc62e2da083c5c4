import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import { isManaged, present } from "../host/present";
import { dependingOn, whenKnown } from "../host/known";
import { plainSpelling } from "../lvs/addresses";
import { standaloneRealServers } from "../lvs/realServer/plan";
import { membershipsOf, tunnelsOf } from "../lvs/memberships";
import { servedIpsOf } from "../lvs/virtualIps";
import { turnOf } from "../lvs/director/steps";
import type { Testimony } from "../lvs/steps";
import type { LvsClusterArgs } from "./args";
import { memberConnections } from "./connections";
import { Director } from "./director";
import { type HostInventory, inventoryOf } from "./inventory";
import { memberOf } from "./member";
import { preflight } from "./preflight";
import { RealServer } from "./realServer";
import { redacted, withHiddenDiffs } from "./redacted";
import { runDeferred } from "./runDeferred";
import { validatedCluster } from "./validated";
import { whenDone } from "./whenDone";

/**
 * A Linux Virtual Server cluster. Directors share virtual IPs by VRRP and forward connections to real
 * servers. All hosts exist already and are reached by SSH.
 *
 * ```ts
 * const web = new LvsCluster("web", {
 *     vrrpInstances: [{ interface: "eth0", virtualRouterId: 62 }],
 *     directors: [
 *         { name: "ds1", host: "10.128.190.253", hostKey: "ssh-ed25519 AAAA…" },
 *         { name: "ds2", host: "10.128.190.254", hostKey: "ssh-ed25519 AAAA…" },
 *     ],
 *     realServers: [
 *         { name: "rs1", host: "10.128.190.249", hostKey: "ssh-ed25519 AAAA…" },
 *         { name: "rs2", host: "10.128.190.250", hostKey: "ssh-ed25519 AAAA…" },
 *     ],
 *     virtualServers: [{ virtualIp: "10.128.190.248", port: 80 }],
 * });
 *
 * export const vip = web.vip;
 * ```
 *
 * The same in YAML:
 *
 * ```yaml
 * resources:
 *   web:
 *     type: lvs:LvsCluster
 *     properties:
 *       vrrpInstances: [{ interface: eth0, virtualRouterId: 62 }]
 *       directors:
 *         - { name: ds1, host: 10.128.190.253, hostKey: ssh-ed25519 AAAA… }
 *         - { name: ds2, host: 10.128.190.254, hostKey: ssh-ed25519 AAAA… }
 *       realServers:
 *         - { name: rs1, host: 10.128.190.249, hostKey: ssh-ed25519 AAAA… }
 *         - { name: rs2, host: 10.128.190.250, hostKey: ssh-ed25519 AAAA… }
 *       virtualServers: [{ virtualIp: 10.128.190.248, port: 80 }]
 * outputs:
 *   vip: ${web.vip}
 * ```
 *
 * The constructor throws a `ResourceError` that lists every problem of its arguments, before any host
 * changes. Problems of values that are not known yet are reported as soon as they are known.
 */
export class LvsCluster extends pulumi.ComponentResource {
    /** First virtual IP, known when the cluster serves. */
    public readonly vip: pulumi.Output<string>;
    /** Virtual IPs in the order of the virtual servers, or of the VRRP instances if there are no virtual servers. Known when the cluster serves. */
    public readonly virtualIps: pulumi.Output<string[]>;
    /** Hosts by name, without secrets. */
    public readonly inventory: pulumi.Output<Record<string, HostInventory>>;

    constructor(name: string, args: LvsClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        const inputs = redacted(args);
        super("lvs:index:LvsCluster", name, inputs, withHiddenDiffs(inputs, opts));
        const { model: cluster } = validatedCluster(args, this);
        const { realServers: servers = [], virtualServers = [] } = args;
        // Real servers must not depend on all other hosts, so the virtual servers alone decide their dependencies.
        const services = dependingOn(virtualServers, cluster);
        const plans = whenKnown(services, standaloneRealServers);
        const memberships = membershipsOf({ realServers: servers, virtualServers });

        const connections = new Map([
            ...memberConnections("directors", args, this),
            ...memberConnections("realServers", args, this),
        ]);

        const checked = preflight(name, args, connections, cluster, plans, this);

        const realServers = servers.filter(isManaged).map((member) => ({
            member,
            host: new RealServer(
                `${name}-${member.name}`,
                {
                    ...connections.get(member.name)!,
                    virtualIps: whenKnown(plans, (known) => known.get(member.name)!.virtualIps),
                    tunnels: tunnelsOf(memberships.get(member.name)),
                    gateway: member.gateway,
                    gateway6: member.gateway6,
                    demoPage: member.demoPage,
                    monitoring: args.monitoring,
                    removePackages: args.removePackages,
                    repair: args.repair,
                    adopt: member.adopt,
                    gone: member.gone,
                },
                { parent: this, dependsOn: checked },
                {
                    deferRemoval: true,
                    alsoDirector: whenKnown(
                        plans,
                        (known) => known.get(member.name)!.alsoDirector === true,
                    ),
                },
            ),
        }));

        const authPass = args.authPass ?? generatedAuthPass(name, this);
        // A destroy runs in reverse: directors stop sending before real servers are removed.
        const claims = realServers.map(({ host }) => memberOf(host).claim.urn);
        const before = [pulumi.all(realServers.map(({ host }) => host.configured)).apply(() => "")];
        // One director at a time, the preferred one last.
        const inOrder = [...args.directors].reverse();
        const changing = present(args.directors);
        const onHosts = new Map(
            realServers.map(({ member, host }) => [plainSpelling(member.host), host]),
        );
        const directors = inOrder.map((member) => {
            const host = new Director(
                `${name}-${member.name}`,
                { cluster: args, name: member.name, authPass },
                { parent: this, dependsOn: checked },
                {
                    alongside: onHosts.get(plainSpelling(member.host)),
                    removedBefore: [...claims],
                    configureAfter: [...before],
                    turn: turnOf(member, changing),
                },
            );
            claims.push(memberOf(host).claim.urn);
            before.push(host.configured);
            return { member, host };
        });

        const done = proveDirectors(
            directors.map(({ host }) => host),
            directors.find(({ member }) => member === changing[0])!.host,
            whenDone([...realServers, ...directors].map(({ host }) => host.deferred)),
        );
        // No director sends to removed addresses any more.
        const ready = whenDone(realServers.map(({ host }) => runDeferred(host, done)));

        // Resources that use an output are created after the cluster, and destroyed before it.
        const whenServing = pulumi.all([
            ready.then(() => "ready"),
            ...directors.map(({ host }) => host.configured),
        ]);
        this.virtualIps = whenServing.apply(() => pulumi.output(whenKnown(services, servedIpsOf)));
        this.vip = this.virtualIps.apply(([first]) => first!);
        this.inventory = whenServing.apply(() => inventoryOf(args, services));
        this.registerOutputs({
            vip: this.vip,
            virtualIps: this.virtualIps,
            inventory: this.inventory,
        });
    }
}

/**
 * Carry out what directors deferred, one after the other: a failover may have made another director active,
 * which deferred its change. The last director may have deferred its proof that it alone is active. If it
 * deferred nothing else, all directors prove it at the same time, and each says what it sends and hears.
 * After a failed step Pulumi would start no other.
 */
function proveDirectors(
    directors: readonly Director[],
    last: Director,
    ready: Promise<pulumi.Resource[]>,
): Promise<pulumi.Resource[]> {
    const digests = directors.map(({ deferred }) => deferred);
    const lastIndex = directors.indexOf(last);
    const testimony = pulumi.all(digests).apply((known) => testimonyFor(known, lastIndex));
    let isSimultaneous = false;
    const known = whenDone(digests, (values) => {
        isSimultaneous = testimonyFor(values, lastIndex).proof !== undefined;
    });
    const steps: pulumi.Output<string>[] = [];
    let done = known.then(() => ready);
    for (const director of directors) {
        const before = done;
        const step = runDeferred(director, before, director === last ? {} : testimony);
        steps.push(step);
        done = before.then((failed) => (isSimultaneous ? failed : whenDone([step])));
    }
    return done.then(() => whenDone(steps));
}

/** A director that carries out a deferred change only reports, because the last one has yet to prove. */
function testimonyFor(digests: readonly string[], last: number): Testimony {
    if (digests[last] === "") return {};
    const hasChange = digests.some((digest, index) => index !== last && digest !== "");
    return { proveActive: true, ...(hasChange ? {} : { proof: "required" }) };
}

/**
 * keepalived uses eight characters of a password, and some special characters end its word. The password
 * has no parent: it stays the same when the cluster gets another one. Older versions made it a child.
 */
function generatedAuthPass(name: string, cluster: pulumi.Resource): pulumi.Output<string> {
    return new RandomPassword(
        `${name}-auth-pass`,
        { length: 8, special: false },
        {
            aliases: [{ parent: cluster }],
            provider: cluster.getProvider("random:index/randomPassword:RandomPassword"),
        },
    ).result;
}
