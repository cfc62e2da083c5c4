import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { ScriptHost } from "./scriptHost";

/** State of a host. The keys are paths, and parts of the kernel or systemd. */
export type Portrait = Record<string, string>;

/**
 * Describe a host: each file, folder and link that differs from the host's tree, with mode, owner and
 * content; and addresses, routes, firewall, sysctls, modules, the IPVS table, units and /run, which a
 * power cut resets.
 */
export async function portrait(host: ScriptHost): Promise<Portrait> {
    const now = sections(await host.run(kernel));
    return { ...now, ...filesOf(host) };
}

/** List the inode and the time of the last change of each file, by path. */
export function inodes(host: ScriptHost): Record<string, string> {
    const files = entries(host.changes)
        .filter(([, { mode }]) => (mode & fs.constants.S_IFMT) === fs.constants.S_IFREG)
        .map(([at, { ino, mtimeMs }]) => [at, `${ino} ${mtimeMs}`] as const);
    return Object.fromEntries(files);
}

function filesOf({ changes, found }: ScriptHost): Portrait {
    return Object.fromEntries(
        entries(changes).flatMap(([at, stat]) => {
            if (at === book || accountBackups.includes(at) || at.startsWith("/var/lib/stand-in"))
                return [];
            const is = isGone(stat) ? undefined : description(path.join(changes, at), stat);
            const was = found
                .map((layer) => path.join(layer, at))
                .filter((file) => fs.lstatSync(file, { throwIfNoEntry: false }))
                .map((file) => description(file, fs.lstatSync(file)))[0];
            return is === was ? [] : [[at, is ?? "is missing"]];
        }),
    );
}

/** List everything below a folder, by relative path, in order. */
function entries(folder: string, at = "/"): [string, fs.Stats][] {
    return fs
        .readdirSync(path.join(folder, at))
        .sort()
        .flatMap((name) => {
            const here = path.join(at, name);
            const stat = fs.lstatSync(path.join(folder, here));
            return [[here, stat], ...(stat.isDirectory() ? entries(folder, here) : [])] as [
                string,
                fs.Stats,
            ][];
        });
}

/** In an overlay a removed file is a device without a number. */
function isGone(stat: fs.Stats): boolean {
    return stat.isCharacterDevice() && stat.rdev === 0;
}

function description(file: string, stat: fs.Stats): string {
    const owner = `${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid}`;
    if (stat.isDirectory()) return `${owner} folder`;
    if (stat.isSymbolicLink()) return `link to ${fs.readlinkSync(file)}`;
    // Metrics have a time in them.
    if (file.endsWith(".prom")) return `${owner} metrics`;
    // Scripts change more often than what they do.
    if (path.basename(file) === "program") return `${owner} program`;
    const content = fs.readFileSync(file, "utf8");
    if (path.basename(file) === "deferred") return `${owner} ${sha256(content)}`;
    return `${owner}\n${content}`;
}

function sha256(text: string): string {
    return createHash("sha256").update(text).digest("hex");
}

/** Compare two portraits: print the lines that only the second or only the first one has. */
export function differences(before: Portrait, after: Portrait): string {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return names
        .filter((name) => before[name] !== after[name])
        .map((name) => {
            const [old, now] = [before, after].map((one) => one[name]?.split("\n") ?? []);
            const gone = old!.filter((line) => !now!.includes(line)).map((line) => `- ${line}\n`);
            const come = now!.filter((line) => !old!.includes(line)).map((line) => `+ ${line}\n`);
            return `${name}\n${[...gone, ...come].join("")}`;
        })
        .join("");
}

/** useradd and userdel leave copies of the files before the change. */
const accountBackups = ["passwd", "group", "shadow", "gshadow"].map((name) => `/etc/${name}-`);

/** The state of dpkg is split by package. */
const book = "/var/lib/dpkg/status";

/** Prints sections, each below a line «== NAME». */
const kernel = `
book=${book}
echo '== addresses'
ip -o address show | sed 's/ *valid_lft.*//; s/[\\]//' | sort
echo '== routes'
ip -4 route show table all
ip -6 route show table all
echo '== firewall'
nft list ruleset
echo '== kernel settings'
cd /proc/sys/net
grep -s '' ipv4/ip_forward ipv4/conf/*/* ipv6/conf/*/* ipv4/vs/* || :
echo '== modules'
ls /sys/module
echo '== IPVS'
[ ! -e /proc/net/ip_vs ] || ipvsadm -Sn
echo '== packages'
awk '$1 == "Package:" { name = $2 } $1 == "Version:" { print name, $2 }' "$book"
echo '== units'
cd /run/stand-in
ls active/* failed/* 2>/dev/null || :
echo '== run'
cd /run
find . -path ./stand-in -prune -o ! -name pulumi-lvs.lock -type f \\( -empty -print -o -exec grep -H '' {} + \\) | sort -u
`;

function sections(text: string): Portrait {
    const [, ...parts] = text.split(/^== (.*)$/m);
    const pairs = parts.flatMap((part, index) =>
        index % 2 === 0 ? [[part, parts[index + 1]!.trim()] as const] : [],
    );
    return Object.fromEntries(pairs);
}
