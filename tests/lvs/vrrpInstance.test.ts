import * as fc from "fast-check";
import type { Target } from "../../lvs/keepalived/keywords";
import { instanceName, ownVirtualIps, type VrrpInstance } from "../../lvs/vrrp/instance/instance";
import { planVrrpInstance, vrrpInstanceView } from "../../lvs/vrrp/instance/instancePlan";
import { vrrpInstanceProblems } from "../../lvs/vrrp/instance/instanceRules";
import type { VrrpContext } from "../../lvs/vrrp/instance/members";
import { render } from "../../lvs/hostFile";
import { anyCharacter, cases } from "../support/property";

const context: VrrpContext = {
    directors: [
        { name: "ds1", host: "192.0.2.1" },
        { name: "ds2", host: "192.0.2.2" },
        { name: "ds3", host: "ds3.example.com" },
    ],
    virtualIps: ["192.0.2.10"],
    trackScripts: [{ name: "uplink", script: { script: "ping" }, weight: 20 }],
    trackProcesses: [{ name: "named", process: "named" }],
    trackFiles: [{ name: "handicap", file: "/run/handicap" }],
    bfdInstances: [{ name: "router", neighborIp: "192.0.2.254" }],
};
const pair: VrrpContext = { ...context, directors: context.directors.slice(0, 2) };
const v6: VrrpContext = { ...pair, virtualIps: ["2001:db8::10"] };

const one: VrrpInstance = { interface: "eth0", virtualRouterId: 62 };
const call = { script: "ping", args: ["now"], user: "root" };

const target = (version = "2.3.3"): Target => ({ version, host: "ds1", scripts: ["ping"] });

function rendered(instance: VrrpInstance, director = "ds1", where = pair, version = "2.3.3") {
    const plan = planVrrpInstance(instance, 0, director, where);
    return plan && render("vrrp_instance.mustache", vrrpInstanceView(plan, version));
}

function problems(instance: VrrpInstance, where = pair, version = "2.3.3") {
    return vrrpInstanceProblems("vrrpInstances[0]", instance, where, target(version)).map(
        ({ path, reason }) => `${path}: ${reason}`,
    );
}

