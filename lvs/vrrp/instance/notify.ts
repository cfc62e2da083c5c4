import { type Keywords, type Kind, onOff, type Target } from "../../keepalived/keywords";
import { scriptCall, type ScriptCall } from "../../keepalived/scripts";
import { isAtLeast } from "../../keepalived/versions";
import { type Problem, problemIf } from "../../problems";

/** Who hears of a change of owner. */
export interface NotifySettings {
    /** Run when the director becomes the owner (keepalived `notify_master`). Defaults to none. */
    notifyMaster?: ScriptCall;
    /** Run when it becomes a backup (keepalived `notify_backup`). Defaults to none. */
    notifyBackup?: ScriptCall;
    /** Run when it can be neither (keepalived `notify_fault`). Defaults to none. */
    notifyFault?: ScriptCall;
    /** Run when its keepalived stops (keepalived `notify_stop`). Defaults to none. */
    notifyStop?: ScriptCall;
    /** Run at every change, with the arguments INSTANCE or GROUP, name, state and priority added (keepalived `notify`). Defaults to none. */
    notify?: ScriptCall;
    /** Changes are mailed, if `globalDefs` says to whom (keepalived `smtp_alert`). Defaults to what `globalDefs` says. */
    smtpAlert?: boolean;
    /** `notify` is run when only the priority changes, too (keepalived `notify_priority_changes`). Defaults to what `globalDefs` says. */
    notifyPriorityChanges?: boolean;
}

/** Before 2.0.0 the keyword took no word, and so could not say no. */
const smtpAlert: Kind<boolean> = {
    check: (value, target) =>
        value || isAtLeast(target.version, "2.0.0")
            ? undefined
            : `false needs keepalived 2.0.0, and ${target.host} has ${target.version}: leave it out`,
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

/** Before 2.0.0 `notify` took a program without arguments, and all of the text for its name. */
export function notifyProblems(
    path: string,
    { notify }: NotifySettings,
    { version, host }: Target,
): Problem[] {
    return problemIf(
        (notify?.args ?? []).length > 0 && !isAtLeast(version, "2.0.0"),
        `${path}.notify.args`,
        `need keepalived 2.0.0, and ${host} has ${version}: leave them out, or use notifyMaster and the like`,
    );
}
