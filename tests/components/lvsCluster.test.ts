import * as pulumi from "@pulumi/pulumi";
import { LvsCluster } from "../../components";
import { record, type Registration } from "../support/record";
import { seedArgs } from "../support/seed";

const find = (all: Registration[], name: string) => all.find((one) => one.name === name)!;
const command = "command:remote:Command";

describe("LvsCluster", () => {
    it("registers a preflight of every host, four steps of a real server, five of a director, and one password", async () => {
        const all = await record(() => new LvsCluster("web", seedArgs()));
        expect(all.map(({ type, name, parent }) => `${parent} > ${type} ${name}`)).toEqual([
            "lvs-test > lvs:index:LvsCluster web",
            "lvs-test > random:index/randomPassword:RandomPassword web-auth-pass",
            "web > lvs:index:Director web-ds1",
            `web-ds1 > ${command} web-ds1-claim`,
            `web-ds1 > ${command} web-ds1-configure`,
            `web-ds1 > ${command} web-ds1-deferred`,
            `web > ${command} web-ds1-preflight`,
            `web-ds1 > ${command} web-ds1-prepare`,
            `web-ds1 > ${command} web-ds1-secret`,
            "web > lvs:index:Director web-ds2",
            `web-ds2 > ${command} web-ds2-claim`,
            `web-ds2 > ${command} web-ds2-configure`,
            `web-ds2 > ${command} web-ds2-deferred`,
            `web > ${command} web-ds2-preflight`,
            `web-ds2 > ${command} web-ds2-prepare`,
            `web-ds2 > ${command} web-ds2-secret`,
            "web > lvs:index:RealServer web-rs1",
            `web-rs1 > ${command} web-rs1-claim`,
            `web-rs1 > ${command} web-rs1-configure`,
            `web-rs1 > ${command} web-rs1-deferred`,
            `web > ${command} web-rs1-preflight`,
            `web-rs1 > ${command} web-rs1-prepare`,
            "web > lvs:index:RealServer web-rs2",
            `web-rs2 > ${command} web-rs2-claim`,
            `web-rs2 > ${command} web-rs2-configure`,
            `web-rs2 > ${command} web-rs2-deferred`,
            `web > ${command} web-rs2-preflight`,
            `web-rs2 > ${command} web-rs2-prepare`,
            "web > lvs:index:RealServer web-rs3",
            `web-rs3 > ${command} web-rs3-claim`,
            `web-rs3 > ${command} web-rs3-configure`,
            `web-rs3 > ${command} web-rs3-deferred`,
            `web > ${command} web-rs3-preflight`,
            `web-rs3 > ${command} web-rs3-prepare`,
        ]);
    });

    it("orders preflights, prepare steps, real servers, directors and deferred steps", async () => {
        const ended: string[] = [];
        const make = async (name: string) => {
            await new Promise(setImmediate);
            ended.push(name);
        };
        await record(() => new LvsCluster("web", seedArgs()), { make });
        const first = (step: RegExp) => ended.findIndex((name) => step.test(name));
        const last = (step: RegExp) => ended.map((name) => step.test(name)).lastIndexOf(true);
        expect(last(/preflight$/)).toBeLessThan(first(/prepare$/));
        expect(last(/prepare$/)).toBeLessThan(first(/ds2-configure$/));
        expect(last(/rs\d-configure$/)).toBeLessThan(first(/ds2-configure$/));
        expect(last(/ds2-configure$/)).toBeLessThan(first(/ds1-configure$/));
        expect(last(/ds1-configure$/)).toBeLessThan(first(/ds2-deferred$/));
        expect(last(/ds2-deferred$/)).toBeLessThan(first(/ds1-deferred$/));
        expect(last(/ds1-deferred$/)).toBeLessThan(first(/rs\d-deferred$/));
    });

    it("changes the deferred step of a host only if the host deferred a change", async () => {
        const deferredOf = async (stdout: Record<string, string>, host = "ds2") => {
            const all = await record(() => new LvsCluster("web", seedArgs()), { stdout });
            const { create, stdin } = find(all, `web-${host}-deferred`).inputs;
            const [line] = /^set deferred .*$/m.exec(stdin as string)!;
            expect(create !== undefined).toBe(!line.endsWith(" nothing"));
            return line;
        };
        const [one, other] = ["1", "2"].map((digit) => digit.repeat(64));
        const defers = { "web-ds2-configure": `ds2: active, so deferred\ndeferred ${one}\n` };
        const runs = { "web-ds2-configure": "ds2: keepalived 2.2.7 reloaded\n" };
        expect(await deferredOf(runs)).toBe("set deferred nothing");
        expect(await deferredOf({})).toBe("set deferred nothing");
        expect(await deferredOf(defers)).toBe(`set deferred ${one}`);
        expect(await deferredOf(defers, "ds1")).toBe("set deferred nothing");

        const keeps = { "web-rs1-configure": `deferred ${other}\n` };
        expect(await deferredOf(keeps, "rs1")).toBe(`set deferred ${other}`);
        expect(await deferredOf(keeps, "rs2")).toBe("set deferred nothing");
    });

    it("asks every director what it hears if the last one has deferred its proof", async () => {
        const digest = "1".repeat(64);
        const proof = {
            "web-ds1-configure": `ds1: so the proof is deferred\ndeferred ${digest}\n`,
        };
        const change = { "web-ds2-configure": `ds2: active, so deferred\ndeferred ${digest}\n` };
        const asked = async (stdout: Record<string, string>) => {
            const ended: string[] = [];
            const before: Record<string, string[]> = {};
            const make = async (name: string) => {
                before[name] = [...ended];
                await new Promise(setImmediate);
                ended.push(name);
            };
            const all = await record(() => new LvsCluster("web", seedArgs()), { stdout, make });
            const { create, stdin } = find(all, "web-ds2-deferred").inputs;
            return {
                connects: create !== undefined,
                settings: (stdin as string).match(/^set pro.*$/gm),
                isFirst: before["web-ds1-deferred"]!.includes("web-ds2-deferred"),
                // Real servers wait for all directors.
                precedes: before["web-rs1-deferred"]!.includes("web-ds2-deferred"),
            };
        };
        // At the same time: after a failure of one, Pulumi would not start the other.
        expect(await asked(proof)).toEqual({
            connects: true,
            settings: ["set proveActive yes", "set proof required"],
            isFirst: false,
            precedes: true,
        });
        expect(await asked({ ...proof, ...change })).toEqual({
            connects: true,
            settings: ["set proveActive yes"],
            isFirst: true,
            precedes: true,
        });
        expect(await asked(change)).toMatchObject({ connects: true, settings: null });
        expect(await asked({})).toMatchObject({ connects: false, settings: null });
    });

    it("sends the password in the secret steps alone", async () => {
        const args = seedArgs();
        args.authPass = pulumi.secret("pass1234");
        const all = await record(() => new LvsCluster("web", args));
        const holders = all.filter(({ inputs }) => JSON.stringify(inputs).includes("pass1234"));
        expect(holders.map(({ name, secrets }) => [name, secrets])).toEqual([
            ["web-ds1-secret", ["connection", "stdin"]],
            ["web-ds2-secret", ["connection", "stdin"]],
        ]);
        expect(find(all, "web-ds1-secret").request.getAdditionalsecretoutputsList()).toEqual(
            expect.arrayContaining(["stdout", "stderr"]),
        );
        expect(find(all, "web-ds1-secret").inputs.logging).toBe("none");
        expect(find(all, "web-ds1-configure").secrets).toEqual(["connection"]);
    });

    it.each([
        [1, true],
        [2, false],
    ])(
        "tells the directors with --parallel %s whether they change one by one",
        async (parallel, oneByOne) => {
            const all = await record(() => new LvsCluster("web", seedArgs()), { parallel });
            for (const name of ["web-ds1-secret", "web-ds2-secret"]) {
                const { stdin } = find(all, name).inputs;
                expect((stdin as string).includes("\nset oneByOne yes\n")).toBe(oneByOne);
            }
        },
    );

    it("sends every step as one short command with all else on stdin", async () => {
        const all = await record(() => new LvsCluster("web", seedArgs()));
        const steps = all.filter(({ type }) => type === command);
        for (const { name, inputs, request } of steps) {
            const removes = name.endsWith("-claim");
            // No host deferred a change.
            const applies = !removes && !name.endsWith("-deferred");
            expect(inputs).toEqual({
                connection: expect.objectContaining({
                    dialErrorLimit: 1,
                    perDialTimeout: 10,
                }) as object,
                ...(applies ? { create: "timeout -k 30 600 sh -s apply" } : {}),
                ...(removes ? { delete: "timeout -k 30 600 sh -s remove" } : {}),
                stdin: expect.stringMatching(
                    /^trap .* bundle\(\) \{ cat <<'END-OF-BUNDLE'\n/,
                ) as string,
                addPreviousOutputInEnv: false,
                ...(inputs.logging ? { logging: "none" } : {}),
            });
            expect(request.getDeletebeforereplace()).toBe(true);
        }
    });

    it("tries a bastion ten times more, unless dialErrorLimit says otherwise", async () => {
        const limits = async (given: object) => {
            const proxy = { host: "bastion.example.com", hostKey: "ssh-ed25519 AAAA", ...given };
            const { connection, ...args } = seedArgs();
            const change = { ...args, connection: { ...connection, proxy } };
            const all = await record(() => new LvsCluster("web", change));
            const { inputs } = find(all, "web-ds1-configure");
            const made = inputs.connection as { dialErrorLimit: number; proxy: object };
            return [made.dialErrorLimit, (made.proxy as typeof made).dialErrorLimit];
        };
        expect(await limits({})).toEqual([1, 10]);
        expect(await limits({ dialErrorLimit: 2 })).toEqual([1, 2]);
    });

    it("shows the lines of extraConfig in a preview", async () => {
        const args = seedArgs();
        args.vrrpInstances![0]!.extraConfig = "garp_master_delay 7";
        const all = await record(() => new LvsCluster("web", args), { preview: true });
        for (const name of ["web-ds1-configure", "web-ds2-configure"]) {
            const { inputs, secrets } = find(all, name);
            expect(inputs.stdin).toContain("\n        garp_master_delay 7\n");
            expect(secrets).not.toContain("stdin");
        }
    });

    it("takes host keys and private keys that are outputs", async () => {
        const logins = async (wrapped: (text: string) => pulumi.Input<string>) => {
            const args = seedArgs();
            const { hostKey, privateKey } = args.connection as Record<string, string>;
            args.connection = { hostKey: wrapped(hostKey!), privateKey: wrapped(privateKey!) };
            const all = await record(() => new LvsCluster("web", args));
            return all.map(({ name, inputs }) => [name, inputs.connection]);
        };
        const known = await logins((text) => text);
        expect(known).toContainEqual([
            "web-rs1-configure",
            expect.objectContaining({ privateKey: "PRIVATE" }),
        ]);
        expect(await logins((text) => pulumi.output(Promise.resolve(text)))).toEqual(known);
    });

    it("lets a host override any part of the connection", async () => {
        const args = seedArgs();
        args.directors[0] = { ...args.directors[0]!, user: "admin", port: 2222 };
        const all = await record(() => new LvsCluster("web", args));
        const { inputs } = find(all, "web-ds1-configure");
        expect(inputs.connection).toMatchObject({
            host: "10.128.190.253",
            user: "admin",
            port: 2222,
            privateKey: "PRIVATE",
        });
        expect(inputs.create).toBe("sudo -n timeout -k 30 600 sh -s apply");
        expect(find(all, "web-ds2-configure").inputs.connection).not.toHaveProperty("port", 2222);
    });

    it("gives a real server the virtual IPs that it serves and no others", async () => {
        const args = seedArgs();
        args.virtualServers.push({
            virtualIp: "10.128.190.246",
            port: 81,
            realServers: [{ name: "rs1" }],
        });
        const all = await record(() => new LvsCluster("web", args));
        const file = (name: string) =>
            /lvs\/real-servers\/\S+\n((?: {4}.*\n)*)/.exec(
                find(all, name).inputs.stdin as string,
            )![1];
        expect(file("web-rs1-configure")).toBe(
            "    address 10.128.190.248/32 lo\n    address 10.128.190.246/32 lo\n",
        );
        expect(file("web-rs2-configure")).toBe("    address 10.128.190.248/32 lo\n");
    });

    it("outputs the virtual IPs and an inventory without secrets", async () => {
        let cluster: LvsCluster;
        await record(() => (cluster = new LvsCluster("web", seedArgs())));
        const outputs = await valueOf(
            pulumi.all([cluster!.vip, cluster!.virtualIps, cluster!.inventory]),
        );
        const [vip, virtualIps, inventory] = outputs;
        expect([vip, virtualIps]).toEqual(["10.128.190.248", ["10.128.190.248"]]);
        expect(
            Object.entries(inventory).map(([name, { role, host, addresses, virtualIps: own }]) => [
                name,
                role,
                host,
                addresses,
                own,
            ]),
        ).toEqual([
            ["ds1", "director", "10.128.190.253", [], { "10.128.190.248": "VI_1" }],
            ["ds2", "director", "10.128.190.254", [], { "10.128.190.248": "VI_1" }],
            ["rs1", "realServer", "10.128.190.249", ["10.128.190.249"], {}],
            ["rs2", "realServer", "10.128.190.250", ["10.128.190.250"], {}],
            ["rs3", "realServer", "10.128.190.251", ["10.128.190.251"], {}],
        ]);
        expect(JSON.stringify(inventory)).not.toContain("PRIVATE");
    });

    it("needs no services: its virtual IPs are then those of the VRRP instances", async () => {
        const { connection, directors } = seedArgs();
        const vrrpInstances = ["10.128.190.248", "10.128.190.247"].map((ip, index) => ({
            interface: "eth0",
            virtualRouterId: 62 + index,
            virtualIpaddress: [{ ip }],
        }));
        let cluster: LvsCluster;
        const all = await record(
            () => (cluster = new LvsCluster("web", { connection, directors, vrrpInstances })),
        );
        expect(all.map(({ name }) => name).filter((name) => !/auth-pass|ds\d/.test(name))).toEqual([
            "web",
        ]);
        expect(await valueOf(cluster!.vip)).toBe("10.128.190.248");
        expect(await valueOf(cluster!.virtualIps)).toEqual(["10.128.190.248", "10.128.190.247"]);
    });

    it("knows its outputs in a preview", async () => {
        let cluster: LvsCluster;
        await record(() => (cluster = new LvsCluster("web", seedArgs())), { preview: true });
        expect(await (cluster!.vip as unknown as { isKnown: Promise<boolean> }).isKnown).toBe(true);
    });

    it("needs no VRRP instances", async () => {
        const args = { ...seedArgs(), vrrpInstances: undefined };
        const all = await record(() => new LvsCluster("web", args));
        const { inputs } = all.find(({ name }) => name === "web-ds1-configure")!;
        expect(inputs.stdin).toContain("virtual_server 10.128.190.248 80");
        expect(inputs.stdin).not.toContain("vrrp_instance");
    });

    it("reports every problem at once and registers no step", async () => {
        const args = seedArgs();
        args.connection = {};
        args.virtualServers[0]!.port = 70000;
        args.vrrpInstances![0]!.virtualRouterId = 0;
        args.authPass = "much too long";
        let thrown: unknown;
        const all = await record(() => {
            try {
                new LvsCluster("web", args);
            } catch (error) {
                thrown = error;
            }
        });
        expect(pulumi.ResourceError.isInstance(thrown)).toBe(true);
        const { message } = thrown as Error;
        expect(message).toContain(
            "vrrpInstances[0].virtualRouterId: 0 is out of range. Use 1 to 255.",
        );
        expect(message).toContain("virtualServers[0].port: 70000 is out of range. Use 1 to 65535.");
        expect(message).toContain(
            "authPass: The password (13 bytes) has a form that keepalived cannot read.",
        );
        expect(message).toContain("directors[0].hostKey: The value is missing.");
        expect(message).toContain("realServers[2].hostKey: The value is missing.");
        expect(all.filter(({ type }) => type === command)).toEqual([]);
    });
});

function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => output.apply(resolve));
}
