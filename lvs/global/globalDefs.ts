import { type ExtraConfig } from "../keepalived/extraConfig";
import { flag, type Keywords, matching, onOff, integer } from "../keepalived/keywords";
import { absolutePath } from "../keepalived/kinds";
import { scriptCall, type ScriptCall } from "../keepalived/scripts";
import { processKeywords, type ProcessSettings } from "./processes";
import { type SyncDaemon } from "./syncDaemon";
import { type VrrpDefaults, vrrpDefaultsKeywords } from "./vrrpDefaults";

/** Seconds after which the kernel forgets an idle connection. */
export interface LvsTimeouts {
    /** Established TCP connections, 0 to 2678400. 0 keeps the kernel's value (keepalived `tcp`). Defaults to the kernel's, 900. */
    tcp?: number;
    /** Closing TCP connections, 0 to 2678400. 0 keeps the kernel's value (keepalived `tcpfin`). Defaults to the kernel's, 120. */
    tcpfin?: number;
    /** UDP, 0 to 2678400. 0 keeps the kernel's value (keepalived `udp`). Defaults to the kernel's, 300. */
    udp?: number;
}

/** Global settings of keepalived that are one line each in their block. */
export interface GlobalDefsKeywords<Call = ScriptCall> extends ProcessSettings, VrrpDefaults {
    /** Sender of keepalived's mail (keepalived `notification_email_from`). Defaults to keepalived at the director's name. */
    notificationEmailFrom?: string;
    /** Name in the greeting to the mail server (keepalived `smtp_helo_name`). Defaults to the director's host name. */
    smtpHeloName?: string;
    /** Seconds to wait for the mail server, 1 to 4294 (keepalived `smtp_connect_timeout`). Defaults to 30. */
    smtpConnectTimeout?: number;
    /** Send mail about changes wherever `smtpAlert` is not set (keepalived `smtp_alert`). Defaults to mail about real servers only. */
    smtpAlert?: boolean;
    /** Send mail about changes of VRRP state (keepalived `smtp_alert_vrrp`). Defaults to smtpAlert. */
    smtpAlertVrrp?: boolean;
    /** Send mail when servers come up or go down (keepalived `smtp_alert_checker`). Defaults to smtpAlert. */
    smtpAlertChecker?: boolean;
    /** Send no mail about the fault state (keepalived `no_email_faults`). Defaults to false. */
    noEmailFaults?: boolean;
    /** Script that runs before keepalived starts, as its `user`, or as `scriptUser` if that is set, or as root (keepalived `startup_script`). Defaults to none. */
    startupScript?: Call;
    /** Seconds after which that script is ended, 1 to 1000 (keepalived `startup_script_timeout`). Defaults to 10. */
    startupScriptTimeout?: number;
    /** Script that runs after keepalived has stopped, as its `user`, or as `scriptUser` if that is set, or as root (keepalived `shutdown_script`). Defaults to none. */
    shutdownScript?: Call;
    /** Seconds after which that script is ended, 1 to 1000 (keepalived `shutdown_script_timeout`). Defaults to 10. */
    shutdownScriptTimeout?: number;
    /** Path of a named pipe for all changes (keepalived `notify_fifo`). Defaults to none. */
    notifyFifo?: string;
    /** Program that keepalived starts to read that pipe; the path is its last argument (keepalived `notify_fifo_script`). Defaults to none. */
    notifyFifoScript?: Call;
    /** Path of a named pipe for changes of VRRP state (keepalived `vrrp_notify_fifo`). Defaults to none. */
    vrrpNotifyFifo?: string;
    /** Program that keepalived starts to read that pipe (keepalived `vrrp_notify_fifo_script`). Defaults to none. */
    vrrpNotifyFifoScript?: Call;
    /** Path of a named pipe for servers that come up or go down (keepalived `lvs_notify_fifo`). Defaults to none. */
    lvsNotifyFifo?: string;
    /** Program that keepalived starts to read that pipe (keepalived `lvs_notify_fifo_script`). Defaults to none. */
    lvsNotifyFifoScript?: Call;
    /** Report changes of priority too (keepalived `vrrp_notify_priority_changes`). Defaults to false. */
    vrrpNotifyPriorityChanges?: boolean;
    /** Write the state of all instances to the pipe after a reload (keepalived `fifo_write_vrrp_states_on_reload`). Defaults to false. */
    fifoWriteVrrpStatesOnReload?: boolean;
    /** Remove all IPVS services from the kernel when keepalived starts, also those of other programs (keepalived `lvs_flush`). Defaults to false. */
    lvsFlush?: boolean;
    /** Remove all IPVS services from the kernel at once when keepalived stops, also those of other programs (keepalived `lvs_flush_on_stop`). Defaults to false: keepalived removes its own, one by one. */
    lvsFlushOnStop?: boolean;
    /** Log every failed health check, also those before the last retry (keepalived `checker_log_all_failures`). Defaults to false. */
    checkerLogAllFailures?: boolean;
    /** Log adverts of unknown virtual routers (keepalived `log_unknown_vrids`). Defaults to false. */
    logUnknownVrids?: boolean;
    /** Allow network interfaces to appear and disappear (keepalived `dynamic_interfaces`). Defaults to false: a missing interface is a fault. */
    dynamicInterfaces?: boolean;
    /** Let keepalived test its configuration before a reload that another program asks for (keepalived `reload_check_config`). Defaults to false. */
    reloadCheckConfig?: boolean;
    /** File that keepalived empties before it reads its configuration and removes after, so that programs that change the configuration by hand can wait (keepalived `reload_file`). Defaults to none. */
    reloadFile?: string;
    /** File with a time at which keepalived reloads, for changes by hand that all directors must make at once (keepalived `reload_time_file`). Defaults to none. */
    reloadTimeFile?: string;
    /** Keep that file after the reload, and reload every day at a time without a date (keepalived `reload_repeat`). Defaults to false. */
    reloadRepeat?: boolean;
}

