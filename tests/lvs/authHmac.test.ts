import type { Cluster } from "../../lvs/model";
import { planDirector } from "../../lvs/director/plan";
import { directorFiles } from "../../lvs/director/steps";
import { seal, secretTexts } from "../../lvs/secrets";
import { validate } from "../../lvs/validate";
import type { AuthHmac } from "../../lvs/vrrp/instance/authHmac";
import { onVersion } from "../support/clusters";
import { seed } from "../support/seed";

const first = { id: 1, key: `hex:${"0f".repeat(32)}` };
const second = { id: 2, key: "a-key-of-letters-and-digits-1234" };

const signed = (change: Partial<AuthHmac> = {}, version = "2.4.0", instance: object = {}) =>
    onVersion(
        {
            ...seed,
            vrrpInstances: [
                {
                    ...seed.vrrpInstances[0]!,
                    ...instance,
                    authHmac: { keys: [first], activeKey: 1, ...change },
                },
            ],
        },
        version,
    );

const problems = (cluster: Cluster) =>
    validate(cluster).map(
        ({ path, reason }) => `${path.replace("vrrpInstances[0].", "")}: ${reason}`,
    );

describe("signed adverts", () => {
    it("have no password", () => {
        const [configuration] = directorFiles(planDirector(signed(), "ds1"));
        expect(configuration!.content).toContain(
            `    auth_hmac {\n        key 1 ${first.key}\n        active_key 1\n    }\n`,
        );
        expect(configuration!.content).not.toContain("authentication");
        expect(problems({ ...signed(), hasAuthPass: true })).toEqual([
            "authPass: The password is for version 2 of VRRP, and no instance has version 2 with a password. Remove it.",
        ]);
    });

    it("have their keys in secret files of their own", () => {
        const sealed = signed({ keys: [{ id: 1, key: seal(first.key) }] });
        const files = directorFiles(planDirector(sealed, "ds1"));
        expect(files[0]!.content).toMatch(/auth_hmac \{\n\s+include \.\/secret_\w+\.conf\n/);
        const texts = secretTexts(files, { [seal(first.key)]: first.key });
        expect(texts.map(({ mode, content }) => [mode, content])).toEqual([
            ["0600", `key 1 ${first.key}\n`],
        ]);
    });

    it("are accepted with two keys, of which either signs", () => {
        for (const activeKey of [1, 2]) {
            expect(problems(signed({ keys: [first, second], activeKey }))).toEqual([]);
        }
    });

    it.each<[string, Cluster, string]>([
        [
            "a keepalived before 2.4.0",
            signed({}, "2.3.4"),
            "authHmac: auth_hmac needs keepalived 2.4.0, and ds1 (debian12) has 2.3.4. Remove it, or correct keepalivedVersion.",
        ],
        [
            "no keys",
            signed({ keys: [] }),
            "authHmac.keys: The list is empty. Give at least one key.",
        ],
        [
            "an active key that is not listed",
            signed({ keys: [first, second], activeKey: 3 }),
            "authHmac.activeKey: No key has the id 3. Use one of 1, 2.",
        ],
        [
            "an id of two keys",
            signed({ keys: [first, { ...second, id: 1 }] }),
            "authHmac.keys[1].id: 1 is the id of two keys. Use a different one.",
        ],
        [
            "a short key, which the message does not repeat",
            signed({ keys: [{ id: 1, key: "secret" }] }),
            "authHmac.keys[0].key: The key (6 characters) has a form that keepalived cannot read. Use hex: and 64 to 128 hexadecimal digits, or 32 to 64 letters, digits and +/=_.,:@%-.",
        ],
        [
            "a time window without time",
            signed({ antiReplay: "monotonic", timeWindow: 5 }),
            "authHmac.timeWindow: The window is for antiReplay time, and antiReplay is monotonic. Remove one of them.",
        ],
        [
            "a way to carry a password",
            signed({}, "2.4.0", { authType: "AH" }),
            "authType: Signed adverts have no password. Remove authType, or authHmac.",
        ],
        [
            "adverts without a signature in strict mode",
            signed({ mode: "permissive" }, "2.4.0", { version: 3, strictMode: true }),
            "authHmac.mode: strictMode requires enforce, and the mode is permissive. Remove one of them.",
        ],
    ])("are refused with %s", (_, cluster, problem) => {
        expect(problems(cluster)).toEqual([problem]);
    });

    it.each(["hex:0f", "file:/etc/keepalived/key-of-the-directors", `${"x".repeat(31)}#`])(
        "are refused with the key %j",
        (key) => {
            expect(problems(signed({ keys: [{ id: 1, key }] }))).toEqual([
                expect.stringContaining("has a form that keepalived cannot read"),
            ]);
        },
    );
});
