import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { keepalivedReleases } from "../../lab/keepalivedTrees";
import type { Keyword } from "../../lvs/keepalived/keywords";
import { isAtLeast } from "../../lvs/keepalived/versions";
import { planDirector } from "../../lvs/director/plan";
import { directorFiles } from "../../lvs/director/steps";
import { bfdKeywords } from "../../lvs/service/checks/bfd";
import { connectingKeywords } from "../../lvs/service/checks/connection";
import { dnsKeywords } from "../../lvs/service/checks/dns";
import { fileKeywords } from "../../lvs/service/checks/file";
import { httpKeywords, sslKeywords, sslUrlKeywords } from "../../lvs/service/checks/http";
import { miscKeywords } from "../../lvs/service/checks/misc";
import { smtpKeywords } from "../../lvs/service/checks/smtp";
import { udpKeywords } from "../../lvs/service/checks/udp";
import { persistenceKeywords } from "../../lvs/service/persistence";
import { poolMemberKeywords } from "../../lvs/service/poolMember";
import { quorumKeywords } from "../../lvs/service/quorum";
import { LvsSched, schedulerKeywords } from "../../lvs/service/scheduler";
import { delayKeywords, virtualServerKeywords } from "../../lvs/service/virtualServer";
import { refusalsOf } from "../../lvs/problems";
import { validate } from "../../lvs/validate";
import { bfdInstanceKeywords } from "../../lvs/vrrp/tracking/bfdInstance";
import { globalDefsKeywords, lvsTimeoutsKeywords } from "../../lvs/global/globalDefs";
import { authHmacKeywords } from "../../lvs/vrrp/instance/authHmac";
import { vrrpInstanceKeywords } from "../../lvs/vrrp/instance/instance";
import { syncDaemonKeywords } from "../../lvs/global/syncDaemon";
import { vrrpSyncGroupKeywords } from "../../lvs/vrrp/syncGroup";
import { weightKeywords } from "../../lvs/vrrp/tracking/track";
import { trackFileKeywords } from "../../lvs/vrrp/tracking/trackFile";
import { trackProcessKeywords } from "../../lvs/vrrp/tracking/trackProcess";
import { trackScriptKeywords } from "../../lvs/vrrp/tracking/trackScript";
import { virtualIpaddressKeywords } from "../../lvs/vrrp/instance/virtualIpaddress";
import { virtualRouteKeywords, virtualRuleKeywords } from "../../lvs/vrrp/instance/virtualRoutes";
import { goldenClusters, onVersion } from "../support/clusters";

type Table = Record<string, Omit<Keyword<unknown>, "is" | "otherwise">>;

const tracks = ["interface", "script", "process", "file", "bfd"].map((what) => `track_${what}`);

/** Tables by name, each with the blocks or lines of its keywords. */
const tables: [Record<string, Table>, string[]][] = [
    [{ globalDefsKeywords }, ["global_defs"]],
    [{ lvsTimeoutsKeywords }, ["lvs_timeouts"]],
    [{ syncDaemonKeywords }, ["lvs_sync_daemon"]],
    [{ trackScriptKeywords }, ["vrrp_script"]],
    [{ trackProcessKeywords }, ["vrrp_track_process"]],
    [{ trackFileKeywords }, ["track_file"]],
    [{ bfdInstanceKeywords }, ["bfd_instance"]],
    [{ vrrpSyncGroupKeywords }, ["vrrp_sync_group"]],
    [{ vrrpInstanceKeywords }, ["vrrp_instance"]],
    [{ authHmacKeywords: sinceVersion("2.4.0", authHmacKeywords) }, ["auth_hmac"]],
    [{ weightKeywords: weightKeywords(253) }, tracks],
    [{ virtualIpaddressKeywords }, ["virtual_ipaddress", "virtual_ipaddress_excluded"]],
    [{ virtualRouteKeywords }, ["virtual_routes"]],
    [{ virtualRuleKeywords }, ["virtual_rules"]],
    [
        {
            delayKeywords,
            schedulerKeywords,
            persistenceKeywords,
            virtualServerKeywords,
            quorumKeywords,
        },
        ["virtual_server"],
    ],
    [{ poolMemberKeywords }, ["real_server"]],
    [{ connectingKeywords }, ["TCP_CHECK", "PING_CHECK"]],
    [{ httpKeywords }, ["HTTP_GET"]],
    [{ sslKeywords }, ["SSL_GET"]],
    [{ sslUrlKeywords }, ["url"]],
    [{ smtpKeywords }, ["SMTP_CHECK"]],
    [{ dnsKeywords }, ["DNS_CHECK"]],
    [{ miscKeywords }, ["MISC_CHECK"]],
    [{ bfdKeywords: bfdKeywords([]) }, ["BFD_CHECK"]],
    [{ udpKeywords }, ["UDP_CHECK"]],
    [{ fileKeywords: fileKeywords([]) }, ["FILE_CHECK"]],
];

