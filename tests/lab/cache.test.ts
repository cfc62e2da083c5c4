import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";

describe("The cache of the lab", () => {
    let cached: typeof import("../../lab/cache").cached;
    let home: string;

    beforeAll(async () => {
        home = await fs.mkdtemp(path.join(tmpdir(), "lvs-cache-"));
        process.env.XDG_CACHE_HOME = home;
        ({ cached } = await import("../../lab/cache"));
    });

    afterAll(() => fs.rm(home, { recursive: true }));

    it("builds a folder once for simultaneous requests", async () => {
        const builders: string[] = [];
        const asked = ["first", "second"].map((name) =>
            cached("thing", { version: 1 }, async (dir) => {
                builders.push(name);
                await new Promise((done) => setTimeout(done, 200));
                await fs.writeFile(path.join(dir, "made"), name);
            }),
        );
        const [dir, same] = await Promise.all(asked);
        expect(same).toBe(dir);
        expect(builders).toHaveLength(1);
        expect(await fs.readFile(path.join(dir!, "made"), "utf8")).toBe(builders[0]);
    });

    it("builds a folder again after a failure", async () => {
        const broken = cached("other", {}, () => Promise.reject(new Error("no room")));
        await expect(broken).rejects.toThrow("no room");
        const dir = await cached("other", {}, () => Promise.resolve());
        expect(await fs.readdir(path.dirname(dir))).toContain(path.basename(dir));
    });
});