describe("vrrp_instance", () => {
    it("has defaults for all that is not given", () => {
        expect(rendered(one)).toBe(`vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 62
    priority 254
    advert_int 1
    authentication {
        auth_type PASS
        include auth_pass.conf
    }
    virtual_ipaddress {
        192.0.2.10
    }
}
`);
    });

    it("has lower priorities for further directors, in steps of 40", () => {
        const directors = ["ds1", "ds2", "ds3", "ds4"].map((name) => ({ name, host: name }));
        const priorities = directors.map(
            ({ name }) => /priority (\d+)/.exec(rendered(one, name, { ...pair, directors })!)![1],
        );
        expect(priorities).toEqual(["254", "253", "213", "173"]);
    });

    it("has every keyword that is given, on the second director", () => {
        const everything: VrrpInstance = {
            ...one,
            name: "inside",
            version: 2,
            advertInt: 2,
            preemptDelay: 1.5,
            downTimerAdverts: 4,
            useVmac: true,
            useVmacAddr: true,
            vmacXmitBase: true,
            dontTrackPrimary: true,
            trackSrcIp: true,
            mcastDstIp: "224.0.0.19",
            garpMasterDelay: 0,
            garpMasterRepeat: 2,
            garpMasterRefresh: 30,
            garpMasterRefreshRepeat: 2,
            garpLowerPrioDelay: 3,
            garpLowerPrioRepeat: 0,
            garpExtraIf: 10,
            lowerPrioNoAdvert: true,
            higherPrioSendAdvert: false,
            skipCheckAdvAddr: true,
            strictMode: false,
            accept: true,
            kernelRxBufSize: 100000,
            notifyMaster: call,
            notifyBackup: { script: "ping" },
            notifyFault: { script: "ping", args: ["a", "b"] },
            notifyStop: call,
            notify: call,
            smtpAlert: true,
            notifyPriorityChanges: true,
            notifyDeleted: call,
            notifyMasterRxLowerPri: call,
            directors: [
                { name: "ds1", priority: 192 },
                { name: "ds2", priority: 190, interface: "eth1", mcastSrcIp: "192.0.2.2" },
            ],
            trackInterface: [
                { interface: "eth2" },
                { interface: "eth3", weight: -10 },
                { interface: "eth4", weight: 0, reverse: true },
            ],
            trackScript: [{ name: "uplink" }],
            trackProcess: [{ name: "named", weight: 5 }],
            trackFile: [{ name: "handicap", weight: -1 }],
            trackBfd: [{ name: "router", weight: 3, reverse: true }],
            virtualIpaddress: [
                {
                    ip: "192.0.2.10",
                    prefixLength: 24,
                    brd: "+",
                    dev: "eth1",
                    scope: "global",
                    label: "eth1:lvs",
                    noprefixroute: true,
                    noTrack: true,
                    preferredLft: "0",
                },
                { ip: "2001:db8::10", prefixLength: 64, home: true, preferredLft: "forever" },
                { ip: "2001:db8::12", prefixLength: 64 },
                { ip: "192.0.2.11" },
            ],
            virtualIpaddressExcluded: [{ ip: "2001:db8::11" }, { ip: "192.0.2.12" }],
            virtualRoutes: [
                {
                    to: "203.0.113.0/24",
                    via: "192.0.2.254",
                    dev: "eth1",
                    src: "192.0.2.10",
                    table: 100,
                    scope: "global",
                    metric: 5,
                    mtu: 1400,
                    advmss: 1360,
                    onlink: true,
                },
                { to: "2001:db8:1::/48", via: "2001:db8::1" },
                { to: "203.0.114.0/24", type: "blackhole", table: 100 },
            ],
            virtualRules: [
                {
                    from: "192.0.2.0/24",
                    to: "203.0.113.7",
                    iif: "eth1",
                    oif: "eth2",
                    fwmark: 7,
                    table: 100,
                    preference: 50,
                    noTrack: true,
                },
                { from: "2001:db8::/64", type: "prohibit", preference: 60 },
            ],
            extraConfig: "debug 4\n# ours }\n",
        };
        expect(problems(everything)).toEqual([]);
        expect(rendered(everything, "ds2")).toBe(`vrrp_instance inside {
    state BACKUP
    interface eth1
    virtual_router_id 62
    version 2
    priority 190
    advert_int 2
    mcast_src_ip 192.0.2.2
    preempt_delay 1.5
    down_timer_adverts 4
    use_vmac
    use_vmac_addr
    vmac_xmit_base
    dont_track_primary
    track_src_ip
    mcast_dst_ip 224.0.0.19
    garp_master_delay 0
    garp_master_repeat 2
    garp_master_refresh 30
    garp_master_refresh_repeat 2
    garp_lower_prio_delay 3
    garp_lower_prio_repeat 0
    garp_extra_if 10
    lower_prio_no_advert on
    higher_prio_send_advert off
    skip_check_adv_addr
    strict_mode off
    accept
    kernel_rx_buf_size 100000
    notify_master "/usr/libexec/keepalived/ping now" root
    notify_backup "/usr/libexec/keepalived/ping"
    notify_fault "/usr/libexec/keepalived/ping a b"
    notify_stop "/usr/libexec/keepalived/ping now" root
    notify "/usr/libexec/keepalived/ping now" root
    smtp_alert
    notify_priority_changes on
    notify_deleted "/usr/libexec/keepalived/ping now" root
    notify_master_rx_lower_pri "/usr/libexec/keepalived/ping now" root
    authentication {
        auth_type PASS
        include auth_pass.conf
    }
    track_interface {
        eth2
        eth3 weight -10
        eth4 weight 0 reverse
    }
    track_script {
        uplink
    }
    track_process {
        named weight 5
    }
    track_file {
        handicap weight -1
    }
    track_bfd {
        router weight 3 reverse
    }
    virtual_ipaddress {
        192.0.2.10/24 brd + dev eth1 scope global label eth1:lvs noprefixroute no_track preferred_lft 0
        192.0.2.11
    }
    virtual_ipaddress_excluded {
        2001:db8::10/64 home preferred_lft forever
        2001:db8::12/64 preferred_lft 0
        2001:db8::11/128
        192.0.2.12
    }
    virtual_routes {
        203.0.113.0/24 via 192.0.2.254 dev eth1 src 192.0.2.10 table 100 scope global metric 5 mtu 1400 advmss 1360 onlink
        2001:db8:1::/48 via 2001:db8::1 no_track
        blackhole 203.0.114.0/24 table 100 no_track
    }
    virtual_rules {
        from 192.0.2.0/24 to 203.0.113.7 iif eth1 oif eth2 fwmark 7 table 100 preference 50 no_track
        from 2001:db8::/64 preference 60 prohibit
    }
    debug 4
    # ours }
}
`);
    });

    it("has the other directors as unicast peers, by host or by the given address", () => {
        const unicast: VrrpInstance = {
            ...one,
            unicast: true,
            unicastTtl: 1,
            checkUnicastSrc: true,
            oldUnicastChecksum: true,
            promoteSecondaries: true,
            directors: [
                { name: "ds2" },
                { name: "ds1" },
                { name: "ds3", unicastSrcIp: "192.0.2.3" },
            ],
        };
        expect(problems(unicast, context)).toEqual([]);
        expect(rendered(unicast, "ds1", context)).toContain(`
    priority 253
    advert_int 1
    unicast_src_ip 192.0.2.1
    unicast_ttl 1
    check_unicast_src
    old_unicast_checksum
    promote_secondaries
`);
        expect(rendered(unicast, "ds1", context)).toContain(`
    unicast_peer {
        192.0.2.2
        192.0.2.3
    }
`);
    });

    it("has no password in version 3, and adverts by the hundredth of a second", () => {
        const fast = { ...one, version: 3, advertInt: 0.1 };
        expect(problems(fast)).toEqual([]);
        expect(rendered(fast)).toContain("    version 3\n    priority 254\n    advert_int 0.1\n");
        expect(rendered(fast)).not.toContain("auth");
    });

    it("has the version of globalDefs", () => {
        const where = { ...pair, globalDefs: { vrrpVersion: 3 } };
        expect(rendered(one, "ds1", where)).toContain("    version 3\n");
        expect(rendered({ ...one, version: 2 }, "ds1", where)).toContain("    version 2\n");
    });

    it("has version 3 for IPv6 alone", () => {
        expect(problems(one, v6, "2.2.7")).toEqual([]);
        expect(rendered(one, "ds1", v6)).toContain("    version 3\n");
        expect(rendered(one, "ds1", v6)).toContain("        2001:db8::10/128\n");
    });

    it("advertises IPv4 addresses and excludes IPv6 addresses", () => {
        const both = { ...pair, virtualIps: ["2001:db8::10", "192.0.2.10"] };
        expect(rendered(one, "ds1", both)).toContain(`
    virtual_ipaddress {
        192.0.2.10
    }
    virtual_ipaddress_excluded {
        2001:db8::10/128
    }
`);
    });

    it("has each virtual IP once if some are excluded", () => {
        const where = { ...pair, virtualIps: ["192.0.2.10", "192.0.2.11"] };
        const excluding = { ...one, virtualIpaddressExcluded: [{ ip: "192.0.2.11" }] };
        expect(rendered(excluding, "ds1", where)?.match(/192\.0\.2\.1[01]/g)).toEqual([
            "192.0.2.10",
            "192.0.2.11",
        ]);
    });

    it("begins as backup in strict mode, and accepts packets to the virtual IPs", () => {
        const strict = { ...one, version: 3, strictMode: true };
        expect(problems(strict)).toEqual([]);
        expect(rendered(strict)).toMatch(/state BACKUP[^]*strict_mode on\n {4}accept\n/);
        expect(rendered({ ...strict, accept: false })).not.toContain("accept");
    });

    it.each([
        ["MASTER", {}],
        ["BACKUP", { nopreempt: true }],
        ["BACKUP", { preemptDelay: 0 }],
    ])("begins as %s on the first director with %j", (state, settings) => {
        expect(rendered({ ...one, ...settings })).toContain(`state ${state}\n`);
    });

    it("keeps a director that was held up from coming back, with nopreempt", () => {
        const loaded = { ...one, nopreempt: true, timerExpiredBackup: 253 };
        expect(problems(loaded)).toEqual([]);
        expect(rendered(loaded)).toContain("    nopreempt\n    timer_expired_backup 253\n");
    });

    it("leaves out its own interface, which keepalived tracks anyway", () => {
        const tracks = { trackInterface: [{ interface: "eth0" }, { interface: "eth1" }] };
        const text = rendered({ ...one, ...tracks })!;
        expect(text).toContain("    track_interface {\n        eth1\n    }\n");
        expect(rendered({ ...one, trackInterface: [{ interface: "eth0" }] })).not.toContain(
            "track_interface",
        );
    });

    it("has on each director the settings that this director gives for itself", () => {
        const directors = [
            { name: "ds1", garpMasterDelay: 1 },
            { name: "ds2", nopreempt: true, trackInterface: [{ interface: "eth1" }] },
        ];
        const instance = { ...one, garpMasterDelay: 9, directors };
        expect(problems(instance)).toEqual([]);
        expect(rendered(instance, "ds1")).toContain("garp_master_delay 1\n");
        expect(rendered(instance, "ds1")).toContain("state MASTER\n");
        expect(rendered(instance, "ds1")).not.toContain("track_interface");
        expect(rendered(instance, "ds2")).toContain("garp_master_delay 9\n");
        expect(rendered(instance, "ds2")).toContain("    nopreempt\n");
        expect(rendered(instance, "ds2")).toContain("    track_interface {\n        eth1\n");
    });

    it("is left out on a director that takes no part", () => {
        expect(rendered({ ...one, directors: [{ name: "ds2" }] })).toBeUndefined();
    });

    it("has no no_track before keepalived tracked routes", () => {
        const routes = { ...one, virtualRoutes: [{ to: "203.0.113.0/24", via: "192.0.2.254" }] };
        expect(rendered(routes, "ds1", pair, "1.3.5")).toContain(
            "        203.0.113.0/24 via 192.0.2.254\n",
        );
    });
});

