import { ports } from "../../../lab/traffic/cluster";
import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../../../lab/host";
import { hostKey } from "../../../lab/keys";
import { patienceMs, waitUntil } from "../../../lab/lab";
import { LabStack } from "../../../lab/stack";
import { type Change } from "../../../lab/article";
import { portrait } from "../../e2e/support/portrait";
import {
    type Chance,
    expectTrue,
    expectEqual,
    expectWithin,
    expectOutput,
    expectNoFailureAfter,
    type Scenario,
    type ScenarioContext,
    expectNoFailure,
} from "../scenario";
import type { FaultBed } from "../bed";
import type { RunningUp } from "../../../lab/runningUp";
import { newRepair, newWeight, newWeightAndPages, newWeightEverywhere, pageOf } from "./plans";

const config = (host: Host) => host.run("cat /etc/keepalived/keepalived.conf");

/** Expect the whole plan on both directors, and no unfinished change on any host. */
async function expectConverged(bed: FaultBed, weight: number): Promise<void> {
    for (const director of bed.cluster.directors) {
        await waitUntil(`weight ${weight} on ${director.name}`, patienceMs, async () =>
            (await director.run("ipvsadm -Sn")).includes(`-r 10.128.190.249:80 -g -w ${weight}`),
        );
    }
    for (const host of bed.cluster.members) await expectComplete(host);
}

/** Files that a change of a director or of a real server writes. */
const changedFiles = (host: Host) =>
    host.run(
        `for file in /etc/keepalived/keepalived.conf /var/lib/pulumi-lvs/ipvs.rules \\
            /etc/lvs/real-servers/*.conf /var/www/html/index.html; do
            [ ! -e $file ] || { echo "== $file"; cat $file; }
        done`,
    );

/** Command line of a step's shell on a host. */
const stepShell = "^timeout -k 30 600 sh -s";

/** Wait until a step runs on a host. */
const untilStep = (host: Host) =>
    host.run(`timeout 60 sh -c 'until pgrep -f "${stepShell}"; do sleep 0.02; done'`);

async function untilReachable(host: Host): Promise<void> {
    await waitUntil(
        `ssh to ${host.name}`,
        patienceMs,
        async () => (await host.tryRun("true", { timeout: 5000 })).status === 0,
    );
}

/** Hold a host's lock, as another change would. Return the function that releases it. */
async function holdLock(host: Host): Promise<() => Promise<unknown>> {
    await host.run(
        `: >/run/lab-lock
        nohup flock /run/pulumi-lvs.lock sh -c 'while [ -e /run/lab-lock ]; do sleep 0.1; done' \\
            >/dev/null 2>&1 </dev/null &`,
    );
    return () => host.run("rm -f /run/lab-lock");
}

/** Wait until no change runs on a host. Expect no temporary file of a change. */
async function expectComplete(host: Host): Promise<void> {
    const files = await host.run(
        `flock -w 60 /run/pulumi-lvs.lock true
        find /etc /var/lib/pulumi-lvs /usr/local -name '*.lvs-new' -o -path '*/pulumi-lvs/*/changing'`,
    );
    expectEqual(`unfinished changes on ${host.name}`, files, "");
}

/**
 * Hit a running up with a fault at any time. If the up ends first, try again with an earlier time.
 */
async function interruptUp(
    { bed, chance }: ScenarioContext,
    hit: (up: RunningUp) => Promise<unknown>,
): Promise<{ up: RunningUp; weight: number }> {
    for (let latest = 3000; latest > 100; latest /= 2) {
        const { weight, change } = newWeight();
        const up = await bed.startUp(change);
        await up.waitForUpdating(chance.upTo(latest));
        if (up.isRunning) {
            await hit(up);
            return { up, weight };
        }
        await up.waitForExit();
    }
    throw new Error("every up ended before the fault");
}

/** Run the same up again after a fault, and expect the whole plan. */
async function redeploy(bed: FaultBed, weight: number): Promise<void> {
    await bed.deploy();
    await expectConverged(bed, weight);
}

/**
 * Hit a step of an up with a fault at any time. If the up ends first, try again with an earlier
 * time. The up must fail in time. The files of the host must then be those from before the change,
 * or those after the next, successful up.
 */
