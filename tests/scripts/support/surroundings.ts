import { tryRun } from "../../../lab/run";

const elsewhere = "The unit tests need none of this: npm run test:unit";

/** Explain why this machine cannot make hosts, and what to do. Undefined if it can. */
export async function complaint({
    user = process.getuid?.(),
    programs = needed,
}: { user?: number; programs?: string[] } = {}): Promise<string | undefined> {
    if (process.platform !== "linux") {
        return `The tests of the host scripts make hosts of namespaces, which only Linux has. ${elsewhere}`;
    }
    if (user !== 0) {
        return `The tests of the host scripts mount file systems and make networks, which takes root: run them as root. ${elsewhere}`;
    }
    const found = await Promise.all(programs.map(isFound));
    const missing = programs.filter((_, index) => !found[index]);
    if (missing.length > 0) {
        return `The tests of the host scripts need ${missing.join(", ")}: run \`npm run setup\`, which installs what is missing. ${elsewhere}`;
    }
    const { status, stderr } = await tryRun(["unshare", ...namespaces, "sh", "-euc", trial]);
    if (status === 0) return undefined;
    return `No host can be made on this machine: ${stderr.trim().split("\n").at(-1)}. In a container, start it with --privileged. ${elsewhere}`;
}

const needed = ["unshare", "nsenter", "setpriv", "ip", "mmdebstrap"];

const namespaces = ["--mount", "--net", "--uts", "--pid", "--fork"];

/** Try the first operation that not every container allows. */
const trial = `
mount -t tmpfs disk /mnt
mkdir /mnt/lower /mnt/changes /mnt/work /mnt/root
mount -t overlay -o lowerdir=/mnt/lower,upperdir=/mnt/changes,workdir=/mnt/work root /mnt/root
mount -t proc proc /mnt/root
ip link add eth0 type veth peer name eth1
`;

async function isFound(program: string): Promise<boolean> {
    const { status } = await tryRun([
        "sh",
        "-c",
        `PATH=$PATH:/usr/sbin:/sbin command -v ${program}`,
    ]);
    return status === 0;
}
