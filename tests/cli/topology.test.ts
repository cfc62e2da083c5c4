import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { withFullNat } from "../../cli/fullNat";
import { mermaid } from "../../cli/mermaid";
import type { RenderedHost } from "../../cli/rendered";
import { type Stack, stackIn } from "../../cli/stackFile";
import { svg } from "../../cli/svg";
import { type Picture, pictureOf, serverBoxes } from "../../cli/topology";
import type { Cluster } from "../../lvs/model";
import { planDirector } from "../../lvs/director/plan";
import { directorFiles } from "../../lvs/director/steps";
import { goldenClusters } from "../support/clusters";
import { blocksOf } from "../support/examples";
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

/** The cluster of the first example on a page. */
function clusterOf(page: string): Cluster {
    const example = blocksOf(page).find(({ info }) => info === "yaml example")!;
    const dir = mkdtempSync(path.join(tmpdir(), "topology-"));
    const file = path.join(dir, "Pulumi.web.yaml");
    try {
        writeFileSync(file, example.text);
        return (stackIn(file) as Stack).cluster;
    } finally {
        rmSync(dir, { recursive: true });
    }
}

it.each([
    ["topology.svg", "the article's cluster", () => seed],
    ["floating-ip.svg", "the cluster of its page", () => clusterOf("docs/floating-ip.md")],
])("docs/%s shows %s", (name, _, cluster) => {
    const file = path.join(docs, name);
    const picture = svg(pictured(cluster()));
    if (process.env.UPDATE_GOLDEN) writeFileSync(file, picture);
    expect(picture).toBe(readFileSync(file, "utf8"));
});

it.each(["seed", "active-active", "all-methods", "fwmark", "both-families", "floating-ip"])(
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

describe("A picture of a large cluster", () => {
    const count = 200;
    const large: Cluster = {
        ...seed,
        realServers: Array.from({ length: count }, (_, index) => ({
            name: `rs${index + 1}`,
            host: `10.128.191.${index + 1}`,
            weight: 1 + (index % 3),
            drained: index === 6,
        })),
        virtualServers: Array.from({ length: 12 }, (_, index) => ({
            virtualIp: `10.128.190.${100 + index}`,
            port: 80,
        })),
    };

    it("has one box for all real servers that are alike, and another for a drained one", () => {
        const boxes = serverBoxes(pictured(large));
        expect(boxes.map(({ lines }) => lines)).toEqual([
            ["rs1–rs6, rs8–rs200", `${count - 1} real servers`, "TCP 80 · DR · weight 1–3"],
            ["rs7", "10.128.191.7", "TCP 80 · DR · weight 0"],
        ]);
    });

    it("fits a page with 200 real servers and 12 services", () => {
        const [, width, height] = /viewBox="0 0 (\S+) (\S+)"/.exec(svg(pictured(large)))!;
        expect(Number(width)).toBeLessThan(1000);
        expect(Number(height)).toBeLessThan(1414);
    });

    it("has a box for each real server of a small cluster", () => {
        const small = { ...large, realServers: large.realServers.slice(0, 8) };
        expect(serverBoxes(pictured(small))).toHaveLength(8);
    });

    it("shortens a list of names that do not count up", () => {
        const named = large.realServers.map((one, index) => ({ ...one, name: `host${index * 7}` }));
        const [{ lines } = { lines: [] }] = serverBoxes(pictured({ ...large, realServers: named }));
        expect(lines[0]).toBe("host0 … host1393");
    });
});

describe("lvs topology", () => {
    const arrows = (name: string) =>
        [...svg(pictured(goldenClusters[name]!)).matchAll(/marker-end="url\(#to-([A-Z]+)\)"/g)]
            .map(([, method]) => method!)
            .sort();

    it("shows the way of an answer by DR: from the real server to the client", () => {
        // Three real servers, and the answers of all.
        expect(arrows("seed")).toEqual(["DR", "DR", "DR", "DR"]);
        expect(svg(pictured(seed))).toContain(">answers by DR</text>");
    });

    it.each(["nat", "fullnat"])(
        "shows the way of an answer by %s: through the director",
        (name) => {
            // Two real servers: there and back, and from the director to the client.
            expect(arrows(name)).toEqual(Array<string>(5).fill(name.toUpperCase()));
            expect(mermaid(pictured(goldenClusters[name]!))).toContain(
                `directors <-- "${name.toUpperCase()}" --> server1`,
            );
        },
    );

    it("knows FULLNAT from NAT, also by firewall mark and without a port", () => {
        const rules = ["FWM 7", "TCP 192.0.2.1:0", "UDP 192.0.2.1:80"].map((service) => ({
            service,
            server: service === "TCP 192.0.2.1:0" ? "192.0.2.3:0" : "192.0.2.2:80",
            method: "NAT",
        }));
        const nft = [
            "        ip daddr 192.0.2.2 tcp dport 80 masquerade",
            "        ip daddr 192.0.2.3 meta l4proto tcp masquerade",
        ].join("\n");
        expect(withFullNat(rules, nft).map(({ method }) => method)).toEqual([
            "FULLNAT",
            "FULLNAT",
            "NAT",
        ]);
    });
});

it("lvs topology marks the director with the highest priority of each virtual router", () => {
    const { directors } = pictured(goldenClusters["active-active"]!);
    expect(directors.map(({ chosenFor }) => chosenFor.length)).toEqual([1, 1]);
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
    const hostile: Picture = {
        choice: "preferred",
        virtualIps: [{ ip: 'a<b>&"c', services: ["`x\u001b\u202e"] }],
        directors: [{ name: "d#1", chosenFor: [] }],
        routers: [],
        realServers: [],
    };
    expect(svg(hostile)).toContain("a&lt;b&gt;&amp;&quot;c");
    expect(mermaid(hostile)).toContain('["a#60;b#62;#38;#34;c<br/>#96;x\\u001b\\u202e"]');
    expect(svg(hostile)).toContain("`x\\u001b\\u202e");
});
