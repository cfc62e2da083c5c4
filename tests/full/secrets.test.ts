import { LabCluster } from "../../lab/cluster";
import { run } from "../../lab/run";
import { programWith } from "../e2e/support/identity";
import { processesSeen, watchProcesses } from "../faults/secrets";

const mark = "marked-secret";

/** A cluster in which each text that may be secret is one. The word `again` makes every text another. */
const options = (again: string) => `
    const args = readCluster(pulumi.runtime.allConfig());
    const secretly = (text: string) => pulumi.secret(text.replace("MARK", "${mark}${again}"));
    const extraConfig = () => secretly("# MARK");
    args.scripts = [{ name: "probe", content: secretly("#!/bin/sh\\n# MARK\\nexit 0\\n") }];
    args.globalDefs = { extraConfig: extraConfig() };
    args.vrrpInstances = args.vrrpInstances?.map((one) => ({ ...one, extraConfig: extraConfig() }));
    args.realServers = args.realServers?.map((one) => ({ ...one, demoPage: secretly("MARK\\n") }));
    args.virtualServers = args.virtualServers?.map((one) => ({
        ...one,
        extraConfig: extraConfig(),
        check: { misc: { miscPath: { script: "probe" } } },
        realServers: args.realServers?.map(({ name }) => ({ name, extraConfig: extraConfig() })),
    }));
    const opts = {};`;

describe("A marked secret in each text that may be secret", () => {
    let cluster: LabCluster;
    let preview: string;
    let processes: string[];

    beforeAll(async () => {
        cluster = await LabCluster.deployed();
        await Promise.all(cluster.members.map(watchProcesses));
        const first = await programWith(cluster, options(""), "first");
        await cluster.stack.up({ cwd: first });
        const second = await programWith(cluster, options("-again"), "second");
        preview = await cluster.stack.pulumi(["preview", "--diff", "--show-full-output"], {
            cwd: second,
        });
        await cluster.stack.pulumi(["up", "--yes", "--skip-preview", "--show-full-output"], {
            cwd: second,
        });
        // Later commands have the mark in their arguments.
        processes = await Promise.all(cluster.members.map(processesSeen));
    });

    afterAll(() => cluster?.down());

    it("is on the hosts, and only root and the reader of a file can read it", async () => {
        for (const host of cluster.members) {
            const files = await host.run(
                `grep -rlE --exclude-dir=proc --exclude-dir=sys --exclude-dir=run '${mark}' / 2>/dev/null |
                    xargs -r stat -c '%a %U:%G %n'`,
            );
            const lines = files.trim().split("\n");
            expect(lines.length).toBeGreaterThan(1);
            for (const line of lines) {
                expect(line).toMatch(
                    /^([67]00 root:root|750 root:keepalived_script|640 root:www-data) \//,
                );
            }
        }
    });

    it("is not in a preview, in the output or in the state", async () => {
        expect(preview).toContain("secret 0750 /usr/libexec/keepalived/probe");
        expect(preview).not.toContain(mark);
        expect(cluster.stack.printed.join("")).not.toContain(mark);
        expect(await cluster.stack.pulumi(["stack", "export"])).not.toContain(mark);
        const held = await run([
            "sh",
            "-c",
            'grep -rl "$0" "$1" || :',
            mark,
            cluster.stack.backend,
        ]);
        expect(held).toBe("");
    });

    it("is not in a journal, in a process list or in an environment", async () => {
        for (const seen of processes) {
            expect(seen).toContain("sh -s apply");
            expect(seen).not.toContain(mark);
        }
        for (const host of cluster.members) {
            expect(await host.run("journalctl -q")).not.toContain(mark);
            expect(
                await host.run(
                    `cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -c ${mark} || :`,
                ),
            ).toBe("0\n");
        }
    });
});
