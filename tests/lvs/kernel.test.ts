import fc from "fast-check";
import type { Family } from "../../lvs/addresses";
import { planDirector } from "../../lvs/director/plan";
import { Distribution } from "../../lvs/keepalived/versions";
import type { Cluster } from "../../lvs/model";
import type { LvsMethod } from "../../lvs/service/lvsMethod";
import { type DirectorKernel, directorKernelFiles } from "../../lvs/kernel/director";
import { firewallFile } from "../../lvs/kernel/firewall";
import {
    directorModules,
    moduleOptionsFiles,
    modulesFile,
    realServerModules,
} from "../../lvs/kernel/modules";
import { directorNftFiles, realServerNftFiles } from "../../lvs/kernel/netfilter";
import { type RealServerKernel, realServerKernelFiles } from "../../lvs/kernel/realServer";
import {
    type DirectorTraffic,
    directorSysctls,
    kernelProblems,
    type KernelSettings,
} from "../../lvs/kernel/sysctls";
import { methods } from "../support/clusters/methods";
import { anyCharacter, cases } from "../support/property";
import { seed } from "../support/seed";

const direct: DirectorTraffic = {
    methods: ["DR"],
    forwards: [],
    syncs: false,
    serves: false,
    ipvs: true,
    vmac: false,
    distribution: Distribution.debian12,
};

const always = ["net.ipv4.vs.expire_nodest_conn = 1", "net.ipv4.vs.expire_quiescent_template = 1"];

/** A real server that serves nothing. */
const bare: RealServerKernel = { virtualIps: [], tunnels: [], gateways: [] };

describe("a director", () => {
    it.each<[string, Partial<DirectorTraffic>, KernelSettings, string[]]>([
        ["with DR", {}, {}, []],
        ["with NAT or FULLNAT over IPv4", { forwards: ["inet"] }, {}, ["net.ipv4.ip_forward = 1"]],
        [
            "with NAT or FULLNAT over IPv6",
            { forwards: ["inet6"] },
            {},
            ["net.ipv6.conf.all.forwarding = 1"],
        ],
        ["with FULLNAT", { methods: ["FULLNAT"] }, {}, ["net.ipv4.vs.conntrack = 1"]],
        [
            "with FULLNAT on RHEL 8",
            { methods: ["FULLNAT"], distribution: Distribution.rhel8 },
            {},
            ["net.ipv4.vs.conn_reuse_mode = 0", "net.ipv4.vs.conntrack = 1"],
        ],
        [
            "with conntrack on RHEL 8, by the user's mode",
            { distribution: Distribution.rhel8 },
            { conntrack: true, connReuseMode: 1 },
            ["net.ipv4.vs.conn_reuse_mode = 1", "net.ipv4.vs.conntrack = 1"],
        ],
        [
            "with a sync daemon",
            { syncs: true },
            {},
            ["net.ipv4.vs.sync_threshold = 2 0", "net.ipv4.vs.sync_refresh_period = 1"],
        ],
        [
            "with a sync daemon that counts packets",
            { syncs: true },
            { syncPeriod: 50 },
            ["net.ipv4.vs.sync_threshold = 2 50"],
        ],
        [
            "with a sync daemon as the user wants it",
            { syncs: true },
            { syncThreshold: 3, syncPeriod: 0, syncRefreshPeriod: 10, syncRetries: 1 },
            [
                "net.ipv4.vs.sync_threshold = 3 0",
                "net.ipv4.vs.sync_refresh_period = 10",
                "net.ipv4.vs.sync_retries = 1",
            ],
        ],
        [
            "as the gateway of DR servers",
            {},
            { gatewayInterfaces: ["eth1"] },
            [
                "net.ipv4.ip_forward = 1",
                "net.ipv4.conf.all.rp_filter = 0",
                "net.ipv4.conf.eth1.rp_filter = 0",
                "net.ipv4.conf.eth1.accept_local = 1",
            ],
        ],
        [
            "with all that the user can set",
            { syncs: true },
            {
                sloppyTcp: true,
                sloppySctp: true,
                syncPorts: 2,
                syncPersistMode: true,
                backupOnly: false,
                snatReroute: false,
                pmtuDisc: false,
                scheduleIcmp: true,
                connTabBits: 16,
            },
            [
                "net.ipv4.vs.sync_threshold = 2 0",
                "net.ipv4.vs.sloppy_tcp = 1",
                "net.ipv4.vs.sloppy_sctp = 1",
                "net.ipv4.vs.sync_refresh_period = 1",
                "net.ipv4.vs.sync_ports = 2",
                "net.ipv4.vs.sync_persist_mode = 1",
                "net.ipv4.vs.backup_only = 0",
                "net.ipv4.vs.snat_reroute = 0",
                "net.ipv4.vs.pmtu_disc = 0",
                "net.ipv4.vs.schedule_icmp = 1",
            ],
        ],
    ])("sets its sysctls %s", (_, traffic, settings, more) => {
        const lines = directorSysctls({ ...direct, ...traffic }, settings);
        expect([...lines].sort()).toEqual([...always, ...more].sort());
    });

    it("sets the sysctls of the user before its own", () => {
        const settings = { expireNodestConn: false, expireQuiescentTemplate: undefined };
        expect(directorSysctls(direct, settings)).toEqual([
            "net.ipv4.vs.expire_nodest_conn = 0",
            "net.ipv4.vs.expire_quiescent_template = 1",
        ]);
    });
});

