import { render, source } from "../template";

/** A file as it will stand on a host. */
export interface HostFile {
    path: string;
    /** Octal, as for chmod. */
    mode: string;
    content: string;
}

/** A file whose text is a template with a view's values in it. */
export function textFile(path: string, template: string, view: object, mode = "0644"): HostFile {
    return { path, mode, content: render(template, view) };
}

/** A file that is under `templates/` as it is to stand, so that no sign in it means more than it says. */
export function plainFile(path: string, file: string, mode = "0644"): HostFile {
    return { path, mode, content: source(file) };
}
