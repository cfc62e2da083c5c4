import {
    keepalivedOf,
    keepalivedReleases,
    type TestResult,
    validResult,
} from "../../lab/keepalivedTrees";
import { planDirector } from "../../lvs/director/plan";
import { authPassFile, directorFiles } from "../../lvs/director/steps";
import { seal, secretTexts } from "../../lvs/secrets";
import { refusalsOf } from "../../lvs/problems";
import { validate } from "../../lvs/validate";
import { goldenClusters, onVersion } from "../support/clusters";
import { seed } from "../support/seed";

jest.setTimeout(600_000);

/** Interfaces of all golden clusters. */
const interfaces = ["eth0", "eth1", "eth2"];

/**
 * Message of the validation for a keyword that a version lacks. Such clusters are not tested on it.
 */
const tooNew = / needs keepalived \d/;

describe.each(keepalivedReleases)("keepalived $version", ({ suite, version }) => {
    const clusters = Object.entries(goldenClusters).map(
        ([name, cluster]) => [name, onVersion(cluster, version)] as const,
    );
    const known = clusters.filter(([, cluster]) => refusalsOf(validate(cluster)).length === 0);

    it("has every keyword of the golden clusters except newer ones", () => {
        const reasons = clusters.flatMap(([, cluster]) => refusalsOf(validate(cluster)));
        expect(reasons.filter(({ reason }) => !tooNew.test(reason))).toEqual([]);
    });

    const hosts = known.flatMap(([name, cluster]) =>
        cluster.directors.map((director) => ({
            name,
            files: [
                ...directorFiles(planDirector(cluster, director.name)),
                authPassFile("12345678"),
            ],
        })),
    );
    let results: TestResult[];

    beforeAll(async () => {
        const tree = await keepalivedOf(suite);
        const files = hosts.map((host) => host.files);
        results = await tree.testAll(files, { interfaces });
    });

    it.each(known)("accepts the golden cluster %s", (name, { directors }) => {
        const found = results.filter((_, index) => hosts[index]!.name === name);
        expect(found).toEqual(directors.map(() => validResult));
    });

    it("reads secret lines of every block in their place", async () => {
        const secrets: Record<string, string> = {};
        const sealed = (lines: string) => {
            secrets[seal(lines)] = lines;
            return seal(lines);
        };
        const cluster = onVersion(
            {
                ...seed,
                extraConfig: sealed("garp_group {\ngarp_interval 0.5\ninterface eth0\n}"),
                globalDefs: { extraConfig: sealed("notification_email {\nroot\n}") },
                scripts: [{ name: "say", content: "#!/bin/sh\n" }],
                trackScripts: [
                    { name: "says", script: { script: "say" }, extraConfig: sealed("rise 2") },
                ],
                trackProcesses: [
                    { name: "named", process: "named", extraConfig: sealed("delay 2") },
                ],
                trackFiles: [
                    { name: "drain", file: "/run/drain", extraConfig: sealed("init_file 0") },
                ],
                bfdInstances: [
                    {
                        name: "router",
                        neighborIp: "10.128.190.249",
                        extraConfig: sealed("idle_tx 2000"),
                    },
                ],
                vrrpInstances: [
                    {
                        ...seed.vrrpInstances[0]!,
                        extraConfig: sealed("track_interface {\neth1\n}"),
                    },
                ],
                virtualServers: [
                    {
                        ...seed.virtualServers[0]!,
                        extraConfig: sealed("persistence_timeout 60"),
                        check: {
                            http: {
                                url: [{ path: "/", extraConfig: sealed("status_code 200") }],
                                extraConfig: sealed("bindto 10.128.190.253"),
                            },
                        },
                        realServers: [
                            {
                                name: "rs1",
                                extraConfig: sealed("PING_CHECK {\nretry 2\n}\nuthreshold 9"),
                            },
                        ],
                    },
                ],
            },
            version,
        );
        const files = directorFiles(planDirector(cluster, "ds1"));
        const texts = secretTexts(files, secrets);
        const written = files.map((file) => ({
            ...file,
            content:
                texts.find(({ path }) => path.endsWith(`/${file.secret?.digest}`))?.content ??
                file.content,
        }));
        const tree = await keepalivedOf(suite);
        const all = [...written, authPassFile("12345678")];
        expect(await tree.test(all, { interfaces })).toEqual(validResult);
        const wrong = all.map((file) =>
            file.secret ? { ...file, content: `${file.content}no_such_word\n` } : file,
        );
        const { output } = await tree.test(wrong, { interfaces });
        expect(output.match(/no_such_word/g)).toHaveLength(Object.keys(secrets).length);
    });
});
