import * as fc from "fast-check";
import { keepalivedOf, keepalivedReleases } from "../../lab/keepalivedTrees";
import { extraConfigProblems } from "../../lvs/keepalived/extraConfig";
import type { Target } from "../../lvs/keepalived/keywords";
import type { Cluster } from "../../lvs/model";
import { planDirector } from "../../lvs/director/plan";
import { authPassFile, directorFiles } from "../../lvs/director/steps";
import { validate, validateAuthPass } from "../../lvs/validate";
import { hostileValues } from "../support/hostileValues";
import { seed } from "../support/property";
import { seed as cluster } from "../support/seed";

jest.setTimeout(120_000);

const interfaces = ["eth0"];
const scripts = [
    { name: "say", content: '#!/bin/sh\n[ -e /said.args ] || printf "%s\\n" "$@" >/said.args\n' },
];

const word = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 8 });
const trickyWord = fc.string({
    unit: fc.constantFrom(..."a\"\\${}#!'"),
    minLength: 1,
    maxLength: 8,
});

/** A comment of 1023 bytes with its indentation. keepalived starts a new line after it. */
const cut = (rest: string) => `# ${"-".repeat(1017)}${rest}`;

/** Lines that close global_defs early and open another block. They look balanced. */
const waysOut: Record<string, string> = {
    "a condition": "@nobody x {\n}\nstatic_ipaddress {\n192.0.2.9 dev eth0\n@nobody }",
    "long comments": `${cut("}")}\n${cut("static_ipaddress {")}\n192.0.2.9 dev eth0`,
    "a definition of several lines":
        "$A=\\\nx {\n}\nstatic_ipaddress {\n192.0.2.9 dev eth0\n@nobody }",
};

const noise = fc.constantFrom(
    ...[
        "",
        "",
        "",
        "\n",
        "smtp_alert on\n",
        "# x\n",
        "#",
        "!",
        " ",
        '"',
        "\\",
        "'",
        "$A",
        "}",
        "{",
    ],
    ...["notification_email {\nroot\n}\n", 'smtp_helo_name "a }"\n', "~SEQ(x, 1, 2) "],
);

/** Lines that may close a block and open another one, with noise between. */
const trickyLines = fc
    .tuple(
        noise,
        fc.constantFrom(
            ...["", "}\n", "@nobody x {\n}\n", `${cut("}")}\n`, "$A=\\\nx {\n}\n", "$A=}\n$A\n"],
            ...["smtp_helo_name a\\# }\n", 'smtp_helo_name a\\" }\n', "smtp_helo_name a }\n"],
        ),
        noise,
        fc.constantFrom("", "static_ipaddress {\n", `${cut("static_ipaddress {")}\n`),
        fc.constantFrom("", "192.0.2.9 dev eth0\n"),
        fc.constantFrom("", "@nobody }\n", "~SEQ(x, 1, 0) }\n", "}\n", "# }\n"),
        noise,
    )
    .map((pieces) => pieces.join(""));

/** The director of a configuration. */
const target = (version: string): Target => ({ version, host: "ds1", scripts: [] });

let tricky: string[];

beforeAll(() => {
    tricky = [...new Set(fc.sample(trickyLines, { seed, numRuns: 8000 }))];
});

