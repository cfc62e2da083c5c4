import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { mermaid } from "../../cli/mermaid";
import type { RenderedHost } from "../../cli/rendered";
import { svg } from "../../cli/svg";
import { pictureOf } from "../../cli/topology";
import type { Cluster } from "../../lvs/model";
import { planDirector } from "../../lvs/plan";
import { directorFiles } from "../../lvs/render";
import { goldenClusters } from "../support/clusters";
import { expectGolden } from "../support/golden";
import { seed } from "../support/seed";

const docs = path.join(__dirname, "..", "..", "docs");

function pictured(cluster: Cluster) {
    const hosts = cluster.directors.map(({ name }): RenderedHost => ({
        name,
        cluster: "web",
        files: directorFiles(planDirector(cluster, name)),
        hidden: [],
    }));
    const named = (ip: string) =>
        cluster.realServers.find(({ host, address, address6 }) =>
            [host, address, address6].includes(ip),
        )?.name;
    return pictureOf(hosts, named);
}

it("docs/topology.svg shows the article's cluster", () => {
    const file = path.join(docs, "topology.svg");
    if (process.env.UPDATE_GOLDEN) writeFileSync(file, svg(pictured(seed)));
    expect(svg(pictured(seed))).toBe(readFileSync(file, "utf8"));
});

it.each(["seed", "active-active", "all-methods", "fwmark", "both-families"])(
    "lvs topology draws golden cluster %s as Mermaid",
    (name) => {
        const cluster = goldenClusters[name]!;
        expectGolden(`topology-${name}.mmd`, mermaid(pictured(cluster)));
    },
);

it.each(Object.keys(goldenClusters))(
    "lvs topology draws every virtual IP and host of golden cluster %s as SVG",
    (name) => {
        const cluster = goldenClusters[name]!;
        const found = pictured(cluster);
        const text = svg(found);
        for (const word of [
            ...found.virtualIps.map(({ ip }) => ip),
            ...cluster.directors.map((director) => director.name),
            ...found.realServers.map((realServer) => realServer.name),
        ]) {
            expect(text).toContain(`>${word}</text>`);
        }
        // Whatever reads XML reads it: tags are closed in the order in which they are opened.
        const open: string[] = [];
        for (const [, closing, tag, own] of text.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
            if (closing) expect(open.pop()).toBe(tag);
            else if (!own) open.push(tag!);
        }
        expect(open).toEqual([]);
    },
);

it("lvs topology marks the director with the highest priority of each virtual router", () => {
    const { directors } = pictured(goldenClusters["active-active"]!);
    expect(directors.map(({ preferredFor }) => preferredFor.length)).toEqual([1, 1]);
});

it("lvs topology gives directors without VRRP no roles", () => {
    const text = mermaid(pictured(goldenClusters["no-vrrp"]!));
    expect(text).toContain('director1["ds1"]');
    expect(text).toContain("vip1 --> director1");
});

it("lvs topology names a real server by its address if the inventory lacks it", () => {
    const files = directorFiles(planDirector(seed, "ds1"));
    const { realServers } = pictureOf([{ name: "ds1", cluster: "web", files, hidden: [] }]);
    expect(realServers[0]).toEqual({
        name: "10.128.190.249",
        address: "10.128.190.249",
        pools: [
            { service: "TCP 10.128.190.248:80", port: "80", method: "DR", weight: 1, sorry: false },
        ],
    });
});

it("lvs topology escapes markup and unseen characters in names", () => {
    const hostile = {
        virtualIps: [{ ip: 'a<b>&"c', services: ["`x\u001b\u202e"] }],
        directors: [{ name: "d#1", preferredFor: [] }],
        routers: [],
        realServers: [],
    };
    expect(svg(hostile)).toContain("a&lt;b&gt;&amp;&quot;c");
    expect(mermaid(hostile)).toContain('["a#60;b#62;#38;#34;c<br/>#96;x\\u001b\\u202e"]');
    expect(svg(hostile)).toContain("`x\\u001b\\u202e");
});
