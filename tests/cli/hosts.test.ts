import {
    hostsNamed,
    configuredHosts,
    inventoriesIn,
    type Inventory,
    reportSettings,
    requireInventories,
} from "../../cli/inventory";
import { bestKey, keyLines, parseTarget } from "../../cli/keyscan";
import { explainFailure } from "../../cli/ssh";
import { hostOf } from "./support";

describe("an inventory", () => {
    const director = { role: "director", host: "192.0.2.1", port: 22, user: "root", hostKey: "k" };

    it("is every output of a stack that lists hosts", () => {
        const outputs = {
            vip: "192.0.2.9",
            none: {},
            web: { a: { ...director, addresses: [] } },
            db: { b: { ...director, role: "realServer", addresses: ["192.0.2.1"] } },
            mixed: { a: director, b: "192.0.2.1" },
            other: { a: { host: "192.0.2.1" } },
        };
        expect(inventoriesIn(outputs).map(({ name }) => name)).toEqual(["web", "db"]);
    });

    it("says of a machine in both roles which of them a report is about", () => {
        const web = {
            a: { ...director, host: "N1.example." },
            b: { ...director, role: "realServer", host: "n1.example" },
            c: { ...director, role: "realServer", host: "n2.example" },
            d: { ...director, host: "n3.example" },
            e: { ...director, host: "n3.example" },
        };
        const [{ hosts }] = inventoriesIn({ web }) as [Inventory];
        expect(hosts.map(reportSettings)).toEqual([
            { role: "director" },
            { role: "realServer" },
            {},
            {},
            {},
        ]);
    });

    it("is read without addresses, as older versions wrote it", () => {
        expect(inventoriesIn({ web: { a: director } })[0]!.hosts).toEqual([
            { name: "a", ...director, addresses: [] },
        ]);
    });

    it("names the outputs of the stack if it is missing", () => {
        expect(() => requireInventories({})).toThrow("Run `pulumi up` first");
        expect(() => requireInventories({ vip: "192.0.2.9" })).toThrow(
            "no output of the stack lists hosts (there are vip).",
        );
    });

    it("comes from the configuration of the stack before the first `up`", () => {
        const hosts = configuredHosts({
            "lvs:connection": '{"user":"deploy","privateKey":"[secret]"}',
            "lvs:directors": '[{"name":"a","host":"192.0.2.1","hostKey":"ssh-ed25519 AAAA"}]',
            "lvs:realServers":
                '[{"name":"b","host":"b.example","address":"192.0.2.2","port":2222}]',
        });
        expect(hosts).toEqual([
            {
                name: "a",
                role: "director",
                host: "192.0.2.1",
                port: 22,
                user: "deploy",
                hostKey: "ssh-ed25519 AAAA",
                addresses: [],
            },
            {
                name: "b",
                role: "realServer",
                host: "b.example",
                port: 2222,
                user: "deploy",
                hostKey: "",
                addresses: ["192.0.2.2"],
            },
        ]);
        expect(configuredHosts({ "aws:region": "eu-central-1" })).toEqual([]);
    });

    it("gives the chosen hosts, and names all hosts if one is unknown", () => {
        const hosts = ["ds1", "rs1"].map(hostOf);
        expect(hostsNamed(hosts, ["rs1"]).map(({ name }) => name)).toEqual(["rs1"]);
        expect(hostsNamed(hosts, [])).toEqual(hosts);
        expect(() => hostsNamed(hosts, ["rs9"])).toThrow(
            "there is no host rs9. Use one of ds1, rs1.",
        );
    });
});

