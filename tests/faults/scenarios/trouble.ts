import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../../../lab/host";
import { hostKey } from "../../../lab/keys";
import { waitUntil } from "../../../lab/lab";
import { LabStack } from "../../../lab/stack";
import { type Change } from "../../e2e/support/cluster";
import { portrait } from "../../e2e/support/portrait";
import {
    type Chance,
    must,
    mustBe,
    mustLast,
    mustSay,
    type Scenario,
    type Stage,
    unharmed,
} from "../scenario";
import { configuration, type Site } from "../site";
import type { Up } from "../up";

/** A weight that no earlier change had. */
let lastWeight = 10;
const newWeight = (): { weight: number; change: Change } => {
    const weight = ++lastWeight;
    return { weight, change: ({ realServers }) => (realServers[0]!.weight = weight) };
};

const config = (host: Host) => host.run("cat /etc/keepalived/keepalived.conf");

/** The whole plan is in force on both directors, and nothing half done is left. */
async function converged(site: Site, weight: number): Promise<void> {
    for (const director of site.cluster.directors) {
        await waitUntil(`weight ${weight} on ${director.name}`, 15_000, async () =>
            (await director.run("ipvsadm -Sn")).includes(`-r 10.128.190.249:80 -g -w ${weight}`),
        );
    }
    for (const host of site.cluster.members) await isWhole(host);
}

/** No file of a change is left over, and no change is under way. */
async function isWhole(host: Host): Promise<void> {
    const left = await host.run(
        `flock -w 60 /run/pulumi-lvs.lock true
        find /etc /var/lib/pulumi-lvs /usr/local -name '*.lvs-new' -o -path '*/pulumi-lvs/*/changing'`,
    );
    mustBe(`what is left on ${host.name}`, left, "");
}

/** A fault that hits an up on its way, at any time; when the up was faster, once more and sooner. */
async function inMidst(
    { site, chance }: Stage,
    hit: (up: Up) => Promise<unknown>,
): Promise<{ up: Up; weight: number }> {
    for (let latest = 3000; latest > 100; latest /= 2) {
        const { weight, change } = newWeight();
        const up = await site.startUp(change);
        await up.begun(chance.upTo(latest));
        if (up.isRunning) {
            await hit(up);
            return { up, weight };
        }
        await up.end();
    }
    throw new Error("no up could be hit on its way");
}

/** The same up again, after whatever there was. */
async function again(site: Site, weight: number): Promise<void> {
    await site.deploy();
    await converged(site, weight);
}

/** A change of a host's connection that keeps it from being logged in to. */
function notLetIn(
    scenario: Pick<Scenario, "number" | "name" | "does" | "observes">,
    login: object,
    says: RegExp,
): Scenario {
    return {
        ...scenario,
        async run({ site, traffic, chance }) {
            const index = Math.floor(chance.upTo(2));
            const director = site.cluster.directors[index]!;
            const before = await Promise.all(site.cluster.directors.map(config));
            const { weight, change } = newWeight();
            const attempts = () =>
                director.run("journalctl -q -u ssh -o cat | grep -c preauth || :").then(Number);
            const earlier = await attempts();
            const start = Date.now();
            const output = await site.failingChange((plan) => {
                change(plan);
                Object.assign(plan.directors[index]!, login);
            });
            mustSay("up", output, says);
            mustLast("up", Date.now() - start, 40_000);
            // dialErrorLimit is 1.
            const made = (await attempts()) - earlier;
            must("one or two attempts", made >= 1 && made <= 2, made);
            mustBe("configurations", await Promise.all(site.cluster.directors.map(config)), before);
            await site.change(change);
            await converged(site, weight);
            unharmed(await traffic.stop());
        },
    };
}

/** A first up that is refused, and leaves no trace on any host but for what `traces` removes. */
function refusedAtFirst(
    scenario: Pick<Scenario, "number" | "name" | "does" | "observes">,
    prepare: (site: Site, chance: Chance) => Promise<RegExp>,
    pictured: (host: Host) => Promise<string>,
): Scenario {
    return {
        ...scenario,
        on: "bare hosts",
        async run({ site, chance }) {
            const says = await prepare(site, chance);
            const pictures = () => Promise.all(site.cluster.members.map(pictured));
            const before = await pictures();
            mustSay("up", await site.failingChange(() => undefined), says);
            mustBe("hosts", await pictures(), before);
        },
    };
}

