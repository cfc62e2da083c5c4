import { render, source } from "../template";

/** A file on a host. */
export interface HostFile {
    path: string;
    /** Mode in octal, as for chmod. */
    mode: string;
    content: string;
}

/** Make a file from a template and values. */
export function textFile(path: string, template: string, view: object, mode = "0644"): HostFile {
    return { path, mode, content: render(template, view) };
}

/** Make a file from one under `templates/` without replacing anything in it. */
export function plainFile(path: string, file: string, mode = "0644"): HostFile {
    return { path, mode, content: source(file) };
}
