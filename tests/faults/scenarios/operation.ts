import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../../../lab/host";
import { vip } from "../../e2e/support/cluster";
import { portrait } from "../../e2e/support/portrait";
import {
    answeredAfter,
    must,
    mustBe,
    mustSay,
    none,
    failedAfter,
    type Scenario,
} from "../scenario";

let repairs = 0;

export const operation: Scenario[] = [
    {
        number: 36,
        name: "changed-by-hand",
        does: "Somebody empties the IPVS table of a director, takes the virtual IP from a real server, and edits files.",
        observes: "One up with a new word in repair mends it all; from then on nothing fails.",
        async run({ site, traffic, chance }) {
            const director = site.host(chance.pick("ds1", "ds2"));
            const server = site.host(chance.pick("rs1", "rs2", "rs3"));
            await director.run("ipvsadm -C; echo '# mine' >>/etc/keepalived/keepalived.conf");
            await server.run(
                `ip address delete ${vip}/32 dev lo
                sysctl -q net.ipv4.conf.all.arp_ignore=0
                echo mine >/var/www/html/index.html`,
            );
            const output = await site.change((config) => (config.repair = `repair-${++repairs}`));
            mustSay("up", output, /configure unchanged/);
            await site.untilHealthy();
            const mended = Date.now();
            const conf = await director.run("cat /etc/keepalived/keepalived.conf");
            must("the file is ours again", !conf.includes("# mine"));
            mustBe("arp_ignore", await server.run("sysctl -n net.ipv4.conf.all.arp_ignore"), "1\n");
            await sleep(2000);
            const seen = await traffic.stop();
            const pages = new Set(answeredAfter(seen.fresh, mended).map(({ from }) => from));
            mustBe("pages", [...pages].sort(), ["RS1", "RS2", "RS3"]);
            none("failure afterwards", failedAfter(seen.fresh, mended));
            none("failure afterwards", failedAfter(seen.datagram, mended));
        },
    },
    {
        number: 39,
        name: "destroy",
        does: "The cluster is stood up on hosts of which a picture was taken, and destroyed, twice.",
        observes:
            "Every host is as in its picture: no virtual IP, kernel setting, file, service or module of ours; the second destroy does nothing.",
        on: "bare hosts",
        async run({ site }) {
            const pictures = () =>
                Promise.all(
                    site.cluster.members.map(async (host: Host) => (await portrait(host)).kept),
                );
            const before = await pictures();
            await site.change(() => undefined);
            await site.untilHealthy();
            const destroy = () => site.pulumi("destroy", "--yes", "--skip-preview");
            await destroy();
            mustBe("hosts", await pictures(), before);
            const logins = await site.cluster.logins();
            must("the second does nothing", !/\d deleted/.test(await destroy()));
            mustBe("logins", await site.cluster.logins(), logins);
        },
    },
];
