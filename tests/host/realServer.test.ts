import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const scripts = path.join(__dirname, "../../host/scripts");

/** Join the old and new lines of a file, as it is while the directors change. */
function union(before: string[], after: string[]): string[] {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "real-server-"));
    try {
        fs.writeFileSync(path.join(dir, "before"), before.map((line) => `${line}\n`).join(""));
        fs.writeFileSync(path.join(dir, "after"), after.map((line) => `${line}\n`).join(""));
        const script = `. ${scripts}/realServer.sh; with_old_lines before after`;
        const output = execFileSync("sh", ["-eu", "-c", script], { cwd: dir, encoding: "utf8" });
        return output.split("\n").slice(0, -1);
    } finally {
        fs.rmSync(dir, { recursive: true });
    }
}

describe("a real server", () => {
    const first = "address 10.0.0.1/32 lo";
    const second = "address 10.0.0.2/32 lo";
    const near = "gateway 10.0.1.1";
    const far = "gateway 10.0.1.2";
    const near6 = "gateway fd00::1";

    it.each<[string, string[], string[], string[]]>([
        ["has a new virtual IP", [first], [first, second], [first, second]],
        ["keeps a virtual IP that leaves", [first, second], [second], [second, first]],
        ["keeps its last virtual IP", [first], [], [first]],
        ["has the old and the new virtual IP", [first], [second], [second, first]],
        ["has its first gateway", [first], [first, near], [first, near]],
        [
            "keeps its gateway if another one replaces it",
            [near, near6],
            [far, near6],
            [near, near6],
        ],
        ["has a gateway of a second family", [near], [near, near6], [near6, near]],
    ])("%s, before its directors change", (_, before, after, wanted) =>
        expect(union(before, after)).toEqual(wanted),
    );
});
