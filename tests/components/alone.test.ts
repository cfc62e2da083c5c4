import { Director, RealServer } from "../../components";
import { record } from "../support/record";
import { seedArgs } from "../support/seed";

const steps = (all: Awaited<ReturnType<typeof record>>) =>
    all
        .filter(({ type }) => type === "command:remote:Command")
        .map(({ parent, name, dependencies }) => [parent, name, dependencies]);

describe("a Director on its own", () => {
    it("is one host of the cluster that it is told of", async () => {
        const all = await record(
            () => new Director("edge", { cluster: seedArgs(), name: "ds2", authPass: "pass1234" }),
        );
        expect(steps(all)).toEqual([
            ["edge", "edge-configure", ["edge-secret"]],
            ["edge", "edge-prepare", []],
            ["edge", "edge-secret", ["edge-prepare"]],
        ]);
        const { inputs } = all.find(({ name }) => name === "edge-configure")!;
        expect(inputs.connection).toMatchObject({ host: "10.128.190.254" });
        expect(inputs.stdin).toContain("    router_id ds2\n".replace(/^/, "    "));
    });

    it("has to be in it", async () => {
        await record(() => {
            const args = { cluster: seedArgs(), name: "ds3", authPass: "pass1234" };
            expect(() => new Director("edge", args)).toThrow(
                'name: "ds3" is not among directors (ds1, ds2)',
            );
        });
    });
});

describe("a RealServer on its own", () => {
    const args = {
        host: "10.128.190.249",
        hostKey: "ssh-ed25519 AAAA",
        virtualIps: ["10.128.190.248"],
    };

    it("needs an address, a key and the virtual IPs that it serves", async () => {
        const all = await record(() => new RealServer("web", args));
        expect(steps(all)).toEqual([["web", "web-configure", []]]);
        const { inputs } = all.find(({ name }) => name === "web-configure")!;
        expect(inputs.stdin).toContain("10.128.190.248/32");
    });

    it("takes a step more for a web server", async () => {
        const all = await record(
            () => new RealServer("web", { ...args, httpd: { page: "hello\n" } }),
        );
        expect(steps(all)).toEqual([
            ["web", "web-configure", ["web-prepare"]],
            ["web", "web-prepare", []],
        ]);
    });

    it("fails with every problem at once", async () => {
        await record(() => {
            const wrong = { host: "h", virtualIps: ["no address"], httpd: { page: "\0" } };
            expect(() => new RealServer("web", wrong)).toThrow(
                /virtualIps\[0\]: "no address" [^]*httpd\.page: holds a NUL[^]*hostKey: is missing/,
            );
        });
    });
});
