import type { Keywords } from "../../keepalived/keywords";
import { Protocol } from "../destination";
import { connecting, type ConnectingCheck, connectingKeywords } from "./connection";
import { hostName } from "./hostName";

/** A mail server that greets and answers HELO (keepalived `SMTP_CHECK`). */
export interface SmtpCheck extends ConnectingCheck {
    /** Name to send in HELO (keepalived `helo_name`). Defaults to `smtpchecker.keepalived.org`. */
    heloName?: string;
}

export const smtpKeywords: Keywords<SmtpCheck> = {
    heloName: { keyword: "helo_name", type: hostName },
    ...connectingKeywords,
};

export const smtpChecker = connecting("SMTP_CHECK", Protocol.TCP, smtpKeywords);
