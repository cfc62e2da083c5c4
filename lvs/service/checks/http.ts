import { type ExtraConfig, extraConfigProblems, extraLines } from "../../keepalived/extraConfig";
import {
    flag,
    keywordProblems,
    type Keywords,
    type Kind,
    linesOf,
    matching,
    oneOf,
    onOff,
    type Target,
    tooNew,
} from "../../keepalived/keywords";
import { problemsOfEach, type Problem, problemIf, quote } from "../../problems";
import { Protocol } from "../destination";
import type { Checker } from "./checker";
import { connecting, type ConnectingCheck, connectingKeywords } from "./connection";
import { webHost } from "./hostName";
import { type RegexKeywords, regexKeywords, regexProblems } from "./regex";

/** Version of HTTP that a check uses. */
export const HttpProtocol = {
    /** Version 1.0. */
    http10: "1.0",
    /** Version 1.0 with `Connection: close`. */
    http10Close: "1.0C",
    /** Version 1.1. */
    http11: "1.1",
} as const;
export type HttpProtocol = (typeof HttpProtocol)[keyof typeof HttpProtocol];

/** Settings that are one line each in `HTTP_GET`. */
export interface HttpCheckKeywords extends ConnectingCheck {
    /** Host name to ask for (keepalived `virtualhost`). Defaults to the pool member's, then the virtual server's, then the address. */
    virtualhost?: string;
    /** Version of HTTP (keepalived `http_protocol`). Defaults to `1.0`. */
    httpProtocol?: HttpProtocol;
    /** While a server comes up, ask for all pages in a row instead of one page each delay loop (keepalived `fast_recovery`). Defaults to false. */
    fastRecovery?: boolean;
}

/** A page that a check asks for (keepalived `url`). */
export interface HttpUrlKeywords extends RegexKeywords {
    /** Path of the page, such as `/health`, up to 500 characters. Write characters that a URL cannot have as `%23` (keepalived `path`). */
    path: string;
    /** Accepted status codes and ranges, such as `["200", "301-302"]` (keepalived `status_code`). Defaults to 200 to 299. */
    statusCode?: string[];
    /** MD5 of the page, 32 hexadecimal digits, as `genhash` prints it (keepalived `digest`). Defaults to none: any page succeeds. */
    digest?: string;
    /** Host name to ask for (keepalived `virtualhost`). Defaults to the check's. */
    virtualhost?: string;
}

export type HttpUrl = HttpUrlKeywords & ExtraConfig;

/** Web pages with the expected status and content (keepalived `HTTP_GET`). */
export interface HttpCheck<Url = HttpUrl> extends HttpCheckKeywords {
    /** Pages to ask for in turn, one each delay loop (keepalived `url`). */
    url: Url[];
}

/** A page that a check asks for over TLS (keepalived `url`). */
export interface SslUrlKeywords extends HttpUrlKeywords {
    /** Fail if the server ends the connection without closing TLS (keepalived `tls_compliant`). Defaults to the check's. */
    tlsCompliant?: boolean;
}

export type SslUrl = SslUrlKeywords & ExtraConfig;

/** Settings that are one line each in `SSL_GET`. */
export interface SslCheckKeywords extends HttpCheckKeywords {
    /** Send the host name in the TLS handshake (keepalived `enable_sni`). Defaults to false. */
    enableSni?: boolean;
    /** Fail if the server ends the connection without closing TLS (keepalived `tls_compliant`). Defaults to false. */
    tlsCompliant?: boolean;
}

/** Web pages over TLS with the expected status and content. keepalived does not verify certificates (keepalived `SSL_GET`). */
export interface SslCheck<Url = SslUrl> extends SslCheckKeywords {
    /** Pages to ask for in turn, one each delay loop (keepalived `url`). */
    url: Url[];
}

export const httpKeywords: Keywords<HttpCheckKeywords> = {
    virtualhost: { keyword: "virtualhost", type: webHost, since: "1.3.6" },
    httpProtocol: { keyword: "http_protocol", type: oneOf(HttpProtocol), since: "2.0.17" },
    fastRecovery: { keyword: "fast_recovery", type: flag, since: "2.0.17" },
    ...connectingKeywords,
    retry: {
        ...connectingKeywords.retry,
        renamedFrom: { version: "1.3.7", keyword: "nb_get_retry" },
    },
};

export const sslKeywords: Keywords<SslCheckKeywords> = {
    enableSni: { keyword: "enable_sni", type: flag, since: "1.4.3" },
    tlsCompliant: { keyword: "tls_compliant", type: onOff, since: "2.2.8" },
    ...httpKeywords,
};

/** The missing characters begin a comment, a quote, a block or a variable in keepalived.conf. */
const urlPath = matching(
    /^\/[A-Za-z0-9\-._~%/?&=+,;:@*]{0,499}$/,
    "a path that keepalived can read",
    "/ and up to 499 letters, digits and -._~%/?&=+,;:@*, with other characters written as %23",
);

