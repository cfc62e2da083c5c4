import { extraConfigProblems, extraLines } from "../keepalived/extraConfig";
import {
    flag,
    ipAddress,
    keywordProblems,
    type Keywords,
    linesOf,
    matching,
    onOff,
    port,
    checkValue,
    type Target,
    integer,
    withDefaults,
} from "../keepalived/keywords";
import { absolutePath } from "../keepalived/kinds";
import { isAtLeast } from "../keepalived/versions";
import { isUser, scriptCall, type ScriptCall } from "../keepalived/scripts";
import { type Problem, problemIf, quote } from "../problems";
import { processKeywords, type ProcessSettings } from "./processes";
import {
    hasSyncDaemon,
    type SyncDaemon,
    syncDaemonLine,
    type SyncDaemonPlan,
    syncDaemonProblems,
} from "./syncDaemon";
import { type VrrpDefaults, vrrpDefaultsKeywords } from "./vrrpDefaults";

/** Seconds after which the kernel forgets a connection that is silent. */
export interface LvsTimeouts {
    /** An open TCP connection, 0 to 2678400; 0 leaves the kernel's (keepalived `tcp`). Defaults to the kernel's, 900. */
    tcp?: number;
    /** A TCP connection that is being closed, likewise (keepalived `tcpfin`). Defaults to the kernel's, 120. */
    tcpfin?: number;
    /** UDP, likewise (keepalived `udp`). Defaults to the kernel's, 300. */
    udp?: number;
}

/** The settings of keepalived as a whole that are a line each. */
export interface GlobalDefsKeywords extends ProcessSettings, VrrpDefaults {
    /** Sender of its mail (keepalived `notification_email_from`). Defaults to keepalived at the director's name. */
    notificationEmailFrom?: string;
    /** Name by which it greets the mail server (keepalived `smtp_helo_name`). Defaults to the director's host name. */
    smtpHeloName?: string;
    /** Seconds to wait for the mail server, 1 to 4294 (keepalived `smtp_connect_timeout`). Defaults to 30. */
    smtpConnectTimeout?: number;
    /** Whether changes are mailed where nothing else is said (keepalived `smtp_alert`). Defaults to those of real servers only. */
    smtpAlert?: boolean;
    /** As smtpAlert, for changes of owner (keepalived `smtp_alert_vrrp`). Defaults to smtpAlert. */
    smtpAlertVrrp?: boolean;
    /** As smtpAlert, for the coming and going of servers (keepalived `smtp_alert_checker`). Defaults to smtpAlert. */
    smtpAlertChecker?: boolean;
    /** A change to the fault state is not mailed (keepalived `no_email_faults`). Defaults to false. */
    noEmailFaults?: boolean;
    /** Run before keepalived starts (keepalived `startup_script`). Defaults to none. */
    startupScript?: ScriptCall;
    /** Seconds that it may take, 1 to 1000 (keepalived `startup_script_timeout`). Defaults to 10. */
    startupScriptTimeout?: number;
    /** Run after keepalived has stopped (keepalived `shutdown_script`). Defaults to none. */
    shutdownScript?: ScriptCall;
    /** Seconds that it may take, 1 to 1000 (keepalived `shutdown_script_timeout`). Defaults to 10. */
    shutdownScriptTimeout?: number;
    /** Path of a pipe that all changes are written to (keepalived `notify_fifo`). Defaults to none. */
    notifyFifo?: string;
    /** Program that is started to read it; the path comes as its last argument (keepalived `notify_fifo_script`). Defaults to none. */
    notifyFifoScript?: ScriptCall;
    /** Path of a pipe that changes of owner are written to (keepalived `vrrp_notify_fifo`). Defaults to none. */
    vrrpNotifyFifo?: string;
    /** Program that is started to read it (keepalived `vrrp_notify_fifo_script`). Defaults to none. */
    vrrpNotifyFifoScript?: ScriptCall;
    /** Path of a pipe that the coming and going of servers is written to (keepalived `lvs_notify_fifo`). Defaults to none. */
    lvsNotifyFifo?: string;
    /** Program that is started to read it (keepalived `lvs_notify_fifo_script`). Defaults to none. */
    lvsNotifyFifoScript?: ScriptCall;
    /** Changes of priority are told, too (keepalived `vrrp_notify_priority_changes`). Defaults to false. */
    vrrpNotifyPriorityChanges?: boolean;
    /** The pipe gets the state of all instances after a reload (keepalived `fifo_write_vrrp_states_on_reload`). Defaults to false. */
    fifoWriteVrrpStatesOnReload?: boolean;
    /** All services in the kernel are removed when keepalived starts, others' too (keepalived `lvs_flush`). Defaults to false. */
    lvsFlush?: boolean;
    /** All services in the kernel are removed at once when it stops, others' too (keepalived `lvs_flush_on_stop`). Defaults to false: its own, one by one. */
    lvsFlushOnStop?: boolean;
    /** Every failed health check is logged, not only those that count (keepalived `checker_log_all_failures`). Defaults to false. */
    checkerLogAllFailures?: boolean;
    /** Adverts of unknown virtual routers are logged (keepalived `log_unknown_vrids`). Defaults to false. */
    logUnknownVrids?: boolean;
    /** Network interfaces may come and go (keepalived `dynamic_interfaces`). Defaults to false: one that is missing is a fault. */
    dynamicInterfaces?: boolean;
    /** keepalived itself tests its configuration before a reload, which somebody else asks for (keepalived `reload_check_config`). Defaults to false. */
    reloadCheckConfig?: boolean;
}

