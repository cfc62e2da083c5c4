import {
    integer,
    keywordProblems,
    type Keywords,
    linesOf,
    oneOf,
    type Target,
    tooNew,
} from "../../keepalived/keywords";
import { checkRequired } from "../../keepalived/kinds";
import { duplicates, type Problem, problem, problemIf, problemsOfEach } from "../../problems";
import { AuthType, instanceOn, participantsOf, type VrrpContext } from "./members";
import { isStrict } from "./adverts";
import type { VrrpInstance } from "./instance";

/** Treatment of adverts without a signature. */
export const AuthHmacMode = {
    /** Sign adverts, and drop those without a signature. */
    enforce: "enforce",
    /** Sign adverts, and accept those without a signature. */
    permissive: "permissive",
    /** Do not sign adverts, and accept those without a signature. */
    receiveOnly: "receive-only",
} as const;
export type AuthHmacMode = (typeof AuthHmacMode)[keyof typeof AuthHmacMode];

/** Detection of adverts that an intruder has recorded and sends again. */
export const AntiReplay = {
    /** An advert must be fresh by the clock, so the clocks of the directors must agree. */
    time: "time",
    /** The numbers of adverts must grow. */
    monotonic: "monotonic",
} as const;
export type AntiReplay = (typeof AntiReplay)[keyof typeof AntiReplay];

/** Settings of signed adverts that are one line each in their block. */
export interface AuthHmacKeywords {
    /** Id of the key that signs, 1 to 255 (keepalived `active_key`). */
    activeKey: number;
    /** Treatment of adverts without a signature (keepalived `mode`). Defaults to `enforce`. */
    mode?: AuthHmacMode;
    /** Detection of adverts that are sent again (keepalived `anti_replay`). Defaults to `time`. */
    antiReplay?: AntiReplay;
    /** Seconds by which the clocks of directors may differ, 1 to 300, for `time` (keepalived `time_window`). Defaults to three intervals of adverts; at least 5. */
    timeWindow?: number;
}

/** A key without its text. */
export interface AuthHmacKeySettings {
    /** Id of the key, 1 to 255. */
    id: number;
}

export interface AuthHmacKey extends AuthHmacKeySettings {
    readonly key: string;
}

/** Signed adverts, which only an owner of a key can make. */
export interface AuthHmac extends AuthHmacKeywords {
    readonly keys: AuthHmacKey[];
}

const keyId = integer(1, 255);

export const authHmacKeywords: Keywords<AuthHmacKeywords> = {
    activeKey: { keyword: "active_key", type: keyId },
    mode: { keyword: "mode", type: oneOf(AuthHmacMode) },
    antiReplay: { keyword: "anti_replay", type: oneOf(AntiReplay) },
    timeWindow: { keyword: "time_window", type: integer(1, 300, "seconds") },
};

/** Format the lines of `auth_hmac`. */
export function authHmacLines(authHmac: AuthHmac | undefined, version: string): string[] {
    if (authHmac === undefined) return [];
    return [
        ...authHmac.keys.map(({ id, key }) => `key ${id} ${key}`),
        ...linesOf(authHmacKeywords, authHmac, version),
    ];
}

/** Check signed adverts. Messages do not repeat keys. */
export function authHmacProblems(
    path: string,
    instance: VrrpInstance,
    context: VrrpContext,
    target: Target,
): Problem[] {
    const { authHmac } = instance;
    if (authHmac === undefined) return [];
    const { keys, activeKey, mode, antiReplay, timeWindow } = authHmac;
    const at = `${path}.authHmac`;
    const isStrictSomewhere = participantsOf(instance, context).some(({ name }) =>
        isStrict(instanceOn(instance, name), context),
    );
    return [
        ...tooNew(at, { keyword: "auth_hmac", since: "2.4.0" }, target),
        ...problemIf(
            (instance.authType ?? AuthType.none) !== AuthType.none,
            `${path}.authType`,
            "Signed adverts have no password. Remove authType, or authHmac.",
        ),
        ...problemIf(keys.length === 0, `${at}.keys`, "The list is empty. Give at least one key."),
        ...problemsOfEach(`${at}.keys`, keys, ({ id, key }, place) => [
            ...checkRequired(`${place}.id`, keyId, id, target),
            ...keyProblems(`${place}.key`, key),
        ]),
        ...duplicates(keys, ({ id }) => id).flatMap(([later]) =>
            problem(
                `${at}.keys[${keys.indexOf(later)}].id`,
                `${later.id} is the id of two keys. Use a different one.`,
            ),
        ),
        ...problemIf(
            activeKey === undefined,
            `${at}.activeKey`,
            "The value is missing. Give the id of the key that signs.",
        ),
        ...problemIf(
            activeKey !== undefined && keys.length > 0 && !keys.some(({ id }) => id === activeKey),
            `${at}.activeKey`,
            `No key has the id ${activeKey}. Use one of ${keys.map(({ id }) => id).join(", ")}.`,
        ),
        ...keywordProblems(at, authHmacKeywords, authHmac, target),
        ...problemIf(
            timeWindow !== undefined && antiReplay === AntiReplay.monotonic,
            `${at}.timeWindow`,
            "The window is for antiReplay time, and antiReplay is monotonic. Remove one of them.",
        ),
        ...problemIf(
            isStrictSomewhere && mode !== undefined && mode !== AuthHmacMode.enforce,
            `${at}.mode`,
            `strictMode requires enforce, and the mode is ${mode}. Remove one of them.`,
        ),
    ];
}

/** Check a key. keepalived reads other characters as comments, quotes, variables or the name of a file. */
function keyProblems(path: string, key: unknown): Problem[] {
    const text = typeof key === "string" ? key : "";
    if (/^hex:(?:[0-9a-fA-F]{2}){32,64}$/.test(text)) return [];
    if (/^(?!hex:|file:)[A-Za-z0-9+/=_.,:@%-]{32,64}$/.test(text)) return [];
    return problem(
        path,
        `The key (${text.length} characters) has a form that keepalived cannot read. Use hex: and 64 to 128 hexadecimal digits, or 32 to 64 letters, digits and +/=_.,:@%-.`,
    );
}
