import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Cluster } from "../../lvs/model";
import { directorModules, realServerModules } from "../../lvs/kernel/modules";
import {
    configurationPath,
    directorFiles,
    directorModuleFiles,
    directorPackages,
    ipvsRulesPath,
} from "../../lvs/director/steps";
import {
    realServerFiles,
    realServerModuleFiles,
    realServerPackages,
} from "../../lvs/realServer/steps";
import { planDirector } from "../../lvs/director/plan";
import { planRealServer, standaloneRealServers } from "../../lvs/realServer/plan";
import type { HostFile } from "../../lvs/hostFile";
import type { Config } from "./contender";

/** Kind of a file. It determines the action after a change of the file. */
export type FileKind = "setting" | "unit" | "program" | "configuration";

/** State of a host that every tool must reach. It equals the result of `pulumi up`. */
export interface Role {
    /** Packages by their names in Debian. */
    packages: string[];
    modules: string[];
    files: (HostFile & { kind: FileKind })[];
    /** Units to enable and start, in this order. */
    services: string[];
}

/** Roles of all hosts of a configuration, by name. */
export function rolesOf(config: Config): Map<string, Role> {
    const cluster = config as unknown as Cluster;
    return new Map([
        ...cluster.directors.map(
            ({ name }) => [name, directorRole(cluster, name, config.authPass as string)] as const,
        ),
        ...cluster.realServers.map(({ name }) => [name, realServerRole(cluster, name)] as const),
    ]);
}

/** Files that only the steps of this project read. */
const ownFiles = [ipvsRulesPath, "/var/lib/pulumi-lvs/keepalived.version"];

function directorRole(cluster: Cluster, name: string, authPass: string): Role {
    const plan = planDirector(cluster, name);
    const files = [...directorModuleFiles(plan), ...directorFiles(plan)];
    return {
        packages: directorPackages(plan),
        modules: directorModules(plan.needs),
        files: files
            .filter((file) => !ownFiles.includes(file.path))
            // Other tools write the password into keepalived.conf.
            .map(({ content, ...file }) => ({
                ...file,
                content: content.replace("include auth_pass.conf", `auth_pass "${authPass}"`),
            }))
            .map(withKind),
        services: ["lvs-director", "keepalived"],
    };
}

function realServerRole(cluster: Cluster, name: string): Role {
    const plan = planRealServer(standaloneRealServers(cluster).get(name)!, name);
    const packages = realServerPackages(plan);
    return {
        packages: packages.map((one) => (one === "httpd" ? "apache2" : one)),
        modules: realServerModules(plan.kernel),
        files: [...realServerModuleFiles(plan), ...realServerFiles(plan)].map(withKind),
        services: ["lvs-real-server", ...(plan.demoPage !== undefined ? ["apache2"] : [])],
    };
}

function withKind(file: HostFile) {
    return { ...file, kind: kindOf(file.path) };
}

function kindOf(file: string): FileKind {
    if (file === configurationPath) return "configuration";
    if (file.startsWith("/etc/sysctl.d/")) return "setting";
    if (file.startsWith("/etc/systemd/")) return "unit";
    return "program";
}

/**
 * Variables of a host: its role, the folders that a new host lacks, and its files as local copies.
 */
export interface HostVariables extends Omit<Role, "files"> {
    folders: string[];
    files: { src: string; dest: string; mode: string; kind: FileKind }[];
}

/** Write the files of all roles below a folder. Return the variables of each host. */
export async function variablesOf(
    dir: string,
    roles: Map<string, Role>,
): Promise<Record<string, HostVariables>> {
    const variables: Record<string, HostVariables> = {};
    for (const [name, { files, ...role }] of roles) {
        await writeFiles(path.join(dir, name), files);
        variables[name] = {
            ...role,
            folders: ownFolders.filter((folder) =>
                files.some((file) => path.dirname(file.path) === folder),
            ),
            files: files.map(({ path: dest, mode, kind }) => {
                return { src: path.join(dir, name, dest), dest, mode, kind };
            }),
        };
    }
    return variables;
}

/** Folders that neither Debian nor the packages of a cluster contain. */
const ownFolders = ["/etc/lvs", "/etc/systemd/system/keepalived.service.d", "/var/lib/pulumi-lvs"];

/** Write the files of a host below a folder. */
export async function writeFiles(dir: string, files: HostFile[]): Promise<void> {
    for (const { path: name, mode, content } of files) {
        const file = path.join(dir, name);
        await fs.mkdir(path.dirname(file), { recursive: true });
        await fs.writeFile(file, content);
        await fs.chmod(file, parseInt(mode, 8));
    }
}