/** What holds for the whole of keepalived (keepalived `global_defs`). */
export interface GlobalDefs extends GlobalDefsKeywords {
    /** Who gets its mail, with an smtpServer (keepalived `notification_email`). Defaults to nobody. */
    notificationEmail?: string[];
    /** IP address of the mail server (keepalived `smtp_server`). Defaults to none. */
    smtpServer?: string;
    /** Its port. Defaults to 25. */
    smtpPort?: number;
    /** User that scripts run as (keepalived `script_user`). Defaults to `root`. */
    scriptUser?: string;
    /** How long connections are remembered; before keepalived 2.1.5 with a sync daemon only (keepalived `lvs_timeouts`). Defaults to the kernel's times. */
    lvsTimeouts?: LvsTimeouts;
    /** How directors tell each other of connections (keepalived `lvs_sync_daemon`). Defaults to what each of its fields says. */
    lvsSyncDaemon?: SyncDaemon;
    /** Lines of keepalived configuration at the end of its block, as they are and at your own risk. Defaults to none. */
    extraConfig?: string;
}

const email = matching(
    /^[A-Za-z0-9_.+=-]+(?:@[A-Za-z0-9_.-]+)?$/,
    "an e-mail address, such as ops@example.com",
);

const scriptSeconds = integer("a number of seconds", 1, 1000);

