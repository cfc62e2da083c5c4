import fc from "fast-check";
import { bundle } from "../../host/bundle";
import type { HostFile } from "../../lvs/hostFile";
import { unbundle } from "../../host/unbundle";
import { anyCharacter, cases } from "../support/property";

const wordOf = (unit: fc.Arbitrary<string>) =>
    fc
        .string({ unit, minLength: 1, maxLength: 20 })
        // Settings are fields of an object, in which numbers would come first.
        .map((text) => `a${text}`);
const word = wordOf(fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)));
/** Characters of packages, paths and names of settings in a bundle. */
const plainWord = wordOf(fc.constantFrom(..."azAZ09_"));
const line = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(" "));
const file: fc.Arbitrary<HostFile> = fc.record({
    path: plainWord.map((text) => `/${text}`),
    mode: fc.constantFrom("0644", "0600", "0755"),
    content: fc
        .string({ unit: anyCharacter, maxLength: 200 })
        .filter((text) => !text.includes("\0")),
});
const withNewline = (file: HostFile) => ({
    ...file,
    content: file.content === "" ? "" : file.content.replace(/\n?$/, "\n"),
});

describe("unbundle", () => {
    it("reads back packages, settings and files of a bundle", () => {
        const settings = fc.dictionary(plainWord, fc.array(line, { minLength: 1, maxLength: 3 }), {
            noNullPrototype: true,
        });
        fc.assert(
            fc.property(
                fc.array(file, { maxLength: 4 }),
                fc.array(plainWord),
                settings,
                (files, names, known) => {
                    const text = bundle("director", files, {
                        packages: { names, purge: true },
                        settings: known,
                    });
                    expect(unbundle(text)).toEqual({
                        packages: names,
                        settings: known,
                        files: files.map(withNewline),
                    });
                },
            ),
            cases(100),
        );
    });

    it("keeps a file's text apart from the lines of a bundle", () => {
        const content = "END-OF-BUNDLE\nfile 0644 /etc/passwd\nset a b\n\n    indented\n";
        const files = [{ path: "/page", mode: "0644", content }];
        expect(unbundle(bundle("realServer", files))?.files).toEqual(files);
    });

    it("reads yes and no as a host does", () => {
        const text = bundle("director", [], { settings: { deferIfActive: true, handOver: false } });
        expect(unbundle(text)?.settings).toEqual({ deferIfActive: ["yes"] });
    });

    it.each(["", "[secret]", "bundle() { cat <<'END-OF-BUNDLE'\nfile 0644 /a\n    cut o"])(
        "gives nothing for %j",
        (text) => expect(unbundle(text)).toBeUndefined(),
    );
});