/** Global settings of keepalived (keepalived `global_defs`). */
export interface GlobalDefsSettings<Call = ScriptCall> extends GlobalDefsKeywords<Call> {
    /** Name of the directors in mail and SNMP. A director can have its own (keepalived `router_id`). Defaults to the name of each director. */
    routerId?: string;
    /** Recipients of keepalived's mail. Needs an smtpServer (keepalived `notification_email`). Defaults to none. */
    notificationEmail?: string[];
    /** IP address of the mail server (keepalived `smtp_server`). Defaults to none. */
    smtpServer?: string;
    /** Port of the mail server. Defaults to 25. */
    smtpPort?: number;
    /** User that scripts run as (keepalived `script_user`). Defaults to `keepalived_script`, a system user without login, which the director gets if it lacks it. */
    scriptUser?: string;
    /** Timeouts of idle connections. Before keepalived 2.1.4 only with a sync daemon (keepalived `lvs_timeouts`). Defaults to the kernel's. */
    lvsTimeouts?: LvsTimeouts;
    /** Connection sync between directors (keepalived `lvs_sync_daemon`). Defaults to the default of each field. */
    lvsSyncDaemon?: SyncDaemon;
}

export type GlobalDefs = GlobalDefsSettings & ExtraConfig;

export const email = matching(
    /^[A-Za-z0-9_.+=-]+(?:@[A-Za-z0-9_.-]+)?$/,
    "an e-mail address",
    "one such as ops@example.com",
);

/** Name of a director for keepalived. */
export const routerId = matching(
    /^[A-Za-z0-9_.:@-]{1,64}$/,
    "a router id",
    'up to 64 letters, digits, "_", ".", ":", "@" and "-"',
);

const scriptSeconds = integer(1, 1000, "seconds");

export const globalDefsKeywords: Keywords<GlobalDefsKeywords> = {
    notificationEmailFrom: { keyword: "notification_email_from", type: email },
    smtpHeloName: {
        keyword: "smtp_helo_name",
        type: matching(/^[A-Za-z0-9_.-]{1,253}$/, "a host name", "one such as www.example.com"),
    },
    smtpConnectTimeout: {
        keyword: "smtp_connect_timeout",
        type: integer(1, 4294, "seconds"),
    },
    smtpAlert: { keyword: "smtp_alert", type: onOff, since: "2.0.0" },
    smtpAlertVrrp: { keyword: "smtp_alert_vrrp", type: onOff, since: "2.0.0" },
    smtpAlertChecker: { keyword: "smtp_alert_checker", type: onOff, since: "2.0.0" },
    noEmailFaults: { keyword: "no_email_faults", type: flag, since: "2.0.0" },
    startupScript: { keyword: "startup_script", type: scriptCall, since: "2.1.0" },
    startupScriptTimeout: {
        keyword: "startup_script_timeout",
        type: scriptSeconds,
        since: "2.1.0",
    },
    shutdownScript: { keyword: "shutdown_script", type: scriptCall, since: "2.1.0" },
    shutdownScriptTimeout: {
        keyword: "shutdown_script_timeout",
        type: scriptSeconds,
        since: "2.1.0",
    },
    notifyFifo: { keyword: "notify_fifo", type: absolutePath, since: "1.3.6" },
    notifyFifoScript: { keyword: "notify_fifo_script", type: scriptCall, since: "1.3.6" },
    vrrpNotifyFifo: { keyword: "vrrp_notify_fifo", type: absolutePath, since: "1.3.6" },
    vrrpNotifyFifoScript: { keyword: "vrrp_notify_fifo_script", type: scriptCall, since: "1.3.6" },
    lvsNotifyFifo: { keyword: "lvs_notify_fifo", type: absolutePath, since: "1.3.6" },
    lvsNotifyFifoScript: { keyword: "lvs_notify_fifo_script", type: scriptCall, since: "1.3.6" },
    vrrpNotifyPriorityChanges: {
        keyword: "vrrp_notify_priority_changes",
        type: onOff,
        since: "2.0.16",
    },
    fifoWriteVrrpStatesOnReload: {
        keyword: "fifo_write_vrrp_states_on_reload",
        type: flag,
        since: "2.2.5",
    },
    lvsFlush: { keyword: "lvs_flush", type: flag },
    lvsFlushOnStop: {
        keyword: "lvs_flush_on_stop",
        type: flag,
        since: "2.0.15",
        renamedFrom: { version: "2.2.0", keyword: "lvs_flush_onstop" },
    },
    checkerLogAllFailures: { keyword: "checker_log_all_failures", type: onOff, since: "2.0.11" },
    ...vrrpDefaultsKeywords,
    logUnknownVrids: { keyword: "log_unknown_vrids", type: flag, since: "2.0.16" },
    ...processKeywords,
    dynamicInterfaces: { keyword: "dynamic_interfaces", type: flag, since: "2.0.0" },
    reloadCheckConfig: { keyword: "reload_check_config", type: flag, since: "2.2.0" },
    reloadFile: { keyword: "reload_file", type: absolutePath, since: "2.2.0" },
    reloadTimeFile: { keyword: "reload_time_file", type: absolutePath, since: "2.1.0" },
    reloadRepeat: { keyword: "reload_repeat", type: flag, since: "2.1.0" },
};

const timeout = integer(0, 2678400, "seconds");

export const lvsTimeoutsKeywords: Keywords<LvsTimeouts> = {
    tcp: { keyword: "tcp", type: timeout },
    tcpfin: { keyword: "tcpfin", type: timeout },
    udp: { keyword: "udp", type: timeout },
};