describe("validation of kernel settings", () => {
    const target = { version: "2.2.7", host: "ds1", scripts: [] };
    const problems = (settings: KernelSettings, traffic: Partial<DirectorTraffic> = {}) =>
        kernelProblems("kernel", settings, { ...direct, ...traffic }, target);

    it.each<[KernelSettings, Partial<DirectorTraffic>, string, string]>([
        [{ connReuseMode: 4 }, {}, "kernel.connReuseMode", "4 is out of range"],
        [{ connTabBits: 7 }, {}, "kernel.connTabBits", "7 is out of range"],
        [{ connTabBits: 21 }, {}, "kernel.connTabBits", "21 is out of range"],
        [{ syncPorts: 65 }, { syncs: true }, "kernel.syncPorts", "65 is out of range"],
        [
            { syncPorts: 3 },
            { syncs: true },
            "kernel.syncPorts",
            "3 is not a power of two, and the kernel would reject it",
        ],
        [{ syncRetries: 4 }, { syncs: true }, "kernel.syncRetries", "4 is out of range"],
        [
            { syncThreshold: 50, syncPeriod: 50 },
            { syncs: true },
            "kernel.syncThreshold",
            "50 is not below syncPeriod, 50, and the kernel would reject it",
        ],
        [{ syncPeriod: -1 }, { syncs: true }, "kernel.syncPeriod", "-1 is out of range"],
        [{ syncRetries: 1 }, {}, "kernel.syncRetries", "is for the sync daemon"],
        [
            { conntrack: false },
            { methods: ["FULLNAT"] },
            "kernel.conntrack",
            "false contradicts lvsMethod FULLNAT, which needs connection tracking",
        ],
        [
            { gatewayInterfaces: ["eth0.7", "eth*=1"] },
            {},
            "kernel.gatewayInterfaces[1]",
            "is not the name of a network interface",
        ],
    ])("refuses %j", (settings, traffic, path, reason) => {
        const found = problems(settings, traffic).filter((problem) => problem.path === path);
        expect(found.map((problem) => problem.reason).join()).toContain(reason);
    });

    it("accepts valid settings", () => {
        expect(problems({ syncPeriod: 0, syncThreshold: 3 }, { syncs: true })).toEqual([]);
        expect(problems({ conntrack: false, connTabBits: 20, gatewayInterfaces: [] })).toEqual([]);
    });

    it("throws no error, and accepts no value that leaves its line", () => {
        const number = fc.oneof(fc.integer(), fc.double());
        const settings = fc.record(
            {
                connReuseMode: number,
                syncThreshold: number,
                syncPeriod: number,
                connTabBits: number,
                gatewayInterfaces: fc.array(fc.string({ unit: anyCharacter })),
            },
            { requiredKeys: [] },
        );
        fc.assert(
            fc.property(settings, (given) => {
                if (problems(given, { syncs: true }).length > 0) return;
                for (const line of directorSysctls({ ...direct, syncs: true }, given)) {
                    expect(line).toMatch(/^net\.[^\s=]+ = \d+( \d+)?$/);
                }
            }),
            cases(100),
        );
    });
});

