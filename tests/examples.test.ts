import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { LvsCluster } from "../components";
import { readCluster } from "../config";
import { record } from "./support/record";

// The example imports the package as a user's program does.
jest.mock("@pulumi-lvs/lvs", () => jest.requireActual<object>("../library"), { virtual: true });

const example = path.join(__dirname, "..", "examples", "typescript", "index.ts");

describe("the example program", () => {
    it("makes the article's cluster", async () => {
        pulumi.runtime.setAllConfig({
            "lvs:privateKey": "PRIVATE",
            ...Object.fromEntries(
                ["ds1", "ds2", "rs1", "rs2", "rs3"].map((host) => [
                    `lvs:${host}`,
                    "ssh-ed25519 AAAA",
                ]),
            ),
        });
        const all = await record(() => import(example));
        const hosts = all.filter(({ parent }) => parent === "web").map(({ name }) => name);
        expect(hosts).toEqual([
            "web-ds1",
            "web-ds1-preflight",
            "web-ds2",
            "web-ds2-preflight",
            "web-rs1",
            "web-rs1-preflight",
            "web-rs2",
            "web-rs2-preflight",
            "web-rs3",
            "web-rs3-preflight",
        ]);
    });

    it("takes at most thirty lines", () => {
        const lines = readFileSync(example, "utf8").trimEnd().split("\n");
        expect(lines.length).toBeLessThanOrEqual(30);
    });
});

describe("the stack file of MariaDB", () => {
    it("describes a cluster", async () => {
        const file = path.join(__dirname, "..", "examples", "mysql", "Pulumi.mysql.yaml");
        const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
        // As the engine passes it to the program.
        const keys = Object.entries(config).map(([key, value]) => [key, JSON.stringify(value)]);
        const args = readCluster(Object.fromEntries(keys) as Record<string, string>);
        const all = await record(() => new LvsCluster("lvs", args));
        expect(all.map(({ name }) => name)).toContain("lvs-my3");
    });
});
