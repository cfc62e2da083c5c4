import type { GlobalDefs } from "../../lvs/global/globalDefs";
import {
    type GlobalDefsFacts,
    globalDefsView,
    planGlobalDefs,
} from "../../lvs/global/globalDefsPlan";
import { globalDefsProblems } from "../../lvs/global/globalDefsRules";
import type { Target } from "../../lvs/keepalived/keywords";
import { render } from "../../lvs/hostFile";
import { planVrrpInstance } from "../../lvs/vrrp/instance/instancePlan";
import { planSyncDaemon, syncsByDefault, type SyncDaemon } from "../../lvs/global/syncDaemon";

const bare: GlobalDefsFacts = { routerId: "ds1", hasScripts: false };
const call = { script: "hook", args: ["x"] };

const target = (version = "2.3.3"): Target => ({ version, host: "ds1", scripts: ["hook"] });

function rendered(globalDefs: GlobalDefs | undefined, facts = bare, version = "2.3.3") {
    return render(
        "global_defs.mustache",
        globalDefsView(planGlobalDefs(globalDefs, facts, version), version),
    );
}

function problems(globalDefs: GlobalDefs, version = "2.3.3", syncs = true) {
    return globalDefsProblems(globalDefs, ["VI_1"], syncs, target(version)).map(
        ({ path, reason }) => `${path}: ${reason}`,
    );
}

