import * as fs from "node:fs/promises";
import * as path from "node:path";
import { type Contender, timed } from "./contender";
import { pythonWith } from "./python";
import { rolesOf, variablesOf } from "./role";

/** pyinfra. It keeps its ssh connections open while it runs. */
export async function pyinfra(): Promise<Contender> {
    const python = await pythonWith("pyinfra==3.10.0");
    return {
        name: "pyinfra",
        async change({ lab }, to) {
            const dir = await fs.mkdtemp(path.join(lab.dir, "pyinfra-"));
            const variables = await variablesOf(dir, rolesOf(to));
            const knownHosts = path.join(dir, "known_hosts");
            const keys = lab.hosts.map(({ address, hostKey }) => `${address} ${hostKey}\n`);
            await fs.writeFile(knownHosts, keys.join(""));
            const hosts = Object.entries(variables).map(([name, own]) => [
                name,
                {
                    ...own,
                    ssh_hostname: lab.host(name).address,
                    ssh_user: "root",
                    ssh_key: lab.client.privateKeyFile,
                    ssh_known_hosts_file: knownHosts,
                    ssh_strict_host_key_checking: "yes",
                },
            ]);
            const file = path.join(dir, "hosts.json");
            await fs.writeFile(file, JSON.stringify(hosts));
            const command = [python, "-m", "pyinfra", "-y", "--parallel", String(hosts.length)];
            const here = ["inventory.py", "deploy.py"].map((name) => path.join(__dirname, name));
            const env = { HOSTS: file, SSH_AUTH_SOCK: undefined, LC_ALL: "C.UTF-8" };
            return timed(() => lab.tryExec([...command, ...here], { env, cwd: dir }));
        },
    };
}
