import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { sourcesFor } from "../apt";
import { cached } from "../cache";
import { clientKey } from "../keys";
import { blockDevice, tree } from "../machine/machine";
import { step } from "../progress";
import { run } from "../run";
import type { DebianSuite } from "../topology";
import { Kernel } from "./kernel";

/** Packages of a bare host. `pulumi up` installs the packages of a cluster. */
const packages = [
    "systemd",
    "systemd-sysv",
    "dbus",
    "openssh-server",
    "sudo",
    "iproute2",
    "iputils-ping",
    "kmod",
    "procps",
    "netbase",
    "less",
];

/** Units that a lab host does not need. Each costs time on every boot. */
const maskedUnits = [
    "systemd-udevd.service",
    "systemd-udevd-control.socket",
    "systemd-udevd-kernel.socket",
    "systemd-udev-trigger.service",
    "systemd-udev-settle.service",
    "systemd-logind.service",
    "systemd-random-seed.service",
    "systemd-update-utmp.service",
    "systemd-update-utmp-runlevel.service",
    "systemd-journal-flush.service",
    "systemd-machine-id-commit.service",
    "systemd-firstboot.service",
    "systemd-sysusers.service",
    "systemd-repart.service",
    "systemd-binfmt.service",
    "systemd-pstore.service",
    "systemd-pcrphase.service",
    "systemd-pcrphase-sysinit.service",
    "systemd-tmpfiles-clean.timer",
    "systemd-ask-password-console.path",
    "systemd-ask-password-wall.path",
    "proc-sys-fs-binfmt_misc.automount",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "sys-kernel-config.mount",
    "sys-fs-fuse-connections.mount",
    "dev-hugepages.mount",
    "dev-mqueue.mount",
    "kmod-static-nodes.service",
    "e2scrub_reap.service",
    "e2scrub_all.timer",
    "fstrim.timer",
    "apt-daily.timer",
    "apt-daily-upgrade.timer",
    "dpkg-db-backup.timer",
    "getty.target",
    "getty-static.service",
    "ssh.socket",
];

/**
 * Generators that search for hardware that a lab host lacks: encrypted disks, partitions, consoles.
 * systemd runs them on every boot and `daemon-reload`. Each takes 30 ms on a lab host.
 */
const maskedGenerators = [
    "systemd-cryptsetup-generator",
    "systemd-debug-generator",
    "systemd-getty-generator",
    "systemd-gpt-auto-generator",
    "systemd-hibernate-resume-generator",
    "systemd-integritysetup-generator",
    "systemd-rc-local-generator",
    "systemd-run-generator",
    "systemd-ssh-generator",
    "systemd-system-update-generator",
    "systemd-tpm2-generator",
    "systemd-veritysetup-generator",
];

/** The disk that all hosts of a suite start from. */
export interface Image {
    suite: DebianSuite;
    /** Folder of the disk: see lab/machine/machine.ts. */
    disk: string;
    /** dpkg's status file of the disk. */
    packageStatus: string;
    /** Identifier that changes with every new build. */
    id: string;
}

/** Find the base image of a suite in the cache, or build it. */
export async function baseImage(suite: DebianSuite, kernel: Kernel): Promise<Image> {
    const overlay = path.join(__dirname, "root");
    const key = {
        recipe: 3,
        suite,
        packages,
        maskedUnits,
        maskedGenerators,
        overlay: await digestOf(overlay),
        modules: kernel.modules,
        login: clientKey().public,
    };
    const dir = await cached("image", key, (unfinished) =>
        step(`Building the base image (Debian ${suite}, kernel ${kernel.version})`, () =>
            build(suite, unfinished, overlay, kernel),
        ),
    );
    return {
        suite,
        disk: dir,
        packageStatus: path.join(dir, "status"),
        id: path.basename(dir),
    };
}

async function build(
    suite: DebianSuite,
    dir: string,
    overlay: string,
    kernel: Kernel,
): Promise<void> {
    const root = path.join(dir, tree);
    const excludes = ["doc", "man", "locale"].map(
        (folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`,
    );
    const include = `--include=${packages.join(",")}`;
    const mmdebstrap = ["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", ...excludes];
    // Newer suites create these links themselves.
    const folders = "usr/bin usr/sbin usr/lib usr/lib64";
    const mergedUsr = `--setup-hook=cd "$1" && mkdir -p ${folders} && ln -s ${folders} .`;
    // A mount namespace removes the mounts, however mmdebstrap ends.
    await run(["unshare", "--mount", ...mmdebstrap, mergedUsr, include, suite, root, "-"], {
        stdin: await sourcesFor(suite, true),
        timeout: 1_800_000,
    });

    await run(["cp", "-R", "--preserve=mode", "--remove-destination", `${overlay}/.`, root]);
    await fs.mkdir(path.join(root, "usr/lib/modules"), { recursive: true });
    await run(["cp", "-R", kernel.modules, path.join(root, "usr/lib/modules", kernel.version)]);
    await run(["chroot", root, "depmod", kernel.version]);

    await run(["systemctl", `--root=${root}`, "--quiet", "enable", "lab-host.service"]);
    await run(["systemctl", `--root=${root}`, "--quiet", "set-default", "multi-user.target"]);
    await run(["systemctl", `--root=${root}`, "--quiet", "mask", ...maskedUnits]);
    const generators = path.join(root, "etc/systemd/system-generators");
    await fs.mkdir(generators, { recursive: true });
    for (const name of maskedGenerators) await fs.symlink("/dev/null", path.join(generators, name));
    await run(["chroot", root, "sh", "-eu", "-s"], { stdin: insideTheImage });

    await fs.copyFile(path.join(root, "var/lib/dpkg/status"), path.join(dir, "status"));
    await makeBlockDevice(dir);
}

/** Add the block device to a disk that has its tree. */
export async function makeBlockDevice(dir: string): Promise<void> {
    const [root, file] = [path.join(dir, tree), path.join(dir, blockDevice)];
    // Write all inode tables now, so that no host does so in the background.
    await run(["mke2fs", "-q", "-t", "ext4", "-E", "lazy_itable_init=0", "-d", root, file, "2G"]);
}

const insideTheImage = `
# Every user is let in by the lab's client key. "admin" may become root, "nosudo" may not.
useradd --create-home --shell /bin/bash admin
useradd --create-home --shell /bin/bash nosudo
for home in /root /home/admin /home/nosudo; do
    mkdir -p -m 700 $home/.ssh
    echo '${clientKey().public}' >$home/.ssh/authorized_keys
    chmod 600 $home/.ssh/authorized_keys
done
chown -R admin: /home/admin/.ssh
chown -R nosudo: /home/nosudo/.ssh
echo 'admin ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/admin
chmod 440 /etc/sudoers.d/admin

# What makes one host differ from another comes from its own disk or the kernel's command line.
rm -f /etc/ssh/ssh_host_* /etc/machine-id /etc/hostname /etc/update-motd.d/*
: >/etc/machine-id
rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/log/*.log
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
mkdir -p /etc/lab
`;

/** Digest of the names, modes and contents of all files below a folder. */
async function digestOf(folder: string): Promise<string> {
    const hash = createHash("sha256");
    const entries = await fs.readdir(folder, { recursive: true });
    for (const entry of entries.sort()) {
        const file = path.join(folder, entry);
        const stat = await fs.stat(file);
        if (!stat.isFile()) continue;
        hash.update(`${entry} ${stat.mode & 0o111}\n`).update(await fs.readFile(file));
    }
    return hash.digest("hex");
}
