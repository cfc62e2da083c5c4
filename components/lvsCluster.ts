import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import { planRealServer } from "../lvs/plan";
import { tunnelsOf, virtualIpsOf } from "../lvs/pool";
import { acceptedCluster } from "./accept";
import type { LvsClusterArgs } from "./args";
import { connectionOf } from "./connectionOf";
import { Director } from "./director";
import { inspect } from "./inspect";
import { type HostInventory, inventoryOf } from "./inventory";
import { RealServer } from "./realServer";
import { takeTurn } from "./takeTurn";

/**
 * A Linux Virtual Server cluster: directors that share virtual IPs by VRRP, and the real servers to
 * which they forward connections. Every host is one that exists already and is reached by SSH.
 *
 *     const web = new LvsCluster("web", {
 *         connection: { privateKey: config.requireSecret("privateKey") },
 *         vrrpInstances: [{ interface: "eth0", virtualRouterId: 62 }],
 *         directors: [
 *             { name: "ds1", host: "10.128.190.253", hostKey: "ssh-ed25519 AAAA…" },
 *             { name: "ds2", host: "10.128.190.254", hostKey: "ssh-ed25519 AAAA…" },
 *         ],
 *         realServers: [{ name: "rs1", host: "10.128.190.249", hostKey: "ssh-ed25519 AAAA…" }],
 *         virtualServers: [{ virtualIp: "10.128.190.248", port: 80 }],
 *     });
 *
 * Throws `ResourceError` with every problem of its arguments, before any host is touched.
 */
export class LvsCluster extends pulumi.ComponentResource {
    /** The first virtual IP, known when the cluster serves. */
    public readonly vip: pulumi.Output<string>;
    /** All virtual IPs, in the order of the virtual servers. */
    public readonly virtualIps: pulumi.Output<string[]>;
    /** The hosts by name: what each is and how to get there; no secret in it. */
    public readonly inventory: pulumi.Output<Record<string, HostInventory>>;

    constructor(name: string, args: LvsClusterArgs, opts?: pulumi.ComponentResourceOptions) {
        super("lvs:index:LvsCluster", name, {}, opts);
        const cluster = acceptedCluster(args, this);

        const inspected = inspect(name, args, cluster, this);

        const realServers = args.realServers.map((member) => ({
            member,
            host: new RealServer(
                `${name}-${member.name}`,
                {
                    ...connectionOf(args, member),
                    virtualIps: cluster.apply(
                        (known) => planRealServer(known, member.name).virtualIps,
                    ),
                    tunnels: tunnelsOf(args, member.name),
                    gateway: member.gateway,
                    gateway6: member.gateway6,
                    httpd: member.httpd,
                    monitoring: args.monitoring,
                    removePackages: args.removePackages,
                    repair: args.repair,
                    prepareAfter: inspected,
                    leavingLast: true,
                },
                { parent: this },
            ),
        }));
        const configured = realServers.map(({ host }) => host.configured);

        const authPass = args.authPass ?? generatedAuthPass(name, this);
        // One after the other, the preferred owner of the virtual IPs last.
        const inOrder = [...args.directors].reverse();
        const directors = inOrder.map((member, index) => {
            const host = new Director(
                `${name}-${member.name}`,
                {
                    cluster: args,
                    name: member.name,
                    authPass,
                    prepareAfter: inspected,
                    configureAfter: [...configured],
                    ownerLast: index < inOrder.length - 1,
                },
                { parent: this },
            );
            configured.push(host.configured);
            return { member, host };
        });
        const turnOf = (
            { member, host }: (typeof directors | typeof realServers)[number],
            others: pulumi.Output<string>[],
        ) => takeTurn(`${name}-${member.name}`, connectionOf(args, member), host, others);
        // Another one may be the owner by now, and has put off its change.
        for (const director of directors.slice(0, -1)) {
            configured.push(turnOf(director, [...configured]));
        }
        // Nobody sends any more to what real servers are to have no more.
        const served = [...configured];
        configured.push(...realServers.map((realServer) => turnOf(realServer, served)));

        const whenConfigured = pulumi.all(configured);
        this.virtualIps = pulumi
            .all([cluster, whenConfigured])
            .apply(([known]) => virtualIpsOf(known.virtualServers));
        this.vip = this.virtualIps.apply(([first]) => first!);
        this.inventory = whenConfigured.apply(() => inventoryOf(args));
        this.registerOutputs({
            vip: this.vip,
            virtualIps: this.virtualIps,
            inventory: this.inventory,
        });
    }
}

/** VRRP takes eight characters, and keepalived reads some signs as the end of the word. */
function generatedAuthPass(name: string, parent: pulumi.Resource): pulumi.Output<string> {
    return new RandomPassword(`${name}-auth-pass`, { length: 8, special: false }, { parent })
        .result;
}
