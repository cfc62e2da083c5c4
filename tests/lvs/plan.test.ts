import type { Cluster } from "../../lvs/model";
import { planDirector } from "../../lvs/director/plan";
import type { LvsMethod } from "../../lvs/service/lvsMethod";
import { realServerPlan } from "../support/plans";
import { seed } from "../support/seed";

describe("a director", () => {
    const over = (
        lvsMethod: LvsMethod,
        virtualIp = seed.virtualServers[0]!.virtualIp,
    ): Cluster => ({
        ...seed,
        realServers: seed.realServers.map((one, index) => ({
            ...one,
            address6: `fd00:62:1::${index + 1}`,
        })),
        virtualServers: [{ virtualIp, port: 80, lvsMethod }],
    });

    it.each<[string, Cluster, string[]]>([
        ["not at all with DR", over("DR"), []],
        ["not at all with TUN", over("TUN"), []],
        ["of IPv4 with NAT", over("NAT"), ["net.ipv4.ip_forward = 1"]],
        ["of IPv4 with FULLNAT", over("FULLNAT"), ["net.ipv4.ip_forward = 1"]],
        ["of IPv6 with NAT", over("NAT", "fd00:62:1::248"), ["net.ipv6.conf.all.forwarding = 1"]],
    ])("forwards packets %s", (_, cluster, expected) => {
        const { sysctls } = planDirector(cluster, "ds1").kernel;
        expect(sysctls.filter((line) => line.includes("forward"))).toEqual(expected);
    });
});

describe("a director that is also a real server", () => {
    const machine = { name: "rs1", host: "10.128.190.253" };
    const by = (lvsMethod: LvsMethod): Cluster => ({
        ...seed,
        realServers: [machine, ...seed.realServers.slice(1)],
        virtualServers: [{ virtualIp: "10.128.190.248", port: 80, lvsMethod }],
    });
    const alone = (cluster: Cluster) => ({ ...cluster, directors: cluster.directors.slice(0, 1) });
    const backupOnly = ["net.ipv4.vs.backup_only = 1"];

    it.each<[string, Cluster, string, string[]]>([
        ["by DR", by("DR"), "ds1", backupOnly],
        [
            "by DR as a sorry server",
            {
                ...by("DR"),
                virtualServers: [
                    {
                        virtualIp: "10.128.190.248",
                        port: 80,
                        realServers: [{ name: "rs2" }],
                        sorryServer: { host: machine.host },
                    },
                ],
            },
            "ds1",
            backupOnly,
        ],
        ["by DR, unlike the other director", by("DR"), "ds2", []],
        ["by DR, unless it has no backup", alone(by("DR")), "ds1", []],
        ["by DR, and not by FULLNAT", by("FULLNAT"), "ds1", []],
    ])(
        "does not forward again as a backup what it gets as a real server %s",
        (_, cluster, name, expected) => {
            const { sysctls } = planDirector(cluster, name).kernel;
            expect(sysctls.filter((line) => line.includes("backup_only"))).toEqual(expected);
        },
    );
});

describe("the firewall of a director", () => {
    const one = seed.vrrpInstances[0]!;
    const members = (field: "mcastSrcIp" | "unicastSrcIp") => [
        { name: "ds1", [field]: "10.0.0.1" },
        { name: "ds2", [field]: "10.0.0.2" },
    ];
    const to = (destination: string, sources?: string[]) => ({
        protocol: "112",
        interface: "eth0",
        destination,
        sources,
    });

    it.each<[string, Cluster, object[]]>([
        ["adverts on the interface of the instance", seed, [to("224.0.0.18")]],
        [
            "adverts from the known sources of the other directors",
            { ...seed, vrrpInstances: [{ ...one, directors: members("mcastSrcIp") }] },
            [to("224.0.0.18", ["10.0.0.2"])],
        ],
        [
            "adverts of some unknown source from any source",
            {
                ...seed,
                directors: [...seed.directors, { name: "ds3", host: "10.0.0.3" }],
                vrrpInstances: [{ ...one, directors: [...members("mcastSrcIp"), { name: "ds3" }] }],
            },
            [to("224.0.0.18")],
        ],
        [
            "unicast adverts from the other directors",
            {
                ...seed,
                vrrpInstances: [{ ...one, unicast: true, directors: members("unicastSrcIp") }],
            },
            [to("10.0.0.1", ["10.0.0.2"])],
        ],
        [
            "adverts to another multicast address",
            { ...seed, globalDefs: { vrrpMcastGroup4: "224.0.0.62" } },
            [to("224.0.0.62")],
        ],
        [
            "adverts also on an interface with a MAC address of its own",
            { ...seed, vrrpInstances: [{ ...one, useVmac: true }] },
            [to("224.0.0.18"), { ...to("224.0.0.18"), interface: "vrrp*" }],
        ],
        [
            "adverts in the protocol of AH",
            { ...seed, vrrpInstances: [{ ...one, authType: "AH" }] },
            [{ ...to("224.0.0.18"), protocol: "51" }],
        ],
        ["no adverts without another director", { ...seed, directors: [seed.directors[0]!] }, []],
    ])("accepts %s", (_, cluster, adverts) => {
        expect(planDirector(cluster, "ds1").kernel.firewall!.adverts).toEqual(adverts);
    });
});

describe("the plan of a real server", () => {
    const [service] = seed.virtualServers;
    const sorryServer = { host: "10.128.190.247" };
    const sorry = (lvsMethod: "DR" | "FULLNAT") => ({
        ...seed,
        realServers: [...seed.realServers, { name: "rs4", host: sorryServer.host }],
        virtualServers: [
            {
                ...service!,
                lvsMethod,
                sorryServer,
                realServers: seed.realServers.map(({ name }) => ({ name })),
            },
        ],
    });

    it("has the virtual IPs of services whose sorry server it is, except with FULLNAT", () => {
        expect(realServerPlan(sorry("DR"), "rs4").kernel.virtualIps).toEqual([service!.virtualIp]);
        expect(realServerPlan(sorry("FULLNAT"), "rs4").kernel.virtualIps).toEqual([]);
    });
});

describe("an address in two spellings", () => {
    const [vip, again] = ["fd00:62:1::248", "FD00:62:1:0::248"] as const;
    const cluster: Cluster = {
        ...seed,
        realServers: [
            { name: "rs1", host: "10.128.190.249", address6: "fd00:62:1::249" },
            { name: "rs2", host: "10.128.190.250", address6: "fd00:62:1::250" },
        ],
        virtualServers: [vip, again].map((virtualIp, index) => ({
            virtualIp,
            port: 80 + index,
            realServers: [{ name: "rs1" }],
            sorryServer: { host: "FD00:62:1:0::250" },
        })),
    };

    it("is one virtual IP of its VRRP instance, in the first spelling", () => {
        const [instance] = planDirector(cluster, "ds1").vrrpInstances;
        expect(instance!.virtualIpaddress).toEqual([{ ip: vip }]);
    });

    it("is one virtual IP of a real server", () => {
        expect(realServerPlan(cluster, "rs1").kernel.virtualIps).toEqual([vip]);
    });

    it("identifies the real server that is the sorry server", () => {
        expect(realServerPlan(cluster, "rs2").kernel.virtualIps).toEqual([vip]);
    });
});
