import { bundle } from "../../host/bundle";
import type { Cluster, StandaloneRealServer } from "../../lvs/model";
import { planDirector } from "../../lvs/director/plan";
import { planRealServer, standaloneRealServers } from "../../lvs/realServer/plan";
import { type Problem, refusalsOf } from "../../lvs/problems";
import {
    authPassFile,
    directorFiles,
    directorModuleFiles,
    directorSteps,
} from "../../lvs/director/steps";
import type { HostFile } from "../../lvs/hostFile";
import { realServerFiles, realServerModuleFiles } from "../../lvs/realServer/steps";
import { validate, validateAuthPass, validateRealServer } from "../../lvs/validate";
import { everyTextField } from "../support/clusters/everyTextField";
import { badRefusal, distortion } from "../support/distortion";
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

// Arguments take at most a second each, and more on a busy machine.
jest.setTimeout(60_000);

/** Variants of a hostile value with their names: alone, and after valid text. */
function variantsOf(text: string, [name, value]: [string, string]): [string, string][] {
    const after: [string, string] = [`${name} after valid text`, text + value];
    return value === "" ? [[name, value]] : [[name, value], after];
}

/**
 * Hostile values for a leaf: every second one in one variant. Neighbours in the list are of one kind,
 * so each leaf gets every kind. With FULL=1 all values in all variants.
 */
function variantsFor({ text, path }: Leaf): [string, string][] {
    return Object.entries(hostileValues).flatMap((hostile, index) => {
        const variants = variantsOf(text, hostile);
        if (isFull) return variants;
        const turn = index + path.length;
        return turn % 2 === 0 ? [variants[(turn / 2) % variants.length]!] : [];
    });
}

/** A kind of arguments: their rules, and all texts that hosts get for them. */
interface Subject<T> {
    validate(value: T): Problem[];
    files(value: T): HostFile[];
}

const realServers: Subject<StandaloneRealServer> = {
    validate: validateRealServer,
    files(realServer) {
        const plan = planRealServer(realServer, "id");
        return [...realServerModuleFiles(plan), ...realServerFiles(plan)];
    },
};

const clusters: Subject<Cluster> = {
    validate: (cluster) => refusalsOf(validate(cluster)),
    files(cluster) {
        return [
            ...cluster.directors.flatMap(({ name }) => {
                const plan = planDirector(cluster, name);
                const { packages } = directorSteps.prepare(plan);
                const settings = {
                    ...directorSteps.preflight(plan).settings,
                    ...directorSteps.configure(plan).settings,
                };
                const sent = bundle("prepare", [], { settings, packages });
                const content = sent.slice(0, sent.indexOf("END-OF-BUNDLE\n}"));
                return [
                    { path: "/what-comes-before-files", mode: "0644", content },
                    ...directorModuleFiles(plan),
                    ...directorFiles(plan),
                ];
            }),
            ...[...standaloneRealServers(cluster).values()].flatMap((realServer) =>
                realServers.files(realServer),
            ),
        ];
    },
};

/** References to another name would be refused before the name itself. */
const isName = ({ path }: Leaf) => /^\w+\[\d+\]\.name$/.test(path);

interface Block<T> {
    /** Arguments that contain the block. */
    value: T;
    place: Place;
}

/** Smallest arguments for each block, by the original arguments and place. */
const smallest = new Map<string, Block<unknown>>();

/**
 * Find the smallest arguments that contain a block and give the same texts in files. The search starts
 * from the smallest arguments of the block around it.
 */
function smallestWith<T>(subject: Subject<T>, { value, place }: Block<T>): Block<T> {
    if (place.length === 0) return { value, place };
    const key = JSON.stringify([value, place]);
    if (!smallest.has(key)) {
        const around = smallestWith(subject, { value, place: place.slice(0, -1) });
        const inside = [...around.place, place.at(-1)!];
        const isRight = (one: T) => subject.validate(one).length === 0;
        const least = isolated(around.value, inside, isRight);
        const texts = leavesOf(valueAt(value, place)).map(({ text }) => text);
        const [before, after] = [around.value, least.value].map((one) => {
            const files = subject.files(one).map(({ content }) => content);
            return texts.filter((text) => files.some((content) => content.includes(text)));
        });
        const isSame = before!.length === after!.length;
        smallest.set(key, isSame ? least : { value: around.value, place: inside });
    }
    return smallest.get(key) as Block<T>;
}

/** Check the result of a hostile value in the place of a leaf. */
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

/**
 * Test a leaf with hostile values: a name together with everything that refers to it, any other leaf in
 * the smallest arguments of its block. With FULL=1, in the whole arguments too.
 */
function mishaps<T>(subject: Subject<T>, everything: T, somewhere: Leaf): string[] {
    const [block, field] = [somewhere.place.slice(0, -1), somewhere.place.at(-1)!];
    const least =
        isFull || isName(somewhere)
            ? { value: everything, place: block }
            : smallestWith(subject, { value: everything, place: block });
    const leaf = leafAt([...least.place, field], somewhere.text);
    const before = subject.files(least.value);
    return variantsFor(leaf).flatMap(([name, value]) => {
        const what = mishap(subject, least.value, before, leaf, value);
        return what === undefined ? [] : [`${name}: ${what}`];
    });
}

/** Arguments that are text, each with a cluster and the place of its value there. */
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
    const whole: StandaloneRealServer = {
        virtualIps: ["10.128.190.248", "fd00:62:1::248"],
        tunnels: [{ type: "gue", port: 6080, mss: 1400 }],
        gateway: "10.128.190.1",
        gateway6: "fd00:62:1::1",
        demoPage: "RS1\n",
        monitoring: { textfileDirectory: "/var/lib/metrics" },
    };
    it.each(leavesOf(whole).map((leaf) => [leaf.path, leaf] as const))(
        "refuses hostile text in %s by its path, or carries it literally",
        (_, leaf) => {
            expect(mishaps(realServers, whole, leaf)).toEqual([]);
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
                // An undefined variable is text.
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

/** Fields for SSH only, and the VRRP password, which has its own test. */
const elsewhere =
    /^authPass$|(^connection|\.proxy|^directors\[\]|^realServers\[\])\.(user|password|hostKey|host|privateKey|privateKeyPassword|agentSocketPath)$/;

it("every argument that is text is tried with hostile text", () => {
    const all = textArguments().filter((path) => !elsewhere.test(path));
    expect(all.filter((path) => !tried.has(path))).toEqual([]);
});
