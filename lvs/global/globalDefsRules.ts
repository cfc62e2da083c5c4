import { extraConfigProblems } from "../keepalived/extraConfig";
import { ownAddress, keywordProblems, port, checkValue, type Target } from "../keepalived/keywords";
import { isAtLeast } from "../keepalived/versions";
import { isUser, userUse } from "../keepalived/scripts";
import { type Problem, problemIf, quote } from "../problems";
import { hasSyncDaemon, syncDaemonProblems } from "./syncDaemon";
import {
    type GlobalDefs,
    globalDefsKeywords,
    lvsTimeoutsKeywords,
    email,
    routerId,
} from "./globalDefs";

/** Check the global settings; `instances` are the names of all instances, and `syncs` tells whether the sync daemon runs by default. */
export function globalDefsProblems(
    globalDefs: GlobalDefs | undefined,
    instances: readonly string[],
    syncs: boolean,
    target: Target,
): Problem[] {
    if (globalDefs === undefined) return [];
    const path = "globalDefs";
    const { notificationEmail, smtpServer, smtpPort, scriptUser, lvsTimeouts } = globalDefs;
    const fifos = ["notifyFifo", "vrrpNotifyFifo", "lvsNotifyFifo"] as const;
    return [
        ...keywordProblems(path, globalDefsKeywords, globalDefs, target),
        ...checkValue(`${path}.routerId`, routerId, globalDefs.routerId, target),
        ...(notificationEmail ?? []).flatMap((address, index) =>
            checkValue(`${path}.notificationEmail[${index}]`, email, address, target),
        ),
        ...problemIf(
            notificationEmail?.length === 0,
            `${path}.notificationEmail`,
            "The list is empty. Give an address, or remove the list.",
        ),
        ...problemIf(
            notificationEmail !== undefined && smtpServer === undefined,
            `${path}.smtpServer`,
            "The value is missing, so mail for notificationEmail has no server. Give its IP address.",
        ),
        ...checkValue(`${path}.smtpServer`, ownAddress, smtpServer, target),
        ...checkValue(`${path}.smtpPort`, port, smtpPort, target),
        ...problemIf(
            smtpPort !== undefined && smtpServer === undefined,
            `${path}.smtpPort`,
            "The port belongs to an smtpServer, and there is none. Give smtpServer, or remove the port.",
        ),
        ...problemIf(
            scriptUser !== undefined && !isUser(scriptUser),
            `${path}.scriptUser`,
            `${quote(scriptUser)} is not the name of a user. ${userUse}`,
        ),
        ...keywordProblems(`${path}.lvsTimeouts`, lvsTimeoutsKeywords, lvsTimeouts ?? {}, target),
        // The process with the sync daemon sets them in these versions.
        ...problemIf(
            lvsTimeouts !== undefined &&
                !hasSyncDaemon(globalDefs.lvsSyncDaemon, syncs) &&
                !isAtLeast(target.version, "2.1.4"),
            `${path}.lvsTimeouts`,
            `Timeouts need the sync daemon before keepalived 2.1.4, and ${target.host} has ${target.version}. Enable lvsSyncDaemon, or remove them.`,
        ),
        ...fifos.flatMap((fifo) =>
            problemIf(
                globalDefs[`${fifo}Script`] !== undefined && globalDefs[fifo] === undefined,
                `${path}.${fifo}Script`,
                `The program reads a named pipe, and there is none. Give ${fifo}, or remove the program.`,
            ),
        ),
        ...problemIf(
            globalDefs.reloadRepeat === true && globalDefs.reloadTimeFile === undefined,
            `${path}.reloadRepeat`,
            "The setting is for reloadTimeFile, and there is none. Give reloadTimeFile, or remove it.",
        ),
        ...syncDaemonProblems(`${path}.lvsSyncDaemon`, globalDefs.lvsSyncDaemon, instances, target),
        ...extraConfigProblems(
            `${path}.extraConfig`,
            globalDefs.extraConfig,
            "global_defs",
            target,
        ),
    ];
}
