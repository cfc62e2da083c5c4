import * as fs from "node:fs/promises";
import * as path from "node:path";
import { clientKey } from "./keys";
import type { LabFolders } from "./folders";

/** Files with which the client of a lab logs in to its hosts. */
export interface SshFiles {
    config: string;
    privateKey: string;
}

export function sshFilesOf({ dir }: LabFolders): SshFiles {
    return { config: path.join(dir, "ssh_config"), privateKey: path.join(dir, "client_key") };
}

/** Write the client's key, the known hosts and the ssh configuration. */
export async function writeSshFiles(
    places: LabFolders,
    hosts: { name: string; address: string; hostKey: string }[],
): Promise<void> {
    const { config, privateKey } = sshFilesOf(places);
    const knownHosts = path.join(places.dir, "known_hosts");
    await fs.writeFile(privateKey, clientKey().private, { mode: 0o600 });
    const known = hosts.map(({ name, hostKey }) => `${name} ${hostKey}\n`);
    await fs.writeFile(knownHosts, known.join(""));
    const addresses = hosts.map(
        ({ name, address }) => `Host ${name}\n    HostName ${address}\n    HostKeyAlias ${name}\n`,
    );
    await fs.writeFile(
        config,
        `${addresses.join("")}Host *
    User root
    IdentityFile "${privateKey}"
    IdentitiesOnly yes
    IdentityAgent none
    UserKnownHostsFile "${knownHosts}"
    GlobalKnownHostsFile /dev/null
    StrictHostKeyChecking yes
    UpdateHostKeys no
    BatchMode yes
    LogLevel ERROR
    ConnectTimeout 10
    # A host that is frozen for 15 s loses its connections.
    ServerAliveInterval 5
    ServerAliveCountMax 3
    # All commands share one connection: later ones are fast and add no line to the host's log.
    ControlMaster auto
    ControlPersist yes
    ControlPath ${places.shortDir}/ssh/%r@%n
`,
    );
}
