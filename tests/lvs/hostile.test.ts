import { bundle } from "../../host/bundle";
import { changeOf } from "../../lvs/change";
import type { Cluster, LoneRealServer } from "../../lvs/model";
import { directorPackages } from "../../lvs/packages";
import { planDirector, planRealServer, planRealServerKernel } from "../../lvs/plan";
import { directorPreflight } from "../../lvs/preflight";
import type { Problem } from "../../lvs/problems";
import {
    authPassFile,
    directorFiles,
    directorModuleFiles,
    type HostFile,
    realServerFiles,
    realServerModuleFiles,
} from "../../lvs/render";
import { validate, validateAuthPass, validateRealServer } from "../../lvs/validate";
import { everyTextField } from "../support/clusters/everyTextField";
import { hostileValues } from "../support/hostileValues";
import { readConfiguration, wordEnd } from "../support/keepalivedReader";
import {
    isolated,
    type Leaf,
    leafAt,
    leavesOf,
    type Place,
    renamed,
    replaced,
    valueAt,
} from "../support/leaves";
import { isFull } from "../support/property";
import { textArguments } from "../support/schemaTexts";

// A second for an argument at most, but on a machine that has other work too.
jest.setTimeout(60_000);

/** A hostile value alone and after valid text, each with a name. */
function variantsOf(text: string, [name, value]: [string, string]): [string, string][] {
    const after: [string, string] = [`${name} after valid text`, text + value];
    return value === "" ? [[name, value]] : [[name, value], after];
}

/** All hostile values for a leaf: each in one of its variants, with FULL=1 in all. */
function variantsFor({ text, path }: Leaf): [string, string][] {
    return Object.entries(hostileValues).flatMap((hostile, index) => {
        const variants = variantsOf(text, hostile);
        return isFull ? variants : [variants[(index + path.length) % variants.length]!];
    });
}

/** A kind of things that a user writes: the rules for it, and all that hosts are sent for it. */
interface Subject<T> {
    validate(value: T): Problem[];
    files(value: T): HostFile[];
}

const loneRealServers: Subject<LoneRealServer> = {
    validate: validateRealServer,
    files(realServer) {
        const kernel = planRealServerKernel(realServer);
        const { httpd, monitoring } = realServer;
        return [...realServerModuleFiles(kernel), ...realServerFiles(kernel, httpd, monitoring)];
    },
};

const clusters: Subject<Cluster> = {
    validate,
    files(cluster) {
        const { keepalivedPackage } = cluster;
        return [
            ...cluster.directors.flatMap(({ name }) => {
                const plan = planDirector(cluster, name);
                const settings = {
                    ...directorPreflight(plan, cluster),
                    ...changeOf(cluster, { ownerLast: false }),
                };
                const names = directorPackages(plan.needs, keepalivedPackage);
                const sent = bundle("prepare", [], { settings, packages: { names, purge: false } });
                const content = sent.slice(0, sent.indexOf("END-OF-BUNDLE\n}"));
                return [
                    { path: "/what-comes-before-files", mode: "0644", content },
                    ...directorModuleFiles(plan),
                    ...directorFiles(plan),
                ];
            }),
            ...cluster.realServers.flatMap(({ name }) =>
                loneRealServers.files(planRealServer(cluster, name)),
            ),
        ];
    },
};

/** References to another name would be refused instead of the name. */
const isName = ({ path }: Leaf) => /^\w+\[\d+\]\.name$/.test(path);

/** The smallest values that blocks are tried in, by the whole value and the place of the block. */
const smallest = new Map<string, { value: unknown; place: Place }>();

/** The smallest value that can hold a block and puts the same texts of it into files. */
function smallestWith<T>(subject: Subject<T>, value: T, block: Place): { value: T; place: Place } {
    const key = JSON.stringify([value, block]);
    if (!smallest.has(key)) {
        const least = isolated(value, block, (one) => subject.validate(one).length === 0);
        const texts = leavesOf(valueAt(value, block)).map(({ text }) => text);
        const [before, after] = [value, least.value].map((one) => {
            const all = subject
                .files(one)
                .map(({ content }) => content)
                .join("");
            return texts.filter((text) => all.includes(text));
        });
        smallest.set(key, before!.length === after!.length ? least : { value, place: block });
    }
    return smallest.get(key) as { value: T; place: Place };
}

