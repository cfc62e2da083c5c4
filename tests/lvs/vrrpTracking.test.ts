import type { Target } from "../../lvs/keepalived/keywords";
import { render } from "../../lvs/hostFile";
import {
    planTracking,
    type Tracking,
    trackingProblems,
    trackingViews,
} from "../../lvs/vrrp/tracking/tracking";

const target = (version = "2.3.3"): Target => ({ version, host: "ds1", scripts: ["ping"] });
const script = { script: "ping" };

function rendered(tracking: Tracking, director = "ds1", version = "2.3.3") {
    const views = trackingViews(planTracking(tracking, director, version), version);
    return [
        ...views.trackScripts.map((view) => render("vrrp_script.mustache", view)),
        ...views.trackProcesses.map((view) => render("vrrp_track_process.mustache", view)),
        ...views.trackFiles.map((view) => render("track_file.mustache", view)),
        ...views.bfdInstances.map((view) => render("bfd_instance.mustache", view)),
    ].join("");
}

function problems(tracking: Tracking, version = "2.3.3") {
    return trackingProblems(tracking, ["ds1", "ds2"], target(version)).map(
        ({ path, reason }) => `${path}: ${reason}`,
    );
}

/** Each tracked thing with required fields only, and with all fields. */
const cases: [string, Tracking, string][] = [
    [
        "a script",
        { trackScripts: [{ name: "uplink", script }] },
        `vrrp_script uplink {
    script "/usr/libexec/keepalived/ping"
}
`,
    ],
    [
        "a script with everything",
        {
            trackScripts: [
                {
                    name: "uplink",
                    script: { script: "ping", args: ["-c", "1"], user: "nobody" },
                    interval: 0.5,
                    timeout: 2,
                    weight: -20,
                    rise: 2,
                    fall: 3,
                    initFail: true,
                },
            ],
        },
        `vrrp_script uplink {
    script "/usr/libexec/keepalived/ping -c 1"
    interval 0.5
    timeout 2
    weight -20
    rise 2
    fall 3
    init_fail
    user nobody
}
`,
    ],
    [
        "a process",
        { trackProcesses: [{ name: "dns", process: "named" }] },
        `vrrp_track_process dns {
    process named
    weight 0
}
`,
    ],
    [
        "a process with everything",
        {
            trackProcesses: [
                {
                    name: "dns",
                    process: "/usr/sbin/named -u bind",
                    paramMatch: "initial",
                    weight: 10,
                    quorum: 2,
                    quorumMax: 5,
                    delay: 1,
                    terminateDelay: 0.5,
                    forkDelay: 0.000001,
                    fullCommand: true,
                },
            ],
        },
        `vrrp_track_process dns {
    process /usr/sbin/named -u bind
    param_match initial
    weight 10
    quorum 2
    quorum_max 5
    delay 1
    terminate_delay 0.5
    fork_delay 0.000001
    full_command
}
`,
    ],
    [
        "a file",
        { trackFiles: [{ name: "handicap", file: "/run/handicap" }] },
        `track_file handicap {
    file /run/handicap
}
`,
    ],
    [
        "files with everything",
        {
            trackFiles: [
                { name: "a", file: "/run/a", weight: -2, initFile: { value: 5, overwrite: true } },
                { name: "b", file: "/run/b", initFile: {} },
            ],
        },
        `track_file a {
    file /run/a
    weight -2
    init_file 5 overwrite
}
track_file b {
    file /run/b
    init_file 0
}
`,
    ],
    [
        "a BFD session",
        { bfdInstances: [{ name: "router", neighborIp: "192.0.2.254" }] },
        `bfd_instance router {
    neighbor_ip 192.0.2.254
}
`,
    ],
    [
        "a BFD session with everything",
        {
            bfdInstances: [
                {
                    name: "peer",
                    neighborIp: "192.0.2.2",
                    minRx: 50.5,
                    minTx: 50,
                    idleTx: 1000,
                    multiplier: 3,
                    passive: true,
                    ttl: 64,
                    maxHops: 3,
                    multihop: true,
                    weight: -5,
                    directors: [
                        { name: "ds1", sourceIp: "192.0.2.1" },
                        { name: "ds2", neighborIp: "192.0.2.1" },
                    ],
                },
            ],
        },
        `bfd_instance peer {
    neighbor_ip 192.0.2.2
    source_ip 192.0.2.1
    min_rx 50.5
    min_tx 50
    idle_tx 1000
    multiplier 3
    passive
    ttl 64
    max_hops 3
    multihop on
    weight -5
}
`,
    ],
];

describe("keepalived", () => {
    it.each(cases)("tracks %s", (_, tracking, expected) => {
        expect(problems(tracking)).toEqual([]);
        expect(rendered(tracking)).toBe(expected);
    });

    it("tracks a BFD session on a director with addresses of its own", () => {
        expect(rendered(cases.at(-1)![1], "ds2")).toContain(`bfd_instance peer {
    neighbor_ip 192.0.2.1
    min_rx 50.5
`);
    });
});

