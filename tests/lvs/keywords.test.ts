import {
    decimal,
    flag,
    type Keywords,
    keywordProblems,
    linesOf,
    networkInterface,
    onOff,
    oneOf,
    type Target,
    text,
    integer,
    withDefaults,
} from "../../lvs/keepalived/keywords";
import { compareVersions, isAtLeast, keepalivedOf, versionOf } from "../../lvs/keepalived/versions";

interface Settings {
    port?: number;
    seconds?: number;
    isOn?: boolean;
    isThere?: boolean;
    color?: string;
    name?: string;
    newest?: number;
    retry?: number;
}

const keywords: Keywords<Settings> = {
    port: { keyword: "port", type: integer(1, 65535), default: 80 },
    seconds: {
        keyword: "delay",
        type: decimal(0.5, 60, { unit: "seconds", decimalsSince: "2.0.13" }),
    },
    isOn: { keyword: "alert", type: onOff },
    isThere: { keyword: "alpha", type: flag },
    color: { keyword: "color", type: oneOf({ red: "red", blue: "blue" }) },
    name: { keyword: "name", type: text },
    newest: { keyword: "newest", type: integer(0, 9), since: "2.3.0", default: 1 },
    retry: {
        keyword: "retry",
        type: integer(0, 9),
        renamedFrom: { version: "1.3.7", keyword: "nb_get_retry" },
    },
};

const target: Target = { version: "2.2.7", host: "ds1 (debian12)", scripts: [] };

describe("linesOf", () => {
    it.each<[string, Settings, string, string[]]>([
        ["defaults alone", {}, "2.2.7", ["port 80"]],
        ["the order of the table", { seconds: 1.5, port: 1 }, "2.2.7", ["port 1", "delay 1.5"]],
        ["switches", { isOn: false, isThere: true }, "2.2.7", ["port 80", "alert off", "alpha"]],
        ["a flag that is not set", { isThere: false }, "2.2.7", ["port 80"]],
        ["text in quotes", { name: "a b" }, "2.2.7", ["port 80", 'name "a b"']],
        ["a default that the version knows", {}, "2.3.0", ["port 80", "newest 1"]],
        ["an old spelling", { retry: 2 }, "1.3.5", ["port 80", "nb_get_retry 2"]],
        ["a new spelling", { retry: 2 }, "1.3.7", ["port 80", "retry 2"]],
    ])("gives %s", (_, settings, version, lines) => {
        const resolved = withDefaults(keywords, settings, version);
        expect(linesOf(keywords, resolved, version)).toEqual(lines);
    });
});

describe("keywordProblems", () => {
    const problems = (settings: object, version = target.version) =>
        keywordProblems("at", keywords, settings as Settings, { ...target, version }).map(
            ({ path, reason }) => `${path}: ${reason}`,
        );

    it("accepts valid and missing values", () => {
        expect(problems({ port: 65535, seconds: 0.5, color: "red", name: "né" })).toEqual([]);
        expect(problems({ port: undefined })).toEqual([]);
    });

    it.each<[object, string]>([
        [{ port: 0 }, "at.port: 0 is out of range. Use 1 to 65535."],
        [{ port: NaN }, "at.port: NaN is out of range. Use 1 to 65535."],
        [{ port: "80" }, 'at.port: "80" is not a number. Use 1 to 65535.'],
        [{ port: 1.5 }, "at.port: 1.5 is not a whole number. Use 1 to 65535."],
        [{ seconds: "5\n" }, 'at.seconds: "5\\n" is not a number. Use 0.5 to 60 seconds.'],
        [{ seconds: 61 }, "at.seconds: 61 is out of range. Use 0.5 to 60 seconds."],
        [
            { seconds: 0.1 + 0.7 },
            "at.seconds: 0.7999999999999999 has more than 3 decimals. Round it.",
        ],
        [{ color: "green" }, 'at.color: "green" is unknown. Use one of red, blue.'],
        [
            { name: 'a"b' },
            'at.name: "a\\"b" is empty or has characters that keepalived cannot read. Use text without " \\ $ { } and control characters.',
        ],
        [
            { newest: 2 },
            "at.newest: newest needs keepalived 2.3.0, and ds1 (debian12) has 2.2.7. Remove it, or correct keepalivedVersion.",
        ],
    ])("refuses %j", (settings, problem) => {
        expect(problems(settings)).toEqual([problem]);
    });

    it("refuses decimals that the version does not know", () => {
        expect(problems({ seconds: 1.5 }, "1.3.5")[0]).toContain(
            "1.5 is a fraction, which needs keepalived 2.0.13",
        );
        expect(problems({ seconds: 2 }, "1.3.5")).toEqual([]);
    });

    it.each(["", "a b", "eth0/1", "eth0:1", "0123456789abcdef", "..", "{", "eth#", "é\n"])(
        "refuses the interface %j",
        (name) => expect(networkInterface.check(name, target)).toContain("is not the name of"),
    );

    it.each(["}", "$A", "a\nb", "a\tb", "a\0", "", "\\", "\u007f"])(
        "refuses the text %j",
        (value) => expect(text.check(value, target)).toContain("keepalived cannot read"),
    );
});

describe("versions of keepalived", () => {
    it("are compared part by part", () => {
        expect(["2.10.0", "2.2.7", "1.3.5", "2.2.10"].sort(compareVersions)).toEqual([
            "1.3.5",
            "2.2.7",
            "2.2.10",
            "2.10.0",
        ]);
        expect(isAtLeast("2.2.7", "2.2.7")).toBe(true);
    });

    it("come from the host, its distribution, the cluster, then Debian 12", () => {
        const cluster = { distribution: "debian13" } as const;
        expect(versionOf({ keepalivedVersion: "2.4.3", distribution: "rhel7" }, cluster)).toBe(
            "2.4.3",
        );
        expect(versionOf({ distribution: "rhel7" }, cluster)).toBe("1.3.5");
        expect(versionOf({}, cluster)).toBe(keepalivedOf.debian13);
        expect(versionOf({}, {})).toBe("2.2.7");
    });
});
