import { render, source } from "../template";

/** A file on a host. */
export interface HostFile {
    path: string;
    /** Mode in octal, as for chmod. */
    mode: string;
    content: string;
    /** Set if the content is secret. It then has seals in place of secrets, and the bundle leaves it out. */
    secret?: {
        /** SHA-256 of the content with its seals, under which the step `secret` sends the real one. */
        readonly digest: string;
        /** User whose group can read the file, if that is not root: a name, or `httpd` for the web server's. */
        readonly reader?: string;
    };
}

/** Make a file from a template and values. */
export function textFile(path: string, template: string, view: object, mode = "0644"): HostFile {
    return { path, mode, content: render(template, view) };
}

/** Make a file from one under `templates/` without replacing anything in it. */
export function plainFile(path: string, file: string, mode = "0644"): HostFile {
    return { path, mode, content: source(file) };
}
