import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { bundle, digestOf, type StepScript } from "../../host/bundle";

const steps: StepScript[] = [
    "preflight",
    "prepare",
    "secret",
    "director",
    "realServer",
    "directorTurn",
    "realServerTurn",
    "look",
];

/** Shells that are `sh` on the systems that we know of, as far as this machine has them. */
const shells = [["dash"], ["bash", "--posix"], ["busybox", "sh"]].filter(([shell]) =>
    (process.env.PATH ?? "").split(":").some((dir) => fs.existsSync(path.join(dir, shell!))),
);

/** The files as a shell would unpack them, by the scripts' own means, into a folder. */
function unpack(shell: string[], text: string): Buffer {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "bundle-"));
    try {
        const here = text.replace(/^file 0644 \//gm, `file 0644 ${dir}/`);
        const script = here.replace('main "$@"\n', `state=${dir} paths=${dir}/page\nstage\n`);
        execFileSync(shell[0]!, [...shell.slice(1), "-s"], { cwd: dir, input: script });
        return fs.readFileSync(path.join(dir, "page.lvs-new"));
    } finally {
        fs.rmSync(dir, { recursive: true });
    }
}

const page = (content: string) => [{ path: "/page", mode: "0644", content }];

describe("bundle", () => {
    it("lists packages and files, each under a line of its own, and then what is done", () => {
        const text = bundle(
            "prepare",
            [{ path: "/etc/modules-load.d/lvs.conf", mode: "0644", content: "ip_vs\nip_vs_rr\n" }],
            { packages: { names: ["keepalived"], purge: false } },
        );
        expect(text.split("\n").slice(0, 8)).toEqual([
            "bundle() { cat <<'END-OF-BUNDLE'",
            "package keepalived keep",
            "file 0644 /etc/modules-load.d/lvs.conf",
            "    ip_vs",
            "    ip_vs_rr",
            "END-OF-BUNDLE",
            "}",
            "set -eu",
        ]);
        expect(text.trimEnd().split("\n").at(-1)).toBe('main "$@"');
    });

    it.each(steps)("sends script %s without comments, and it is still a script", (step) => {
        const text = bundle(step, []);
        expect(text).not.toMatch(/^\s*#/m);
        for (const shell of shells) {
            execFileSync(shell[0]!, [...shell.slice(1), "-n"], { input: text });
        }
    });

    it("has a digest that a host computes, too", () => {
        const text = bundle("director", page("ümläut\n\n"), { settings: { repair: "anew" } });
        const said = text.slice(0, text.indexOf("\nset -eu\n"));
        const sum = execFileSync("sh", ["-s"], { input: `${said}\nbundle | sha256sum\n` });
        expect(sum.toString()).toBe(`${digestOf(text)}  -\n`);
    });

    it.each(["two words", "line\nfeed", ""])("refuses %j as the name of a package", (name) => {
        expect(() => bundle("prepare", [], { packages: { names: [name], purge: false } })).toThrow(
            "one word",
        );
    });

    it.each(shells.map((shell) => [shell.join(" "), shell] as const))(
        "reaches the disk to the letter through %s",
        (_, shell) => {
            const hostile = [
                "END-OF-BUNDLE\n}\ntouch /tmp/pwned\n",
                "$(id) `id` ${HOME} \\ \\n %s ! # ' \" {{x}}\n",
                "file 0644 /etc/passwd\npackage rm keep\n",
                "\n\n  two blank lines before, one after\n\n",
                "\ttab, \r carriage return, ümläut 漢字\n",
                "x".repeat(10_000) + "\n",
            ];
            for (const content of hostile) {
                expect(unpack(shell, bundle("realServer", page(content))).toString()).toBe(content);
            }
        },
    );

    it("adds the newline that the last line of a text file has", () => {
        expect(unpack(["dash"], bundle("realServer", page("RS1"))).toString()).toBe("RS1\n");
    });

    it("carries any text", () => {
        const text = fc.string({ unit: "binary", maxLength: 300 }).filter((s) => !s.includes("\0"));
        fc.assert(
            fc.property(text, (content) => {
                const wanted = content === "" || content.endsWith("\n") ? content : `${content}\n`;
                const got = unpack(["dash"], bundle("realServer", page(content)));
                expect(got).toEqual(Buffer.from(wanted));
            }),
            { numRuns: 60 },
        );
    });
});
