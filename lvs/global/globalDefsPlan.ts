import { extraLines } from "../keepalived/extraConfig";
import { linesOf, withDefaults } from "../keepalived/keywords";
import { defaultScriptUser, type ScriptCall } from "../keepalived/scripts";
import { syncDaemonLine, type SyncDaemonPlan } from "./syncDaemon";
import {
    type GlobalDefs,
    type GlobalDefsKeywords,
    globalDefsKeywords,
    type LvsTimeouts,
    lvsTimeoutsKeywords,
} from "./globalDefs";

/** Global settings of one director that follow from the cluster. */
export interface GlobalDefsFacts {
    /** Name of the director. */
    readonly routerId: string;
    /** Are there scripts for keepalived to run? */
    readonly hasScripts: boolean;
    readonly syncDaemon?: SyncDaemonPlan;
}

/** Global settings of one director with every default resolved. */
export interface GlobalDefsPlan extends GlobalDefsFacts {
    readonly keywords: GlobalDefsKeywords;
    readonly notificationEmail: readonly string[];
    readonly smtpServer?: { readonly host: string; readonly port: number };
    readonly scriptUser?: string;
    /** User of scripts that the host gets if it lacks it. */
    readonly systemUser?: string;
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
    const { scriptUser = facts.hasScripts ? defaultScriptUser : undefined } = globalDefs;
    const keywords = withDefaults(globalDefsKeywords, globalDefs, version);
    return {
        ...facts,
        keywords: globalDefs.scriptUser === undefined ? withRoot(keywords) : keywords,
        notificationEmail,
        smtpServer: smtpServer === undefined ? undefined : { host: smtpServer, port: smtpPort },
        scriptUser,
        systemUser: scriptUser === defaultScriptUser ? scriptUser : undefined,
        lvsTimeouts,
        extraConfig: globalDefs.extraConfig,
    };
}

/**
 * Let the scripts that keepalived's main process starts run as root, unless they have a user. keepalived
 * 2.2.5 to 2.2.8 end themselves if such a script runs as another user.
 */
function withRoot(keywords: GlobalDefsKeywords): GlobalDefsKeywords {
    const asRoot = (call: ScriptCall | undefined) => call && { ...call, user: call.user ?? "root" };
    return {
        ...keywords,
        startupScript: asRoot(keywords.startupScript),
        shutdownScript: asRoot(keywords.shutdownScript),
    };
}

/** Values for the template `global_defs.mustache`. */
export function globalDefsView(plan: GlobalDefsPlan, version: string) {
    const { smtpServer, scriptUser, syncDaemon, notificationEmail } = plan;
    return {
        keywords: [
            `router_id ${plan.routerId}`,
            ...(smtpServer ? [`smtp_server ${smtpServer.host} ${smtpServer.port}`] : []),
            // keepalived drops scripts, or logs complaints, without both of these lines.
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