export const globalDefsKeywords: Keywords<GlobalDefsKeywords> = {
    notificationEmailFrom: { keyword: "notification_email_from", type: email },
    smtpHeloName: {
        keyword: "smtp_helo_name",
        type: matching(/^[A-Za-z0-9_.-]{1,253}$/, "a host name, such as www.example.com"),
    },
    smtpConnectTimeout: {
        keyword: "smtp_connect_timeout",
        type: integer("a number of seconds", 1, 4294),
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
};

const timeout = integer("a number of seconds", 0, 2678400);

export const lvsTimeoutsKeywords: Keywords<LvsTimeouts> = {
    tcp: { keyword: "tcp", type: timeout },
    tcpfin: { keyword: "tcpfin", type: timeout },
    udp: { keyword: "udp", type: timeout },
};

/** What the cluster adds to it for one director. */
export interface GlobalDefsFacts {
    /** The director's name. */
    readonly routerId: string;
    /** Whether keepalived has programs to run. */
    readonly hasScripts: boolean;
    readonly syncDaemon?: SyncDaemonPlan;
}

/** The global settings of one director with every default resolved. */
export interface GlobalDefsPlan extends GlobalDefsFacts {
    readonly keywords: GlobalDefsKeywords;
    readonly notificationEmail: readonly string[];
    readonly smtpServer?: { readonly host: string; readonly port: number };
    readonly scriptUser?: string;
    readonly lvsTimeouts: LvsTimeouts;
    readonly extraConfig?: string;
}

/** Resolve the global settings for one director. */
export function planGlobalDefs(
    globalDefs: GlobalDefs = {},
    facts: GlobalDefsFacts,
    version: string,
): GlobalDefsPlan {
    const { smtpServer, smtpPort = 25, notificationEmail = [], lvsTimeouts = {} } = globalDefs;
    const { scriptUser = facts.hasScripts ? "root" : undefined } = globalDefs;
    return {
        ...facts,
        keywords: withDefaults(globalDefsKeywords, globalDefs, version),
        notificationEmail,
        smtpServer: smtpServer === undefined ? undefined : { host: smtpServer, port: smtpPort },
        scriptUser,
        lvsTimeouts,
        extraConfig: globalDefs.extraConfig,
    };
}

/** What template `global_defs.mustache` shows. */
export function globalDefsView(plan: GlobalDefsPlan, version: string) {
    const { smtpServer, scriptUser, syncDaemon, notificationEmail } = plan;
    return {
        keywords: [
            `router_id ${plan.routerId}`,
            ...(smtpServer ? [`smtp_server ${smtpServer.host} ${smtpServer.port}`] : []),
            // Without either of the two, keepalived drops scripts or complains of them.
            ...(plan.hasScripts ? ["enable_script_security"] : []),
            ...(scriptUser === undefined ? [] : [`script_user ${scriptUser}`]),
            ...linesOf(globalDefsKeywords, plan.keywords, version),
            ...timeoutLines(plan.lvsTimeouts, version),
            ...(syncDaemon ? [syncDaemonLine(syncDaemon, version)] : []),
        ],
        lists:
            notificationEmail.length === 0
                ? []
                : [{ keyword: "notification_email", lines: notificationEmail }],
        extraConfig: extraLines(plan.extraConfig),
    };
}

function timeoutLines(timeouts: LvsTimeouts, version: string): string[] {
    const words = linesOf(lvsTimeoutsKeywords, timeouts, version);
    return words.length === 0 ? [] : [`lvs_timeouts ${words.join(" ")}`];
}

/** What is wrong with the global settings; `instances` are the names of all, `directors` how many there are. */
export function globalDefsProblems(
    globalDefs: GlobalDefs | undefined,
    instances: readonly string[],
    directors: number,
    target: Target,
): Problem[] {
    if (globalDefs === undefined) return [];
    const path = "globalDefs";
    const { notificationEmail, smtpServer, smtpPort, scriptUser, lvsTimeouts } = globalDefs;
    const fifos = ["notifyFifo", "vrrpNotifyFifo", "lvsNotifyFifo"] as const;
    return [
        ...keywordProblems(path, globalDefsKeywords, globalDefs, target),
        ...(notificationEmail ?? []).flatMap((address, index) =>
            checkValue(`${path}.notificationEmail[${index}]`, email, address, target),
        ),
        ...problemIf(
            notificationEmail?.length === 0,
            `${path}.notificationEmail`,
            "is empty: name somebody, or leave it out",
        ),
        ...problemIf(
            notificationEmail !== undefined && smtpServer === undefined,
            `${path}.smtpServer`,
            "is missing: without one, nobody takes the mail for notificationEmail",
        ),
        ...checkValue(`${path}.smtpServer`, ipAddress, smtpServer, target),
        ...checkValue(`${path}.smtpPort`, port, smtpPort, target),
        ...problemIf(
            smtpPort !== undefined && smtpServer === undefined,
            `${path}.smtpPort`,
            "is the port of an smtpServer, and there is none: give one, or remove it",
        ),
        ...problemIf(
            scriptUser !== undefined && !isUser(scriptUser),
            `${path}.scriptUser`,
            `${quote(scriptUser)} is not the name of a user`,
        ),
        ...keywordProblems(`${path}.lvsTimeouts`, lvsTimeoutsKeywords, lvsTimeouts ?? {}, target),
        // It was the process with the sync daemon that set them, when it had one.
        ...problemIf(
            lvsTimeouts !== undefined &&
                !hasSyncDaemon(globalDefs.lvsSyncDaemon, directors) &&
                !isAtLeast(target.version, "2.1.5"),
            `${path}.lvsTimeouts`,
            `needs the sync daemon before keepalived 2.1.5, and ${target.host} has ${target.version}: give lvsSyncDaemon, or leave it out`,
        ),
        ...fifos.flatMap((fifo) =>
            problemIf(
                globalDefs[`${fifo}Script`] !== undefined && globalDefs[fifo] === undefined,
                `${path}.${fifo}Script`,
                `reads a pipe, and there is none: give ${fifo}, or remove it`,
            ),
        ),
        ...syncDaemonProblems(`${path}.lvsSyncDaemon`, globalDefs.lvsSyncDaemon, instances, target),
        ...extraConfigProblems(`${path}.extraConfig`, globalDefs.extraConfig),
    ];
}