describe("the list of kernel modules", () => {
    it("has each scheduler and engine of a director once", () => {
        const needs = {
            schedulers: ["wlc", "rr", "wlc"] as const,
            persistenceEngines: ["sip"],
            netfilter: true,
            vmac: true,
            ipvs: true,
        };
        expect(directorModules({ ...needs, schedulers: [...needs.schedulers] })).toEqual([
            "ip_vs",
            "ip_vs_rr",
            "ip_vs_wlc",
            "ip_vs_pe_sip",
            "macvlan",
            "nf_tables",
        ]);
    });

    it("is empty for a director without services", () => {
        const needs = { schedulers: [], persistenceEngines: [], netfilter: false, vmac: false };
        expect(directorModules({ ...needs, ipvs: false })).toEqual([]);
    });

    it.each([
        ["ipip", "inet", ["ipip"]],
        ["ipip", "inet6", ["ip6_tunnel"]],
        ["gre", "inet", ["ip_gre"]],
        ["gre", "inet6", ["ip6_gre"]],
        ["gue", "inet", ["fou", "ipip"]],
        ["gue", "inet6", ["fou6", "ip6_tunnel"]],
    ] as const)("has the modules of a real server for %s over %s", (type, family, modules) => {
        expect(realServerModules({ ...bare, tunnels: [{ type, port: 6080, family }] })).toEqual(
            modules,
        );
    });

    it("becomes files of modules-load.d and modprobe.d", () => {
        expect(modulesFile("lvs", ["ip_vs", "ip_vs_rr"]).content).toBe("ip_vs\nip_vs_rr\n");
        expect(moduleOptionsFiles({})).toEqual([]);
        expect(moduleOptionsFiles({ connTabBits: 16 })).toEqual([
            {
                path: "/etc/modprobe.d/lvs.conf",
                mode: "0644",
                content: "options ip_vs conn_tab_bits=16\n",
            },
        ]);
    });
});

