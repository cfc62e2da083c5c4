import * as pulumi from "@pulumi/pulumi";
import * as fc from "fast-check";
import { Director, LvsCluster, type LvsClusterArgs, RealServer } from "../../components";
import { validatedCluster } from "../../components/validated";
import { goldenClusters } from "../support/clusters";
import { leafAt, type Place, replaced, valueAt } from "../support/leaves";
import { cases } from "../support/property";
import { record } from "../support/record";
import { seedArgs } from "../support/seed";

const resource = undefined as unknown as pulumi.Resource;

/** Problems of arguments, one a line. Throws any other error. */
function problemsOf(check: () => unknown): string[] {
    try {
        check();
    } catch (error) {
        if (!pulumi.ResourceError.isInstance(error)) throw error;
        return error.message.split("\n").slice(1);
    }
    return [];
}

/** Places of all values in a value. */
function placesIn(value: unknown, place: Place = []): Place[] {
    if (typeof value !== "object" || value === null) return [place];
    const steps = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
    const inside = steps.flatMap((step) => placesIn(valueAt(value, [step]), [...place, step]));
    return place.length === 0 ? inside : [place, ...inside];
}

const clusters = Object.values(goldenClusters).map(
    (cluster) => ({ ...seedArgs(), ...cluster }) as LvsClusterArgs,
);
const wrong: unknown[] = [null, 7, "word", true, [], [null], {}, { x: 1 }, () => 1, 7n];

/** A valid cluster, a place in it, and a value for that place. */
const change = fc
    .constantFrom(...clusters)
    .chain((args) =>
        fc.tuple(fc.constant(args), fc.constantFrom(...placesIn(args)), fc.constantFrom(...wrong)),
    );

describe("arguments of the wrong shape", () => {
    it.each<[string, (args: Fields) => unknown, string[]]>([
        [
            "text where a list belongs",
            (args) => ({ ...args, directors: "ds1" }),
            [
                "  directors: The value (not shown, it may be secret) is not a list. Give one, or remove the key.",
            ],
        ],
        [
            "an object where a list belongs",
            (args) => ({ ...args, virtualServers: {} }),
            ["  virtualServers: An object is not a list. Give one, or remove the key."],
        ],
        [
            "an output where a list belongs",
            (args) => ({ ...args, directors: pulumi.output([]) }),
            ["  directors: An output is not a list yet. Give plain data, which a preview knows."],
        ],
        [
            "outputs where objects belong",
            (args) => ({
                ...args,
                vrrpInstances: [pulumi.output({ interface: "eth0", virtualRouterId: 62 })],
                globalDefs: pulumi.output({}),
            }),
            [
                "  vrrpInstances[0]: An output has no fields yet. Give plain data, which a preview knows.",
                "  globalDefs: An output has no fields yet. Give plain data, which a preview knows.",
            ],
        ],
        [
            "an output where an object with keys belongs",
            (args) => ({
                ...args,
                vrrpInstances: [
                    {
                        interface: "eth0",
                        virtualRouterId: 62,
                        authHmac: pulumi.output({ keys: [{ id: 1, key: "hex:0f" }], activeKey: 1 }),
                    },
                ],
            }),
            [
                "  vrrpInstances[0].authHmac: An output has no fields yet. Give plain data, which a preview knows.",
            ],
        ],
        [
            "a field with another name now",
            (args) => ({
                ...args,
                realServers: [
                    { name: "rs1", host: "192.0.2.1", ignoreHostKey: true, httpd: { page: "RS1" } },
                ],
            }),
            [
                "  realServers[0].httpd: There is no such field. Use demoPage, and give the text itself.",
            ],
        ],
        [
            "null as the content of a script, beside a broken rule",
            (args) => ({
                ...args,
                scripts: [{ name: "probe", content: null }],
                kernel: { connTabBits: 31 },
            }),
            [
                "  scripts[0].content: null is not text. Use text.",
                "  kernel.connTabBits: 31 is out of range. Use 8 to 20.",
            ],
        ],
        [
            "text where a number belongs, and a number where text belongs",
            (args) => ({
                ...args,
                virtualServers: [
                    {
                        virtualIp: "10.128.190.248",
                        port: 80,
                        realServers: [{ name: 1, weight: "1" }],
                    },
                ],
            }),
            [
                "  virtualServers[0].realServers[0].name: 1 is not text. Put it in quotes.",
                '  virtualServers[0].realServers[0].weight: "1" is not a number. Use one.',
            ],
        ],
        [
            "no arguments",
            () => undefined,
            ["  arguments: nothing has no fields. Give them by name."],
        ],
    ])("are reported by a cluster: %s", async (_, change, expected) => {
        await record(() => {
            const args = change(seedArgs() as unknown as Fields) as LvsClusterArgs;
            expect(problemsOf(() => new LvsCluster("web", args))).toEqual(expected);
        });
    });

    it("are reported by a standalone real server and a standalone director", async () => {
        await record(() => {
            const server = { host: "192.0.2.1", hostKey: "ssh-ed25519 AAAA", tunnels: {} };
            expect(problemsOf(() => new RealServer("rs1", server as never))).toEqual([
                "  tunnels: An object is not a list. Give one, or remove the key.",
            ]);
            const director = { cluster: seedArgs(), name: 1, authPass: "pass1234" };
            expect(problemsOf(() => new Director("ds1", director as never))).toEqual([
                "  name: 1 is not text. Put it in quotes.",
            ]);
            const none = { name: "ds1", authPass: "pass1234" };
            expect(problemsOf(() => new Director("ds1", none as never))).toEqual([
                "  cluster: The value is missing. Give one.",
            ]);
        });
    });

    it("are reported with the place, wherever they stand", () => {
        fc.assert(
            fc.property(change, ([args, place, value]) => {
                const { path } = leafAt(place, "");
                const lines = problemsOf(() =>
                    validatedCluster(replaced(args, place, value), resource),
                );
                // Null is right nowhere. A login that all hosts share is reported for each host.
                if (value !== null) return;
                expect(lines).not.toEqual([]);
                if (place.length > 1 && place[0] === "connection") return;
                expect(lines.filter((line) => line.startsWith(`  ${path}: `))).toHaveLength(1);
            }),
            cases(300),
        );
    });

    it("are reported when they come as outputs, and a secret is not shown", async () => {
        const args = seedArgs();
        args.scripts = [
            { name: "probe", content: pulumi.secret(86420) as unknown as pulumi.Output<string> },
        ];
        await expect(failure(validatedCluster(args, resource).model)).resolves.toBe(
            "wrong arguments:\n  scripts[0].content: the secret is not text. Put it in quotes.",
        );
    });
});

type Fields = Readonly<Record<string, unknown>>;

/** Message of the error that an output fails with. */
async function failure(value: unknown): Promise<string> {
    const output = value as Record<"promise" | "isKnown" | "isSecret" | "allResources", unknown>;
    const parts = [output.isKnown, output.isSecret, (output.allResources as () => unknown)()];
    for (const part of parts) (part as Promise<unknown>).catch(() => undefined);
    const error = await (output.promise as () => Promise<unknown>)().catch((one: unknown) => one);
    return (error as Error).message;
}
