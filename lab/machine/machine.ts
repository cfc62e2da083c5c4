/**
 * The machine that a host runs on: the differences between user-mode Linux and a container.
 *
 * A disk is a folder that `baseImage` or `installedDisk` made. Machines never write to it: each
 * keeps the changes of its host elsewhere.
 */
export interface Machine {
    /** Create the devices that stay while the host is off. */
    createDevices(): Promise<void>;
    /** Use a new disk without changes. */
    useDisk(disk: string): Promise<void>;
    /** Command that runs the host until it is turned off. */
    powerOn(): { command: string[]; env: NodeJS.ProcessEnv };
    /** Stop a running host, given its first process. */
    freeze(leader: number): Promise<void>;
    /** Resume a frozen host. */
    thaw(leader: number): Promise<void>;
}

/** Everything that a machine needs to know about its host. */
export interface MachineOptions {
    name: string;
    /** 32 hexadecimal digits, for systemd. */
    machineId: string;
    cards: Card[];
    /** Folder for large files. */
    dir: string;
    /** Folder in memory. Its name is short enough for sockets. */
    shortDir: string;
    /** Tar archive with the host's own files. */
    identity: string;
    /** Command that runs `command` in the lab's network namespace. */
    inNamespace: (command: string[]) => string[];
}

/** A network card of a host. */
export interface Card {
    /** Name of the network and of its bridge. */
    network: string;
    /** Name on the host: "eth0". */
    device: string;
    /** Name of the peer device in the lab's namespace. */
    tap: string;
    mac: string;
    address: string;
    ipv6: string;
}

/** The file system of a disk as a block device. */
export const blockDevice = "disk.ext4";

/** The file system of a disk as files. */
export const tree = "root";