/** Keywords of a block that is newer than any of them. */
function sinceVersion(since: string, table: Table): Table {
    return Object.fromEntries(
        Object.entries(table).map(([field, row]) => [field, { ...row, since }]),
    );
}

it("the list of keyword tables is complete", () => {
    const lvs = path.join(__dirname, "..", "..", "lvs");
    const sources = readdirSync(lvs, { recursive: true })
        .map(String)
        .filter((name) => name.endsWith(".ts"))
        .map((name) => readFileSync(path.join(lvs, name), "utf8"))
        .join("");
    const found = (pattern: RegExp) =>
        [...sources.matchAll(pattern)].map(([, ...names]) => names.join(""));
    const parts = found(/\.\.\.(\w+Keywords),/g);
    // Kernel settings are not keywords of keepalived.
    const known = [...tables.flatMap(([one]) => Object.keys(one)), ...parts, "kernelKeywords"];
    const declared = found(/(?:const (\w+)|function (\w+)\([^()]*\)): Keywords</g);
    expect(declared.filter((name) => !known.includes(name))).toEqual([]);
    expect(declared.length).toBeGreaterThan(30);
});

/** Split a configuration in the words of each line, preceded by the name of the block. */
function wordsByLine(configuration: string): string[][] {
    const blocks: string[] = [];
    return configuration.split("\n").map((line) => {
        const words = line.trim().split(" ");
        const block = blocks.at(-1) ?? "";
        if (words.at(-1) === "{") blocks.push(words[0]!);
        if (words[0] === "}") blocks.pop();
        return [block, ...words];
    });
}

/** Lines of all golden files for one version of keepalived. */
function goldenLines(version: string): string[][] {
    return Object.values(goldenClusters)
        .map((cluster) => onVersion(cluster, version))
        .filter((cluster) => refusalsOf(validate(cluster)).length === 0)
        .flatMap((cluster) =>
            cluster.directors.flatMap(({ name }) =>
                wordsByLine(directorFiles(planDirector(cluster, name))[0]!.content),
            ),
        );
}

const cases = tables.flatMap(([named, places]) =>
    Object.values(named).flatMap((table) =>
        places.map((place) => [place, Object.values(table)] as const),
    ),
);

/** The newest keepalived is in no archive of the tests. */
const versions = [...keepalivedReleases, { version: "2.4.3" }];

describe.each(versions)("the golden clusters for keepalived $version", ({ version }) => {
    const lines = goldenLines(version);

    /** Is a word in a block, or in a line after its first word? */
    const has = (place: string, word: string) =>
        lines.some(
            ([block, first, ...rest]) =>
                (block === place && [first, ...rest].includes(word)) ||
                (first === place && rest.includes(word)),
        );

    it.each(cases)("have every keyword of %s", (place, rows) => {
        const missing = rows
            .filter(({ since = "0.0.0" }) => isAtLeast(version, since))
            .map(({ keyword, renamedFrom: before }) =>
                before && !isAtLeast(version, before.version) ? before.keyword : keyword,
            )
            .filter((keyword) => !has(place, keyword));
        expect(missing).toEqual([]);
    });

    it("have every scheduler", () => {
        const missing = Object.values(LvsSched).filter((name) => !has("lvs_sched", name));
        expect(missing).toEqual(isAtLeast(version, "2.2.5") ? [] : [LvsSched.twos]);
    });
});