async function interruptStep(
    { bed, chance }: ScenarioContext,
    host: Host,
    hit: (afterMs: number) => Promise<unknown>,
    limitMs: number,
): Promise<void> {
    for (let latest = 1000; ; latest /= 2) {
        expectTrue("the fault hits a step", latest > 50);
        const before = await changedFiles(host);
        const { weight, change } = newWeightAndPages();
        const up = await bed.startUp(change);
        await hit(chance.upTo(latest));
        if ((await up.waitForExit(limitMs)) === 0) continue;
        const seen = await changedFiles(host);
        await redeploy(bed, weight);
        for (const server of bed.cluster.realServers) {
            expectTrue(
                `${server.name} has its new page`,
                (await changedFiles(server)).includes(pageOf(server.name, weight)),
            );
        }
        const after = await changedFiles(host);
        expectTrue("the change affects the host", before !== after);
        if (seen !== before) expectEqual(`files of ${host.name}`, seen, after);
        return;
    }
}

/** A scenario in which a change of a host's connection makes the login fail. */
function loginFails(
    scenario: Pick<Scenario, "number" | "name" | "does" | "observes">,
    login: object,
    message: RegExp,
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
            expectOutput("up", output, message);
            expectWithin("up", Date.now() - start, 40_000);
            // dialErrorLimit is 1.
            const made = (await attempts()) - earlier;
            expectTrue("one or two attempts to log in", made >= 1 && made <= 2, made);
            expectEqual(
                "configurations",
                await Promise.all(bed.cluster.directors.map(config)),
                before,
            );
            await bed.change(change);
            await expectConverged(bed, weight);
            expectNoFailure(await traffic.stop());
        },
    };
}

/** A scenario in which a first up fails and changes no host. */
function firstUpFails(
    scenario: Pick<Scenario, "number" | "name" | "does" | "observes">,
    prepare: (bed: FaultBed, chance: Chance) => Promise<RegExp>,
): Scenario {
    return {
        ...scenario,
        on: "bare hosts",
        async run({ bed, chance }) {
            const message = await prepare(bed, chance);
            const portraits = () => Promise.all(bed.cluster.members.map(portrait));
            const before = await portraits();
            expectOutput("up", await bed.failingChange(() => undefined), message);
            expectEqual("hosts", await portraits(), before);
        },
    };
}

