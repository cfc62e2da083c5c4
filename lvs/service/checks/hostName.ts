import { matching } from "../../keepalived/keywords";

const label = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
const labels = `(?=[^:]{1,253}(?::|$))${label}(?:\\.${label})*`;

/** A host name. */
export const hostName = matching(
    new RegExp(`^${labels}$`),
    "a host name",
    "one such as www.example.com",
);

/** A host name for HTTP, with a port if the server has an unusual one. */
export const webHost = matching(
    new RegExp(`^${labels}(?::[1-9][0-9]{0,4})?$`),
    "a host name",
    "one such as www.example.com or www.example.com:8080",
);

/** A domain name. Only the root ends in a dot. */
export const domainName = matching(
    // keepalived since 2.1.4 takes a first label of one letter for an empty one.
    new RegExp(`^(?:\\.|(?!.\\.)${labels})$`),
    "a domain name that keepalived can read",
    'one without a final dot whose first label has two letters, such as example.com, or "." for the root',
);