it("a VRRP instance is named by its place unless it has a name", () => {
    expect([{}, { name: "inside" }, {}].map(instanceName)).toEqual(["VI_1", "inside", "VI_3"]);
});

it("a VRRP instance has the virtual IPs that it names for its own", () => {
    expect(ownVirtualIps(one)).toEqual([]);
    const [a, b] = [{ ip: "192.0.2.1" }, { ip: "192.0.2.2" }];
    expect(ownVirtualIps({ ...one, virtualIpaddress: [a], virtualIpaddressExcluded: [b] })).toEqual(
        [a, b],
    );
});

describe("validation of VRRP instances", () => {
    const vip = (address: object) => ({ virtualIpaddress: [{ ip: "192.0.2.10", ...address }] });
    const vip6 = (address: object) => ({
        virtualIpaddress: [{ ip: "192.0.2.10" }, { ip: "2001:db8::1", ...address }],
    });
    const route = (words: object) => ({ virtualRoutes: [{ to: "203.0.113.0/24", ...words }] });
    const rule = (words: object) => ({ virtualRules: [{ preference: 5, table: 5, ...words }] });
    const strict = { version: 3, strictMode: true };

    it.each<[string, object, string]>([
        // The instance itself.
        ["name", { name: "a b" }, '"a b" is not a valid name'],
        ["interface", { interface: "eth0 {" }, "is not the name of a network interface"],
        ["interface", { interface: undefined }, "is missing"],
        ["virtualRouterId", { virtualRouterId: 256 }, "256 is out of range"],
        ["virtualRouterId", { virtualRouterId: undefined }, "is missing"],
        ["version", { version: 4 }, "4 is out of range"],
        ["advertInt", { advertInt: 0.5 }, "0.5 is out of range"],
        ["advertInt", { version: 3, advertInt: 41 }, "41 is out of range"],
        ["advertInt", { version: 3, advertInt: 0.015 }, "0.015 has more than 2 decimals"],
        [
            "preemptDelay",
            { nopreempt: true, preemptDelay: 3 },
            "The delay has no effect with nopreempt, which forbids preemption",
        ],
        ["preemptDelay", { preemptDelay: 1001 }, "1001 is out of range"],
        [
            "timerExpiredBackup",
            { timerExpiredBackup: 9 },
            "Without nopreempt the director would become active again at once",
        ],
        ["garpMasterRepeat", { garpMasterRepeat: 0 }, "0 is out of range"],
        ["mcastDstIp", { mcastDstIp: "192.0.2.1" }, '"192.0.2.1" is not a multicast address'],
        ["notifyMaster", { notifyMaster: { script: "x" } }, '"x" is not defined in scripts'],
        [
            "extraConfig",
            { extraConfig: "}\n" },
            "An opening or a closing brace lacks its counterpart",
        ],
        // Directors.
        ["directors", { directors: [] }, "is empty"],
        ["directors[0].name", { directors: [{ name: "x" }] }, '"x" is not defined in directors'],
        [
            "directors[1].name",
            { directors: [{ name: "ds1" }, { name: "ds1" }] },
            '"ds1" is listed twice',
        ],
        [
            "directors[0].priority",
            { directors: [{ name: "ds1", priority: 255 }] },
            "255 is out of range",
        ],
        [
            "directors[1].priority",
            { directors: [{ name: "ds1", priority: 100 }, { name: "ds2" }] },
            "253 is above 100, the priority of the director before it",
        ],
        [
            "directors[0].interface",
            { directors: [{ name: "ds1", interface: "" }] },
            '"" is not the name of a network interface',
        ],
        [
            "directors[0].mcastSrcIp",
            { directors: [{ name: "ds1", mcastSrcIp: "2001:db8::1" }] },
            '"2001:db8::1" is not in the address family of the adverts',
        ],
        [
            "directors[0].unicastSrcIp",
            { directors: [{ name: "ds1", unicastSrcIp: "192.0.2.1" }] },
            "The address is for unicast, and the instance uses multicast",
        ],
        // Unicast.
        [
            "unicast",
            { unicast: true, directors: [{ name: "ds1" }] },
            "The instance has one director, and no other to send adverts to",
        ],
        [
            "directors[0].mcastSrcIp",
            {
                unicast: true,
                directors: [{ name: "ds1", mcastSrcIp: "192.0.2.1" }, { name: "ds2" }],
            },
            "is for multicast",
        ],
        ["mcastDstIp", { unicast: true, mcastDstIp: "224.0.0.19" }, "is for multicast"],
        [
            "mcastDstIp",
            { mcastDstIp: "ff02::19" },
            '"ff02::19" is not in the address family of the adverts',
        ],
        [
            "unicastTtl",
            { unicastTtl: 5 },
            "The setting is for unicast, and the instance uses multicast",
        ],
        ["checkUnicastSrc", { checkUnicastSrc: true }, "is for unicast"],
        ["oldUnicastChecksum", { oldUnicastChecksum: true }, "is for unicast"],
        // A virtual MAC address.
        [
            "vmacXmitBase",
            { useVmacAddr: true, vmacXmitBase: true },
            "The setting is for a virtual MAC address",
        ],
        ["vmacXmitBase", { vmacXmitBase: true }, "The setting is for a virtual MAC address"],
        [
            "useVmac",
            { useVmac: true, unicast: true },
            "With unicast, adverts must come from the interface itself",
        ],
        [
            "promoteSecondaries",
            { useVmac: true, promoteSecondaries: true },
            "A virtual MAC address implies this setting, and keepalived rejects it",
        ],
        // Strict mode.
        [
            "version",
            { strictMode: true },
            "Version 2 contradicts the standard, which strictMode requires",
        ],
        ["unicast", { ...strict, unicast: true }, "contradicts the standard"],
        ["preemptDelay", { ...strict, preemptDelay: 3 }, "contradicts the standard"],
        [
            "vmacXmitBase",
            { ...strict, useVmac: true, vmacXmitBase: true },
            "The setting contradicts the standard, which strictMode requires",
        ],
        ["downTimerAdverts", { ...strict, downTimerAdverts: 3 }, "contradicts the standard"],
        ["garpLowerPrioDelay", { ...strict, garpLowerPrioDelay: 3 }, "contradicts the standard"],
        ["garpLowerPrioRepeat", { ...strict, garpLowerPrioRepeat: 3 }, "contradicts the standard"],
        [
            "lowerPrioNoAdvert",
            { ...strict, lowerPrioNoAdvert: false },
            "false contradicts the standard, which strictMode requires",
        ],
        [
            "higherPrioSendAdvert",
            { ...strict, higherPrioSendAdvert: true },
            "The setting contradicts the standard, which strictMode requires",
        ],
        // Virtual IPs.
        ["virtualIpaddress", { virtualIpaddress: [] }, "has no virtual IP"],
        ["virtualIpaddress[0].ip", vip({ ip: "vip.example" }), "is not an IP address"],
        ["virtualIpaddress[0].prefixLength", vip({ prefixLength: 33 }), "33 is out of range"],
        ["virtualIpaddress[1].prefixLength", vip6({ prefixLength: 129 }), "129 is out of range"],
        ["virtualIpaddress[0].brd", vip({ brd: "*" }), '"*" is neither an IPv4 address nor + or -'],
        ["virtualIpaddress[1].brd", vip6({ brd: "+" }), "is for IPv4"],
        [
            "virtualIpaddress[0].brd",
            vip({ brd: "+" }),
            "A prefix of length 32 has no broadcast address",
        ],
        ["virtualIpaddress[1].scope", vip6({ scope: "link" }), "is for IPv4"],
        ["virtualIpaddress[0].dev", vip({ dev: "eth 0" }), "is not the name of a network"],
        ["virtualIpaddress[0].scope", vip({ scope: "near" }), '"near" is unknown'],
        [
            "virtualIpaddress[0].label",
            vip({ label: "eth0:1234567890a" }),
            '"eth0:1234567890a" is not a valid label',
        ],
        ["virtualIpaddress[1].label", vip6({ label: "eth0:1" }), "is for IPv4"],
        ["virtualIpaddress[0].home", vip({ home: true }), "is for IPv6"],
        ["virtualIpaddress[0].preferredLft", vip({ preferredLft: "ever" }), '"ever" is not a time'],
        [
            "virtualIpaddressExcluded[0].ip",
            { virtualIpaddressExcluded: [{ ip: "" }] },
            '"" is not an IP address',
        ],
        // Routes and rules.
        ["virtualRoutes[0].to", route({ to: "there", via: "192.0.2.1" }), "not an IP address or"],
        ["virtualRoutes[0]", route({}), "The route has no next router, interface or type"],
        [
            "virtualRoutes[0].via",
            route({ type: "blackhole", via: "192.0.2.1" }),
            "A route of type blackhole has no next router",
        ],
        ["virtualRoutes[0]", route({ via: "2001:db8::1" }), "The addresses mix IPv4 and IPv6"],
        ["virtualRoutes[0].type", route({ type: "hole" }), '"hole" is unknown'],
        ["virtualRoutes[0].table", route({ dev: "eth0", table: 0 }), "0 is out of range"],
        ["virtualRules[0].preference", rule({ preference: undefined }), "is missing"],
        [
            "virtualRules[0]",
            rule({ table: undefined }),
            "The rule has both a table and a type, or neither",
        ],
        [
            "virtualRules[0]",
            rule({ type: "blackhole" }),
            "The rule has both a table and a type, or neither",
        ],
        [
            "virtualRules[0]",
            rule({ from: "192.0.2.1", to: "::1" }),
            "The addresses mix IPv4 and IPv6",
        ],
        ["virtualRules[0].from", rule({ from: "192.0.2.0/33" }), "is not an IP address or prefix"],
        // Tracking.
        [
            "trackInterface[0].weight",
            { trackInterface: [{ interface: "eth1", weight: -254 }] },
            "-254 is out of range",
        ],
        [
            "trackInterface[1].interface",
            { trackInterface: [{ interface: "eth1" }, { interface: "eth1" }] },
            '"eth1" is already vrrpInstances[0].trackInterface[0]',
        ],
        [
            "trackScript[0].name",
            { trackScript: [{ name: "x" }] },
            '"x" is not defined in trackScripts',
        ],
        [
            "trackProcess[0].name",
            { trackProcess: [{ name: "x" }] },
            '"x" is not defined in trackProcesses',
        ],
        ["trackFile[0].name", { trackFile: [{ name: "x" }] }, '"x" is not defined in trackFiles'],
        ["trackBfd[0].name", { trackBfd: [{ name: "x" }] }, '"x" is not defined in bfdInstances'],
        [
            "trackBfd[0].reverse",
            { trackBfd: [{ name: "router", reverse: true }] },
            "The setting needs a weight",
        ],
        [
            "directors[0].priority",
            { trackScript: [{ name: "uplink" }] },
            "Priority 254 and up to 20 from tracking exceed 254, the highest priority",
        ],
        [
            "directors[0].priority",
            { trackBfd: [{ name: "router", weight: -5, reverse: true }] },
            "Priority 254 and up to 5 from tracking exceed 254, the highest priority",
        ],
    ])("refuses %s of %j", (path, settings, reason) => {
        expect(problems({ ...one, ...settings })).toEqual([
            expect.stringMatching(
                new RegExp(`^${escaped(`vrrpInstances[0].${path}: `)}.*${escaped(reason)}`),
            ),
        ]);
    });

    it.each<[string, string, object, string]>([
        [
            "1.3.5",
            "preemptDelay",
            { preemptDelay: 1.5 },
            "1.5 is a fraction, which needs keepalived 2.0.0, and ds1 has 1.3.5",
        ],
        ["1.3.5", "notify.args", { notify: call }, "need keepalived 2.0.0"],
        ["1.3.5", "smtpAlert", { smtpAlert: false }, "false needs keepalived 2.0.0"],
        ["1.3.5", "trackFile", { trackFile: [{ name: "handicap" }] }, "needs keepalived 2.1.0"],
        [
            "2.0.10",
            "trackProcess",
            { trackProcess: [{ name: "named" }] },
            "needs keepalived 2.0.11",
        ],
        ["2.1.5", "useVmacAddr", { useVmacAddr: true }, "use_vmac_addr needs keepalived 2.2.0"],
        [
            "2.1.5",
            "useVmac",
            { useVmac: true, vmacXmitBase: true, unicast: true },
            "useVmac with unicast needs keepalived 2.2.0, and ds1 has 2.1.5",
        ],
        [
            "2.2.7",
            "timerExpiredBackup",
            { nopreempt: true, timerExpiredBackup: 253 },
            "timer_expired_backup needs keepalived 2.2.8",
        ],
    ])("refuses, for keepalived %s, %s of %j", (version, path, settings, reason) => {
        expect(problems({ ...one, ...settings }, pair, version)).toEqual([
            expect.stringMatching(
                new RegExp(`^${escaped(`vrrpInstances[0].${path}: `)}.*${escaped(reason)}`),
            ),
        ]);
    });

    it("refuses unicast from a host that is known by name only", () => {
        expect(problems({ ...one, unicast: true }, context)).toEqual([
            expect.stringMatching(/unicast: Unicast needs the IPv4 address of ds3/),
        ]);
    });

    it("refuses unicast over IPv4 for IPv6 virtual IPs", () => {
        expect(problems({ ...one, unicast: true }, v6)).toEqual([
            expect.stringMatching(/unicast: Unicast needs the IPv6 address of ds1/),
            expect.stringMatching(/unicast: Unicast needs the IPv6 address of ds2/),
        ]);
    });

    it("refuses version 2 for IPv6", () => {
        expect(problems({ ...one, version: 2 }, v6)).toEqual([
            "vrrpInstances[0].version: Version 2 does not support IPv6, and all virtual IPs of the instance are IPv6. Use 3.",
        ]);
    });

    it("refuses IPv6 without a link-local address first, in strict mode and for old versions", () => {
        const reason =
            /virtualIpaddress: The list begins with "2001:db8::10", .* Put one such as fe80::62 first/;
        expect(problems({ ...one, strictMode: true }, v6)).toEqual([expect.stringMatching(reason)]);
        expect(problems(one, v6, "2.1.5")).toEqual([expect.stringMatching(reason)]);
        const linkLocal = { ...v6, virtualIps: ["fe80::62", "2001:db8::10"] };
        expect(problems(one, linkLocal, "2.1.5")).toEqual([]);
    });

    it("applies vrrpStrict of globalDefs unless an instance overrides it", () => {
        const where = { ...pair, globalDefs: { vrrpStrict: true } };
        expect(problems(one, where)).toEqual([
            expect.stringMatching(/version: Version 2 contradicts the standard/),
        ]);
        expect(problems({ ...one, strictMode: false }, where)).toEqual([]);
    });
});

