import { bundle } from "../../host/bundle";
import type { Cluster } from "../../lvs/model";
import { planDirector } from "../../lvs/director/plan";
import { directorFiles } from "../../lvs/director/steps";
import { seal, secretFile, secretProblems, secretTexts } from "../../lvs/secrets";
import { seed } from "../support/seed";

const secret = "#!/bin/sh\n# password: 1234\n";
const sealed = seal(secret);
const scripts = [{ name: "probe", content: sealed }];

/** The seed's cluster with a script that runs as these users. */
function runBy(users: (string | undefined)[], cluster: Partial<Cluster> = {}): Cluster {
    return {
        ...seed,
        scripts,
        virtualServers: users.map((user, index) => ({
            virtualIp: "10.128.190.248",
            port: 80 + index,
            check: { misc: { miscPath: { script: "probe", user } } },
        })),
        ...cluster,
    };
}

describe("a secret script", () => {
    it.each<[string, Cluster, string, string | undefined]>([
        ["root alone", runBy(["root", "root"]), "0700", undefined],
        ["the default user", runBy([undefined, "root"]), "0750", "keepalived_script"],
        ["another user", runBy(["probe"]), "0750", "probe"],
        ["root and another user", runBy(["root", "probe", "probe"]), "0750", "probe"],
        [
            "the user of all scripts",
            runBy([undefined], { globalDefs: { scriptUser: "probe" } }),
            "0750",
            "probe",
        ],
    ])("has a mode and a reader for %s", (_, cluster, mode, reader) => {
        const files = directorFiles(planDirector(cluster, "ds1"));
        const script = files.find(({ path }) => path === "/usr/libexec/keepalived/probe")!;
        expect(script).toMatchObject({ mode, content: sealed });
        expect(script.secret!.reader).toBe(reader);
        expect(secretProblems(cluster)).toEqual([]);
    });

    it("is refused if several users run it", () => {
        expect(secretProblems(runBy(["root", "probe", "other"]))).toEqual([
            {
                path: "scripts[0].content",
                reason: "The content is secret, and the script runs as several users: probe, other. Give each user a script of its own.",
            },
        ]);
    });
});

it("a secret argument of a script is refused, because processes show their arguments", () => {
    const globalDefs = { startupScript: { script: "probe", args: ["up", seal("1234")] } };
    expect(secretProblems({ ...seed, globalDefs })).toEqual([
        {
            path: "globalDefs.startupScript.args[1]",
            reason: "The value is secret, and every user of a host can read the arguments of its processes. Put it into the content of the script.",
        },
    ]);
});

it("no bundle takes a file with the seal of a secret unless it is a secret file", () => {
    const file = { path: "/a", mode: "0644", content: `${sealed}\n` };
    expect(() => bundle("realServer", [file])).toThrow("/a has a NUL character");
    const text = bundle("realServer", [secretFile(file)]);
    expect(text).toContain(`\nsecret 0600 /a ${secretFile(file).secret!.digest}\n`);
});

it("secret lines leave the rest of a configuration readable", () => {
    const [first, second] = ["smtp_alert", "process_names"].map(seal) as [string, string];
    const cluster = {
        ...seed,
        globalDefs: { extraConfig: second },
        vrrpInstances: [{ ...seed.vrrpInstances[0]!, extraConfig: first }],
    };
    const files = directorFiles(planDirector(cluster, "ds1"));
    const [configuration, ...others] = files;
    const included = others.filter(({ secret: is }) => is);
    expect(included.map(({ mode, content }) => [mode, content])).toEqual([
        ["0600", `${second}\n`],
        ["0600", `${first}\n`],
    ]);
    const names = included.map(({ path }) => path.replace("/etc/keepalived/", ""));
    expect(configuration!.content).toContain(`    include ./${names[0]}\n}\n\nvrrp_instance`);
    expect(configuration!.content).toContain(`    include ./${names[1]}\n}\n\nvirtual_server`);
    expect(configuration!.content).not.toContain("\0");
});

it("the step secret sends the text of each secret file under the digest that other steps name", () => {
    const plain = { path: "/a", mode: "0644", content: "a\n" };
    const file = secretFile({ path: "/b", mode: "0755", content: `${sealed}${sealed}` });
    expect(file.mode).toBe("0700");
    expect(secretTexts([plain, file], { [sealed]: secret })).toEqual([
        {
            path: `/var/lib/pulumi-lvs/secrets/${file.secret!.digest}`,
            mode: "0600",
            content: secret + secret,
        },
    ]);
});
