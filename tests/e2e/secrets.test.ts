import { LabCluster } from "../../lab/cluster";
import { CommandLine } from "../../lab/commandLine";
import { run } from "../../lab/run";
import { seed, withHosts } from "../../lab/topology";
import { programWith } from "./support/identity";
import { processesSeen, watchProcesses } from "../faults/secrets";

/** Part of each secret text, but of the VRRP password, which has room for eight characters. */
const mark = "marked-secret";
const password = "m4rkpass";

/** A cluster in which each text that may be secret is one. `word` is a part of each. */
const secrets = (word: string) => `
    const args = readCluster(pulumi.runtime.allConfig());
    const secretly = (text: string) => pulumi.secret(text.replace("MARK", "${mark}-${word}"));
    const extraConfig = () => secretly("# MARK");
    args.extraConfig = extraConfig();
    args.authPass = pulumi.secret("${password}");
    args.scripts = [{ name: "probe", content: secretly("#!/bin/sh\\n# MARK\\nexit 0\\n") }];
    args.globalDefs = { extraConfig: extraConfig() };
    args.trackScripts = [
        { name: "probe", script: { script: "probe" }, extraConfig: extraConfig() },
    ];
    args.trackProcesses = [{ name: "sshd", process: "sshd", extraConfig: extraConfig() }];
    args.trackFiles = [{ name: "drain", file: "/run/drain", extraConfig: extraConfig() }];
    args.vrrpInstances = args.vrrpInstances?.map((one) => ({ ...one, extraConfig: extraConfig() }));
    args.realServers = args.realServers?.map((one) => ({ ...one, demoPage: secretly("MARK\\n") }));
    args.virtualServers = args.virtualServers?.map((one) => ({
        ...one,
        extraConfig: extraConfig(),
        check: {
            misc: { miscPath: { script: "probe" }, extraConfig: extraConfig() },
            http: { url: [{ path: "/", extraConfig: extraConfig() }] },
        },
        realServers: args.realServers?.map(({ name }) => ({ name, extraConfig: extraConfig() })),
    }));
    const opts = {};`;

describe("A marked secret in each text that may be secret", () => {
    let cluster: LabCluster;
    let isMarked: (text: string) => boolean;
    let pattern: string;
    let preview: string;
    let refused: string;
    let processes: string[];

    beforeAll(async () => {
        cluster = await LabCluster.boot({ topology: withHosts(seed, "ds1", "ds2", "rs1") });
        // A whole line of the key: its lines may be stored separately.
        const key = cluster.lab.client.privateKey.split("\n")[3]!.slice(0, 40);
        pattern = [mark, password, key].join("|");
        isMarked = (text) => [mark, password, key].some((word) => text.includes(word));
        const program = async (word: string, more = "") => ({
            cwd: await programWith(cluster, `${secrets(word)}\n${more}`, word),
            // `npm run check` has checked the types.
            env: { PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
        });
        const whole = ["--yes", "--skip-preview", "--show-full-output"];

        await Promise.all(cluster.lab.hosts.map(watchProcesses));
        await cluster.stack.up(await program("first"));
        const second = await program("second");
        preview = await cluster.stack.pulumi(["preview", "--diff", "--show-full-output"], second);
        await cluster.stack.pulumi(["up", ...whole], second);
        const wrong = 'args.globalDefs = { extraConfig: secretly("no_such_MARK MARK") };';
        const failed = await cluster.stack.tryPulumi(
            ["up", ...whole],
            await program("wrong", wrong),
        );
        refused = failed.stdout;
        // Later commands have the mark in their arguments.
        processes = await Promise.all(cluster.lab.hosts.map(processesSeen));
    });

    afterAll(() => cluster?.down());

    it("is on the hosts, and only root and the reader of a file can read it", async () => {
        const found = await Promise.all(
            cluster.lab.hosts.map((host) =>
                host.run(
                    `grep -rlE -D skip --exclude-dir=proc --exclude-dir=sys -- '${pattern}' / 2>/dev/null |
                        xargs -r stat -c '%a %U:%G %n'`,
                ),
            ),
        );
        for (const files of found) {
            const lines = files.trim().split("\n");
            expect(lines.length).toBeGreaterThan(1);
            for (const line of lines) {
                expect(line).toMatch(
                    /^([67]00 root:root|750 root:keepalived_script|640 root:www-data) \//,
                );
            }
        }
    });

    it("is not in a preview, in the output, in an error or in the state", async () => {
        expect(preview).toContain("secret 0750 /usr/libexec/keepalived/probe");
        expect(refused).toMatch(/ds2: keepalived [\d.]+ refuses/);
        expect(refused).toContain("***");
        expect(isMarked(preview)).toBe(false);
        expect(cluster.stack.printed.filter(isMarked)).toEqual([]);
        expect(isMarked(await cluster.stack.pulumi(["stack", "export"]))).toBe(false);
        const held = await run([
            ...["sh", "-c", 'grep -rlE -- "$0" "$1" || :'],
            pattern,
            cluster.stack.backend,
        ]);
        expect(held).toBe("");
    });

    it("is not in what lvs prints", async () => {
        const lvs = new CommandLine(cluster.lab, cluster.stack);
        for (const words of [["status"], ["check"]]) {
            const { stdout, stderr } = await lvs.run(...words);
            expect(stdout).toContain("ds1");
            expect(isMarked(stdout + stderr)).toBe(false);
        }
    });

    it("is not in a journal, in a process list or in an environment", async () => {
        for (const seen of processes) {
            expect(seen).toContain("sh -s apply");
            expect(isMarked(seen)).toBe(false);
        }
        for (const host of cluster.lab.hosts) {
            expect(isMarked(await host.run("journalctl -q"))).toBe(false);
            const environments = await host.run(
                `cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'`,
            );
            expect(isMarked(environments)).toBe(false);
        }
    });
});