describe("validation of tracking", () => {
    const tracked = (settings: object) => ({
        trackScripts: [{ name: "a", script, ...settings }],
    });
    const process = (settings: object) => ({
        trackProcesses: [{ name: "a", process: "named", ...settings }],
    });
    const file = (settings: object) => ({ trackFiles: [{ name: "a", file: "/a", ...settings }] });
    const bfd = (settings: object) => ({
        bfdInstances: [{ name: "a", neighborIp: "192.0.2.254", ...settings }],
    });

    it.each<[string, string, Tracking, string]>([
        ["2.3.3", "trackScripts[0].name", tracked({ name: "a b" }), '"a b" is not a valid name'],
        ["2.3.3", "trackScripts[0].name", tracked({ name: undefined }), "is missing"],
        ["2.3.3", "trackScripts[0].script", tracked({ script: undefined }), "is missing"],
        [
            "2.3.3",
            "trackScripts[0].script",
            tracked({ script: { script: "x" } }),
            '"x" is not defined in scripts',
        ],
        ["2.2.7", "trackScripts[0].interval", tracked({ interval: 0.5 }), "needs keepalived 2.3.2"],
        ["2.3.3", "trackScripts[0].timeout", tracked({ timeout: 4295 }), "4295 is out of range"],
        ["2.3.3", "trackScripts[0].weight", tracked({ weight: 254 }), "254 is out of range"],
        ["2.3.3", "trackScripts[0].rise", tracked({ rise: 0 }), "0 is out of range"],
        [
            "2.3.3",
            "trackFiles[1].name",
            {
                trackFiles: [
                    { name: "a", file: "/a" },
                    { name: "a", file: "/b" },
                ],
            },
            '"a" is already the name of trackFiles[0]',
        ],
        ["2.0.10", "trackProcesses[0]", process({ quorum: 2 }), "needs keepalived 2.0.11"],
        [
            "2.3.3",
            "trackProcesses[0].process",
            process({ process: "a {" }),
            '"a {" is not a program with arguments that keepalived can read',
        ],
        ["2.3.3", "trackProcesses[0].process", process({ process: undefined }), "is missing"],
        ["2.3.3", "trackProcesses[0].paramMatch", process({ paramMatch: "x" }), '"x" is unknown'],
        [
            "2.3.3",
            "trackProcesses[0].quorumMax",
            process({ quorumMax: 0 }),
            "0 is below quorum, 1, and no number would satisfy both",
        ],
        ["2.0.20", "trackFiles[0]", file({}), "track_file needs keepalived 2.1.0"],
        [
            "2.3.3",
            "trackFiles[0].file",
            file({ file: "run/a" }),
            '"run/a" is not an absolute path that keepalived can read',
        ],
        ["2.3.3", "trackFiles[0].file", file({ file: undefined }), "is missing"],
        ["2.3.3", "trackFiles[0].initFile", file({ initFile: { value: 0.5 } }), "0.5 is not a who"],
        ["1.3.5", "bfdInstances[0]", bfd({}), "bfd_instance needs keepalived 2.0.0"],
        [
            "2.1.5",
            "bfdInstances[0].minRx",
            bfd({ minRx: 10.5 }),
            "10.5 is a fraction, which needs keepalived 2.2.0, and ds1 has 2.1.5",
        ],
        ["2.3.3", "bfdInstances[0].idleTx", bfd({ idleTx: 999 }), "999 is out of range"],
        ["2.2.7", "bfdInstances[0].multihop", bfd({ multihop: true }), "needs keepalived 2.2.8"],
        [
            "2.3.3",
            "bfdInstances[0].directors[0].name",
            bfd({ directors: [{ name: "ds9" }] }),
            '"ds9" is not defined in directors',
        ],
        [
            "2.3.3",
            "bfdInstances[0].neighborIp",
            {
                bfdInstances: [
                    { name: "a", directors: [{ name: "ds1", neighborIp: "192.0.2.2" }] },
                ],
            },
            "is missing for ds2",
        ],
    ])("refuses, for keepalived %s, %s of %j", (version, path, tracking, reason) => {
        const found = problems(tracking, version);
        expect(found).toEqual([expect.stringContaining(reason)]);
        expect(found[0]!.startsWith(`${path}: `)).toBe(true);
    });

    it.each([
        [{ ttl: 5, maxHops: 6 }, "6 is above the ttl, 5"],
        [{ neighborIp: "2001:db8::1", maxHops: 65 }, "65 is above the ttl, 64"],
    ])("refuses more hops than a BFD packet lives, on each director: %j", (settings, reason) => {
        const found = expect.stringContaining(`bfdInstances[0].maxHops: ${reason}`) as string;
        expect(problems(bfd(settings))).toEqual([found, found]);
    });

    it("refuses ends of a BFD session in two families, on each director", () => {
        expect(problems(bfd({ sourceIp: "2001:db8::1" }))).toEqual([
            expect.stringContaining(
                'bfdInstances[0].sourceIp: "2001:db8::1" and "192.0.2.254" are not in one address family',
            ),
            expect.stringContaining(
                'bfdInstances[0].sourceIp: "2001:db8::1" and "192.0.2.254" are not in one address family',
            ),
        ]);
    });

    it("refuses two BFD sessions with one neighbour, on the director that has them", () => {
        const sessions: Tracking = {
            bfdInstances: [
                { name: "a", neighborIp: "2001:db8::1" },
                {
                    name: "b",
                    neighborIp: "2001:db8::2",
                    directors: [{ name: "ds2", neighborIp: "2001:DB8::0001" }],
                },
            ],
        };
        expect(problems(sessions)).toEqual([
            'bfdInstances[1].neighborIp: "2001:DB8::0001" is already the neighbour of bfdInstances[0] on ds2. Track that session instead.',
        ]);
    });
});
