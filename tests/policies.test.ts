import {
    type KnownCluster,
    foreignVirtualIps,
    leftBehind,
    leftBehindOn,
    plainSecrets,
    sharedRouterIds,
    tooFewDirectors,
    uncheckedServices,
    unpinned,
    unpinnedHosts,
} from "../policies/rules";

const hostKey = "ssh-ed25519 AAAA";
const cluster = (change: Partial<KnownCluster> = {}): KnownCluster => ({
    vrrpInstances: [{ interface: "eth0", virtualRouterId: 62 }],
    directors: [
        { name: "ds1", host: "192.0.2.1", hostKey },
        { name: "ds2", host: "192.0.2.2", hostKey },
    ],
    realServers: [{ name: "rs1", host: "192.0.2.3", hostKey }],
    virtualServers: [{ virtualIp: "192.0.2.9", port: 80, check: { tcp: {} } }],
    ...change,
});
const [director] = cluster().directors;
const [realServer] = cluster().realServers!;
const pattern = /PRIVATE KEY|password=/;

/** Every rule for a cluster. */
const problemsOf = (change: Partial<KnownCluster>) => {
    const changed = cluster(change);
    return [
        ...tooFewDirectors(changed, 2),
        ...unpinnedHosts(changed),
        ...plainSecrets(changed, pattern),
        ...uncheckedServices(changed),
        ...foreignVirtualIps(changed, ["192.0.2.0/24", "2001:db8::/32"]),
        ...leftBehind(changed),
    ].map(({ path }) => path);
};

describe("the policies", () => {
    it.each<[string, Partial<KnownCluster>, string[]]>([
        ["nothing in a good cluster", {}, []],
        ["one director", { directors: [director!] }, ["directors"]],
        [
            "a host without a host key",
            { realServers: [{ name: "rs1", host: "192.0.2.3" }] },
            ["realServers[0]"],
        ],
        [
            "a host whose key is ignored",
            { directors: [{ ...director!, ignoreHostKey: true }, director!] },
            ["directors[0]"],
        ],
        [
            "ignoreHostKey for all hosts",
            { connection: { ignoreHostKey: true } },
            ["directors[0]", "directors[1]", "realServers[0]"],
        ],
        [
            "a plain script with a password",
            { scripts: [{ name: "probe", content: "#!/bin/sh\npassword=x" }] },
            ["scripts[0].content"],
        ],
        [
            "a plain page with a key",
            { realServers: [{ ...realServer!, demoPage: "PRIVATE KEY" }] },
            ["realServers[0].demoPage"],
        ],
        ["no secret text", { scripts: [{ name: "probe", content: "[secret]" }] }, []],
        [
            "a service without a check",
            { virtualServers: [{ virtualIp: "192.0.2.9", port: 80 }] },
            ["virtualServers[0].check"],
        ],
        [
            "no check where every pool member has its own",
            {
                virtualServers: [
                    {
                        virtualIp: "2001:db8::9",
                        realServers: [{ name: "rs1", check: { tcp: {} } }],
                    },
                ],
            },
            [],
        ],
        [
            "a virtual IP in another network",
            { virtualServers: [{ virtualIp: "203.0.113.9", check: { tcp: {} } }] },
            ["virtualServers[0].virtualIp"],
        ],
        [
            "a virtual IP of a group in another network",
            {
                virtualServers: [
                    { virtualServerGroup: [{ virtualIp: "203.0.113.9" }], check: { tcp: {} } },
                ],
            },
            ["virtualServers[0].virtualServerGroup[0].virtualIp"],
        ],
        [
            "a floating IP in another network",
            {
                vrrpInstances: [
                    {
                        ...cluster().vrrpInstances![0]!,
                        virtualIpaddress: [{ ip: "192.0.2.9" }],
                        virtualIpaddressExcluded: [{ ip: "203.0.113.9" }],
                    },
                ],
            },
            ["vrrpInstances[0].virtualIpaddressExcluded[0].ip"],
        ],
        ["a word in repair", { repair: "again" }, ["repair"]],
        [
            "a host that is gone",
            { realServers: [{ ...realServer!, gone: true }] },
            ["realServers[0].gone"],
        ],
        [
            "a host to adopt",
            { directors: [director!, { ...director!, adopt: true }] },
            ["directors[1].adopt"],
        ],
    ])("report %s", (_, change, paths) => {
        expect(problemsOf(change)).toEqual(paths);
    });

    it("allow every virtual IP if no network is configured", () => {
        expect(foreignVirtualIps(cluster(), [])).toEqual([]);
    });

    it("report a virtual router id that another cluster of the stack has", () => {
        const seen = new Map<number, string>();
        const of = (urn: string) =>
            sharedRouterIds(cluster(), urn, seen).map(({ reason }) => reason);
        const type = "urn:pulumi:dev::web::lvs:index:LvsCluster::";
        expect(of(`${type}one`)).toEqual([]);
        // A preview and an update analyse a component once each.
        expect(of(`${type}one`)).toEqual([]);
        expect(of(`${type}two`)).toEqual(["62 is also the id of a router of one. Use another id."]);
    });

    it("report a real server of its own", () => {
        expect(unpinned("hostKey", {}).map(({ path }) => path)).toEqual(["hostKey"]);
        expect(leftBehindOn("", { repair: "x", gone: true }).map(({ path }) => path)).toEqual([
            "repair",
            "gone",
        ]);
    });
});
