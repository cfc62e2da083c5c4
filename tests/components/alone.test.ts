import { Director, RealServer } from "../../components";
import { record } from "../support/record";
import { seedArgs } from "../support/seed";

const steps = (all: Awaited<ReturnType<typeof record>>) =>
    all
        .filter(({ type }) => type === "command:remote:Command")
        .map(({ parent, name, dependencies }) => [parent, name, dependencies]);

describe("a standalone Director", () => {
    it("configures the one host of the cluster that it names", async () => {
        const all = await record(
            () => new Director("edge", { cluster: seedArgs(), name: "ds2", authPass: "pass1234" }),
        );
        expect(steps(all)).toEqual([
            ["edge", "edge-claim", []],
            ["edge", "edge-configure", ["edge-secret"]],
            ["edge", "edge-prepare", ["edge-claim"]],
            ["edge", "edge-secret", ["edge-prepare"]],
        ]);
        const { inputs } = all.find(({ name }) => name === "edge-configure")!;
        expect(inputs.connection).toMatchObject({ host: "10.128.190.254" });
        expect(inputs.stdin).toContain("    router_id ds2\n".replace(/^/, "    "));
    });

    it("refuses a name that the cluster lacks", async () => {
        await record(() => {
            const args = { cluster: seedArgs(), name: "ds3", authPass: "pass1234" };
            expect(() => new Director("edge", args)).toThrow(
                'name: "ds3" is not defined in cluster.directors. Define it there, or use one of ds1, ds2.',
            );
        });
    });
});

describe("a standalone RealServer", () => {
    const args = {
        host: "10.128.190.249",
        hostKey: "ssh-ed25519 AAAA",
        virtualIps: ["10.128.190.248"],
    };

    it("needs an address, a host key and virtual IPs alone", async () => {
        const all = await record(() => new RealServer("web", args));
        expect(steps(all)).toEqual([
            ["web", "web-claim", []],
            ["web", "web-configure", ["web-claim"]],
        ]);
        const { inputs } = all.find(({ name }) => name === "web-configure")!;
        expect(inputs.stdin).toContain("10.128.190.248/32");
    });

    it("adds the prepare step for a web server", async () => {
        const all = await record(() => new RealServer("web", { ...args, demoPage: "hello\n" }));
        expect(steps(all)).toEqual([
            ["web", "web-claim", []],
            ["web", "web-configure", ["web-prepare"]],
            ["web", "web-prepare", ["web-claim"]],
        ]);
    });

    it("names the place of every problem by the arguments of the component", async () => {
        await record(() => {
            const wrong = { ...args, hostKey: undefined, gateway: "router", proxy: { host: "b" } };
            const places = (error: unknown) =>
                String(error)
                    .split("\n")
                    .slice(1)
                    .map((line) => line.trim().split(":")[0]);
            try {
                new RealServer("web", wrong);
            } catch (error) {
                expect(places(error)).toEqual(["gateway", "hostKey", "proxy.hostKey"]);
            }
            expect.assertions(1);
        });
    });

    it("reports every problem at once", async () => {
        await record(() => {
            const wrong = { host: "h", virtualIps: ["no address"], demoPage: "\0" };
            expect(() => new RealServer("web", wrong)).toThrow(
                /virtualIps\[0\]: "no address" [^]*demoPage: The text has a NUL[^]*\n {2}hostKey: The value is missing/,
            );
        });
    });
});
