import { setTimeout as sleep } from "node:timers/promises";
import { vip } from "../../../lab/article";
import { CommandLine } from "../../../lab/commandLine";
import { portrait } from "../../e2e/support/portrait";
import {
    answeredAfter,
    expectTrue,
    expectEqual,
    expectOutput,
    expectNoFailureAfter,
    type Scenario,
} from "../scenario";
import { newRepair } from "./plans";

export const operation: Scenario[] = [
    {
        number: 36,
        name: "changed-by-hand",
        does: "An administrator removes the virtual IP from the active director and from a real server, empties the IPVS table of a director, and edits files.",
        observes:
            "`lvs check` shows the changes and exits with 1. One `up` with a new word in `repair` restores everything, and `lvs check` exits with 0. From then on nothing fails.",
        async run({ bed, traffic, chance }) {
            const lvs = new CommandLine(bed.lab, bed.stack);
            const director = bed.host(chance.pick("ds1", "ds2"));
            const server = bed.host(chance.pick("rs1", "rs2", "rs3"));
            await director.run("ipvsadm -C; echo '# mine' >>/etc/keepalived/keepalived.conf");
            await bed.host("ds1").run(`ip address delete ${vip}/32 dev eth0`);
            await server.run(
                `ip address delete ${vip}/32 dev lo
                sysctl -q net.ipv4.conf.all.arp_ignore=0
                echo mine >/var/www/html/index.html`,
            );
            const drift = await lvs.run("check");
            expectEqual("exit status of lvs check", drift.status, 1);
            for (const heading of [
                `${director.name}: file /etc/keepalived/keepalived.conf`,
                `${director.name}: IPVS table`,
                `${server.name}: file /var/www/html/index.html`,
                `${server.name}: sysctls`,
                `${server.name}: virtual IPs`,
            ]) {
                expectOutput("lvs check", drift.stdout, new RegExp(`^${heading}$`, "m"));
            }
            const output = await bed.change((config) => (config.repair = newRepair()));
            expectOutput("up", output, /configure unchanged/);
            await bed.untilHealthy();
            const { status, stdout } = await lvs.run("check");
            expectEqual("exit status of lvs check afterwards", [status, stdout], [0, stdout]);
            const restored = Date.now();
            const conf = await director.run("cat /etc/keepalived/keepalived.conf");
            expectTrue("the file is restored", !conf.includes("# mine"));
            expectEqual(
                "arp_ignore",
                await server.run("sysctl -n net.ipv4.conf.all.arp_ignore"),
                "1\n",
            );
            await sleep(2000);
            const seen = await traffic.stop();
            const pages = new Set(answeredAfter(seen.fresh, restored).map(({ from }) => from));
            expectEqual("pages", [...pages].sort(), ["RS1", "RS2", "RS3"]);
            expectNoFailureAfter(restored, seen);
        },
    },
    {
        number: 39,
        name: "destroy",
        does: "The cluster is deployed on hosts whose state was recorded, and destroyed twice.",
        observes:
            "Every host has its recorded state: no virtual IP, sysctl, file, service or module of the cluster. The second destroy does nothing.",
        on: "bare hosts",
        async run({ bed }) {
            const portraits = () => Promise.all(bed.cluster.members.map(portrait));
            const before = await portraits();
            await bed.change(() => undefined);
            await bed.untilHealthy();
            const destroy = () => bed.stack.destroy();
            await destroy();
            expectEqual("hosts", await portraits(), before);
            const logins = await bed.cluster.logins();
            expectTrue("the second destroy does nothing", !/\d deleted/.test(await destroy()));
            expectEqual("logins", await bed.cluster.logins(), logins);
        },
    },
];
