import { render } from "../template";

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