const statusCodes: Kind<string[]> = {
    check(codes) {
        if (codes.length === 0)
            return "The list is empty. Give a status code, or remove the list for 200 to 299.";
        const bad = codes.find((code) => !isCodes(code));
        return bad === undefined
            ? undefined
            : `${quote(bad)} is neither a status code nor a range of them. Use 100 to 599, or a range such as 200-299.`;
    },
    format: (codes) => codes,
};

function isCodes(code: string): boolean {
    const [first, last = first] = code.split("-");
    return /^[1-5][0-9]{2}(-[1-5][0-9]{2})?$/.test(code) && Number(first) <= Number(last);
}

const urlKeywords: Keywords<HttpUrlKeywords> = {
    path: { keyword: "path", type: urlPath },
    statusCode: { keyword: "status_code", type: statusCodes },
    digest: {
        keyword: "digest",
        type: matching(/^[0-9a-fA-F]{32}$/, "an MD5 digest", "32 hexadecimal digits"),
    },
    virtualhost: { keyword: "virtualhost", type: webHost, since: "1.3.6" },
    ...regexKeywords,
};

export const sslUrlKeywords: Keywords<SslUrlKeywords> = {
    ...urlKeywords,
    tlsCompliant: { keyword: "tls_compliant", type: onOff, since: "2.2.8" },
};

export const httpChecker = pages("HTTP_GET", httpKeywords, urlKeywords);

const sslPages = pages("SSL_GET", sslKeywords, sslUrlKeywords);

export const sslChecker: Checker<SslCheck> = {
    ...sslPages,
    problems: (path, check, target, context) => [
        ...sslPages.problems(path, check, target, context),
        ...sniProblems(path, check),
    ],
    // keepalived takes the name for the TLS handshake from the check or the virtual server only.
    plan: (check, around) =>
        sslPages.plan(
            check.enableSni
                ? { ...check, virtualhost: check.virtualhost ?? around.virtualhost }
                : check,
            around,
        ),
};

/** The name in a TLS handshake has no port. */
function sniProblems(path: string, { enableSni, virtualhost, url }: SslCheck): Problem[] {
    const names = [
        { at: `${path}.virtualhost`, name: virtualhost },
        ...url.map((one, index) => ({
            at: `${path}.url[${index}].virtualhost`,
            name: one.virtualhost,
        })),
    ];
    return names.flatMap(({ at, name }) => sniNameProblems(at, enableSni, name));
}

/** Check a host name that an SSL check may send in its TLS handshake. */
export function sniNameProblems(path: string, enableSni = false, name = ""): Problem[] {
    return problemIf(
        enableSni && name.includes(":"),
        path,
        `${quote(name)} has a port, and enableSni sends the name in the TLS handshake, which has none. Remove the port, or enableSni.`,
    );
}

function pages<Settings extends ConnectingCheck, Url extends HttpUrlKeywords>(
    keyword: string,
    keywords: Keywords<Settings>,
    urlKeywords: Keywords<Url>,
): Checker<Settings & { url: (Url & ExtraConfig)[] }> {
    const connection = connecting(keyword, Protocol.TCP, keywords);
    return {
        ...connection,
        problems: (path, check, target, context) => [
            ...connection.problems(path, check, target, context),
            ...urlProblems(`${path}.url`, urlKeywords, check.url, target),
        ],
        plan: (check, around) => ({ ...check, ...connection.plan(check, around) }),
        lines: (check, version) => ({
            ...connection.lines(check, version),
            urls: check.url.map((url) => ({
                keywords: linesOf(urlKeywords, url, version),
                extraConfig: extraLines(url.extraConfig),
            })),
        }),
    };
}

function urlProblems<Url extends HttpUrlKeywords>(
    path: string,
    keywords: Keywords<Url>,
    urls: (Url & ExtraConfig)[],
    target: Target,
): Problem[] {
    return [
        // keepalived up to 2.2.7 crashes on a check without pages.
        ...problemIf(
            urls.length === 0,
            path,
            'The list is empty. Give a page such as {"path": "/"}.',
        ),
        ...problemsOfEach(path, urls, (url, at) => [
            ...keywordProblems(at, keywords, url, target),
            ...statusCodeProblems(`${at}.statusCode`, url.statusCode ?? [], target),
            ...regexProblems(at, url),
            ...extraConfigProblems(`${at}.extraConfig`, url.extraConfig, "url", target),
        ]),
    ];
}

function statusCodeProblems(path: string, codes: string[], target: Target): Problem[] {
    if (codes.length <= 1 && !codes[0]?.includes("-")) return [];
    return tooNew(
        path,
        { keyword: "status_code with more than one code", since: "2.0.17" },
        target,
    );
}