describe("a host that does not answer", () => {
    const host = { ...hostOf("ds1"), user: "deploy" };
    const failed = (stderr: string, status = 255) =>
        explainFailure(host, { status, stdout: "", stderr, isFlood: false }, 20);

    it.each([
        [
            failed("ssh: connect to host 10.128.190.253 port 22: No route to host\r\n"),
            "cannot be reached: connect to host 10.128.190.253 port 22: No route to host",
        ],
        [
            failed("deploy@10.128.190.253: Permission denied (publickey).\n"),
            "refuses the login. `ssh deploy@10.128.190.253` must work without a password.",
        ],
        [
            failed("Host key verification failed.\n"),
            "has a host key that ssh does not know. Log in by hand once, or set hostKey " +
                "(`lvs keyscan 10.128.190.253`).",
        ],
        [
            explainFailure(
                { ...host, hostKey: "ssh-ed25519 AAAA", port: 2222 },
                {
                    status: 255,
                    stdout: "",
                    stderr: "Host key verification failed.\n",
                    isFlood: false,
                },
                20,
            ),
            "has another host key than the stack. Compare it with " +
                "`lvs keyscan 10.128.190.253:2222`.",
        ],
        [
            failed("sudo: a password is required\n", 1),
            "needs sudo without a password for deploy (sudo: a password is required)",
        ],
        [
            explainFailure(host, { stdout: "", stderr: "", isFlood: false }, 20),
            "has not answered within 20 s",
        ],
        [failed("", 124), "has not answered within 20 s"],
        [failed("sh: 1: boom\n", 2), "failed to report (status 2): sh: 1: boom"],
    ])("is reported with the cause: %s", (sentence, expected) => expect(sentence).toBe(expected));
});

describe("host keys", () => {
    it.each([
        ["a.example", { host: "a.example", port: 22 }],
        ["a.example:2222", { host: "a.example", port: 2222 }],
        ["192.0.2.1:22", { host: "192.0.2.1", port: 22 }],
        ["2001:db8::1", { host: "2001:db8::1", port: 22 }],
        ["[2001:db8::1]:2222", { host: "2001:db8::1", port: 2222 }],
    ])("are read from the target %s", (target, expected) => {
        expect(parseTarget(target)).toEqual(expected);
    });

    it.each(["a.example:0", "a.example:65536", "[2001:db8::1]:99999"])(
        "are not read from the port of the target %s, which is none",
        (target) => expect(() => parseTarget(target)).toThrow("is not a port. Use 1 to 65535."),
    );

    it("are not read from a target that ssh would take for an option", () => {
        expect(() => parseTarget("-Dx")).toThrow('"-Dx" is not a host');
    });

    it("are narrowed to the best key of a host", () => {
        const scanned = [
            "# 192.0.2.1:22 SSH-2.0-OpenSSH_9.2",
            "192.0.2.1 ssh-rsa AAAAB3",
            "192.0.2.1 ssh-ed25519 AAAAC3",
            "192.0.2.1 ecdsa-sha2-nistp256 AAAAE2",
        ];
        expect(bestKey(scanned.join("\n"))).toBe("ssh-ed25519 AAAAC3");
        expect(bestKey("# nothing\n")).toBeUndefined();
    });

    it.each([
        [
            "an old SSH server has only weak ones",
            "192.0.2.1 ssh-rsa AAAAB3\n192.0.2.1 ssh-dss AAAAB3",
        ],
        ["a hostile SSH server has none that can be read", "192.0.2.1 ssh-ed25519 A\u001b[2J"],
        ["a hostile SSH server names a kind that is none", "192.0.2.1 constructor AAAA"],
    ])("are missing if %s", (_, scanned) => expect(bestKey(scanned)).toBeUndefined());

    it("are printed as lines of a stack file, below the fingerprint to compare", () => {
        const key = "AAAAC3NzaC1lZDI1NTE5AAAAIPvhZkJIOVZlcCnjS/pXoyNXACSbBGzCnImWl/1fr8Ae";
        const scans = [
            { host: "2001:db8::1", port: 2222, hostKey: `ssh-ed25519 ${key}` },
            { host: "192.0.2.1", port: 22 },
        ];
        expect(keyLines(scans)).toEqual([
            "      # SHA256:L7Vueoj9rmfFwynMYdMezNsjQgA8sQkigq3l2Xv8D8A",
            "      # compare on the host: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
            '      host: "2001:db8::1"',
            "      port: 2222",
            `      hostKey: ssh-ed25519 ${key}`,
        ]);
    });
});
