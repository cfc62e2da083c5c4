import type { Target } from "../../lvs/keepalived/keywords";
import { render } from "../../lvs/hostFile";
import type { VrrpInstance } from "../../lvs/vrrp/instance/instance";
import type { VrrpContext } from "../../lvs/vrrp/instance/members";
import {
    isInSyncGroup,
    type VrrpSyncGroup,
    vrrpSyncGroupProblems,
    vrrpSyncGroupView,
} from "../../lvs/vrrp/syncGroup";

const context: VrrpContext = {
    directors: [
        { name: "ds1", host: "192.0.2.1" },
        { name: "ds2", host: "192.0.2.2" },
    ],
    virtualIps: [],
    trackScripts: [
        { name: "uplink", script: { script: "ping" }, weight: -20 },
        { name: "bonus", script: { script: "ping" }, weight: 20 },
    ],
    trackFiles: [{ name: "handicap", file: "/run/handicap" }],
};
const outside: VrrpInstance = {
    name: "outside",
    interface: "eth0",
    virtualRouterId: 1,
    virtualIpaddress: [{ ip: "192.0.2.10" }],
};
const inside: VrrpInstance = {
    name: "inside",
    interface: "eth1",
    virtualRouterId: 1,
    virtualIpaddress: [{ ip: "198.51.100.10" }],
};
const nat: VrrpSyncGroup = { name: "nat", group: ["outside", "inside"] };
const call = { script: "ping" };

const target = (version = "2.3.3"): Target => ({ version, host: "ds1", scripts: ["ping"] });

function problems(groups: VrrpSyncGroup[], instances = [outside, inside], version = "2.3.3") {
    return vrrpSyncGroupProblems(groups, instances, context, target(version)).map(
        ({ path, reason }) => `${path}: ${reason}`,
    );
}

describe("vrrp_sync_group", () => {
    it.each<[string, VrrpSyncGroup, string]>([
        [
            "with its members alone",
            nat,
            `vrrp_sync_group nat {
    group {
        outside
        inside
    }
}
`,
        ],
        [
            "with every keyword",
            {
                ...nat,
                syncGroupTrackingWeight: true,
                notifyMaster: call,
                notifyBackup: call,
                notifyFault: call,
                notifyStop: call,
                notify: call,
                smtpAlert: false,
                notifyPriorityChanges: false,
                trackInterface: [{ interface: "eth2" }],
                trackScript: [{ name: "uplink", weight: -5 }],
                trackFile: [{ name: "handicap" }],
                extraConfig: "# ours",
            },
            `vrrp_sync_group nat {
    group {
        outside
        inside
    }
    track_interface {
        eth2
    }
    track_script {
        uplink weight -5
    }
    track_file {
        handicap
    }
    sync_group_tracking_weight
    notify_master "/usr/libexec/keepalived/ping"
    notify_backup "/usr/libexec/keepalived/ping"
    notify_fault "/usr/libexec/keepalived/ping"
    notify_stop "/usr/libexec/keepalived/ping"
    notify "/usr/libexec/keepalived/ping"
    smtp_alert off
    notify_priority_changes off
    # ours
}
`,
        ],
    ])("is rendered %s", (_, group, expected) => {
        expect(problems([group])).toEqual([]);
        expect(render("vrrp_sync_group.mustache", vrrpSyncGroupView(group, "2.3.3"))).toBe(
            expected,
        );
    });

    it("is left out on a director that takes no part in its members", () => {
        const only = [outside, inside].map((one) => ({ ...one, directors: [{ name: "ds1" }] }));
        expect(isInSyncGroup(nat, "ds1", only, context)).toBe(true);
        expect(isInSyncGroup(nat, "ds2", only, context)).toBe(false);
    });
});

