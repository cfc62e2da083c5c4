import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Kernel } from "../image/kernel";
import { signal } from "../namespace";
import { run } from "../run";
import { blockDevice, type Card, type Machine, type MachineOptions } from "./machine";

/** A virtual machine with its own kernel: user-mode Linux. */
export class UserModeLinux implements Machine {
    private readonly changes: string;
    /**
     * First disk on the kernel's command line: the file for changes and, once, the file below it.
     */
    private disk: string;

    constructor(
        private readonly options: MachineOptions & {
            kernel: Kernel;
            memoryMB: number;
            processor: number;
        },
    ) {
        this.changes = path.join(options.dir, "disk.cow");
        this.disk = this.changes;
    }

    async createDevices(): Promise<void> {
        const { cards, inNamespace: inside } = this.options;
        for (const { tap, network } of cards) {
            await run(inside(["ip", "tuntap", "add", tap, "mode", "tap"]));
            await run(inside(["ip", "link", "set", tap, "master", network, "up"]));
            // The virtual cards cannot handle segmentation offload.
            const offloads = ["tso", "off", "gso", "off", "gro", "off"];
            await run(inside(["ethtool", "-K", tap, ...offloads]));
        }
    }

    async useDisk(disk: string): Promise<void> {
        await fs.rm(this.changes, { force: true });
        this.disk = `${this.changes},${path.join(disk, blockDevice)}`;
    }

    powerOn() {
        const { name, machineId, identity, cards, kernel, memoryMB, processor } = this.options;
        const { disk } = this;
        // The file for changes contains the name of the file below it from now on.
        this.disk = this.changes;
        const command = [
            ...["taskset", "-c", String(processor)],
            path.join(__dirname, "uml-power-on"),
            ...kernel.options,
            `umid=${name}`,
            `uml_dir=${this.options.shortDir}`,
            `mem=${memoryMB}M`,
            `ubd0=${disk}`,
            `ubd1r=${identity}`,
            "root=/dev/ubda",
            "rw",
            ...cards.map(vector),
            `systemd.hostname=${name}`,
            `systemd.machine_id=${machineId}`,
            "con=null",
            "con0=null,fd:1",
            "ssl=null",
            "selinux=0",
            // These would measure for a second how to compute RAID parity fastest.
            "initcall_blacklist=raid6_init,raid6_select_algo",
            "quiet",
        ];
        return { command, env: { KERNEL: kernel.program } };
    }

    freeze(leader: number): Promise<void> {
        return Promise.resolve(signal(leader, "SIGSTOP"));
    }

    thaw(leader: number): Promise<void> {
        return Promise.resolve(signal(leader, "SIGCONT"));
    }
}

/** A network card on the kernel's command line. */
function vector({ tap, mac }: Card, index: number): string {
    return `vec${index}:transport=tap,ifname=${tap},depth=128,gro=0,mac=${mac}`;
}
