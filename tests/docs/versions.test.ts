import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { keepalivedReleases } from "../../lab/keepalivedTrees";
import { releases } from "../../lab/release";
import { Distribution, keepalivedOf } from "../../lvs/keepalived/versions";

const page = path.join(__dirname, "../../docs/versions.md");

/** Tests that run on hosts of a distribution. */
const runs: Partial<Record<Distribution, string>> = {
    debian11: "whole clusters, alone and with others",
    debian12: "all end-to-end tests",
    debian13: "whole clusters, alone and with others",
    rocky9: "whole clusters, but only of Debian hosts with this family's tools ([lab.md](lab.md#a-host-of-the-rhel-family))",
};

/** A distribution with the same packages and paths, by which another one is judged. */
const like: Partial<Record<Distribution, Distribution>> = {
    ubuntu2204: "debian12",
    ubuntu2404: "debian12",
    rhel8: "rocky9",
    rhel9: "rocky9",
    alma8: "rocky9",
    alma9: "rocky9",
    rocky8: "rocky9",
    centosStream9: "rocky9",
};

function testsOf(distribution: Distribution): string {
    const other = like[distribution];
    return runs[distribution] ?? (other ? `none; packages and paths as \`${other}\`` : "none");
}

function configurationsOf(keepalived: string | undefined): string {
    const isTested = keepalivedReleases.some(({ version }) => version === keepalived);
    return isTested ? "tested by this keepalived" : "compared only";
}

function table(): string {
    const rows = Object.values(Distribution).map((distribution) => {
        const keepalived = keepalivedOf[distribution];
        const cells = [
            `\`${distribution}\``,
            keepalived ?? "`keepalivedVersion`",
            configurationsOf(keepalived),
            testsOf(distribution),
        ];
        return `| ${cells.join(" | ")} |`;
    });
    const head = ["distribution", "keepalived", "configuration", "hosts in the tests"];
    return [`| ${head.join(" | ")} |`, `| ${head.map(() => "---").join(" | ")} |`, ...rows].join(
        "\n",
    );
}

const begin = "<!-- Written by tests/docs/versions.test.ts with UPDATE_GOLDEN=1. -->";
const end = "<!-- End of the table. -->";

describe("The table of distributions in docs/versions.md", () => {
    it("has every distribution, and says what ran", () => {
        const text = readFileSync(page, "utf8");
        const [before, rest] = text.split(begin);
        const after = rest!.split(end)[1]!;
        const expected = `${before}${begin}\n<!-- prettier-ignore-start -->\n${table()}\n<!-- prettier-ignore-end -->\n${end}${after}`;
        if (process.env.UPDATE_GOLDEN) writeFileSync(page, expected);
        expect(readFileSync(page, "utf8")).toBe(expected);
    });

    it("calls those run that a lab can boot", () => {
        const bootable = Object.values(releases).map(({ distribution }) => distribution);
        expect(Object.keys(runs).sort()).toEqual([...bootable].sort());
    });
});