describe("the nftables file", () => {
    it("is left out if nothing is marked or translated", () => {
        expect(directorNftFiles({ marks: [], masquerade: [], translated: [] })).toEqual([]);
        expect(
            realServerNftFiles("/etc/lvs/real-servers/id.nft", ["192.0.2.1"], undefined),
        ).toEqual([]);
    });

    it("has marks and full NAT in one table for each family", () => {
        const [file] = directorNftFiles({
            marks: [
                { mark: 7, virtualIp: "192.0.2.1", protocol: "TCP", port: 80 },
                { mark: 7, virtualIp: "192.0.2.1", protocol: "TCP", port: 8000, lastPort: 8010 },
                { mark: 8, virtualIp: "2001:0DB8::1", protocol: "UDP" },
            ],
            masquerade: [{ host: "10.0.0.1", protocol: "TCP", port: 8080 }],
            translated: [],
        });
        expect(file).toEqual({
            path: "/etc/lvs/director.nft",
            mode: "0644",
            content: `table ip pulumi_lvs {
    chain marks {
        type filter hook prerouting priority -150; policy accept;
        ip daddr 192.0.2.1 tcp dport 80 meta mark set 7
        ip daddr 192.0.2.1 tcp dport 8000-8010 meta mark set 7
    }
    chain full_nat {
        type nat hook postrouting priority 100; policy accept;
        ip daddr 10.0.0.1 tcp dport 8080 masquerade
    }
}
table ip6 pulumi_lvs {
    chain marks {
        type filter hook prerouting priority -150; policy accept;
        ip6 daddr 2001:db8::1 meta l4proto udp meta mark set 8
    }
}
`,
        });
    });

    it("drops redirects in each family in which answers pass through the director", () => {
        const chainsFor = (...translated: Family[]) =>
            directorNftFiles({ marks: [], masquerade: [], translated }).map(({ content }) =>
                content.match(/^table \w+|\S+ type \S+ drop$/gm),
            );
        const four = ["table ip", "icmp type redirect drop"];
        const six = ["table ip6", "icmpv6 type nd-redirect drop"];
        expect(chainsFor("inet")).toEqual([four]);
        expect(chainsFor("inet6")).toEqual([six]);
        expect(chainsFor("inet", "inet6")).toEqual([[...four, ...six]]);
    });

    it.each<[string, Partial<Cluster>, LvsMethod, boolean]>([
        ["with VRRP on one interface", {}, "NAT", true],
        [
            "with VRRP on several interfaces",
            { vrrpInstances: methods.nat!.vrrpInstances },
            "NAT",
            true,
        ],
        ["without VRRP", { vrrpInstances: [] }, "NAT", true],
        ["without VRRP", { vrrpInstances: [] }, "FULLNAT", true],
        ["without VRRP", { vrrpInstances: [] }, "DR", false],
        ["with VRRP on one interface", {}, "TUN", false],
    ])("drops them on a director %s: %j by %s: %j", (_, more, lvsMethod, drops) => {
        const [virtualServer] = seed.virtualServers;
        const cluster = { ...seed, ...more, virtualServers: [{ ...virtualServer!, lvsMethod }] };
        const { kernel } = planDirector(cluster, "ds1");
        expect(kernel.tables.translated).toEqual(drops ? ["inet"] : []);
        const content = directorKernelFiles(kernel)
            .map((file) => file.content)
            .join("");
        expect(content.includes("icmp type redirect drop")).toBe(drops);
    });

    it("sets the segment size of the answers of a real server", () => {
        expect(
            realServerNftFiles("/etc/lvs/real-servers/id.nft", ["192.0.2.1"], 1440)[0]!.content,
        ).toBe(
            `table ip pulumi_lvs {
    chain answers {
        type filter hook output priority -150; policy accept;
        ip saddr 192.0.2.1 tcp flags & (syn | rst) == syn tcp option maxseg size set 1440
    }
}
`,
        );
    });
});

describe("the firewall file", () => {
    const { content } = firewallFile({
        services: [
            { virtualIp: "192.0.2.1", protocol: "TCP", port: 80 },
            { virtualIp: "192.0.2.1", protocol: "SCTP", port: 8000, lastPort: 8010 },
            { virtualIp: "2001:db8::1", protocol: "UDP" },
        ],
        answers: [{ host: "10.0.0.1", protocol: "TCP", port: 8080 }],
        adverts: [
            { protocol: "112", interface: "eth0", destination: "224.0.0.18" },
            {
                protocol: "112",
                interface: "eth1",
                destination: "FF02:0::12",
                sources: ["fe80::1", "fe80::2"],
            },
        ],
        sync: { interface: "eth2", group: "224.0.0.81", port: 8848, threads: 2 },
        bfd: [
            { neighborIp: "192.0.2.9" },
            { neighborIp: "192.0.2.8", sourceIp: "192.0.2.7", multihop: true },
        ],
    });

    it("opens VRRP, the sync daemon, BFD, the services and their answers", () => {
        expect(content).toBe(`input 112 eth0 any 224.0.0.18 any
input 112 eth1 fe80::1 ff02::12 any
input 112 eth1 fe80::2 ff02::12 any
input udp eth2 any 224.0.0.81 8848-8849
input udp any 192.0.2.9 any 3784
input udp any 192.0.2.8 192.0.2.7 4784
input tcp any any 192.0.2.1 80
input sctp any any 192.0.2.1 8000-8010
input udp any any 2001:db8::1 any
forward tcp any 10.0.0.1 any 8080
`);
    });

    it("opens nothing if the firewall is left alone", () => {
        expect(firewallFile(undefined).content).toBe("");
    });
});

