import { ports } from "../../../lab/traffic/cluster";
import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../../../lab/host";
import { hostKey } from "../../../lab/keys";
import { waitUntil } from "../../../lab/lab";
import { LabStack } from "../../../lab/stack";
import { type Change } from "../../../lab/article";
import { portrait } from "../../e2e/support/portrait";
import {
    type Chance,
    must,
    mustBe,
    mustLast,
    expectOutput,
    noneBegunAfter,
    type Scenario,
    type Stage,
    unharmed,
} from "../scenario";
import type { FaultBed } from "../bed";
import type { RunningUp } from "../../../lab/runningUp";
import { newRepair, newWeight, newWeightAndPages, newWeightEverywhere, pageOf } from "./plans";

const config = (host: Host) => host.run("cat /etc/keepalived/keepalived.conf");

/** The whole plan is in force on both directors, and nothing half done is left. */
async function converged(bed: FaultBed, weight: number): Promise<void> {
    for (const director of bed.cluster.directors) {
        await waitUntil(`weight ${weight} on ${director.name}`, 15_000, async () =>
            (await director.run("ipvsadm -Sn")).includes(`-r 10.128.190.249:80 -g -w ${weight}`),
        );
    }
    for (const host of bed.cluster.members) await isWhole(host);
}

/** What a change makes of a host: of a director or of a real server, one file after the other. */
const live = (host: Host) =>
    host.run(
        `for file in /etc/keepalived/keepalived.conf /var/lib/pulumi-lvs/ipvs.rules \\
            /etc/lvs/real-server /var/www/html/index.html; do
            [ ! -e $file ] || { echo "== $file"; cat $file; }
        done`,
    );

/** The shell of a step, as it is called on a host. */
const stepShell = "^timeout -k 30 600 sh -s";

/** Waits until a step is at work on a host. */
const untilStep = (host: Host) =>
    host.run(`timeout 60 sh -c 'until pgrep -f "${stepShell}"; do sleep 0.02; done'`);

async function untilReachable(host: Host): Promise<void> {
    await waitUntil(
        `ssh to ${host.name}`,
        60_000,
        async () => (await host.tryRun("true", { timeout: 5000 })).status === 0,
    );
}

