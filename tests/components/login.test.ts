import * as pulumi from "@pulumi/pulumi";
import { LvsCluster, RealServer, type RealServerArgs } from "../../components";
import { checkedConnection, memberConnections } from "../../components/connections";
import type { HostConnectionArgs } from "../../host/connection";
import { record } from "../support/record";
import { seedArgs } from "../support/seed";

const hostKey = "ssh-ed25519 AAAA";
const login = { host: "10.128.190.249", hostKey };
const missing = "The value is missing. Give the host's public key, which `lvs keyscan` prints";
const empty = "The value is empty.";

/** Values that a program may give by mistake. Types forbid most of them, but values from elsewhere have no types. */
type Wrong = Record<string, unknown>;

/** Mistakes in a login, and the problem of each. */
const mistakes: [string, Wrong, string][] = [
    ["a host key that is null", { hostKey: null }, `hostKey: ${missing}`],
    ["a host key that is empty", { hostKey: "" }, `hostKey: ${missing}`],
    [
        "a host key that is no key",
        { hostKey: "SHA256:abc" },
        'hostKey: "SHA256:abc" is not a public key.',
    ],
    ["a host key that is a number", { hostKey: 7 }, "hostKey: 7 is not a public key."],
    [
        "a host key that is private",
        { hostKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nSECRET" },
        "hostKey: A private key is not a public key.",
    ],
    [
        "a host key of RSA",
        { hostKey: "ssh-rsa AAAA" },
        "hostKey: ssh-rsa is too weak: with such a key Pulumi accepts only signatures with SHA-1",
    ],
    ["a host key of DSA", { hostKey: "ssh-dss AAAA" }, "hostKey: ssh-dss is too weak: "],
    [
        "a host key of an unknown kind",
        { hostKey: "ssh-ed448 AAAA" },
        'hostKey: "ssh-ed448" is an unknown kind of key. Use one of ssh-ed25519, ',
    ],
    ["no host", { host: "" }, `host: ${empty} Give an address or a name.`],
    ["a host that is null", { host: null }, `host: ${empty}`],
    ["an empty user", { user: "" }, `user: ${empty} Give one, or remove the field.`],
    ["a user that is null", { user: null }, `user: ${empty}`],
    ["a port that is null", { port: null }, `port: ${empty}`],
    ["port 0", { port: 0 }, "port: 0 is not a port. Use 1 to 65535."],
    ["port 65536", { port: 65_536 }, "port: 65536 is not a port."],
    ["half a port", { port: 22.5 }, "port: 22.5 is not a port."],
    ["a port that is not a number", { port: NaN }, "port: null is not a port."],
    ["an empty password", { password: "" }, `password: ${empty}`],
    ["a private key that is null", { privateKey: null }, `privateKey: ${empty}`],
    ["an empty password of the key", { privateKeyPassword: "" }, `privateKeyPassword: ${empty}`],
    ["an empty agent", { agentSocketPath: "" }, `agentSocketPath: ${empty}`],
    ["a timeout that is null", { perDialTimeout: null }, `perDialTimeout: ${empty}`],
    ["a user that is a number", { user: 7 }, "user: The value is not text. Use text."],
    ["a password in a list", { password: ["SECRET"] }, "password: The value is not text."],
    ["a timeout in text", { perDialTimeout: "10" }, "perDialTimeout: The value is not a number."],
    ["a limit that is null", { dialErrorLimit: null }, `dialErrorLimit: ${empty}`],
];

/** The same values as outputs, and outputs without a value. */
const later: [string, Wrong, string][] = [
    ...mistakes,
    ["a host key without a value", { hostKey: undefined }, `hostKey: ${missing}`],
    ["a host without a value", { host: undefined }, `host: ${empty}`],
    ["a user without a value", { user: undefined }, `user: ${empty}`],
    ["a password without a value", { password: undefined }, `password: ${empty}`],
];

const outputs = (values: Wrong) =>
    Object.fromEntries(
        Object.entries(values).map(([field, value]) => [
            field,
            pulumi.output(Promise.resolve(value)),
        ]),
    );

/** Message of the error that an output fails with. */
async function failure(value: unknown): Promise<string> {
    const output = value as Record<"promise" | "isKnown" | "isSecret" | "allResources", unknown>;
    const parts = [output.isKnown, output.isSecret, (output.allResources as () => unknown)()];
    for (const part of parts) (part as Promise<unknown>).catch(() => undefined);
    const error = await (output.promise as () => Promise<unknown>)().catch((one: unknown) => one);
    expect(pulumi.ResourceError.isInstance(error)).toBe(true);
    return (error as Error).message;
}

describe("the login of a host", () => {
    it.each(mistakes)("is refused at once with %s", async (_, values, problem) => {
        await record(() => {
            const args = { ...login, ...values } as RealServerArgs;
            expect(() => new RealServer("web", args)).toThrow(`\n  ${problem}`);
            const proxy = { ...login, proxy: { ...login, ...values } } as RealServerArgs;
            expect(() => new RealServer("web", proxy)).toThrow(`\n  proxy.${problem}`);
        });
    });

    it.each(later)(
        "fails before it is used with an output that is %s",
        async (_, values, problem) => {
            const [[field]] = Object.entries(values) as [[keyof HostConnectionArgs, unknown]];
            const resource = undefined as unknown as pulumi.Resource;
            const args = { ...login, ...outputs(values) };
            const direct = checkedConnection("directors[1]", args, resource);
            expect(await failure(direct[field])).toContain(`\n  directors[1].${problem}`);
            const { proxy } = checkedConnection("", { ...login, proxy: args }, resource);
            expect(await failure((proxy as HostConnectionArgs)[field])).toContain(
                `\n  proxy.${problem}`,
            );
        },
    );

    it("tells no secret in the error of a private key in the wrong place", async () => {
        await record(() => {
            const args = { ...login, hostKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nSECRET" };
            expect(() => new RealServer("web", args)).toThrow(/^(?![^]*SECRET)/);
        });
    });

    it.each([null, "", undefined, ...[null, "", undefined].map((value) => pulumi.output(value))])(
        "needs no host key with ignoreHostKey: case %#",
        async (value) => {
            const args = {
                host: login.host,
                ignoreHostKey: true,
                hostKey: value,
            } as RealServerArgs;
            const all = await record(() => new RealServer("web", args));
            const { connection } = all.find(({ name }) => name === "web-configure")!.inputs as {
                connection: Record<string, unknown>;
            };
            expect(connection.hostKey ?? undefined).toBeUndefined();
        },
    );

    it("is refused if a host has an empty field and the cluster a good one", async () => {
        await record(() => {
            const args = seedArgs();
            args.directors[0]!.hostKey = null as unknown as string;
            expect(() => new LvsCluster("web", args)).toThrow("directors[0].hostKey: The value");
        });
    });

    it("is checked for each host of a cluster, with its place in the arguments", async () => {
        const args = seedArgs();
        args.realServers[1]!.hostKey = pulumi.output("");
        const resource = undefined as unknown as pulumi.Resource;
        const connections = memberConnections("realServers", args, resource);
        expect([...connections.keys()]).toEqual(["rs1", "rs2", "rs3"]);
        expect(await failure(connections.get("rs2")!.hostKey)).toContain(
            `\n  realServers[1].hostKey: ${missing}`,
        );
    });

    it("keeps outputs that are well", async () => {
        const args = { ...login, ...outputs({ user: "admin", port: 2222, hostKey }) };
        const all = await record(() => new RealServer("web", args));
        expect(all.find(({ name }) => name === "web-configure")!.inputs).toMatchObject({
            connection: { ...login, user: "admin", port: 2222 },
            create: "sudo -n timeout -k 30 600 sh -s apply",
        });
    });
});