describe("a real server", () => {
    const file = (realServer: Partial<RealServerKernel>, path: string) =>
        realServerKernelFiles("id", { ...bare, ...realServer }).find(
            (candidate) => candidate.path === path,
        )?.content;

    it.each<[string, Partial<RealServerKernel>, string, string | undefined]>([
        ["no service", {}, "", undefined],
        [
            "DR",
            { virtualIps: ["192.0.2.1", "2001:0DB8::1"] },
            "address 192.0.2.1/32 lo\naddress 2001:db8::1/128 lo\n",
            "net.ipv4.conf.all.arp_ignore = 1\nnet.ipv4.conf.all.arp_announce = 2\n" +
                "net.ipv4.conf.lo.arp_ignore = 1\nnet.ipv4.conf.lo.arp_announce = 2\n",
        ],
        [
            "DR over IPv6",
            { virtualIps: ["2001:db8::1"] },
            "address 2001:db8::1/128 lo\n",
            undefined,
        ],
        [
            "NAT",
            { gateways: ["10.0.0.1", "2001:db8::0"] },
            "gateway 10.0.0.1\ngateway 2001:db8::\n",
            undefined,
        ],
        [
            "tunnels",
            {
                tunnels: [
                    { type: "ipip", port: 6080, family: "inet" },
                    { type: "gue", port: 6080, family: "inet" },
                    { type: "gue", family: "inet", port: 6081 },
                    { type: "gre", port: 6080, family: "inet" },
                    { type: "ipip", port: 6080, family: "inet6" },
                    { type: "gre", port: 6080, family: "inet6" },
                ],
            },
            "device tunl0\ngue inet 6080\ngue inet 6081\ndevice gre0\ndevice ip6tnl0\ndevice ip6gre0\n",
            "net.ipv4.conf.tunl0.rp_filter = 2\nnet.ipv4.conf.gre0.rp_filter = 2\n",
        ],
        [
            "TUN over IPv6",
            {
                virtualIps: ["2001:db8::1"],
                tunnels: [{ type: "ipip", port: 6080, family: "inet6" }],
            },
            "device ip6tnl0\naddress 2001:db8::1/128 lo\n",
            undefined,
        ],
    ])("gets addresses, devices and sysctls for %s", (_, realServer, lines, sysctls) => {
        expect(file(realServer, "/etc/lvs/real-servers/id.conf")).toBe(lines);
        expect(file(realServer, "/etc/sysctl.d/lvs-id.conf")).toBe(sysctls);
    });

    it("has its virtual IP on the tunnel for the reverse path filter", () => {
        expect(
            file(
                {
                    virtualIps: ["192.0.2.1"],
                    tunnels: [{ type: "ipip", port: 6080, family: "inet" }],
                },
                "/etc/lvs/real-servers/id.conf",
            ),
        ).toBe("device tunl0\naddress 192.0.2.1/32 lo\naddress 192.0.2.1/32 tunl0\n");
    });

    const unit = "/etc/systemd/system/lvs-real-server.service";

    it("gets its addresses before the network starts", () => {
        expect(file({ virtualIps: ["192.0.2.1"] }, unit)).toContain("Before=network.target\n");
    });

    it("gets its routes after the network starts", () => {
        const text = file({ gateways: ["10.0.0.1"] }, unit);
        expect(text).toContain("After=network-online.target networking.service");
        expect(text).not.toContain("Before=network.target");
    });

    it("loads its nftables anew with those of the host", () => {
        const text = file({ virtualIps: ["192.0.2.1"], mss: 1440 }, unit);
        expect(text).toContain("ReloadPropagatedFrom=nftables.service\n");
    });
});

const none = { marks: [], masquerade: [], translated: [] };

it("a director has the same kernel files for all services, except nftables", () => {
    const director: DirectorKernel = {
        sysctls: always,
        tables: none,
    };
    const paths = (more: Partial<DirectorKernel>) =>
        directorKernelFiles({ ...director, ...more }).map(({ path, mode }) => `${path} ${mode}`);
    const usual = ["/etc/sysctl.d/lvs.conf 0644", "/etc/lvs/firewall 0644"];
    expect(paths({})).toEqual(usual);
    expect(paths({ tables: { ...none, translated: ["inet"] } })).toEqual([
        usual[0],
        "/etc/lvs/director.nft 0644",
        ...usual.slice(1),
    ]);
});
