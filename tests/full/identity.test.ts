import { type Change, vip } from "../../lab/article";
import { LabCluster } from "../../lab/cluster";
import { CommandLine } from "../../lab/commandLine";
import { patienceMs, waitUntil } from "../../lab/lab";
import { LabStack } from "../../lab/stack";
import { seed } from "../../lab/topology";
import {
    addParent,
    changesNothing,
    losesNothing,
    programWithParent,
} from "../e2e/support/identity";

/** Clients that make a hundred requests a second together. */
const clients = 4;

/** The same hosts, with ds1 and rs1 in each other's roles. */
const swapped: Change = (config) => {
    const [ds1] = config.directors.splice(0, 1);
    const [rs1] = config.realServers.splice(0, 1);
    config.directors.unshift({ ...rs1!, demoPage: undefined } as typeof ds1 & object);
    config.realServers.unshift({ ...ds1!, demoPage: "DS1" });
    for (const virtualServer of config.virtualServers) virtualServer.realServers = undefined;
};

const adopting: Change = ({ directors, realServers }) => {
    for (const member of [...directors, ...realServers]) member.adopt = true;
};

describe("A cluster with a hundred requests a second", () => {
    let cluster: LabCluster;

    beforeAll(async () => {
        // rs1 becomes a director for a while.
        const hosts = seed.hosts.map((host) => ({
            ...host,
            ownKernel: host.ownKernel || host.name === "rs1",
        }));
        cluster = await LabCluster.deployed({ topology: { ...seed, hosts } });
    });

    afterAll(() => cluster?.down());

    const serves = (happen: () => Promise<unknown>) => losesNothing(cluster, clients, happen);

    it("is not changed when its component gets a parent, and loses it again", async () => {
        await addParent(cluster, clients);
        await serves(() => cluster.stack.up());
    });

    it("is not changed when an up with a new parent fails and the program goes back", async () => {
        const ds1 = cluster.host("ds1");
        const obstacle = "/etc/keepalived/keepalived.conf.lvs-new";
        const program = await programWithParent(cluster, "undone");
        await ds1.run(`mkdir ${obstacle}`);
        await changesNothing(cluster, clients, async () => {
            const failed = await cluster.stack.tryPulumi(["up", "--yes", "--skip-preview"], {
                cwd: program,
            });
            expect(failed.stdout).toContain("ds1: the new files cannot be written.");
            await ds1.run(`rm -rf ${obstacle}`);
            expect(await cluster.stack.up()).toContain(
                "ds1: nothing removed: this host is the director lvs-ds1 of the stack lvs/lab again",
            );
        });
        await cluster.untilHealthy();
    });

    it("is not changed when its component gets a parent and an alias, and forgets its former name", async () => {
        const program = await programWithParent(
            cluster,
            "aliased",
            "aliases: [{ parent: pulumi.rootStackResource }]",
        );
        await changesNothing(cluster, clients, () => cluster.stack.up({ cwd: program }));
        const record = await cluster.host("ds1").run("cat /var/lib/pulumi-lvs/director/record");
        expect(record).toContain("::site:index:Site$lvs:index:LvsCluster$lvs:index:Director::");
        expect(record).not.toContain("former");
        await serves(() => cluster.stack.up());
    });

    it("is refused to another stack, whose destroy leaves it alone", async () => {
        const other = await LabStack.create(cluster.lab, { folder: "other", name: "other" });
        await other.configure(await cluster.config());
        await serves(async () => {
            expect(await other.failingUp()).toContain(
                "ds1: owner: this host is taken: the director lvs-ds1 of the stack lvs/lab has set up this host.",
            );
            await other.destroy();
        });
        await cluster.untilHealthy();
    });

    it("is refused if one machine is a member under two addresses", async () => {
        const second = "10.128.190.240";
        const rs1 = cluster.host("rs1");
        await rs1.run(`ip address add ${second}/24 dev eth0`);
        await serves(async () => {
            const output = await cluster.failingChange(({ realServers }) => {
                realServers.push({ ...realServers[0]!, name: "again", host: second });
            });
            expect(output).toMatch(/again: The machine-id [0-9a-f]{32} is also the one of rs1: /);
        });
        await rs1.run(`ip address delete ${second}/24 dev eth0`);
        await cluster.change();
    });

    it("is taken over with adopt by a stack of another name after the state is lost, and back", async () => {
        const later = await LabStack.create(cluster.lab, { folder: "later", name: "later" });
        await later.configure(await cluster.config(adopting));
        await serves(async () => {
            const output = await later.up();
            expect(output).toContain(
                "ds1: takes over from the director lvs-ds1 of the stack lvs/lab",
            );
            expect(output).toContain("rs2: removes the real server lvs-rs2 of the stack lvs/lab");
        });
        await cluster.stack.deleteState();
        await serves(() => cluster.change(adopting));
        await serves(() => cluster.change());
        expect(await cluster.host("rs2").run("ls /var/lib/pulumi-lvs/real-servers")).toBe(
            "lvs.lab.lvs-rs2\n",
        );
        await cluster.untilHealthy();
    });

    it("serves while a dead director and a dead real server are forgotten", async () => {
        const dead = [cluster.host("ds2"), cluster.host("rs3")];
        await Promise.all(dead.map((host) => host.cut()));
        await waitUntil("a pool without rs3", patienceMs, async () =>
            (await cluster.servingRealServers("ds1")).includes("rs3") ? undefined : true,
        );
        await serves(() =>
            cluster.change(({ directors, realServers }) => {
                directors[1]!.gone = true;
                realServers[2]!.gone = true;
            }),
        );
        const rules = await cluster.host("ds1").run("cat /var/lib/pulumi-lvs/ipvs.rules");
        expect(rules).not.toContain(cluster.host("rs3").address);
        await serves(() =>
            cluster.change(({ directors, realServers }) => {
                directors.pop();
                realServers.pop();
            }),
        );
        await Promise.all(dead.map((host) => host.boot()));
        await cluster.change();
        await cluster.untilHealthy();
    });

    it("is reported by lvs check if a host was restored from an older copy, and brought up to date by a repair", async () => {
        const lvs = new CommandLine(cluster.lab, cluster.stack);
        const rs1 = cluster.host("rs1");
        const folders = "var/lib/pulumi-lvs var/www/html";
        await rs1.run(`tar -C / -cf /root/copy.tar ${folders}`);
        const change: Change = ({ realServers }) => (realServers[0]!.demoPage = "later");
        await cluster.change(change);
        expect((await lvs.run("check")).status).toBe(0);
        await rs1.run(`cd /; rm -r ${folders}; tar -xf /root/copy.tar`);
        const { status, stdout } = await lvs.run("check");
        expect(status).toBe(1);
        expect(stdout).toContain(
            "rs1: last up\nThe last `up` gave this host other files: /var/www/html/index.html.",
        );
        await serves(() =>
            cluster.change((config) => {
                change(config);
                config.repair = "restored";
            }),
        );
        expect((await lvs.run("check")).status).toBe(0);
        await cluster.change();
    });

    it("serves while a director and a real server swap their roles, and is as the program says", async () => {
        // The virtual IPs leave the old preferred director, and come to the new one.
        const swap = (change?: Change) =>
            losesNothing(cluster, clients, () => cluster.change(change), { moves: 2 });
        await swap(swapped);
        const [ds1, rs1] = [cluster.host("ds1"), cluster.host("rs1")];
        expect(await ds1.run("ls /var/lib/pulumi-lvs; ip address show dev lo")).toMatch(
            new RegExp(`^real-servers\n[^]*inet ${vip}/32`),
        );
        expect(await ds1.run("systemctl is-active keepalived || :")).toBe("inactive\n");
        expect(await rs1.run("ip address show dev lo")).not.toContain(vip);
        expect(new Set(await cluster.bodies(30))).toEqual(new Set(["DS1", "RS2", "RS3"]));
        await swap();
        await cluster.untilHealthy();
        expect(new Set(await cluster.bodies(30))).toEqual(new Set(["RS1", "RS2", "RS3"]));
    });
});
