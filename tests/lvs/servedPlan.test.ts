/** Random clusters: what is accepted can serve. `toolchain/property` lets keepalived read the same files. */
import * as fc from "fast-check";
import type { Cluster } from "../../lvs/model";
import { planDirector } from "../../lvs/director/plan";
import { configurationPath, directorFiles, ipvsRulesPath } from "../../lvs/director/steps";
import { Protocol } from "../../lvs/service/destination";
import { anyCluster, healed } from "../support/anyCluster";
import { cases } from "../support/property";

/** The preferred director of an accepted cluster. */
interface Served {
    cluster: Cluster;
    text: string;
    rules: string[];
}

/** The files of the preferred director, if the cluster can be healed. */
function filesOf(sick: Cluster): Served | undefined {
    const cluster = healed(sick);
    if (cluster === undefined) return undefined;
    const files = directorFiles(planDirector(cluster, cluster.directors[0]!.name));
    const contentOf = (path: string) => files.find((file) => file.path === path)!.content;
    return {
        cluster,
        text: contentOf(configurationPath),
        rules: contentOf(ipvsRulesPath).split("\n").filter(Boolean),
    };
}

/** Results of `filesOf` by cluster, because all tests try the same clusters. */
const known = new Map<string, Served | undefined>();

function servedBy(sick: Cluster): Served | undefined {
    const key = JSON.stringify(sick);
    if (!known.has(key)) known.set(key, filesOf(sick));
    return known.get(key);
}

/** A block of keepalived.conf with its head and all its lines. */
interface Block {
    head: string;
    lines: string[];
    inside: Block[];
}

/** Read the blocks of a rendered configuration. */
function blocksIn(text: string): Block[] {
    const root: Block = { head: "", lines: [], inside: [] };
    const open = [root];
    for (const line of text.split("\n").map((one) => one.trim())) {
        const around = open.at(-1)!;
        if (line === "}") open.pop();
        else if (line.endsWith("{")) {
            const block: Block = { head: line.slice(0, -1).trim(), lines: [], inside: [] };
            around.inside.push(block);
            open.push(block);
        } else around.lines.push(line);
    }
    return root.inside;
}

const connecting = /^(TCP_CHECK|HTTP_GET|SSL_GET|SMTP_CHECK|UDP_CHECK)$/;
const portIn = ({ lines }: Block) =>
    lines.flatMap((line) => /^connect_port (\d+)$/.exec(line)?.[1] ?? [])[0];

const property = (check: (found: Served) => void) => () => {
    fc.assert(
        fc.property(anyCluster, (sick) => {
            const found = servedBy(sick);
            if (found) check(found);
        }),
        cases(200),
    );
};

describe("a cluster that is accepted", () => {
    it(
        "has no check that connects to port 0",
        property(({ text }) => {
            const virtualServers = blocksIn(text).filter(({ head }) =>
                /^virtual_server /.test(head),
            );
            for (const server of virtualServers.flatMap(({ inside }) => inside)) {
                const own = server.head.split(" ").at(-1)!;
                const checks = server.inside.filter(({ head }) => connecting.test(head));
                for (const one of checks) expect(portIn(one) ?? own).not.toBe("0");
            }
        }),
    );

    it(
        "has no TCP connection as the default check of another protocol",
        property(({ cluster, text }) => {
            const others = cluster.virtualServers.filter(
                ({ protocol, check, realServers = [] }) =>
                    (protocol === Protocol.UDP || protocol === Protocol.SCTP) &&
                    check === undefined &&
                    realServers.every((member) => member.check === undefined),
            );
            const heads = others.flatMap(({ virtualIp, port }) =>
                virtualIp === undefined ? [] : [`virtual_server ${virtualIp} ${port}`],
            );
            for (const block of blocksIn(text).filter(({ head }) => heads.includes(head))) {
                const protocol = block.lines.find((line) => line.startsWith("protocol "));
                if (protocol === "protocol TCP") continue;
                const checks = block.inside.flatMap(({ inside }) => inside.map(({ head }) => head));
                expect(checks).not.toContain("TCP_CHECK");
            }
        }),
    );

    it(
        "has a name of its own for each group of virtual servers",
        property(({ text }) => {
            const heads = blocksIn(text).map(({ head }) => head);
            const groups = heads.filter((head) => head.startsWith("virtual_server_group "));
            expect(new Set(groups).size).toBe(groups.length);
        }),
    );

    it(
        "has each server once in each service of its IPVS plan, below the service",
        property(({ rules }) => {
            const places = rules.flatMap((rule) => /^-a (.* -r \S+)/.exec(rule)?.[1] ?? []);
            expect(new Set(places).size).toBe(places.length);
            const services = rules.flatMap((rule) => /^-A (.*?) -s /.exec(rule)?.[1] ?? []);
            expect(new Set(services).size).toBe(services.length);
            for (const place of places) expect(services).toContain(place.replace(/ -r \S+$/, ""));
        }),
    );
});
