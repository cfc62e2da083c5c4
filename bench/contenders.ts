import * as fs from "node:fs/promises";
import * as path from "node:path";
import { cached } from "../lab/cache";
import type { Host } from "../lab/host";
import { run } from "../lab/run";
import { vip } from "../lab/article";
import type { LabCluster } from "../lab/cluster";
import type { StackConfig } from "../lab/stack";
import type { Cluster } from "../lvs/model";
import { planDirector } from "../lvs/plan";
import { directorFiles } from "../lvs/render";

const ansibleCore = "2.19.14";

export type Config = Required<StackConfig>;

/** A way to bring hosts from one configuration to another. */
export interface Contender {
    name: string;
    /** Throws when the change is refused. */
    change(cluster: LabCluster, from: Config, to: Config): Promise<void>;
}

/** How a host begins to serve behind the virtual IP, and how it ends that. */
const takeIn = `sysctl -q net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
ip address replace ${vip}/32 dev lo
hostname | tr a-z A-Z >/var/www/html/index.html
systemctl start apache2`;
const takeOut = `systemctl stop apache2
ip address delete ${vip}/32 dev lo`;

/** A keepalived that does not answer is ended, for it does not stop in order either. */
const reload = `timeout 30 systemctl reload keepalived || {
    systemctl kill -s KILL keepalived
    timeout 30 systemctl start keepalived
}`;

const own: Contender = {
    name: "pulumi-lvs",
    async change(cluster, _from, to) {
        await cluster.stack.configure(to);
        await cluster.stack.up();
    },
};

/** What an administrator does: files over ssh, then a reload, on both directors at once. */
const plain: Contender = {
    name: "ssh and reload",
    async change(cluster, from, to) {
        for (const host of added(cluster, from, to)) await host.run(takeIn);
        await Promise.all(
            cluster.directors.map(async (host) => {
                const stdin = configurationOf(host.name, to);
                await host.run("cat >/etc/keepalived/keepalived.conf", { stdin });
                await host.run(reload);
            }),
        );
        for (const host of added(cluster, to, from)) await host.run(takeOut);
    },
};

/** The same files by Ansible, as roles for keepalived do it: tried first, and both hosts at once. */
const ansible = (tools: string): Contender => ({
    name: "Ansible",
    async change(cluster, from, to) {
        const dir = await fs.mkdtemp(path.join(cluster.lab.dir, "ansible-"));
        for (const { name } of cluster.directors) {
            await fs.writeFile(path.join(dir, `${name}.conf`), configurationOf(name, to));
        }
        const names = cluster.lab.hosts.map(({ name }) => name);
        const inventory = ["[directors]", "ds1", "ds2", "[others]", ...names.slice(2), ""];
        await fs.writeFile(path.join(dir, "inventory"), inventory.join("\n"));
        const variables = {
            files: dir,
            taken_in: added(cluster, from, to).map(({ name }) => name),
            taken_out: added(cluster, to, from).map(({ name }) => name),
            take_in: takeIn,
            take_out: takeOut,
        };
        const command = [
            path.join(tools, "bin/python"),
            "-m",
            "ansible",
            "playbook",
            "-i",
            path.join(dir, "inventory"),
            "-e",
            JSON.stringify(variables),
            path.join(__dirname, "ansible/site.yaml"),
        ];
        await cluster.lab.exec(command, {
            env: {
                ANSIBLE_SSH_ARGS: `-F ${path.join(cluster.lab.dir, "ssh_config")}`,
                ANSIBLE_PIPELINING: "1",
                ANSIBLE_LOCAL_TEMP: dir,
                LC_ALL: "C.UTF-8",
            },
        });
    },
});

export async function contenders(): Promise<Contender[]> {
    return [own, plain, ansible(await ansibleTools())];
}

/** Hosts that are real servers in the one configuration and not in the other. */
function added({ lab }: LabCluster, from: Config, to: Config): Host[] {
    const before = from.realServers.map(({ name }) => name);
    const names = to.realServers.map(({ name }) => name).filter((name) => !before.includes(name));
    return names.map((name) => lab.host(name));
}

/** What keepalived reads on a director, with the password in it, as other tools have it. */
function configurationOf(director: string, config: Config): string {
    const files = directorFiles(planDirector(config as unknown as Cluster, director));
    const { content } = files.find(({ path }) => path === "/etc/keepalived/keepalived.conf")!;
    return content.replace("include auth_pass.conf", `auth_pass "${config.authPass as string}"`);
}

/** A folder with Ansible in it, from the registry of Python's packages. */
function ansibleTools(): Promise<string> {
    return cached("ansible", { ansibleCore }, async (dir) => {
        await run(["python3", "-m", "venv", dir]);
        await run([path.join(dir, "bin/pip"), "install", "-q", `ansible-core==${ansibleCore}`]);
    });
}
