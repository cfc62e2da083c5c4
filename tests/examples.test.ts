import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { record } from "./support/record";

const example = path.join(__dirname, "..", "examples", "typescript", "index.ts");

describe("the example program", () => {
    it("makes the article's cluster", async () => {
        pulumi.runtime.setAllConfig({
            "lvs:privateKey": "PRIVATE",
            ...Object.fromEntries(
                ["ds1", "ds2", "rs1", "rs2", "rs3"].map((host) => [`lvs:${host}`, "ssh-rsa AAAA"]),
            ),
        });
        const all = await record(() => import(example));
        const hosts = all.filter(({ parent }) => parent === "web").map(({ name }) => name);
        expect(hosts).toEqual([
            "web-auth-pass",
            "web-ds1",
            "web-ds2",
            "web-rs1",
            "web-rs2",
            "web-rs3",
        ]);
    });

    it("takes at most thirty lines", () => {
        const lines = readFileSync(example, "utf8").trimEnd().split("\n");
        expect(lines.length).toBeLessThanOrEqual(30);
    });
});
