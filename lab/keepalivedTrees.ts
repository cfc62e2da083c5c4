import * as fs from "node:fs/promises";
import * as path from "node:path";
import { cached } from "./cache";
import { installedFiles, installRecipe } from "./image/install";
import { labParts } from "./parts";
import { step } from "./progress";
import { tryRun } from "./run";
import type { Suite } from "./topology";

/** The releases of Debian whose keepalived tries configurations, with its version. */
export const keepalivedReleases = [
    { suite: "bullseye", version: "2.1.5" },
    { suite: "bookworm", version: "2.2.7" },
    { suite: "trixie", version: "2.3.3" },
] as const satisfies { suite: Suite; version: string }[];

/** A file as it stands on the host that a configuration is for. */
export interface TriedFile {
    /** Absolute. Its folders are made. */
    path: string;
    /** Octal, as for chmod. Defaults to 0644. */
    mode?: string;
    content: string;
}

/** What `keepalived -t` answered. */
export interface Verdict {
    /** Exit status; -1 when it crashed or did not come to an end. */
    status: number;
    /** What it printed on stderr and stdout, each line once. */
    complaint: string;
}

/** The verdict on a configuration that is right. Status 0 alone says nothing before 2.2.0. */
export const accepted: Verdict = { status: 0, complaint: "" };

/** The files of a Debian release with keepalived in them, to be run where they lie. */
export class KeepalivedTree {
    /** The folder has the files in `tree`, and `run`, which is empty: each run mounts its own there. */
    constructor(readonly dir: string) {}

    /** The version that keepalived says it is. */
    async version(): Promise<string> {
        const { output } = await this.inside("exec /usr/sbin/keepalived --version 2>&1\n", []);
        return /^Keepalived v(\S+)/.exec(output)?.[1] ?? output;
    }

    /**
     * Has keepalived test /etc/keepalived/keepalived.conf on a host that has these files and
     * interfaces. No run sees another one: as many as you like can go on side by side.
     */
    async test(files: TriedFile[], { interfaces }: { interfaces: string[] }): Promise<Verdict> {
        const script = [
            "mkdir -p /etc/keepalived",
            ...files.map(placed),
            "exec /usr/sbin/keepalived -t -f /etc/keepalived/keepalived.conf 2>&1\n",
        ];
        const { status, output } = await this.inside(script.join("\n"), interfaces);
        return verdict(status, output);
    }

    /**
     * The same for many configurations on one such host, which differ in keepalived.conf alone:
     * much faster. Each is in a folder of its own, together with the other files of /etc/keepalived.
     */
    async testAll(
        configurations: string[],
        { files, interfaces }: { files: TriedFile[]; interfaces: string[] },
    ): Promise<Verdict[]> {
        const beside = files.filter((file) => path.posix.dirname(file.path) === "/etc/keepalived");
        const tests = configurations.map((content, index) =>
            [
                `mkdir /etc/keepalived/${index}`,
                ...beside.map((file) => `cp ${word(file.path)} /etc/keepalived/${index}`),
                `printf %s ${word(content)} >/etc/keepalived/${index}/keepalived.conf`,
                `/usr/sbin/keepalived -t -f /etc/keepalived/${index}/keepalived.conf 2>&1 || status=$?`,
                `echo "${endOfTest} \${status:-0}"; status=`,
            ].join("\n"),
        );
        const script = ["mkdir -p /etc/keepalived", ...files.map(placed), ...tests, ""];
        const { output } = await this.inside(script.join("\n"), interfaces, 120_000);
        const ends = new RegExp(`^${endOfTest} (\\d+)$`, "m");
        const pieces = output.split(ends);
        const count = (pieces.length - 1) / 2;
        if (count < configurations.length) {
            throw new Error(
                `only ${count} of ${configurations.length} configurations were tried in two minutes`,
            );
        }
        return configurations.map((_, index) => {
            const status = Number(pieces[2 * index + 1]);
            return verdict(status < 128 ? status : -1, pieces[2 * index]!);
        });
    }

