import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { bundle } from "../../host/bundle";
import type { HostFile } from "../../lvs/hostFile";
import { hostileValues } from "../support/hostileValues";
import { anyCharacter, cases, seed } from "../support/property";

jest.setTimeout(60_000);

/** Shells that are `sh` on known systems. */
const shells = {
    dash: ["dash"],
    bash: ["bash", "--posix"],
    busybox: ["busybox", "sh"],
};

/** Text of hostile pieces and of any characters. */
const anyText = fc
    .array(
        fc.oneof(
            fc.constantFrom(...Object.values(hostileValues)),
            fc.constantFrom("\n", "$(touch canary)", "`touch canary`", "\n}\ntouch canary\n"),
            fc.string({ unit: anyCharacter, maxLength: 20 }),
        ),
        { maxLength: 5 },
    )
    .map((pieces) => pieces.join(""));

/** Shells cannot carry other text, so it is never sent. */
const isText = (content: string) => !/\0|\p{Surrogate}/u.test(content);

/** No other step, and no folder that somebody else can write. */
const here = "state=/nonexistent others=\nread_heads\nexposed_paths() { :; }";

describe.each(Object.entries(shells))(`%s (SEED=${seed})`, (name, [shell, ...options]) => {
    let dir: string;
    /** BusyBox has its own awk, sed and so on. */
    let tools = "$PATH";

    beforeAll(() => {
        if (name !== "busybox") return;
        tools = fs.mkdtempSync(path.join(os.tmpdir(), "busybox-"));
        execFileSync("busybox", ["--install", "-s", tools]);
    });

    afterAll(() => {
        if (name === "busybox") fs.rmSync(tools, { recursive: true });
    });

    beforeEach(() => {
        dir = fs.mkdtempSync(path.join(os.tmpdir(), "shells-"));
    });

    afterEach(() => {
        fs.rmSync(dir, { recursive: true });
    });

    /** Let the shell read a bundle as a host does, with another last line, and return its output. */
    function run(text: string, last: string): string {
        const input = text.replace('main "$@"; }\n', () => `PATH=${tools}\n${last}\n}\n`);
        const printed = execFileSync(shell!, [...options, "-s"], { cwd: dir, input });
        return printed.toString();
    }

    /** Return the mode and content of each file in the folder, and empty it. */
    function takeFiles(): Record<string, [string, string]> {
        const files = fs.readdirSync(dir).map((file) => {
            const at = path.join(dir, file);
            const mode = (fs.statSync(at).mode & 0o7777).toString(8).padStart(4, "0");
            const content = fs.readFileSync(at, "utf8");
            fs.rmSync(at);
            return [file, [mode, content]] as [string, [string, string]];
        });
        return Object.fromEntries(files);
    }

    function forAnyContents(check: (contents: string[]) => void) {
        const contents = fc.array(anyText.filter(isText), { maxLength: 3 });
        // Files of an earlier text must not fail a later one.
        const property = fc.property(contents, check).beforeEach(() => void takeFiles());
        fc.assert(property, cases(20));
    }

    it("lists any content of a bundle to the letter and runs nothing in it", () => {
        forAnyContents((contents) => {
            const files = contents.map((content, index) => fileOf(`/file-${index}`, content));
            const listing = files.map(
                ({ mode, path: at, content }) => `file ${mode} ${at}\n${indented(content)}`,
            );
            expect(run(bundle("director", files), "bundle")).toBe(listing.join(""));
            expect(takeFiles()).toEqual({});
        });
    });

    it("stages any content of a bundle to the letter and makes nothing else", () => {
        forAnyContents((contents) => {
            const files = contents.map((content, index) => fileOf(`${dir}/${index}`, content));
            const paths = files.map((file) => file.path).join(" ");
            run(bundle("director", files), `${here}\npaths='${paths}'\nstage`);
            const wanted = contents.map((content, index) => [
                `${index}.lvs-new`,
                ["0640", withNewline(content)],
            ]);
            expect(takeFiles()).toEqual(Object.fromEntries(wanted));
        });
    });

    it("stages a file at any path that a bundle accepts, and nowhere else", () => {
        const name = fc
            .oneof(
                fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 12 }),
                fc.constantFrom("*", "?", "[a]", "-x", "a b", "..", "$(touch canary)", "~", "%s"),
                fc.string({ unit: fc.constantFrom(..."ab.-_@%+,:="), minLength: 1, maxLength: 12 }),
            )
            .filter((text) => !text.includes("/"));
        let taken = 0;
        fc.assert(
            fc.property(name, (last) => {
                const text = attempt(() => bundle("director", [fileOf(`${dir}/${last}`, "x\n")]));
                if (text === undefined) return;
                taken++;
                run(text, `${here}\npaths=$(values file | paths_of)\nstage`);
                expect(takeFiles()).toEqual({ [`${last}.lvs-new`]: ["0640", "x\n"] });
            }),
            cases(30),
        );
        expect(taken).toBeGreaterThan(10);
    });

    it("reads any setting of a bundle to the letter", () => {
        const value = anyText.map((text) => text.replace(/[^\x20-\x7e]/g, "")).filter(Boolean);
        fc.assert(
            fc.property(value, (word) => {
                const text = bundle("director", [], {
                    settings: { before: "-", word, after: "-" },
                });
                expect(run(text, 'read_heads; printf %s "$(setting word)"')).toBe(word);
                expect(takeFiles()).toEqual({});
            }),
            cases(10),
        );
    });
});

describe("A bundle", () => {
    it.each(["a\0b", "\ud800"])(
        "refuses a file with %j in it and does not show its text",
        (part) => {
            const broken = () => bundle("secret", [fileOf("/etc/x", `secret ${part}`)]);
            expect(broken).toThrow("/etc/x has a NUL character or half of another");
            expect(broken).not.toThrow("secret");
        },
    );

    it.each(["x", "/a b", "/a\n", "/a*", "/$(id)", "/a'", "/../x", "/x/..", "/a\\", "/ü", "/", ""])(
        "refuses a file at %j",
        (at) => expect(() => bundle("director", [fileOf(at, "")])).toThrow("cannot be a path"),
    );

    it.each(["644 /etc/passwd", "u+s", "", "08"])("refuses a file with mode %j", (mode) =>
        expect(() => bundle("director", [{ path: "/x", mode, content: "" }])).toThrow(
            "cannot be a mode",
        ),
    );

    it.each(["-y", "a b", "*", "$(id)", ""])("refuses the package %j", (name) =>
        expect(() => bundle("prepare", [], { packages: { names: [name], purge: true } })).toThrow(
            "cannot be a package",
        ),
    );

    it.each(["a\nfile 0644 /x", "\t", "ü", ""])("refuses the setting %j", (value) =>
        expect(() => bundle("director", [], { settings: { value } })).toThrow(
            "cannot be a setting",
        ),
    );
});

function fileOf(at: string, content: string): HostFile {
    return { path: at, mode: "0640", content };
}

function withNewline(content: string): string {
    return content === "" || content.endsWith("\n") ? content : `${content}\n`;
}

function indented(content: string): string {
    const lines = withNewline(content).split("\n").slice(0, -1);
    return lines.map((line) => `    ${line}\n`).join("");
}

function attempt<T>(action: () => T): T | undefined {
    try {
        return action();
    } catch {
        return undefined;
    }
}
