import * as fs from "node:fs/promises";
import * as path from "node:path";
import { cached } from "./cache";
import { installedFiles, installRecipe } from "./image/install";
import { labParts } from "./parts";
import { step } from "./progress";
import { tryRun } from "./run";
import type { Suite } from "./topology";

/** Debian releases whose keepalived tests configurations. */
export const keepalivedReleases = [
    { suite: "bullseye", version: "2.1.5" },
    { suite: "bookworm", version: "2.2.7" },
    { suite: "trixie", version: "2.3.3" },
] as const satisfies { suite: Suite; version: string }[];

/** Packages that a tree adds to a base image. Tests of kernel tables and firewalls need the last two. */
const programs = ["keepalived", "nftables", "iptables"];

/** A file of the host that a configuration is for. */
export interface TreeFile {
    /** Absolute path. Missing folders are created. */
    path: string;
    /** Octal mode, as for chmod. Defaults to 0644. */
    mode?: string;
    content: string;
}

/** Result of `keepalived -t`. */
export interface TestResult {
    /** Exit status. -1 if keepalived crashed or did not end. */
    status: number;
    /** Lines that keepalived printed on stderr and stdout, without duplicates. */
    output: string;
}

/**
 * Result for a valid configuration. The status alone is not enough: before 2.2.0 it is always 0.
 */
export const validResult: TestResult = { status: 0, output: "" };

/** The files of a Debian release with keepalived. Programs run inside this folder. */
export class KeepalivedTree {
    /** `dir` contains the files in `tree`, and the empty folder `run` as a mount point. */
    constructor(readonly dir: string) {}

    /** Version that keepalived prints. */
    async version(): Promise<string> {
        const { output } = await this.inside("exec /usr/sbin/keepalived --version 2>&1\n", []);
        return /^Keepalived v(\S+)/.exec(output)?.[1] ?? output;
    }

    /**
     * Let keepalived test /etc/keepalived/keepalived.conf on a host with these files and
     * interfaces. Runs are isolated, so any number can run in parallel.
     */
    async test(files: TreeFile[], { interfaces }: { interfaces: string[] }): Promise<TestResult> {
        const script = [
            writeCommands(files),
            "exec /usr/sbin/keepalived -t -f /etc/keepalived/keepalived.conf 2>&1\n",
        ];
        const { status, output } = await this.inside(script.join("\n"), interfaces);
        return testResult(status, output);
    }

    /**
     * Test the files of many hosts like `test`, but one after the other on one host, which is much
     * faster. The files of a host are gone when the next one is tested.
     */
    async testAll(
        hosts: TreeFile[][],
        { interfaces }: { interfaces: string[] },
    ): Promise<TestResult[]> {
        const tests = hosts.map((files) =>
            [
                writeCommands(files),
                "/usr/sbin/keepalived -t -f /etc/keepalived/keepalived.conf 2>&1 || status=$?",
                `echo "${endOfTest} \${status:-0}"; status=`,
                `rm -f ${quoteWords(files.map((file) => file.path))}\n`,
            ].join("\n"),
        );
        const { output } = await this.inside(tests.join(""), interfaces, 120_000);
        const ends = new RegExp(`^${endOfTest} (\\d+)$`, "m");
        const pieces = output.split(ends);
        const count = (pieces.length - 1) / 2;
        if (count < hosts.length) {
            throw new Error(`only ${count} of ${hosts.length} hosts were tested in two minutes`);
        }
        return hosts.map((_, index) => {
            const status = Number(pieces[2 * index + 1]);
            return testResult(status < 128 ? status : -1, pieces[2 * index]!);
        });
    }

    /**
     * Run keepalived with VRRP on a host until a shell command there succeeds, for at most a
     * minute. Return the output of a second command. The log of keepalived, with its full
     * configuration, is in /said.
     */
    async run(
        files: TreeFile[],
        { interfaces, until, show }: { interfaces: string[]; until: string; show: string },
    ): Promise<string> {
        const script = [
            ...interfaces.map((name) => `ip link set ${name} up`),
            writeCommands(files),
            // `until` reads the log at once, so the log exists before the shell has started keepalived.
            ": >/said",
            "keepalived --dont-fork --vrrp --log-console --dump-conf >/said 2>&1 &",
            `tries=0; until ${until} || [ "$tries" = 300 ]; do tries=$((tries + 1)); sleep 0.2; done`,
            "kill $!; wait $! || :",
            show,
        ];
        return (await this.inside(script.join("\n"), interfaces, 100_000)).output;
    }