describe.each(keepalivedReleases)(`keepalived $version (SEED=${seed})`, ({ suite, version }) => {
    const on = (change: Partial<Cluster>): Cluster => ({
        ...cluster,
        ...change,
        directors: cluster.directors.map((director) => ({
            ...director,
            keepalivedVersion: version,
        })),
    });
    const filesOf = (change: Partial<Cluster>) => directorFiles(planDirector(on(change), "ds1"));

    it("reads every password unchanged", async () => {
        const samples = fc.sample(fc.oneof(word, trickyWord), { seed, numRuns: 400 });
        const passwords = [...new Set(["#", "$A", "@ds1", "a#b!c'd$", ...samples])]
            .filter((password) => validateAuthPass("", password).length === 0)
            .slice(0, 80);
        const instances = passwords.map(
            (_, index) =>
                `vrrp_instance VI_${index} {
                    interface eth0
                    virtual_router_id ${index + 1}
                    authentication {
                        auth_type PASS
                        include ${index}.conf
                    }
                    virtual_ipaddress {
                        192.0.2.${index + 1}
                    }
                }\n`,
        );
        const files = [
            { path: "/etc/keepalived/keepalived.conf", content: instances.join("") },
            ...passwords.map((password, index) => ({
                ...authPassFile(password),
                path: `/etc/keepalived/${index}.conf`,
            })),
        ];
        const tree = await keepalivedOf(suite);
        const printed = await tree.run(files, {
            interfaces,
            until: `[ "$(grep -c ' Password = ' /said)" = ${passwords.length} ]`,
            show: "sed -n 's/.* Password = //p' /said",
        });
        expect(printed.split("\n").slice(0, -1)).toEqual(passwords);
    });

    it("passes arguments to scripts unchanged and runs nothing in them", async () => {
        const calling = (args: string[]) => ({
            scripts,
            globalDefs: { startupScript: { script: "say", args } },
        });
        const isTaken = (args: string[]) => validate(on(calling(args))).length === 0;
        const samples = fc.sample(word, { seed, numRuns: 60 });
        const hostile = Object.values(hostileValues).flatMap((value) => [value, `a${value}`]);
        const args = [...hostile, ...samples].filter((arg) => isTaken([arg]));
        expect(args).toEqual(expect.arrayContaining(["-x", "#", "a#", "*", "🦊"]));
        expect(isTaken(args)).toBe(true);

        const tree = await keepalivedOf(suite);
        const printed = await tree.run([...filesOf(calling(args)), authPassFile("1234")], {
            interfaces,
            until: "[ -s /said.args ]",
            show: "cat /said.args; find / -xdev -name '*canary*'",
        });
        expect(printed.split("\n").slice(0, -1)).toEqual(args);
    });

    /** Messages of keepalived about extra lines in global_defs. */
    async function outputsFor(extras: string[]): Promise<string[]> {
        const tree = await keepalivedOf(suite);
        const hosts = extras.map((extraConfig) => [
            filesOf({ globalDefs: { extraConfig } })[0]!,
            authPassFile("1234"),
        ]);
        const results = await tree.testAll(hosts, { interfaces });
        return results.map(({ output }) => output);
    }

    /** The same with a keyword after the lines. It is misplaced if the lines closed the block. */
    const outputsWithKeyword = (extras: string[]) =>
        outputsFor(extras.map((extra) => `${extra}\nenable_dbus`));

    it.each(Object.entries(waysOut))(
        "would leave a block because of %s, which validation refuses",
        async (_, extra) => {
            expect(await outputsFor([extra])).toEqual([""]);
            const [behind] = await outputsWithKeyword([extra]);
            expect(behind).toContain("enable_dbus");
            expect(extraConfigProblems("", extra, "global_defs", target(version))).not.toEqual([]);
        },
    );

    it("leaves no block because of lines that validation accepts, unless it prints an error", async () => {
        const extras = firstOf(
            150,
            tricky,
            (extra) => extraConfigProblems("", extra, "global_defs", target(version)).length === 0,
        );
        const outputs = await outputsFor(extras);
        const silent = extras.filter((_, index) => outputs[index] === "");
        expect(silent.length).toBeGreaterThan(5);
        const behind = await outputsWithKeyword(silent);
        expect(silent.filter((_, index) => behind[index] !== "")).toEqual([]);
    });
});

/** The first items that pass a test, which takes long. */
function firstOf<T>(count: number, items: T[], isWanted: (item: T) => boolean): T[] {
    const found: T[] = [];
    for (const item of items) {
        if (found.length === count) break;
        if (isWanted(item)) found.push(item);
    }
    return found;
}