const kept = async (host: Host) => (await portrait(host)).kept;

export const trouble: Scenario[] = [
    {
        number: 21,
        name: "disk-full",
        does: "A director's disk is full when its configuration changes.",
        observes:
            "up fails and says so; the old files and tables are whole; with room again, the next up converges.",
        async run({ site, traffic, chance }) {
            const index = Math.floor(chance.upTo(2));
            const director = site.cluster.directors[index]!;
            const free = () => director.run("rm -f /full; sync");
            site.undo(free);
            const before = await site.directorState(director.name);
            await director.run(
                "dd if=/dev/zero of=/full bs=1M 2>/dev/null || cat /dev/zero >>/full 2>/dev/null || :",
            );
            const { weight, change } = newWeight();
            mustSay("up", await site.failingChange(change), /\/\S+[: (]+No space left on device/);
            mustBe("director", await site.directorState(director.name), before);
            await free();
            await again(site, weight);
            unharmed(await traffic.stop());
        },
    },
    {
        number: 22,
        name: "ssh-dropped",
        does: "The SSH session that changes a host dies at any time of the change.",
        observes:
            "up fails at once; the host has the old configuration or the new one, whole; the next up converges.",
        async run({ site, traffic, chance }) {
            const director = site.host(chance.pick("ds1", "ds2"));
            for (let latest = 800; ; latest /= 2) {
                must("a session could be killed", latest > 50);
                const before = await config(director);
                await director.run(
                    `rm -f /run/lab-cut
                    nohup sh -c '
                        end=$(($(date +%s) + 60))
                        until [ "$(date +%s)" -gt "$end" ]; do
                            step=$(pgrep -of "^timeout -k 30 600 sh -s") || { sleep 0.02; continue; }
                            sleep ${(chance.upTo(latest) / 1000).toFixed(3)}
                            session=$(ps -o ppid= "$step") && kill -KILL $session && : >/run/lab-cut
                            exit
                        done' >/dev/null 2>&1 </dev/null &`,
                );
                const { weight, change } = newWeight();
                const start = Date.now();
                const up = await site.startUp(change);
                const status = await up.end(60_000);
                const hit = (await director.run("ls /run | grep -x lab-cut || :")) !== "";
                if (!hit || status === 0) continue;
                mustLast("up", Date.now() - start, 45_000);
                await isWhole(director);
                const now = await config(director);
                must(
                    "the configuration is the old one or the new one",
                    now === before || now.includes(`weight ${weight}`),
                    now,
                );
                await again(site, weight);
                break;
            }
            unharmed(await traffic.stop());
        },
    },
    {
        number: 23,
        name: "sshd-stalls",
        does: "A real server's sshd takes connections and says nothing, for half a minute, while every host changes.",
        observes:
            "The other real servers are changed meanwhile; once it speaks again, this up or the next one converges.",
        async run({ site, traffic, chance }) {
            const stalled = site.host(chance.pick("rs1", "rs2", "rs3"));
            const others = site.cluster.realServers.filter((host) => host !== stalled);
            const goOn = () => stalled.run('kill -CONT "$(systemctl show -p MainPID --value ssh)"');
            site.undo(goOn);
            await stalled.run('kill -STOP "$(systemctl show -p MainPID --value ssh)"');
            const { weight, change } = newWeight();
            const up = await site.startUp((plan) => {
                change(plan);
                for (const { httpd, name } of plan.realServers) {
                    httpd!.page = `${name.toUpperCase()} anew`;
                }
            });
            const page = (host: Host) => host.run("cat /var/www/html/index.html");
            for (const host of others) {
                await waitUntil(`the new page on ${host.name}`, 30_000, async () =>
                    (await page(host)).includes("anew"),
                );
            }
            await sleep(20_000);
            await goOn();
            await up.end(60_000);
            await again(site, weight);
            must("the page is new", (await page(stalled)).includes("anew"));
            const { long, session, datagram } = await traffic.stop();
            mustBe(
                "failures",
                [long, session, datagram].map(({ failed }) => failed.length),
                [0, 0, 0],
            );
        },
    },
    {
        number: 24,
        name: "engine-killed",
        does: "The engine gets SIGKILL at any time of an up.",
        observes:
            "Nothing fails; the next up names the lock; after pulumi cancel it converges, with no resource twice.",
        async run(stage) {
            const { site, traffic } = stage;
            const resources = async () => {
                const text = await site.stack.pulumi(["stack", "export"]);
                const { deployment } = JSON.parse(text) as {
                    deployment: { resources: { urn: string }[] };
                };
                return deployment.resources.map(({ urn }) => urn).sort();
            };
            const before = await resources();
            const { up, weight } = await inMidst(stage, (up) => Promise.resolve(up.kill()));
            mustBe("status", await up.end(), -1);
            const { status, output } = await site.tryPulumi("up", "--yes", "--skip-preview");
            must("the next up fails", status !== 0, output);
            mustSay("it", output, /locked by 1 lock/);
            await site.pulumi("cancel", "--yes");
            await site.pulumi("up", "--yes", "--skip-preview");
            await converged(site, weight);
            mustBe("resources", await resources(), before);
            unharmed(await traffic.stop());
        },
    },
    {
        number: 25,
        name: "interrupted",
        does: "Ctrl-C, once or twice, at any time of an up.",
        observes:
            "The step under way is done or taken back; the exit status is not 0; the next up converges.",
        async run(stage) {
            const { site, traffic, chance } = stage;
            const twice = chance.pick(true, false);
            const { up, weight } = await inMidst(stage, async (up) => {
                up.interrupt();
                await sleep(300);
                if (twice) up.interrupt();
            });
            const status = await up.end(90_000);
            must("the exit status is not 0", status !== 0, up.output);
            for (const host of site.cluster.members) await isWhole(host);
            await again(site, weight);
            unharmed(await traffic.stop());
        },
    },
    {
        number: 26,
        name: "two-at-once",
        does: "Two ups at once: of one state, and of two states that manage the same hosts.",
        observes:
            "Of one state, one is refused and names the lock. Of two, the hosts do one change after the other: both end well, and no file is of both.",
        async run({ site, traffic, chance }) {
            const first = newWeight();
            const ups = [await site.startUp(first.change)];
            await ups[0]!.begun(chance.upTo(500));
            ups.push(await site.startUp());
            const statuses = await Promise.all(ups.map((up) => up.end()));
            mustBe("status of the first", statuses[0], 0);
            must("the second is refused", statuses[1] !== 0, ups[1]!.output);
            mustSay("it", ups[1]!.output, /locked by 1 lock/);
            await converged(site, first.weight);

            const other = await LabStack.create(site.lab, "other");
            const second = newWeight();
            const { stdout: secret } = await site
                .host("ds1")
                .tryRun("sed -n 's/^auth_pass \"\\(.*\\)\"$/\\1/p' /etc/keepalived/auth_pass.conf");
            const plan = await configuration(second.change);
            await other.configure({ ...plan, authPass: secret.trim() });
            const own = await site.startUp(second.change);
            await sleep(chance.upTo(2000));
            const [status, others] = await Promise.all([
                own.end(),
                other.tryPulumi(["up", "--yes", "--skip-preview"]),
            ]);
            mustBe("status of one", status, 0);
            must("the other ends well", others.status === 0, others.stdout + others.stderr);
            await converged(site, second.weight);
            unharmed(await traffic.stop());
        },
    },
    refusedAtFirst(
        {
            number: 28,
            name: "no-ipvs",
            does: "A first up where a director's kernel is forbidden to load ip_vs.",
            observes: "up fails before anything has changed on any host, and names the module.",
        },
        async (site, chance) => {
            const director = site.host(chance.pick("ds1", "ds2"));
            const file = "/etc/modprobe.d/no-ipvs.conf";
            await director.run(`echo install ip_vs /bin/false >${file}`);
            site.undo(() => director.run(`rm ${file}`));
            return new RegExp(`${director.name}: modules: ip_vs must not be loaded`);
        },
        kept,
    ),
    notLetIn(
        {
            number: 29,
            name: "host-key-changed",
            does: "A director answers with another host key than the plan has.",
            observes:
                "up stops and says so, after at most two attempts; nothing changes; the next up converges.",
        },
        { hostKey: hostKey("somebody else").public },
        /host key mismatch/,
    ),
    notLetIn(
        {
            number: 30,
            name: "key-refused",
            does: "A director does not let the key in.",
            observes:
                "up stops and says so, after at most two attempts; nothing changes; the next up converges.",
        },
        { privateKey: hostKey("nobody").private },
        /unable to authenticate/,
    ),
    refusedAtFirst(
        {
            number: 32,
            name: "router-id-taken",
            does: "Before a first up, somebody else's keepalived has the same virtual_router_id on the network.",
            observes:
                "up fails before anything has changed on any host, and names the id and whose it is.",
        },
        async (site) => {
            const rs4 = site.host("rs4");
            const conf = [
                "vrrp_instance theirs {",
                "    interface eth0",
                "    virtual_router_id 62",
                "    virtual_ipaddress {",
                "        10.128.190.240",
                "    }",
                "}",
                "",
            ].join("\n");
            site.undo(() =>
                rs4.run("systemctl stop keepalived; rm /etc/keepalived/keepalived.conf"),
            );
            await rs4.run(
                "cat >/etc/keepalived/keepalived.conf; systemctl start keepalived; sleep 5",
                { stdin: conf },
            );
            return /ds[12]: router: id 62 on eth0 is in use by 10\.128\.190\.247/;
        },
        kept,
    ),
    refusedAtFirst(
        {
            number: 33,
            name: "address-taken",
            does: "Before a first up, another machine answers for the virtual IP.",
            observes:
                "up fails before anything has changed on any host, and names the machine's MAC address.",
        },
        async (site) => {
            const rs4 = site.host("rs4");
            const address = "10.128.190.248/24 dev eth0";
            await rs4.run(`ip address add ${address}`);
            site.undo(() => rs4.run(`ip address delete ${address}`));
            const mac = (await rs4.run("cat /sys/class/net/eth0/address")).trim();
            return new RegExp(`address: 10\\.128\\.190\\.248 is answered for by ${mac} on eth0`);
        },
        kept,
    ),
    {
        number: 40,
        name: "one-of-five",
        does: "One of five hosts, a real server, cannot be reached when all of them change.",
        observes:
            "The other real servers converge, the directors wait for it, the exit status is not 0; the next up logs in to what was left and to no other host.",
        async run({ site, traffic, chance }) {
            const { realServers } = site.cluster;
            const gone = realServers[Math.floor(chance.upTo(3))]!;
            const { weight, change } = newWeight();
            const everything: Change = (plan) => {
                change(plan);
                for (const { httpd, name } of plan.realServers) {
                    httpd!.page = `${name.toUpperCase()} once more`;
                }
            };
            await gone.link("down");
            site.undo(() => gone.link("up"));
            await site.failingChange(everything);
            for (const host of realServers.filter((other) => other !== gone)) {
                const page = await host.run("cat /var/www/html/index.html");
                must(`${host.name} has its new page`, page.includes("once more"), page);
            }
            await gone.link("up");
            await waitUntil(
                `ssh to ${gone.name}`,
                60_000,
                async () => (await gone.tryRun("true", { timeout: 5000 })).status === 0,
            );
            const before = await site.cluster.logins();
            await site.deploy();
            await converged(site, weight);
            const after = await site.cluster.logins();
            const made = Object.entries(after).map(([name, count]) => [
                name,
                count - before[name]!,
            ]);
            const expected = { ds1: 1, ds2: 1, rs1: 0, rs2: 0, rs3: 0, rs4: 0, [gone.name]: 1 };
            mustBe("logins of the next up", Object.fromEntries(made), expected);
            const seen = await traffic.stop();
            must("others serve", seen.fresh.failed.length < seen.fresh.requests.length / 2);
        },
    },
];