describe("global_defs", () => {
    it("has defaults without arguments", () => {
        expect(rendered(undefined)).toBe(`global_defs {
    router_id ds1
    vrrp_garp_master_refresh 60
}
`);
    });

    it("runs scripts as keepalived's own user, and only scripts that nobody else can change", () => {
        expect(rendered({}, { ...bare, hasScripts: true })).toBe(`global_defs {
    router_id ds1
    enable_script_security
    script_user keepalived_script
    vrrp_garp_master_refresh 60
}
`);
    });

    it("runs the scripts of the main process as root, unless a user is set", () => {
        const facts = { ...bare, hasScripts: true };
        const other = { ...call, user: "lvs" };
        const ofMain = (globalDefs: GlobalDefs) =>
            rendered(globalDefs, facts).match(/(?:startup|shutdown)_script .*/g);
        expect(ofMain({ startupScript: call, shutdownScript: other })).toEqual([
            'startup_script "/usr/libexec/keepalived/hook x" root',
            'shutdown_script "/usr/libexec/keepalived/hook x" lvs',
        ]);
        expect(ofMain({ startupScript: call, scriptUser: "lvs" })).toEqual([
            'startup_script "/usr/libexec/keepalived/hook x"',
        ]);
    });

    it("has every keyword that is given", () => {
        const everything: GlobalDefs = {
            notificationEmail: ["ops@example.com", "root"],
            notificationEmailFrom: "lvs@example.com",
            smtpServer: "2001:db8::25",
            smtpPort: 587,
            smtpHeloName: "lvs.example.com",
            smtpConnectTimeout: 5,
            smtpAlert: true,
            smtpAlertVrrp: true,
            smtpAlertChecker: false,
            noEmailFaults: true,
            scriptUser: "lvs",
            startupScript: call,
            startupScriptTimeout: 20,
            shutdownScript: call,
            shutdownScriptTimeout: 20,
            notifyFifo: "/run/all.fifo",
            notifyFifoScript: call,
            vrrpNotifyFifo: "/run/vrrp.fifo",
            vrrpNotifyFifoScript: call,
            lvsNotifyFifo: "/run/lvs.fifo",
            lvsNotifyFifoScript: call,
            vrrpNotifyPriorityChanges: true,
            fifoWriteVrrpStatesOnReload: true,
            lvsTimeouts: { tcp: 900, udp: 0 },
            lvsFlush: true,
            lvsFlushOnStop: true,
            checkerLogAllFailures: true,
            vrrpVersion: 3,
            vrrpMcastGroup4: "224.0.0.19",
            vrrpMcastGroup6: "ff02::13",
            vrrpGarpMasterDelay: 0,
            vrrpGarpMasterRepeat: 2,
            vrrpGarpMasterRefresh: 0,
            vrrpGarpMasterRefreshRepeat: 2,
            vrrpGarpLowerPrioDelay: 1,
            vrrpGarpLowerPrioRepeat: 0,
            vrrpGarpInterval: 0.001,
            vrrpGnaInterval: 0.000001,
            vrrpMinGarp: true,
            vrrpGarpExtraIf: 5,
            vrrpLowerPrioNoAdvert: true,
            vrrpHigherPrioSendAdvert: false,
            vrrpDownTimerAdverts: 4,
            vrrpStartupDelay: 1.5,
            vrrpCheckUnicastSrc: true,
            vrrpSkipCheckAdvAddr: true,
            logUnknownVrids: true,
            maxAutoPriority: 50,
            minAutoPriorityDelay: 500,
            vrrpPriority: -20,
            vrrpNoSwap: true,
            vrrpRtPriority: 50,
            vrrpRlimitRttime: 100000,
            vrrpCpuAffinity: [0, 1],
            checkerPriority: -5,
            checkerNoSwap: true,
            checkerRtPriority: 5,
            checkerRlimitRttime: 50000,
            checkerCpuAffinity: [1],
            bfdPriority: -20,
            bfdNoSwap: true,
            bfdRtPriority: 60,
            bfdRlimitRttime: 20000,
            bfdCpuAffinity: [0],
            dynamicInterfaces: true,
            reloadCheckConfig: true,
            extraConfig: "process_names\n",
        };
        const listener = { group: "224.0.0.81", port: 8848 };
        const syncDaemon = { interface: "eth1", instance: "VI_1", id: 62, listener };
        expect(problems(everything)).toEqual([]);
        expect(rendered(everything, { routerId: "ds1", hasScripts: true, syncDaemon }))
            .toBe(`global_defs {
    router_id ds1
    smtp_server 2001:db8::25 587
    enable_script_security
    script_user lvs
    notification_email_from lvs@example.com
    smtp_helo_name lvs.example.com
    smtp_connect_timeout 5
    smtp_alert on
    smtp_alert_vrrp on
    smtp_alert_checker off
    no_email_faults
    startup_script "/usr/libexec/keepalived/hook x"
    startup_script_timeout 20
    shutdown_script "/usr/libexec/keepalived/hook x"
    shutdown_script_timeout 20
    notify_fifo /run/all.fifo
    notify_fifo_script "/usr/libexec/keepalived/hook x"
    vrrp_notify_fifo /run/vrrp.fifo
    vrrp_notify_fifo_script "/usr/libexec/keepalived/hook x"
    lvs_notify_fifo /run/lvs.fifo
    lvs_notify_fifo_script "/usr/libexec/keepalived/hook x"
    vrrp_notify_priority_changes on
    fifo_write_vrrp_states_on_reload
    lvs_flush
    lvs_flush_on_stop
    checker_log_all_failures on
    vrrp_version 3
    vrrp_mcast_group4 224.0.0.19
    vrrp_mcast_group6 ff02::13
    vrrp_garp_master_delay 0
    vrrp_garp_master_repeat 2
    vrrp_garp_master_refresh 0
    vrrp_garp_master_refresh_repeat 2
    vrrp_garp_lower_prio_delay 1
    vrrp_garp_lower_prio_repeat 0
    vrrp_garp_interval 0.001
    vrrp_gna_interval 0.000001
    vrrp_min_garp on
    vrrp_garp_extra_if 5
    vrrp_lower_prio_no_advert on
    vrrp_higher_prio_send_advert off
    vrrp_down_timer_adverts 4
    vrrp_startup_delay 1.5
    vrrp_check_unicast_src
    vrrp_skip_check_adv_addr
    log_unknown_vrids
    max_auto_priority 50
    min_auto_priority_delay 500
    vrrp_priority -20
    vrrp_no_swap
    vrrp_rt_priority 50
    vrrp_rlimit_rttime 100000
    vrrp_cpu_affinity 0 1
    checker_priority -5
    checker_no_swap
    checker_rt_priority 5
    checker_rlimit_rttime 50000
    checker_cpu_affinity 1
    bfd_priority -20
    bfd_no_swap
    bfd_rt_priority 60
    bfd_rlimit_rttime 20000
    bfd_cpu_affinity 0
    dynamic_interfaces
    reload_check_config
    lvs_timeouts tcp 900 udp 0
    lvs_sync_daemon eth1 VI_1 id 62
    notification_email {
        ops@example.com
        root
    }
    process_names
}
`);
    });

    it("has vrrp_strict if it is given", () => {
        expect(rendered({ vrrpStrict: true })).toContain("    vrrp_strict\n");
    });

    it("has the spellings of an older keepalived", () => {
        const settings = { lvsFlushOnStop: true, vrrpRtPriority: 50, vrrpRlimitRttime: 10000 };
        expect(rendered(settings, bare, "2.0.20")).toContain("    lvs_flush_onstop\n");
        expect(rendered(settings, bare, "2.0.20")).toContain("    vrrp_rlimit_rtime 10000\n");
    });
});