    /** Run a shell script in the tree. Its changes are discarded afterwards. */
    private async inside(
        script: string,
        interfaces: string[],
        timeout = 20_000,
    ): Promise<{ status: number; output: string }> {
        // Each command replaces the one before, so keepalived is the only process. Namespaces and
        // mounts
        // end with it.
        const { status, stdout, stderr } = await tryRun(
            [
                ...["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--net"],
                ...["sh", "-euc", host, "sh", ...interfaces],
            ],
            { cwd: this.dir, stdin: script, timeout },
        );
        // keepalived prints on stdout only, so stderr comes from the commands before it.
        if (stderr) throw new Error(`no keepalived was started: ${stderr.trim()}`);
        return { status, output: stdout };
    }
}

/** Separator between the results of many tests. */
const endOfTest = "=== end of test";

function testResult(status: number, output: string): TestResult {
    const lines = output.split("\n").filter((line) => line.trim());
    return { status, output: [...new Set(lines)].join("\n") };
}

/** Commands that write files. A process for each file would take longer than keepalived. */
function writeCommands(files: TreeFile[]): string {
    const folders = new Set(files.map((file) => path.posix.dirname(file.path)));
    const modes = new Set(files.map(modeOf));
    const pathsWith = (mode: string) =>
        files.filter((file) => modeOf(file) === mode).map((file) => file.path);
    return [
        `mkdir -p ${quoteWords([...folders])}`,
        ...files.map((file) => `printf %s ${quoteWord(file.content)} >${quoteWord(file.path)}`),
        ...[...modes].map((mode) => `chmod ${quoteWord(mode)} ${quoteWords(pathsWith(mode))}`),
    ].join("\n");
}

const modeOf = ({ mode = "0644" }: TreeFile) => mode;

/** Build the trees of all releases, so that no test has to build one. */
export async function makeKeepalivedTrees(): Promise<void> {
    for (const { suite } of keepalivedReleases) await keepalivedOf(suite);
}

/** Find the tree of a release in the cache, or build it. Needs root. */
export async function keepalivedOf(suite: Suite): Promise<KeepalivedTree> {
    const { version } = keepalivedReleases.find((release) => release.suite === suite)!;
    const parts = (await labParts(suite)).suites[suite]!;
    const key = {
        recipe: await installRecipe(suite),
        programs,
        from: path.basename(parts.packages),
    };
    const dir = await cached(`keepalived-${version}`, key, (unfinished) =>
        step(`Building a tree with keepalived ${version} (Debian ${suite})`, async () => {
            await installedFiles(path.join(unfinished, "tree"), parts, programs);
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
 * Make a host of the tree in private namespaces, and run the script on stdin there. The arguments
 * are the names of interfaces. Each is an end of a veth pair, which every kernel supports.
 */
const host = `
umask 022
mount -t tmpfs tmpfs run
mkdir run/changes run/work run/root
mount -t overlay -o lowerdir=tree,upperdir=run/changes,workdir=run/work overlay run/root
mount --bind /proc run/root/proc
# keepalived 2.2.7 cannot test scripts of a user whose number is not that of root.
echo 'keepalived_script:x:0:0::/nonexistent:/usr/sbin/nologin' >>run/root/etc/passwd
for name; do
    echo "link add name $name type veth peer name peer-of-$#"
    shift
done | ip -batch -
exec chroot run/root sh -eu
`;

/** Quote a text as one word of a shell script. */
function quoteWord(text: string): string {
    return `'${text.replaceAll("'", "'\\''")}'`;
}

function quoteWords(texts: string[]): string {
    return texts.map(quoteWord).join(" ");
}