/** What is wrong with what becomes of a hostile value in the place of a leaf. */
function mishap<T>(
    subject: Subject<T>,
    whole: T,
    before: HostFile[],
    leaf: Leaf,
    value: string,
): string | undefined {
    const changed = isName(leaf)
        ? renamed(whole, leaf.text, value)
        : replaced(whole, leaf.place, value);
    const problems = subject.validate(changed);
    if (problems.length > 0) return badRefusal(problems, leaf);
    try {
        const after = subject.files(changed);
        const changes = after.filter(({ content }, index) => content !== before[index]?.content);
        bundle("director", changes);
        return distortion(before, after, leaf, value);
    } catch (error) {
        return String(error);
    }
}

/** Places that a change of another one makes wrong, where both are right by themselves. */
const tied: [RegExp, RegExp][] = [
    [/\.(interface|dev)$/, /\.label$/],
    // A name has no address to send packets to.
    [/^realServers\[\d+\]\.host$/, /^virtualServers/],
];

function badRefusal(problems: Problem[], leaf: Leaf): string | undefined {
    // A call of a script and a list of words are one value each.
    const value = leaf.path.replace(/(\.script|\.args|\.user)?(\[\d+\])?$/, "");
    const isNamed = problems.some(
        ({ path }) =>
            [leaf.path, value].includes(path) ||
            tied.some(([from, to]) => from.test(leaf.path) && to.test(path)),
    );
    if (!isNamed) return `refused as ${problems.map(({ path }) => path).join()}`;
    const unreadable = problems.find(
        ({ reason }) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(reason) || reason.length > 500,
    );
    return unreadable && `refused in words that nobody can read: ${unreadable.path}`;
}

/** What differs in the files beside the one value. */
function distortion(
    before: HostFile[],
    after: HostFile[],
    leaf: Leaf,
    value: string,
): string | undefined {
    if (leaf.path.endsWith(".host") && !after.some(({ content }) => content.includes(value))) {
        return undefined;
    }
    const isRight = (was: string, is: string) => was === is || isCarried(was, is, leaf, value);
    if (before.length !== after.length) return "another number of files";
    let changes = 0;
    for (const [index, file] of after.entries()) {
        const old = before[index]!;
        if (!isRight(old.path, file.path) || old.mode !== file.mode) return "another file";
        if (old.content === file.content && old.path === file.path) continue;
        const [was, is] = [readFile(old, leaf), readFile(file, leaf)];
        if (was.length !== is.length) return `more or less than before in ${file.path}`;
        const wrong = is.find((piece, place) => !isRight(was[place]!, piece));
        if (wrong !== undefined) return `otherwise in ${file.path}: ${wrong.slice(0, 80)}`;
        changes += is.filter((piece, place) => piece !== was[place]).length;
        changes += file.path === old.path ? 0 : 1;
    }
    return changes > 0 || isInNoFile(leaf, value) ? undefined : "lost";
}

/** What a real server is called is for the stack alone; of extra lines, blank ones are left out. */
function isInNoFile({ path, text }: Leaf, value: string): boolean {
    const isBlank = path.endsWith(".extraConfig") && value.trim() === text;
    return isBlank || /^realServers\[\d+\]\.name$/.test(path);
}

/** Whether a piece of a file has the value in the one place where it had the leaf. */
function isCarried(was: string, is: string, { path, text }: Leaf, value: string): boolean {
    if (path.endsWith(".extraConfig")) {
        return is === withLines(was, text, value) && staysInside(value);
    }
    const [from, to] = [text, value].map((words) =>
        path.endsWith(".process") ? words.replaceAll(" ", wordEnd) : words,
    ) as [string, string];
    for (let at = was.indexOf(from); at >= 0; at = was.indexOf(from, at + 1)) {
        if (was.slice(0, at) + to + was.slice(at + from.length) === is) return true;
    }
    return false;
}

/** A file with other lines in the place of one, indented like that. */
function withLines(file: string, line: string, others: string): string {
    const lines = others.split("\n").filter((other) => other.trim() !== "");
    return file.replace(new RegExp(`^( *)${line}\n`, "m"), (_, indent: string) =>
        lines.map((other) => `${indent}${other}\n`).join(""),
    );
}