describe("validation of random VRRP instances", () => {
    const word = fc.oneof(
        fc.string({ unit: anyCharacter }),
        fc.constantFrom("a\nb", "}", "{", '"', "#"),
    );
    const number = fc.oneof(fc.double(), fc.integer());
    const rubbish = fc.record(
        {
            name: word,
            interface: word,
            virtualRouterId: number,
            version: number,
            advertInt: number,
            preemptDelay: number,
            unicast: fc.boolean(),
            strictMode: fc.boolean(),
            notify: fc.record({ script: fc.constant("ping"), args: fc.array(word), user: word }),
            directors: fc.array(
                fc.record({ name: word, priority: number, interface: word, unicastSrcIp: word }),
            ),
            virtualIpaddress: fc.array(
                fc.record({ ip: word, prefixLength: number, brd: word, label: word, dev: word }),
            ),
            virtualRoutes: fc.array(fc.record({ to: word, via: word, dev: word, table: number })),
            virtualRules: fc.array(fc.record({ from: word, to: word, preference: number })),
            trackInterface: fc.array(fc.record({ interface: word, weight: number })),
            trackScript: fc.array(fc.record({ name: word, weight: number })),
        },
        { requiredKeys: ["interface", "virtualRouterId"] },
    );

    it("throws no error", () => {
        fc.assert(
            fc.property(
                rubbish,
                fc.constantFrom("1.3.5", "2.1.5", "2.3.3"),
                (instance, version) => {
                    expect(Array.isArray(problems(instance as VrrpInstance, pair, version))).toBe(
                        true,
                    );
                },
            ),
            cases(100),
        );
    });

    const fields: Record<string, (text: string) => Partial<VrrpInstance>> = {
        name: (name) => ({ name }),
        interface: (name) => ({ interface: name }),
        ip: (ip) => ({ virtualIpaddress: [{ ip }] }),
        brd: (brd) => ({ virtualIpaddress: [{ ip: "192.0.2.1", brd }] }),
        label: (label) => ({ virtualIpaddress: [{ ip: "192.0.2.1", label }] }),
        preferredLft: (preferredLft) => ({ virtualIpaddress: [{ ip: "::1", preferredLft }] }),
        to: (to) => ({ virtualRoutes: [{ to, dev: "eth0" }] }),
        from: (from) => ({ virtualRules: [{ from, table: 5, preference: 5 }] }),
        user: (user) => ({ notify: { script: "ping", user } }),
        trackInterface: (name) => ({ trackInterface: [{ interface: name }] }),
    };
    const beginnings = ["", "eth0", "eth0:1", "192.0.2.1", "192.0.2.0/24", "+", "0", "ping"];
    const breakouts = [" x", "\nx", "\n", "\r", "\t", "{", "}", "#", "!", '"'];

    it.each(Object.keys(fields))("accepts no text of %s that leaves its line", (field) => {
        const texts = beginnings.flatMap((begin) => breakouts.map((end) => begin + end));
        const passes = (text: string) => problems({ ...one, ...fields[field]!(text) }).length === 0;
        expect(texts.filter(passes)).toEqual([]);
    });
});

function escaped(text: string): string {
    return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
