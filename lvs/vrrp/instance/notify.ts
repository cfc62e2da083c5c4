import { type Keywords, type Kind, onOff, type Target } from "../../keepalived/keywords";
import { scriptCall, type ScriptCall } from "../../keepalived/scripts";
import { isAtLeast } from "../../keepalived/versions";
import { type Problem, problemIf } from "../../problems";

/** Scripts and mail for changes of state: active, backup, fault. */
export interface NotifySettings<Call = ScriptCall> {
    /** Script that runs when the director becomes active (keepalived `notify_master`). Defaults to none. */
    notifyMaster?: Call;
    /** Script that runs when the director becomes a backup (keepalived `notify_backup`). Defaults to none. */
    notifyBackup?: Call;
    /** Script that runs when the director enters the fault state (keepalived `notify_fault`). Defaults to none. */
    notifyFault?: Call;
    /** Script that runs when keepalived stops (keepalived `notify_stop`). Defaults to none. */
    notifyStop?: Call;
    /** Script that runs at every change, with four arguments added: INSTANCE or GROUP, name, state and priority (keepalived `notify`). Defaults to none. */
    notify?: Call;
    /** Send mail about changes of state, if `globalDefs` sets up mail (keepalived `smtp_alert`). Defaults to the value in `globalDefs`. */
    smtpAlert?: boolean;
    /** Run `notify` also when only the priority changes (keepalived `notify_priority_changes`). Defaults to the value in `globalDefs`. */
    notifyPriorityChanges?: boolean;
}

/** Before 2.0.0 the keyword has no value, so it cannot be switched off. */
const smtpAlert: Kind<boolean> = {
    check: (value, target) =>
        value || isAtLeast(target.version, "2.0.0")
            ? undefined
            : `false needs keepalived 2.0.0, and ${target.host} has ${target.version}. Remove it.`,
    format: (value) => (value ? [] : ["off"]),
};

export const notifyKeywords: Keywords<NotifySettings> = {
    notifyMaster: { keyword: "notify_master", type: scriptCall },
    notifyBackup: { keyword: "notify_backup", type: scriptCall },
    notifyFault: { keyword: "notify_fault", type: scriptCall },
    notifyStop: { keyword: "notify_stop", type: scriptCall },
    notify: { keyword: "notify", type: scriptCall },
    smtpAlert: { keyword: "smtp_alert", type: smtpAlert },
    notifyPriorityChanges: {
        keyword: "notify_priority_changes",
        type: onOff,
        since: "2.0.16",
    },
};

/** Before 2.0.0 `notify` reads the whole text as the name of a program, arguments included. */
export function notifyProblems(
    path: string,
    { notify }: NotifySettings,
    { version, host }: Target,
): Problem[] {
    return problemIf(
        (notify?.args ?? []).length > 0 && !isAtLeast(version, "2.0.0"),
        `${path}.notify.args`,
        `Arguments need keepalived 2.0.0, and ${host} has ${version}. Remove them, or use notifyMaster and the like.`,
    );
}
