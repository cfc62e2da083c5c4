import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { LabCluster } from "../../lab/cluster";
import type { RunOptions } from "../../lab/run";
import { type Config, type Contender, timed } from "./contender";
import { pythonWith } from "./python";
import { rolesOf, variablesOf } from "./role";

const ansibleCore = "ansible-core==2.19.14";
const mitogenPackage = "mitogen==0.3.54";

/** Ansible with pipelining and with the ssh connection that it shares while it runs. */
export async function ansible(): Promise<Contender> {
    const python = await pythonWith(ansibleCore, mitogenPackage);
    return {
        name: "Ansible",
        async change(cluster, to, from) {
            const book = await playbook(cluster, python, to, from);
            const sockets = path.join(cluster.lab.shortDir, "ansible");
            const outcome = await book({
                ANSIBLE_PIPELINING: "1",
                ANSIBLE_SSH_ARGS: `-F ${sshConfig(cluster)} -o ControlMaster=auto -o ControlPersist=60s`,
                ANSIBLE_SSH_CONTROL_PATH_DIR: sockets,
            });
            await closeConnections(cluster, sockets);
            return outcome;
        },
    };
}

/**
 * Ansible with Mitogen. Mitogen logs in once and needs neither pipelining nor shared connections.
 */
export async function mitogen(): Promise<Contender> {
    const python = await pythonWith(ansibleCore, mitogenPackage);
    const plugins = await strategyPlugins(python);
    return {
        name: "Ansible, Mitogen",
        async change(cluster, to, from) {
            const book = await playbook(cluster, python, to, from);
            return book({
                ANSIBLE_STRATEGY: "mitogen_linear",
                ANSIBLE_STRATEGY_PLUGINS: plugins,
                ANSIBLE_SSH_ARGS: `-F ${sshConfig(cluster)} -o ControlMaster=no -o ControlPath=none`,
            });
        },
    };
}

/** Run the role on all hosts at once. */
async function playbook({ lab }: LabCluster, python: string, to: Config, from?: Config) {
    const dir = await fs.mkdtemp(path.join(lab.dir, "ansible-"));
    const inventory = path.join(dir, "inventory.json");
    await fs.writeFile(inventory, JSON.stringify(await inventoryOf(dir, to, from)));
    const book = path.join(__dirname, "site.yaml");
    const command = [python, "-m", "ansible", "playbook", "-i", inventory, book];
    const env = {
        ANSIBLE_FORKS: String(lab.hosts.length),
        ANSIBLE_HOME: dir,
        ANSIBLE_LOCAL_TEMP: dir,
        LC_ALL: "C.UTF-8",
    };
    return (own: RunOptions["env"]) =>
        timed(() => lab.tryExec(command, { env: { ...env, ...own } }));
}

/**
 * Hosts of the new configuration with their roles as variables, and hosts that it no longer has.
 */
async function inventoryOf(dir: string, to: Config, from?: Config) {
    const roles = rolesOf(to);
    const before = from ? [...rolesOf(from)] : [];
    const left = before.filter(([name]) => !roles.has(name));
    const leaving = Object.fromEntries(left.map(([name, { services }]) => [name, { services }]));
    const children = {
        members: { hosts: await variablesOf(dir, roles) },
        leaving: { hosts: leaving },
    };
    // Without this, Ansible searches for Python on every host.
    return { all: { children, vars: { ansible_python_interpreter: "/usr/bin/python3" } } };
}

function sshConfig({ lab }: LabCluster): string {
    return path.join(lab.dir, "ssh_config");
}

/** Close the shared connections. The next run logs in again, as the other tools do. */
async function closeConnections({ lab }: LabCluster, sockets: string): Promise<void> {
    for (const socket of await fs.readdir(sockets)) {
        await lab.exec([
            "ssh",
            "-o",
            `ControlPath=${path.join(sockets, socket)}`,
            "-O",
            "exit",
            "-",
        ]);
    }
}

async function strategyPlugins(python: string): Promise<string> {
    const libraries = path.join(path.dirname(python), "../lib");
    const [version] = await fs.readdir(libraries);
    return path.join(libraries, version!, "site-packages/ansible_mitogen/plugins/strategy");
}