/** Has a host's lock, as another change would, until it is told to let go. */
async function holdLock(host: Host): Promise<() => Promise<unknown>> {
    await host.run(
        `: >/run/lab-lock
        nohup flock /run/pulumi-lvs.lock sh -c 'while [ -e /run/lab-lock ]; do sleep 0.1; done' \\
            >/dev/null 2>&1 </dev/null &`,
    );
    return () => host.run("rm -f /run/lab-lock");
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
    { bed, chance }: Stage,
    hit: (up: RunningUp) => Promise<unknown>,
): Promise<{ up: RunningUp; weight: number }> {
    for (let latest = 3000; latest > 100; latest /= 2) {
        const { weight, change } = newWeight();
        const up = await bed.startUp(change);
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
async function again(bed: FaultBed, weight: number): Promise<void> {
    await bed.deploy();
    await converged(bed, weight);
}

/**
 * A fault that hits a change of a host on its way, at any time of a step; when all of the up was
 * faster, once more and sooner. The up fails in time. Then the host, as it is after the fault, is as it was before the
 * change or as it is after the next up, which ends well.
 */
async function hitsHost(
    { bed, chance }: Stage,
    host: Host,
    hit: (afterMs: number) => Promise<unknown>,
    patienceMs: number,
): Promise<void> {
    for (let latest = 1000; ; latest /= 2) {
        must("a change is hit on its way", latest > 50);
        const before = await live(host);
        const { weight, change } = newWeightAndPages();
        const up = await bed.startUp(change);
        await hit(chance.upTo(latest));
        if ((await up.end(patienceMs)) === 0) continue;
        const seen = await live(host);
        await again(bed, weight);
        for (const server of bed.cluster.realServers) {
            must(
                `${server.name} has its new page`,
                (await live(server)).includes(pageOf(server.name, weight)),
            );
        }
        const after = await live(host);
        must("the change is one of the host", before !== after);
        if (seen !== before) mustBe(`${host.name}, if not as it was`, seen, after);
        return;
    }
}

/** A change of a host's connection that keeps it from being logged in to. */
function notLetIn(
    scenario: Pick<Scenario, "number" | "name" | "does" | "observes">,
    login: object,
    says: RegExp,
): Scenario {
    return {
        ...scenario,
        async run({ bed, traffic, chance }) {
            const index = chance.pick(0, 1);
            const director = bed.cluster.directors[index]!;
            const before = await Promise.all(bed.cluster.directors.map(config));
            const { weight, change } = newWeight();
            const attempts = () =>
                director.run("journalctl -q -u ssh -o cat | grep -c preauth || :").then(Number);
            const earlier = await attempts();
            const start = Date.now();
            const output = await bed.failingChange((plan) => {
                change(plan);
                Object.assign(plan.directors[index]!, login);
            });
            expectOutput("up", output, says);
            mustLast("up", Date.now() - start, 40_000);
            // dialErrorLimit is 1.
            const made = (await attempts()) - earlier;
            must("one or two attempts", made >= 1 && made <= 2, made);
            mustBe("configurations", await Promise.all(bed.cluster.directors.map(config)), before);
            await bed.change(change);
            await converged(bed, weight);
            unharmed(await traffic.stop());
        },
    };
}

/** A first up that is refused, and leaves no trace on any host. */
function refusedAtFirst(
    scenario: Pick<Scenario, "number" | "name" | "does" | "observes">,
    prepare: (bed: FaultBed, chance: Chance) => Promise<RegExp>,
): Scenario {
    return {
        ...scenario,
        on: "bare hosts",
        async run({ bed, chance }) {
            const says = await prepare(bed, chance);
            const pictures = () => Promise.all(bed.cluster.members.map(portrait));
            const before = await pictures();
            expectOutput("up", await bed.failingChange(() => undefined), says);
            mustBe("hosts", await pictures(), before);
        },
    };
}

export const trouble: Scenario[] = [
    {
        number: 21,
        name: "disk-full",
        does: "A director's disk is full when its configuration changes.",
        observes:
            "up fails and says so; the old files and tables are whole; with room again, the next up converges.",
        async run({ bed, traffic, chance }) {
            const director = bed.host(chance.pick("ds1", "ds2"));
            const free = () => director.run("rm -f /full; sync");
            bed.undo(free);
            const before = await bed.directorState(director.name);
            await director.run(
                "dd if=/dev/zero of=/full bs=1M 2>/dev/null || cat /dev/zero >>/full 2>/dev/null || :",
            );
            const { weight, change } = newWeight();
            expectOutput(
                "up",
                await bed.failingChange(change),
                /\/\S+[: (]+No space left on device/,
            );
            mustBe("director", await bed.directorState(director.name), before);
            await free();
            await again(bed, weight);
            unharmed(await traffic.stop());
        },
    },
    {
        number: 22,
        name: "ssh-dropped",
        does: "The SSH session that changes a host dies at any time of the change.",
        observes:
            "up fails at once; the host has the old configuration or the new one, whole; the next up converges.",
        async run(stage) {
            const { bed, traffic, chance } = stage;
            const host = bed.host(chance.pick("ds1", "rs1", "ds2", "rs2"));
            const drop = async (afterMs: number) => {
                await host.run(
                    `until step=$(pgrep -of "${stepShell}"); do sleep 0.02; done
                    sleep ${(afterMs / 1000).toFixed(3)}
                    session=$(ps -o ppid= "$step") && kill -KILL $session || :`,
                );
                // Its end takes the change back, or leaves it done.
                await isWhole(host);
            };
            await hitsHost(stage, host, drop, 20_000);
            unharmed(await traffic.stop());
        },
    },
    {
        number: 22,
        name: "ssh-cut-off",
        does: "The cable of a host that is changed is pulled out at any time of the change, and plugged in again after half a minute.",
        observes:
            "up ends soon after that, well or not; the host has the old configuration or the new one, whole; the next up converges.",
        async run(stage) {
            const { bed, traffic, chance } = stage;
            const host = bed.host(chance.pick("ds2", "rs2", "rs1"));
            bed.undo(() => host.link("up"));
            const before = await live(host);
            const { weight, change } = newWeightAndPages();
            const up = await bed.startUp(change);
            await untilStep(host);
            await sleep(chance.upTo(300));
            await host.link("down");
            await sleep(30_000);
            await host.link("up");
            await up.end(60_000);
            await untilReachable(host);
            await isWhole(host);
            const seen = await live(host);
            await again(bed, weight);
            if (seen !== before) mustBe(`${host.name}, if not as it was`, seen, await live(host));
            await bed.untilHealthy();
            const healthy = Date.now();
            await sleep(2000);
            noneBegunAfter(healthy, await traffic.stop());
        },
    },
    {
        number: 22,
        name: "host-rebooted",
        does: "A host that is changed loses its power at any time of the change, or is rebooted, and comes back.",
        observes:
            "up fails; the host comes back, serves, and has the old configuration or the new one, whole; the next up converges.",
        async run(stage) {
            const { bed, traffic, chance } = stage;
            const [name, fall] = chance.pick(
                ["ds2", "power"],
                ["rs1", "reboot"],
                ["ds1", "reboot"],
                ["rs2", "power"],
            ) as [string, "power" | "reboot"];
            const host = bed.host(name);
            let back = 0;
            const fell = async (afterMs: number) => {
                await untilStep(host);
                await sleep(afterMs);
                if (fall === "power") {
                    await host.cut();
                    await host.boot();
                } else {
                    await host.reboot();
                }
                await bed.untilHealthy();
                back = Date.now();
            };
            // The engine hears of it when it asks whether the connection is still alive.
            await hitsHost(stage, host, fell, 60_000);
            await sleep(2000);
            noneBegunAfter(back, await traffic.stop());
        },
    },
    {
        number: 23,
        name: "sshd-stalls",
        does: "A real server's sshd takes connections and says nothing, for half a minute, while every host changes.",
        observes:
            "The other real servers are changed meanwhile; once it speaks again, this up or the next one converges.",
        async run({ bed, traffic, chance }) {
            const stalled = bed.host(chance.pick("rs1", "rs2", "rs3"));
            const others = bed.cluster.realServers.filter((host) => host !== stalled);
            const goOn = () => stalled.run('kill -CONT "$(systemctl show -p MainPID --value ssh)"');
            bed.undo(goOn);
            await stalled.run('kill -STOP "$(systemctl show -p MainPID --value ssh)"');
            const { weight, change } = newWeightAndPages();
            const up = await bed.startUp(change);
            const isNew = async (host: Host) =>
                (await live(host)).includes(pageOf(host.name, weight));
            for (const host of others) {
                await waitUntil(`the new page on ${host.name}`, 30_000, () => isNew(host));
            }
            await sleep(20_000);
            await goOn();
            await up.end(60_000);
            await again(bed, weight);
            must("the page is new", await isNew(stalled));
            unharmed(await traffic.stop());
        },
    },
    {
        number: 24,
        name: "engine-killed",
        does: "The engine gets SIGKILL at any time of an up.",
        observes:
            "Nothing fails; the next up names the lock; after pulumi cancel it converges, with no resource twice.",
        async run(stage) {
            const { bed, traffic } = stage;
            const resources = async () => {
                const text = await bed.stack.pulumi(["stack", "export"]);
                const { deployment } = JSON.parse(text) as {
                    deployment: { resources: { urn: string }[] };
                };
                return deployment.resources.map(({ urn }) => urn).sort();
            };
            const before = await resources();
            const { up, weight } = await inMidst(stage, (up) => Promise.resolve(up.kill()));
            mustBe("status", await up.end(), -1);
            const { status, stdout, stderr } = await bed.stack.tryUp();
            const output = stdout + stderr;
            must("the next up fails", status !== 0, output);
            expectOutput("it", output, /locked by 1 lock/);
            await bed.stack.pulumi(["cancel", "--yes"]);
            await bed.stack.up();
            await converged(bed, weight);
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
            const { bed, traffic, chance } = stage;
            const twice = chance.pick(true, false);
            const { up, weight } = await inMidst(stage, async (up) => {
                up.interrupt();
                await sleep(300);
                if (twice) up.interrupt();
            });
            const status = await up.end(90_000);
            must("the exit status is not 0", status !== 0, up.output);
            for (const host of bed.cluster.members) await isWhole(host);
            await again(bed, weight);
            unharmed(await traffic.stop());
        },
    },
    {
        number: 26,
        name: "two-at-once",
        does: "Two ups at once: of one state, and of two states that manage the same hosts.",
        observes:
            "Of one state, one is refused and names the lock. Of two that differ, a host does one change after the other: each ends well, and no host has something of both; one more up converges.",
        async run({ bed, traffic, chance }) {
            const first = newWeight();
            const ups = [await bed.startUp(first.change)];
            await ups[0]!.begun(chance.upTo(500));
            ups.push(await bed.startUp());
            const statuses = await Promise.all(ups.map((up) => up.end()));
            mustBe("status of the first", statuses[0], 0);
            must("the second is refused", statuses[1] !== 0, ups[1]!.output);
            expectOutput("it", ups[1]!.output, /locked by 1 lock/);
            await converged(bed, first.weight);

            const other = await LabStack.create(bed.lab, "other");
            const secret = await bed
                .host("ds1")
                .run("sed -n 's/^auth_pass \"\\(.*\\)\"$/\\1/p' /etc/keepalived/auth_pass.conf");
            const up = ["up", "--yes", "--skip-preview"];
            const configureOther = async (change: Change) =>
                other.configure({ ...(await bed.cluster.config(change)), authPass: secret.trim() });
            await configureOther(first.change);
            await other.pulumi(up);

            const [second, third] = [newWeightEverywhere(), newWeightEverywhere()];
            await configureOther(third.change);
            const contended = bed.host(chance.pick("rs1", "ds2", "ds1"));
            const letGo = await holdLock(contended);
            bed.undo(letGo);
            const own = await bed.startUp(second.change);
            const others = other.tryPulumi(up);
            await waitUntil(
                "both at one host",
                60_000,
                async () =>
                    (await contended.run("pgrep -cf '^flock -w 120 9' || :")).trim() === "2",
            );
            await letGo();
            mustBe("status of one", await own.end(), 0);
            const { status, stdout, stderr } = await others;
            must("the other ends well", status === 0, stdout + stderr);
            for (const host of bed.cluster.members) {
                const weights = [...(await live(host)).matchAll(/(?:weight|-w|of) (\d+)/g)];
                const [one, ...more] = new Set(weights.map(([, weight]) => Number(weight)));
                must(
                    `${host.name} is of one`,
                    more.length === 0 && [second.weight, third.weight].includes(one!),
                    await live(host),
                );
                await isWhole(host);
            }
            await bed.change((plan) => {
                second.change(plan);
                plan.repair = newRepair();
            });
            await converged(bed, second.weight);
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
        async (bed, chance) => {
            const director = bed.host(chance.pick("ds1", "ds2"));
            const file = "/etc/modprobe.d/no-ipvs.conf";
            await director.run(`echo install ip_vs /bin/false >${file}`);
            bed.undo(() => director.run(`rm ${file}`));
            return new RegExp(
                `${director.name}: modules: a file in /etc/modprobe\\.d forbids ip_vs`,
            );
        },
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
        async (bed) => {
            const rs4 = bed.host("rs4");
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
            bed.undo(() =>
                rs4.run("systemctl stop keepalived; rm /etc/keepalived/keepalived.conf"),
            );
            await rs4.run(
                "cat >/etc/keepalived/keepalived.conf; systemctl start keepalived; sleep 5",
                { stdin: conf },
            );
            return /ds[12]: router: id 62 on eth0 is in use by 10\.128\.190\.247/;
        },
    ),
    refusedAtFirst(
        {
            number: 33,
            name: "address-taken",
            does: "Before a first up, another machine answers for the virtual IP.",
            observes:
                "up fails before anything has changed on any host, and names the machine's MAC address.",
        },
        async (bed) => {
            const rs4 = bed.host("rs4");
            const address = "10.128.190.248/24 dev eth0";
            await rs4.run(`ip address add ${address}`);
            bed.undo(() => rs4.run(`ip address delete ${address}`));
            const mac = (await rs4.run("cat /sys/class/net/eth0/address")).trim();
            return new RegExp(`address: 10\\.128\\.190\\.248 on eth0 is in use by ${mac}`);
        },
    ),
    {
        number: 40,
        name: "one-of-five",
        does: "One of five hosts, a real server, cannot be reached when all of them change.",
        observes:
            "The other real servers converge, the directors wait for it, the exit status is not 0; nothing fails once the server is out; the next up logs in to what was left and to no other host.",
        async run({ bed, traffic, chance }) {
            const { realServers, directors } = bed.cluster;
            const gone = chance.pick(...realServers);
            const rest = realServers.filter((other) => other !== gone);
            const before = await Promise.all(directors.map(live));
            const { weight, change } = newWeightAndPages();
            await gone.link("down");
            bed.undo(() => gone.link("up"));
            const names = rest.map(({ name }) => name);
            const ejected = (port: number) => bed.untilServing("ds1", port, names, 20_000);
            await Promise.all(Object.values(ports).map(ejected));
            const out = Date.now();
            await bed.failingChange(change);
            for (const host of rest) {
                const page = pageOf(host.name, weight);
                must(`${host.name} has its new page`, (await live(host)).includes(page));
            }
            mustBe("directors", await Promise.all(directors.map(live)), before);
            await gone.link("up");
            await untilReachable(gone);
            const earlier = await bed.cluster.logins();
            await bed.deploy();
            await converged(bed, weight);
            const logins = await bed.cluster.logins();
            const made = Object.entries(logins).map(([name, count]) => [
                name,
                count - earlier[name]!,
            ]);
            const expected = { ds1: 1, ds2: 1, rs1: 0, rs2: 0, rs3: 0, rs4: 0, [gone.name]: 1 };
            mustBe("logins of the next up", Object.fromEntries(made), expected);
            noneBegunAfter(out, await traffic.stop());
        },
    },
];