export const trouble: Scenario[] = [
    {
        number: 21,
        name: "disk-full",
        does: "The disk of a director is full when its configuration changes.",
        observes:
            "`up` fails and names the cause. The old files and tables are complete. With free space, the next `up` converges.",
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
            expectEqual("director", await bed.directorState(director.name), before);
            await free();
            await redeploy(bed, weight);
            expectNoFailure(await traffic.stop());
        },
    },
    {
        number: 22,
        name: "ssh-dropped",
        does: "The SSH session of a step is killed at a random moment of the step.",
        observes:
            "`up` fails at once. The host has the complete old or the complete new configuration. The next `up` converges.",
        async run(stage) {
            const { bed, traffic, chance } = stage;
            const host = bed.host(chance.pick("ds1", "rs1", "ds2", "rs2"));
            const drop = async (afterMs: number) => {
                await host.run(
                    `until step=$(pgrep -of "${stepShell}"); do sleep 0.02; done
                    sleep ${(afterMs / 1000).toFixed(3)}
                    session=$(ps -o ppid= "$step") && kill -KILL $session || :`,
                );
                // The end of the session rolls the change back, or the change is complete.
                await expectComplete(host);
            };
            await interruptStep(stage, host, drop, 20_000);
            expectNoFailure(await traffic.stop());
        },
    },
    {
        number: 22,
        name: "ssh-cut-off",
        does: "The cable of a host is unplugged at a random moment of a step, and plugged in again after half a minute.",
        observes:
            "`up` ends within a minute after that, with or without success. The host has the complete old or the complete new configuration. The next `up` converges.",
        async run(stage) {
            const { bed, traffic, chance } = stage;
            const host = bed.host(chance.pick("ds2", "rs2", "rs1"));
            bed.undo(() => host.link("up"));
            const before = await changedFiles(host);
            const { weight, change } = newWeightAndPages();
            const up = await bed.startUp(change);
            await untilStep(host);
            await sleep(chance.upTo(300));
            await host.link("down");
            await sleep(30_000);
            await host.link("up");
            await up.waitForExit(60_000);
            await untilReachable(host);
            await expectComplete(host);
            const seen = await changedFiles(host);
            await redeploy(bed, weight);
            if (seen !== before)
                expectEqual(`files of ${host.name}`, seen, await changedFiles(host));
            await bed.untilHealthy();
            const healthy = Date.now();
            await sleep(2000);
            expectNoFailureAfter(healthy, await traffic.stop());
        },
    },
    {
        number: 22,
        name: "host-rebooted",
        does: "A host loses its power or is rebooted at a random moment of a step, and boots again.",
        observes:
            "`up` fails within a minute. The host returns, serves, and has the complete old or the complete new configuration. The next `up` converges.",
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
            // The engine notices when its keepalive on the connection fails.
            await interruptStep(stage, host, fell, 60_000);
            await sleep(2000);
            expectNoFailureAfter(back, await traffic.stop());
        },
    },
    {
        number: 23,
        name: "sshd-stalls",
        does: "The sshd of a real server accepts connections but does not answer for half a minute, while every host changes.",
        observes:
            "The other real servers change meanwhile. When the sshd answers again, this `up` or the next one converges.",
        async run({ bed, traffic, chance }) {
            const stalled = bed.host(chance.pick("rs1", "rs2", "rs3"));
            const others = bed.cluster.realServers.filter((host) => host !== stalled);
            const goOn = () => stalled.run('kill -CONT "$(systemctl show -p MainPID --value ssh)"');
            bed.undo(goOn);
            await stalled.run('kill -STOP "$(systemctl show -p MainPID --value ssh)"');
            const { weight, change } = newWeightAndPages();
            const up = await bed.startUp(change);
            const isNew = async (host: Host) =>
                (await changedFiles(host)).includes(pageOf(host.name, weight));
            for (const host of others) {
                await waitUntil(`the new page on ${host.name}`, patienceMs, () => isNew(host));
            }
            await sleep(20_000);
            await goOn();
            await up.waitForExit(60_000);
            await redeploy(bed, weight);
            expectTrue("the page is new", await isNew(stalled));
            expectNoFailure(await traffic.stop());
        },
    },
    {
        number: 24,
        name: "engine-killed",
        does: "Pulumi's engine, the program that runs the `up`, gets SIGKILL at a random moment.",
        observes:
            "Nothing fails. The next `up` fails and names the lock. After `pulumi cancel` an `up` converges, and no resource exists twice.",
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
            const { up, weight } = await interruptUp(stage, (up) => Promise.resolve(up.kill()));
            expectEqual("status", await up.waitForExit(), -1);
            const { status, stdout, stderr } = await bed.stack.tryUp();
            const output = stdout + stderr;
            expectTrue("the next up fails", status !== 0, output);
            expectOutput("the next up", output, /locked by 1 lock/);
            await bed.stack.pulumi(["cancel", "--yes"]);
            await bed.stack.up();
            await expectConverged(bed, weight);
            expectEqual("resources", await resources(), before);
            expectNoFailure(await traffic.stop());
        },
    },
    {
        number: 25,
        name: "interrupted",
        does: "Ctrl-C is pressed once or twice at a random moment of an `up`.",
        observes:
            "The running step is completed or rolled back. The exit status is not 0. The next `up` converges.",
        async run(stage) {
            const { bed, traffic, chance } = stage;
            const twice = chance.pick(true, false);
            const { up, weight } = await interruptUp(stage, async (up) => {
                up.interrupt();
                await sleep(300);
                if (twice) up.interrupt();
            });
            const status = await up.waitForExit(90_000);
            expectTrue("the exit status is not 0", status !== 0, up.output);
            for (const host of bed.cluster.members) await expectComplete(host);
            await redeploy(bed, weight);
            expectNoFailure(await traffic.stop());
        },
    },
    {
        number: 26,
        name: "two-at-once",
        does: "Two runs of `up` overlap. In one case they have one state, in a second case two states that manage the same hosts.",
        observes:
            "With one state, one `up` fails and names the lock. With two states, both runs succeed, and each host makes one change after the other. No host has parts of both. Another `up` converges.",
        async run({ bed, traffic, chance }) {
            const first = newWeight();
            const ups = [await bed.startUp(first.change)];
            await ups[0]!.waitForUpdating(chance.upTo(500));
            ups.push(await bed.startUp());
            const statuses = await Promise.all(ups.map((up) => up.waitForExit()));
            expectEqual("status of the first", statuses[0], 0);
            expectTrue("the second up fails", statuses[1] !== 0, ups[1]!.output);
            expectOutput("the second up", ups[1]!.output, /locked by 1 lock/);
            await expectConverged(bed, first.weight);

            const other = await LabStack.create(bed.lab, { folder: "other" });
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
            const releaseLock = await holdLock(contended);
            bed.undo(releaseLock);
            const own = await bed.startUp(second.change);
            const others = other.tryPulumi(up);
            await waitUntil(
                "both changes on one host",
                patienceMs,
                async () =>
                    (await contended.run("pgrep -cf '^flock -w 120 9' || :")).trim() === "2",
            );
            await releaseLock();
            expectEqual("status of the first up", await own.waitForExit(), 0);
            const { status, stdout, stderr } = await others;
            expectTrue("the second up succeeds", status === 0, stdout + stderr);
            for (const host of bed.cluster.members) {
                const weights = [...(await changedFiles(host)).matchAll(/(?:weight|-w|of) (\d+)/g)];
                const [one, ...more] = new Set(weights.map(([, weight]) => Number(weight)));
                expectTrue(
                    `${host.name} has one plan`,
                    more.length === 0 && [second.weight, third.weight].includes(one!),
                    await changedFiles(host),
                );
                await expectComplete(host);
            }
            await bed.change((plan) => {
                second.change(plan);
                plan.repair = newRepair();
            });
            await expectConverged(bed, second.weight);
            expectNoFailure(await traffic.stop());
        },
    },
    firstUpFails(
        {
            number: 28,
            name: "no-ipvs",
            does: "A first `up` runs. A file in `/etc/modprobe.d` of a director forbids the module `ip_vs`.",
            observes: "`up` fails before any host changes, and names the module.",
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
    loginFails(
        {
            number: 29,
            name: "host-key-changed",
            does: "The host key of a director differs from the one in the plan.",
            observes:
                "`up` fails and names the cause after at most two attempts to log in. Nothing changes. With the right login, the next `up` converges.",
        },
        { hostKey: hostKey("somebody else").public },
        /host key mismatch/,
    ),
    loginFails(
        {
            number: 30,
            name: "key-refused",
            does: "A director refuses the private key.",
            observes:
                "`up` fails and names the cause after at most two attempts to log in. Nothing changes. With the right login, the next `up` converges.",
        },
        { privateKey: hostKey("nobody").private },
        /unable to authenticate/,
    ),
    firstUpFails(
        {
            number: 32,
            name: "router-id-taken",
            does: "Before a first `up`, a foreign keepalived uses the same `virtual_router_id` on the network.",
            observes:
                "`up` fails before any host changes, and names the id and the address of the other router.",
        },
        async (bed) => {
            const rs4 = bed.host("rs4");
            const conf = [
                "vrrp_instance foreign {",
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
    firstUpFails(
        {
            number: 33,
            name: "address-taken",
            does: "Before a first `up`, another machine has the virtual IP.",
            observes: "`up` fails before any host changes, and names the machine's MAC address.",
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
        does: "One of five hosts, a real server, is unreachable when all of them change.",
        observes:
            "The other real servers converge. The directors are not changed. The exit status is not 0. When the directors have removed the server from their tables, nothing fails. The next `up` logs in only to the hosts that the failed `up` did not change.",
        async run({ bed, traffic, chance }) {
            const { realServers, directors } = bed.cluster;
            const gone = chance.pick(...realServers);
            const rest = realServers.filter((other) => other !== gone);
            const before = await Promise.all(directors.map(changedFiles));
            const { weight, change } = newWeightAndPages();
            await gone.link("down");
            bed.undo(() => gone.link("up"));
            const names = rest.map(({ name }) => name);
            const removed = (port: number) => bed.untilServing("ds1", port, names);
            await Promise.all(Object.values(ports).map(removed));
            const out = Date.now();
            await bed.failingChange(change);
            for (const host of rest) {
                const page = pageOf(host.name, weight);
                expectTrue(
                    `${host.name} has its new page`,
                    (await changedFiles(host)).includes(page),
                );
            }
            expectEqual("directors", await Promise.all(directors.map(changedFiles)), before);
            await gone.link("up");
            await untilReachable(gone);
            const earlier = await bed.cluster.logins();
            await bed.deploy();
            await expectConverged(bed, weight);
            const logins = await bed.cluster.logins();
            const made = Object.entries(logins).map(([name, count]) => [
                name,
                count - earlier[name]!,
            ]);
            const expected = { ds1: 1, ds2: 1, rs1: 0, rs2: 0, rs3: 0, rs4: 0, [gone.name]: 1 };
            expectEqual("logins of the next up", Object.fromEntries(made), expected);
            expectNoFailureAfter(out, await traffic.stop());
        },
    },
];
