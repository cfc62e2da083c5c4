import * as pulumi from "@pulumi/pulumi";
import { validatedCluster, validatedDirector } from "../../components/validated";
import type { Known } from "../../host/known";
import { seedArgs } from "../support/seed";

const resource = undefined as unknown as pulumi.Resource;

/** Promise of a value outside a program. An output has several promises, and all of them fail together. */
function outcome<T>(value: Known<T>): Promise<T> {
    const inner = pulumi.output(value) as unknown as {
        promise(): Promise<T>;
        isKnown: Promise<boolean>;
        isSecret: Promise<boolean>;
        allResources(): Promise<unknown>;
    };
    for (const other of [inner.isKnown, inner.isSecret, inner.allResources()]) {
        other.catch(() => undefined);
    }
    return inner.promise();
}

const ofDirector = (authPass: pulumi.Input<string>, name = "ds1") => ({
    authPass,
    name,
    cluster: seedArgs(),
});

describe("validatedCluster", () => {
    it("waits for values that are not known yet and fails when they turn out wrong", async () => {
        const args = seedArgs();
        args.realServers[0]!.host = pulumi.output(Promise.resolve("rs1"));
        await expect(outcome(validatedCluster(args, resource).model)).rejects.toThrow(
            'virtualServers[0]: "rs1" has no IPv4 address that directors can send packets to. ',
        );
    });

    it("gives the cluster without passwords and keys", async () => {
        const args = seedArgs();
        args.authPass = "pass1234";
        const cluster = await outcome(validatedCluster(args, resource).model);
        expect(JSON.stringify(cluster)).not.toMatch(/pass1234|PRIVATE|hostKey/);
        expect(cluster.directors[1]).toMatchObject({ name: "ds2", host: "10.128.190.254" });
    });
});

describe("a warning", () => {
    const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
    beforeEach(() => warn.mockClear());
    const shown = () => warn.mock.calls.map(([line]) => line.replace(/\. .*/, ""));
    const unwise = () => {
        const args = seedArgs();
        args.virtualServers[0]!.check = { ping: { connectTimeout: 60, retry: 0 } };
        return args;
    };
    const line = expect.stringContaining(
        "virtualServers[0].check.ping: The check takes up to 60 s",
    ) as unknown;

    it("is logged once for a cluster and its directors", () => {
        const args = unwise();
        validatedCluster(args, resource);
        validatedCluster(args, resource);
        expect(shown()).toEqual([line]);
    });

    it("is logged when the values are known", async () => {
        const args = unwise();
        args.realServers[0]!.host = pulumi.output(Promise.resolve("10.128.190.249"));
        await outcome(validatedCluster(args, resource).model);
        expect(shown()).toEqual([line]);
    });

    it("is logged once for a password longer than VRRP uses, for all directors of a cluster", async () => {
        const authPass = pulumi.secret("123456789");
        for (const name of ["ds2", "ds1"]) {
            await outcome(validatedDirector(ofDirector(authPass, name), resource).authPass);
        }
        const line = expect.stringContaining("VRRP uses characters 1 to 8 only") as unknown;
        expect(shown()).toEqual([line]);
    });

    it("is not logged if ignoreWarnings has its name", () => {
        validatedCluster({ ...unwise(), ignoreWarnings: ["slowCheck"] }, resource);
        expect(shown()).toEqual([]);
    });
});

describe("validatedDirector", () => {
    it.each(["", 'quo"te', "blank x", "line\n", "ümlaut", "a}b", "${_PWD}", "back\\"])(
        "refuses the password %j without printing it",
        async (authPass) => {
            const secret = pulumi.secret(authPass);
            const error = await outcome(
                validatedDirector(ofDirector(secret), resource).authPass,
            ).catch(String);
            expect(error).toContain("authPass: The password (");
            if (authPass) expect(error).not.toContain(authPass);
        },
    );

    it.each([null, undefined, 1234])("refuses the output %j, which is no text", async (value) => {
        const secret = pulumi.secret(value) as unknown as pulumi.Output<string>;
        const error = await outcome(validatedDirector(ofDirector(secret), resource).authPass).catch(
            String,
        );
        expect(error).toContain("authPass: The password is not text.");
    });

    it("refuses null in the arguments of a cluster", () => {
        const args = { ...seedArgs(), authPass: null as unknown as string };
        expect(() => validatedCluster(args, resource)).toThrow(
            "authPass: The password is not text.",
        );
    });

    it.each(["1111", "a#b!c'd$", "12345678"])("accepts the password %j", async (authPass) => {
        expect(await outcome(validatedDirector(ofDirector(authPass), resource).authPass)).toBe(
            authPass,
        );
    });
});
