import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { version } from "../package.json";
import { root } from "./analyze";

/** Paths of the pages with the command that installs the plugin. */
export const installationPaths = ["installation-configuration.md", "languages.md"].map((name) =>
    path.join(root, "docs", name),
);

/** Write the version of this tree into the command that installs the plugin. */
export function withVersion(page: string): string {
    return page.replace(
        /resource lvs \S+ --file pulumi-resource-lvs-v\S+?-linux/g,
        `resource lvs ${version} --file pulumi-resource-lvs-v${version}-linux`,
    );
}

if (require.main === module) {
    for (const file of installationPaths) {
        writeFileSync(file, withVersion(readFileSync(file, "utf8")));
    }
}