/** Whether extra lines end no block but their own. */
function staysInside(lines: string): boolean {
    let depth = 0;
    for (const [brace] of lines.replace(/"[^"\n]*"|[#!].*/g, "").matchAll(/[{}]/g)) {
        depth += brace === "{" ? 1 : -1;
        if (depth < 0) return false;
    }
    return depth === 0;
}

/** A file in pieces, each of which has a value whole. */
function readFile({ path, content }: HostFile, leaf: Leaf): string[] {
    if (/\.(content|page|extraConfig)$/.test(leaf.path)) return [content];
    if (path.endsWith("/keepalived.conf")) return readConfiguration(content);
    return content.split("\n").map((line) =>
        line
            .trim()
            .split(/[ \t]+/)
            .join(wordEnd),
    );
}

/**
 * A name is tried among all that refer to it; any other leaf in the least that holds its block, or
 * with FULL=1 among all, too.
 */
function mishaps<T>(subject: Subject<T>, everything: T, somewhere: Leaf): string[] {
    const [block, field] = [somewhere.place.slice(0, -1), somewhere.place.at(-1)!];
    const least =
        isFull || isName(somewhere)
            ? { value: everything, place: block }
            : smallestWith(subject, everything, block);
    const leaf = leafAt([...least.place, field], somewhere.text);
    const before = subject.files(least.value);
    return variantsFor(leaf).flatMap(([name, value]) => {
        const what = mishap(subject, least.value, before, leaf, value);
        return what === undefined ? [] : [`${name}: ${what}`];
    });
}

/** The arguments that are text, each with a place and a cluster where it has a value. */
const tried = new Map(
    Object.values(everyTextField).flatMap((whole) =>
        leavesOf(whole).map((leaf) => [leaf.path.replace(/\[\d+\]/g, "[]"), { whole, leaf }]),
    ),
);

describe("a cluster", () => {
    it.each([...tried])(
        "refuses hostile text in %s by its path, or carries it literally",
        (_, { whole, leaf }) => {
            expect(mishaps(clusters, whole, leaf)).toEqual([]);
        },
    );
});

describe("a standalone real server", () => {
    const whole: LoneRealServer = {
        virtualIps: ["10.128.190.248", "fd00:62:1::248"],
        tunnels: [{ type: "gue", port: 6080, mss: 1400 }],
        gateway: "10.128.190.1",
        gateway6: "fd00:62:1::1",
        httpd: { page: "RS1\n" },
        monitoring: { textfileDirectory: "/var/lib/metrics" },
    };
    it.each(leavesOf(whole).map((leaf) => [leaf.path, leaf] as const))(
        "refuses hostile text in %s by its path, or carries it literally",
        (_, leaf) => {
            expect(mishaps(loneRealServers, whole, leaf)).toEqual([]);
        },
    );
});

describe("a VRRP password", () => {
    const passwords = Object.entries(hostileValues).flatMap((hostile) =>
        variantsOf("1234", hostile),
    );
    it.each(passwords)(
        "is refused without printing it, or becomes one quoted word: %s",
        (_, value) => {
            const problems = validateAuthPass("authPass", value);
            if (problems.length === 0) {
                // A variable that nobody has defined is text.
                const [file, word] = [authPassFile(value).content, value].map((t) =>
                    t.replace("$", "S"),
                );
                expect(readConfiguration(file!)).toEqual([`auth_pass${wordEnd}"${word}`]);
            } else {
                expect(problems.map(({ path }) => path)).toEqual(["authPass"]);
                if (value.length > 1) expect(problems[0]!.reason).not.toContain(value);
            }
        },
    );
});

/** How hosts are reached, which is for SSH alone; the VRRP password, which is tried by itself. */
const elsewhere =
    /^authPass$|(^connection|\.proxy|^directors\[\]|^realServers\[\])\.(user|password|hostKey|host|privateKey|privateKeyPassword|agentSocketPath)$/;

it("every argument that is text is tried with hostile text", () => {
    const all = textArguments().filter((path) => !elsewhere.test(path));
    expect(all.filter((path) => !tried.has(path))).toEqual([]);
});
