import { RealServer } from "../../components";
import { record } from "../support/record";
import { hostileValues } from "../support/hostileValues";

const hostKey = "ssh-ed25519 AAAA";
const loginOf = (text: string) => ({
    host: text,
    user: text,
    password: text,
    privateKey: text,
    privateKeyPassword: text,
    agentSocketPath: text,
});

/** Inputs of a step if all fields of the login have the same text. */
async function inputsOf(text: string) {
    const login = { ...loginOf(text), hostKey };
    const all = await record(() => new RealServer("web", { ...login, proxy: login }));
    return all.find(({ name }) => name === "web-configure")!.inputs;
}

describe("the login of a host", () => {
    let innocent: Record<string, unknown>;

    beforeAll(async () => {
        innocent = await inputsOf("innocent");
    });

    // An empty value is refused (login.test.ts).
    it.each(Object.entries(hostileValues).filter(([, value]) => value !== ""))(
        "reaches nothing but SSH if its fields are %s",
        async (_, value) => {
            const { connection, ...others } = await inputsOf(value);
            expect(connection).toMatchObject({ ...loginOf(value), proxy: loginOf(value) });
            expect(others).toEqual({ ...innocent, connection: undefined });
            expect(others.create).toBe("sudo -n timeout -k 30 600 sh -s apply");
        },
    );

    it.each(Object.entries(hostileValues))("refuses a host key that is %s", async (_, value) => {
        await record(() => {
            const args = { host: "10.128.190.249", hostKey: value };
            expect(() => new RealServer("web", args)).toThrow("hostKey: ");
        });
    });
});