describe("the sync daemon", () => {
    const context = {
        directors: [
            { name: "ds1", host: "192.0.2.1" },
            { name: "ds2", host: "192.0.2.2" },
        ],
        virtualIps: ["192.0.2.10"],
    };
    const instances = [
        { interface: "eth0", virtualRouterId: 62 },
        { interface: "eth1", virtualRouterId: 63 },
    ].map((instance, index) => planVrrpInstance(instance, index, "ds1", context)!);

    const line = (daemon: SyncDaemon | undefined, byDefault = true, isShared = false) => {
        const syncDaemon = planSyncDaemon(daemon, instances, { byDefault, isShared });
        return /lvs_sync_daemon.*/.exec(rendered({}, { ...bare, syncDaemon }))?.[0];
    };

    it.each<[SyncDaemon | undefined, string | undefined]>([
        [undefined, "lvs_sync_daemon eth0 VI_1 id 62"],
        [{ enabled: false }, undefined],
        [{ instance: "VI_2" }, "lvs_sync_daemon eth1 VI_2 id 63"],
        [
            { interface: "eth2", id: 5, maxlen: 1400, port: 8849, ttl: 2, group: "224.0.0.82" },
            "lvs_sync_daemon eth2 VI_1 id 5 maxlen 1400 port 8849 ttl 2 group 224.0.0.82",
        ],
    ])("is configured by %j", (daemon, expected) => {
        expect(line(daemon)).toBe(expected);
    });

    it("is off in a cluster of one director, and in one without services", () => {
        const [director, service] = [context.directors[0]!, { port: 80 }];
        const one = { directors: [director], virtualServers: [service] };
        const idle = { directors: [director, director], virtualServers: [] };
        const busy = { directors: [director, director], virtualServers: [service] };
        expect([one, idle, busy].map(syncsByDefault)).toEqual([false, false, true]);
        expect(line(undefined, false)).toBeUndefined();
        expect(line({ enabled: true }, false)).toBeDefined();
    });

    it("belongs to no instance if directors share the work, unless one is named", () => {
        expect(line(undefined, true, true)).toBe("lvs_sync_daemon eth0 id 62");
        expect(line({ instance: "VI_2" }, true, true)).toBe("lvs_sync_daemon eth1 VI_2 id 63");
    });

    it("is off on a director outside its VRRP instance", () => {
        expect(
            planSyncDaemon({ instance: "VI_9" }, instances, { byDefault: true, isShared: false }),
        ).toBeUndefined();
    });
});

describe("validation of global_defs", () => {
    const sync = (daemon: SyncDaemon) => ({ lvsSyncDaemon: daemon });

    it.each<[string, string, GlobalDefs, string]>([
        ["2.3.3", "notificationEmail", { notificationEmail: [], smtpServer: "::1" }, "is empty"],
        [
            "2.3.3",
            "notificationEmail[0]",
            { notificationEmail: ["a b@c"], smtpServer: "::1" },
            '"a b@c" is not an e-mail address',
        ],
        ["2.3.3", "notificationEmailFrom", { notificationEmailFrom: "}" }, "is not an e-mail addr"],
        ["2.3.3", "smtpServer", { notificationEmail: ["root"] }, "is missing"],
        ["2.3.3", "smtpServer", { smtpServer: "mail" }, '"mail" is not an IP address'],
        ["2.3.3", "smtpPort", { smtpServer: "::1", smtpPort: 0 }, "0 is out of range"],
        [
            "2.3.3",
            "smtpPort",
            { smtpPort: 25 },
            "The port belongs to an smtpServer, and there is none",
        ],
        ["2.3.3", "smtpHeloName", { smtpHeloName: "a b" }, "is not a host name"],
        ["2.3.3", "scriptUser", { scriptUser: "a b" }, '"a b" is not the name of a user'],
        [
            "2.3.3",
            "startupScript",
            { startupScript: { script: "x" } },
            '"x" is not defined in scripts',
        ],
        [
            "2.3.3",
            "notifyFifo",
            { notifyFifo: "run/fifo" },
            '"run/fifo" is not an absolute path that keepalived can read',
        ],
        [
            "2.3.3",
            "vrrpNotifyFifoScript",
            { vrrpNotifyFifoScript: call },
            "The program reads a named pipe, and there is none",
        ],
        ["2.3.3", "lvsTimeouts.udp", { lvsTimeouts: { udp: -1 } }, "-1 is out of range"],
        ["2.3.3", "vrrpVersion", { vrrpVersion: 1 }, "1 is out of range"],
        ["2.3.3", "vrrpMcastGroup4", { vrrpMcastGroup4: "ff02::12" }, "is not a multicast address"],
        ["2.3.3", "vrrpGarpInterval", { vrrpGarpInterval: 0 }, "0 is out of range"],
        ["2.3.3", "maxAutoPriority", { maxAutoPriority: 100 }, "100 is out of range"],
        ["2.3.3", "vrrpCpuAffinity", { vrrpCpuAffinity: [] }, "is not a list of processors"],
        ["2.3.3", "lvsSyncDaemon.id", sync({ id: 256 }), "256 is out of range"],
        [
            "2.3.3",
            "lvsSyncDaemon.interface",
            sync({ interface: "" }),
            "name of a network interface",
        ],
        [
            "2.3.3",
            "lvsSyncDaemon.instance",
            sync({ instance: "x" }),
            '"x" is not defined in vrrpInstances',
        ],
        [
            "2.3.3",
            "lvsSyncDaemon.group",
            sync({ group: "192.0.2.1" }),
            "is not a multicast address",
        ],
        ["2.3.3", "extraConfig", { extraConfig: "}" }, "brace"],
        ["2.1.5", "reloadCheckConfig", { reloadCheckConfig: true }, "needs keepalived 2.2.0"],
        ["1.3.5", "notifyFifo", { notifyFifo: "/run/fifo" }, "notify_fifo needs keepalived 1.3.6"],
    ])("refuses, for keepalived %s, %s of %j", (version, path, globalDefs, reason) => {
        const found = problems(globalDefs, version);
        expect(found).toEqual([expect.stringContaining(reason)]);
        expect(found[0]!.startsWith(`globalDefs.${path}: `)).toBe(true);
    });
});
