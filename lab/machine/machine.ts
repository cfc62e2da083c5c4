/**
 * The machine that a host runs on: what user-mode Linux and a container do differently.
 *
 * A disk is a folder that `baseImage` or `installedDisk` made. No machine ever writes to it: each
 * keeps its host's changes in a place of its own.
 */
export interface Machine {
    /** Makes the devices that stay while the host is off. */
    plugIn(): Promise<void>;
    /** Takes a new disk, on which the host has written nothing yet. */
    insert(disk: string): Promise<void>;
    /** The command that runs the host until somebody turns it off. */
    powerOn(): { command: string[]; env: NodeJS.ProcessEnv };
    /** Stops a running host, given its first process: it answers nothing and notices nothing. */
    freeze(leader: number): Promise<void>;
    /** Lets a frozen host go on. */
    thaw(leader: number): Promise<void>;
}

/** What every kind of machine is told about its host. */
export interface MachineOptions {
    name: string;
    /** 32 hexadecimal digits, for systemd. */
    machineId: string;
    cards: Card[];
    /** Folder for large files. */
    dir: string;
    /** Folder in memory, with a name short enough for sockets. */
    shortDir: string;
    /** A tar archive with the host's own files. */
    identity: string;
    /** A command as it has to be run in the lab's network namespace. */
    inside: (command: string[]) => string[];
}

/** A network card of a host. */
export interface Card {
    /** Name of the network, which is that of its bridge. */
    network: string;
    /** What the host calls it: "eth0". */
    device: string;
    /** Name of the device at its other end, in the lab's namespace. */
    tap: string;
    mac: string;
    address: string;
    ipv6: string;
}

/** The file system of a disk as a block device. */
export const blockDevice = "disk.ext4";

/** The file system of a disk as files. */
export const tree = "root";