describe("validation of sync groups", () => {
    it.each<[string, VrrpSyncGroup[], string]>([
        ["vrrpSyncGroups[0].name", [{ ...nat, name: "a b" }], '"a b" is not a valid name'],
        [
            "vrrpSyncGroups[0].group",
            [{ ...nat, group: ["inside"] }],
            "A group needs two instances, and this one has 1",
        ],
        [
            "vrrpSyncGroups[0].group[2]",
            [{ ...nat, group: ["inside", "outside", "VI_3"] }],
            '"VI_3" is not defined in vrrpInstances',
        ],
        [
            "vrrpSyncGroups[0].group[2]",
            [{ ...nat, group: ["inside", "outside", "inside"] }],
            '"inside" is already vrrpSyncGroups[0].group[0]',
        ],
        [
            "vrrpSyncGroups[0].trackInterface[0].interface",
            [{ ...nat, trackInterface: [{ interface: "eth1" }] }],
            '"eth1" is the own interface of inside, which keepalived tracks anyway',
        ],
        [
            "vrrpSyncGroups[0].trackScript[0].name",
            [{ ...nat, trackScript: [{ name: "x" }] }],
            '"x" is not defined in trackScripts',
        ],
        [
            "vrrpSyncGroups[0].notify",
            [{ ...nat, notify: { script: "x" } }],
            '"x" is not defined in scripts',
        ],
        ["vrrpSyncGroups[0].extraConfig", [{ ...nat, extraConfig: "{" }], "brace"],
    ])("refuses %s", (path, groups, reason) => {
        const found = problems(groups);
        expect(found).toEqual([expect.stringContaining(reason)]);
        expect(found[0]!.startsWith(`${path}: `)).toBe(true);
    });

    it("refuses an instance in two groups", () => {
        expect(problems([nat, { ...nat, name: "again" }])).toEqual([
            'vrrpSyncGroups[1].group[0]: "outside" is already vrrpSyncGroups[0].group[0]. List it once.',
            'vrrpSyncGroups[1].group[1]: "inside" is already vrrpSyncGroups[0].group[1]. List it once.',
        ]);
    });

    it("refuses two groups of one name", () => {
        expect(problems([nat, { ...nat, group: [] }])).toContain(
            'vrrpSyncGroups[1].name: "nat" is already the name of vrrpSyncGroups[0]. Use a different name.',
        );
    });

    it("refuses members that prefer different directors", () => {
        const other = { ...inside, directors: [{ name: "ds2" }, { name: "ds1" }] };
        expect(problems([nat], [outside, other])).toEqual([
            "vrrpSyncGroups[0].group: inside prefers ds2, ds1 and outside ds1, ds2, but one director is active for both. Give them the same directors in the same order.",
        ]);
    });

    it.each<[string, Partial<VrrpInstance>]>([
        ["a script's", { trackScript: [{ name: "uplink" }] }],
        ["a file's", { trackFile: [{ name: "handicap" }] }],
        ["an own", { trackInterface: [{ interface: "eth2", weight: -5 }] }],
    ])("refuses a member that tracks with %s weight, unless the group allows it", (_, tracks) => {
        const members = [outside, { ...inside, ...tracks }];
        expect(problems([nat], members)).toEqual([
            expect.stringMatching(
                /^vrrpSyncGroups\[0\]\.syncGroupTrackingWeight: keepalived would ignore weight/,
            ),
        ]);
        expect(problems([{ ...nat, syncGroupTrackingWeight: true }], members)).toEqual([]);
    });

    it("accepts a member that tracks without weight", () => {
        const tracks = { trackScript: [{ name: "uplink", weight: 0 }] };
        expect(problems([nat], [outside, { ...inside, ...tracks }])).toEqual([]);
    });

    it("refuses one thing tracked by group and member", () => {
        const tracks = { trackInterface: [{ interface: "eth2" }] };
        expect(problems([{ ...nat, ...tracks }], [outside, { ...inside, ...tracks }])).toEqual([
            'vrrpSyncGroups[0].trackInterface: "eth2" is tracked by inside too. Remove it from one of them.',
        ]);
    });

    it("refuses tracking that lifts members beyond the highest priority", () => {
        const bonus = { ...nat, trackScript: [{ name: "bonus" }] };
        const low = [outside, inside].map((one) => ({
            ...one,
            directors: [
                { name: "ds1", priority: 234 },
                { name: "ds2", priority: 230 },
            ],
        }));
        expect(problems([bonus])).toEqual([
            expect.stringContaining(
                "Priority 254 of outside and up to 20 from tracking exceed 254, the highest priority",
            ),
            expect.stringContaining(
                "Priority 254 of inside and up to 20 from tracking exceed 254, the highest priority",
            ),
        ]);
        expect(problems([bonus], low)).toEqual([]);
    });

    it.each<[string, string, Partial<VrrpSyncGroup>, string]>([
        ["1.3.5", "notifyStop", { notifyStop: call }, "notify_stop needs keepalived 2.0.0"],
        ["1.3.5", "trackScript", { trackScript: [{ name: "uplink" }] }, "needs keepalived 2.0.0"],
        [
            "2.1.5",
            "notifyPriorityChanges",
            { notifyPriorityChanges: true },
            "notify_priority_changes needs keepalived 2.2.0",
        ],
    ])("refuses, for keepalived %s, %s", (version, field, settings, reason) => {
        const found = problems([{ ...nat, ...settings }], [outside, inside], version);
        expect(found).toEqual([expect.stringContaining(reason)]);
        expect(found[0]!.startsWith(`vrrpSyncGroups[0].${field}: `)).toBe(true);
    });
});
