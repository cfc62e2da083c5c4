import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { LvsCluster } from "../components";
import { readCluster } from "../config";
import { record } from "./support/record";

const stacks = path.join(__dirname, "..", "stacks");

/** A stack file's configuration as the engine hands it to the program. */
function configOf(file: string): Record<string, string> {
    const { config } = parse(readFileSync(path.join(stacks, file), "utf8")) as {
        config: Record<string, unknown>;
    };
    return Object.fromEntries(
        Object.entries(config).map(([key, value]) => [
            key,
            typeof value === "string" ? value : JSON.stringify(value),
        ]),
    );
}

const lab = configOf("Pulumi.lab.yaml");

const stackFiles = readdirSync(stacks).filter((name) => name.endsWith(".yaml"));

it.each(stackFiles)("stacks/%s describes a cluster", async (file) => {
    const all = await record(() => new LvsCluster("lvs", readCluster(configOf(file))));
    expect(all.map(({ name }) => name)).toContain("lvs");
});

describe("readCluster", () => {
    const problems = (change: Record<string, string>) => {
        try {
            readCluster({ ...lab, ...change });
        } catch (error) {
            expect(pulumi.RunError.isInstance(error)).toBe(true);
            return (error as Error).message.split("\n").slice(1);
        }
        return [];
    };

    it.each<[string, Record<string, string>, string[]]>([
        ["an unknown key", { "lvs:director": "[]" }, ["  director: there is no such field"]],
        [
            "an unknown field",
            { "lvs:vrrpInstances": '[{"interface":"eth0","virtualRouterId":1,"vrid":2}]' },
            ["  vrrpInstances[0].vrid: there is no such field"],
        ],
        [
            "a missing field",
            { "lvs:realServers": '[{"name":"rs1"}]' },
            ["  realServers[0].host: is missing"],
        ],
        [
            "a value of the wrong type",
            { "lvs:virtualServers": '[{"virtualIp":"192.0.2.1","port":"http"}]' },
            ['  virtualServers[0].port: "http" must be number'],
        ],
        [
            "an unknown scheduler",
            { "lvs:virtualServers": '[{"virtualIp":"192.0.2.1","port":1,"lvsSched":"best"}]' },
            [
                '  virtualServers[0].lvsSched: "best" is not one of ' +
                    "rr, wrr, lc, wlc, lblc, lblcr, sh, dh, sed, nq, fo, ovf, mh, twos",
            ],
        ],
        [
            "several problems at once",
            { "lvs:vrrpInstances": "[{}]" },
            [
                "  vrrpInstances[0].interface: is missing",
                "  vrrpInstances[0].virtualRouterId: is missing",
            ],
        ],
    ])("reports %s", (_, change, expected) => {
        expect(problems(change)).toEqual(expected);
    });

    it("reads a password of digits as text", () => {
        expect(readCluster({ ...lab, "lvs:authPass": "12345678" }).authPass).toBe("12345678");
    });

    it("ignores the keys of other projects", () => {
        expect(problems({ "aws:region": "eu-central-1" })).toEqual([]);
    });
});