    /**
     * Has keepalived do VRRP on such a host until a shell command there succeeds, for a minute at
     * most; gives what another one then prints. What keepalived says, all of its configuration
     * first, is in /said.
     */
    async run(
        files: TriedFile[],
        { interfaces, until, show }: { interfaces: string[]; until: string; show: string },
    ): Promise<string> {
        const script = [
            ...interfaces.map((name) => `ip link set ${name} up`),
            ...files.map(placed),
            "keepalived --dont-fork --vrrp --log-console --dump-conf >/said 2>&1 &",
            `tries=0; until ${until} || [ "$tries" = 300 ]; do tries=$((tries + 1)); sleep 0.2; done`,
            "kill $!; wait $! || :",
            show,
        ];
        return (await this.inside(script.join("\n"), interfaces, 100_000)).output;
    }

    /** Runs a shell script in the tree. What it changes, it changes for itself alone. */
    private async inside(
        script: string,
        interfaces: string[],
        timeout = 20_000,
    ): Promise<{ status: number; output: string }> {
        // Each command takes the place of the one before it, so keepalived is the only process, and
        // with it go the namespaces and all that was mounted and made in them.
        const { status, stdout, stderr } = await tryRun(
            [
                ...["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--net"],
                ...["sh", "-euc", host, "sh", ...interfaces],
            ],
            { cwd: this.dir, stdin: script, timeout },
        );
        // keepalived has but one stream, so this is from what had to be done before it could start.
        if (stderr) throw new Error(`no keepalived was started: ${stderr.trim()}`);
        return { status, output: stdout };
    }
}

/** What stands between the answers to many tests. */
const endOfTest = "=== end of test";

function verdict(status: number, output: string): Verdict {
    const lines = output.split("\n").filter((line) => line.trim());
    return { status, complaint: [...new Set(lines)].join("\n") };
}

/** The commands that put a file in its place. */
function placed({ path: target, mode = "0644", content }: TriedFile): string {
    return [
        `mkdir -p ${word(path.posix.dirname(target))}`,
        `printf %s ${word(content)} >${word(target)}`,
        `chmod ${word(mode)} ${word(target)}`,
    ].join("\n");
}

/** Makes the trees of all releases, so that no test waits for one. */
export async function makeKeepalivedTrees(): Promise<void> {
    for (const { suite } of keepalivedReleases) await keepalivedOf(suite);
}

/** The tree of a release, found in the cache or built. Needs root. */
export async function keepalivedOf(suite: Suite): Promise<KeepalivedTree> {
    const { version } = keepalivedReleases.find((release) => release.suite === suite)!;
    const parts = (await labParts(suite)).suites[suite]!;
    const key = { recipe: await installRecipe(), from: path.basename(parts.packages) };
    const dir = await cached(`keepalived-${version}`, key, (unfinished) =>
        step(`Building a tree with keepalived ${version} (Debian ${suite})`, async () => {
            await installedFiles(path.join(unfinished, "tree"), parts, ["keepalived"]);
            await fs.mkdir(path.join(unfinished, "run"));
            const built = await new KeepalivedTree(unfinished).version();
            if (built !== version) {
                throw new Error(`Debian ${suite} has keepalived ${built}, not ${version}.`);
            }
        }),
    );
    return new KeepalivedTree(dir);
}

/**
 * Makes a host of the tree, in namespaces of its own, and runs the script on stdin there. The
 * arguments are its interfaces: each is one end of a veth pair, for these are in every kernel.
 */
const host = `
umask 022
mount -t tmpfs tmpfs run
mkdir run/changes run/work run/root
mount -t overlay -o lowerdir=tree,upperdir=run/changes,workdir=run/work overlay run/root
mount --bind /proc run/root/proc
for name; do
    echo "link add name $name type veth peer name peer-of-$#"
    shift
done | ip -batch -
exec chroot run/root sh -eu
`;

/** Text as one word of a shell script. */
function word(text: string): string {
    return `'${text.replaceAll("'", "'\\''")}'`;
}
