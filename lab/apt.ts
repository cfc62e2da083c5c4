import * as fs from "node:fs/promises";
import * as path from "node:path";
import { UserError } from "./progress";
import { run } from "./run";

const debianKeys = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * Lines of a sources.list for a suite of Debian. They name the archive that this machine uses
 * itself. A stable suite includes its updates and security updates.
 */
export async function sourcesFor(suite: string, stable: boolean): Promise<string> {
    let sources = await machinesSources();
    if (sources.length === 0) {
        // Without package lists, apt does not know which of its sources belong to Debian.
        await run(["apt-get", "-q", "update"]);
        sources = await machinesSources();
    }
    const archive = sources.find(({ release }) => /^[a-z]+$/.test(release))?.uri;
    const security = sources.find(({ release }) => release.endsWith("-security"))?.uri;
    if (!archive) {
        throw new UserError(
            "apt has no source of Debian packages (origin Debian, component main). The hosts " +
                "of the lab are made of these packages. Add a Debian archive to the sources of apt.",
        );
    }

    const suites: [uri: string, suite: string][] = [[archive, suite]];
    if (stable) suites.push([archive, `${suite}-updates`]);
    if (stable && security) suites.push([security, `${suite}-security`]);
    return suites
        .map(([uri, name]) => `deb [signed-by=${debianKeys}] ${uri} ${name} main\n`)
        .join("");
}

/** Debian archives that this machine uses. */
async function machinesSources(): Promise<{ release: string; uri: string }[]> {
    const format = "$(ORIGIN) $(COMPONENT) $(RELEASE) $(REPO_URI)";
    const query = ["apt-get", "indextargets", "--format", format, "Created-By: Packages"];
    return (await run(query))
        .split("\n")
        .map((line) => line.split(" "))
        .filter(([origin, component]) => origin === "Debian" && component === "main")
        .map(([, , release, uri]) => ({ release: release!, uri: uri! }));
}

/** A private apt: it uses the proxies and logins of this machine, and changes nothing on it. */
export class OwnApt {
    private constructor(private readonly dir: string) {}

    /**
     * Read the package lists of `sources` into `dir`. `status` is the dpkg status file of the
     * system that packages are chosen for. Without it, apt assumes a system with no package
     * installed.
     */
    static async open(dir: string, sources: string, status?: string): Promise<OwnApt> {
        const settings = {
            "Dir::Etc::SourceList": path.join(dir, "sources.list"),
            "Dir::Etc::SourceParts": "/dev/null",
            "Dir::Etc::Preferences": "/dev/null",
            "Dir::Etc::PreferencesParts": "/dev/null",
            "Dir::State": dir,
            "Dir::State::Lists": path.join(dir, "lists"),
            "Dir::State::Status": path.join(dir, "status"),
            "Dir::Cache": dir,
            "Dir::Cache::Archives": path.join(dir, "archives"),
            "Acquire::Languages": "none",
            // Descriptions for software centres: some machines make apt fetch them.
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
            "Acquire::Retries": "3",
            // The index of an unreleased suite may be past its date.
            "Acquire::Check-Valid-Until": "false",
            "APT::Sandbox::User": "root",
            "APT::Install-Recommends": "false",
        };
        const lines = Object.entries(settings).map(([key, value]) => `${key} "${value}";\n`);
        await fs.mkdir(path.join(dir, "lists/partial"), { recursive: true });
        await fs.mkdir(path.join(dir, "archives/partial"), { recursive: true });
        await fs.writeFile(path.join(dir, "apt.conf"), lines.join(""));
        await fs.writeFile(path.join(dir, "sources.list"), sources);
        // A copy, because apt puts its lock files beside the status file.
        await fs.writeFile(path.join(dir, "status"), status ? await fs.readFile(status) : "");
        const apt = new OwnApt(dir);
        await apt.get("update");
        return apt;
    }

    /** Download packages with their missing dependencies. Return the files. */
    async downloadWithDependencies(packages: string[]): Promise<string[]> {
        await this.get("install", "--download-only", "--yes", ...packages);
        const archives = path.join(this.dir, "archives");
        const files = await fs.readdir(archives);
        return files
            .filter((file) => file.endsWith(".deb"))
            .map((file) => path.join(archives, file));
    }

    /** Download packages without dependencies and unpack them below `target`. */
    async unpack(packages: string[], target: string): Promise<void> {
        const downloads = path.join(this.dir, "downloads");
        await fs.mkdir(downloads, { recursive: true });
        await this.get("download", ...packages);
        for (const file of await fs.readdir(downloads)) {
            await run(["dpkg-deb", "--extract", path.join(downloads, file), target]);
        }
    }

    private async get(...command: string[]): Promise<void> {
        const cwd = command[0] === "download" ? path.join(this.dir, "downloads") : this.dir;
        const env = { APT_CONFIG: path.join(this.dir, "apt.conf") };
        await run(["apt-get", "-q", ...command], { cwd, env });
    }
}
