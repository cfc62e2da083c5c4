import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { bundle, digestOf } from "../../host/bundle";
import type { StepScript } from "../../host/stepKinds";
import { anyCharacter, cases } from "../support/property";

const steps: StepScript[] = [
    "preflight",
    "prepare",
    "secret",
    "director",
    "realServer",
    "directorDeferred",
    "realServerDeferred",
    "report",
];

/** Shells that are `sh` on known systems, if this machine has them. */
const shells = [["dash"], ["bash", "--posix"], ["busybox", "sh"]].filter(([shell]) =>
    (process.env.PATH ?? "").split(":").some((dir) => fs.existsSync(path.join(dir, shell!))),
);

/** Let a shell stage files in a folder with the scripts' own function, and return their contents. */
function unpack(shell: string[], contents: string[]): string[] {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "bundle-"));
    try {
        const pages = contents.map((content, index) => pageOf(content, `${dir}/page-${index}`));
        const paths = pages.map((file) => file.path).join(" ");
        const script = bundle("realServer", pages).replace(
            'main "$@"; }\n',
            `read_heads; memory=${dir} state=${dir} others= paths="${paths}"; stage; }\n`,
        );
        execFileSync(shell[0]!, [...shell.slice(1), "-s"], { cwd: dir, input: script });
        return pages.map((file) => fs.readFileSync(`${file.path}.lvs-new`, "utf8"));
    } finally {
        fs.rmSync(dir, { recursive: true });
    }
}

const pageOf = (content: string, at = "/page") => ({ path: at, mode: "0644", content });

describe("a bundle", () => {
    it("lists packages and files before its script", () => {
        const text = bundle(
            "prepare",
            [{ path: "/etc/modules-load.d/lvs.conf", mode: "0644", content: "ip_vs\nip_vs_rr\n" }],
            { packages: { names: ["keepalived"], purge: false } },
        );
        const [first, ...lines] = text.split("\n");
        expect(first).toMatch(/ bundle\(\) \{ cat <<'END-OF-BUNDLE'$/);
        expect(lines.slice(0, 8)).toEqual([
            "package keepalived keep",
            "file 0644 /etc/modules-load.d/lvs.conf",
            "    ip_vs",
            "    ip_vs_rr",
            "END-OF-BUNDLE",
            "}",
            "script() { cat <<'END-OF-SCRIPT'",
            "set -eu",
        ]);
        expect(lines.at(-2)).toMatch(/main "\$@"; }$/);
    });

    it.each(steps)("carries the script of step %s without comments and as valid shell", (step) => {
        const text = bundle(step, []);
        expect(text).not.toMatch(/^\s*#/m);
        for (const shell of shells) {
            execFileSync(shell[0]!, [...shell.slice(1), "-n"], { input: text });
        }
    });

    it("has the digest that a host computes", () => {
        const text = bundle("director", [pageOf("ümläut\n\n")], { settings: { repair: "anew" } });
        const said = text.slice(0, text.indexOf("\nscript() "));
        const input = `${said}\nbundle | sha256sum\ntrap - EXIT\n`;
        const sum = execFileSync("sh", ["-s"], { input });
        expect(sum.toString()).toBe(`${digestOf(text)}  -\n`);
    });

    it("does nothing and fails if a part of it is missing, wherever it ends", () => {
        const dir = fs.mkdtempSync(path.join(os.tmpdir(), "bundle-"));
        try {
            const text = bundle("claim", [], { settings: { urn: "urn", claim: "director" } });
            const whole = text.replace(
                /\nstep=removal\n[^]*\nEND-OF-SCRIPT/,
                `\nmain() { touch ${dir}/ran; }\nEND-OF-SCRIPT`,
            );
            const status = (input: string, shell: string[]) =>
                spawnSync(shell[0]!, [...shell.slice(1), "-s", "remove"], { input }).status;
            for (const shell of shells) {
                const last = whole.length - whole.trimEnd().lastIndexOf("\n");
                const cuts = fc.sample(
                    fc.integer({ min: text.indexOf(" EXIT; ") + 7, max: whole.length - 3 }),
                    40,
                );
                for (const cut of [
                    ...cuts,
                    ...Array.from({ length: last - 2 }, (_, index) => whole.length - 3 - index),
                ]) {
                    expect([cut, status(whole.slice(0, cut), shell)]).not.toEqual([cut, 0]);
                }
                expect(fs.existsSync(`${dir}/ran`)).toBe(false);
                expect(status(whole, shell)).toBe(0);
                fs.rmSync(`${dir}/ran`);
            }
        } finally {
            fs.rmSync(dir, { recursive: true });
        }
    });

    it.each(["two words", "line\nfeed", ""])("refuses %j as the name of a package", (name) => {
        expect(() => bundle("prepare", [], { packages: { names: [name], purge: false } })).toThrow(
            "one word",
        );
    });

    it.each(shells.map((shell) => [shell.join(" "), shell] as const))(
        "writes its files byte for byte through %s",
        (_, shell) => {
            const hostile = [
                "END-OF-BUNDLE\n}\ntouch /tmp/pwned\n",
                "$(id) `id` ${HOME} \\ \\n %s ! # ' \" {{x}}\n",
                "file 0644 /etc/passwd\npackage rm keep\n",
                "\n\n  two blank lines before, one after\n\n",
                "\ttab, \r carriage return, ümläut 漢字\n",
                "x".repeat(10_000) + "\n",
            ];
            expect(unpack(shell, hostile)).toEqual(hostile);
        },
    );

    it("ends a text file with a newline", () => {
        expect(unpack(["dash"], ["RS1"])).toEqual(["RS1\n"]);
    });

    it("carries any text", () => {
        const text = fc
            .string({ unit: anyCharacter, maxLength: 300 })
            .filter((content) => !content.includes("\0"));
        // Many texts in one bundle, since to start a shell takes longer than all else.
        const texts = fc.array(text, { minLength: 10, maxLength: 20 });
        fc.assert(
            fc.property(texts, (contents) => {
                const wanted = contents.map((content) =>
                    content === "" || content.endsWith("\n") ? content : `${content}\n`,
                );
                expect(unpack(["dash"], contents)).toEqual(wanted);
            }),
            cases(6),
        );
    });
});
