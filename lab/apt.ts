import * as fs from "node:fs/promises";
import * as path from "node:path";
import { Refusal } from "./progress";
import { run } from "./run";

const debianKeys = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * The lines of a sources.list for a suite of Debian, from where this machine gets its own
 * packages. A stable suite comes with its updates and security updates.
 */
export async function sourcesFor(suite: string, stable: boolean): Promise<string> {
    let sources = await machinesSources();
    if (sources.length === 0) {
        // Without package lists, apt does not know which of its sources are Debian's.
        await run(["apt-get", "-q", "update"]);
        sources = await machinesSources();
    }
    const archive = sources.find(({ release }) => /^[a-z]+$/.test(release))?.uri;
    const security = sources.find(({ release }) => release.endsWith("-security"))?.uri;
    if (!archive) {
        throw new Refusal(
            "apt has no source of Debian packages (origin Debian, component main). " +
                "The lab's hosts are made from them: on another system, add Debian's archive.",
        );
    }

    const suites: [uri: string, suite: string][] = [[archive, suite]];
    if (stable) suites.push([archive, `${suite}-updates`]);
    if (stable && security) suites.push([security, `${suite}-security`]);
    return suites
        .map(([uri, name]) => `deb [signed-by=${debianKeys}] ${uri} ${name} main\n`)
        .join("");
}

/** Where this machine gets Debian's packages from. */
async function machinesSources(): Promise<{ release: string; uri: string }[]> {
    const format = "$(ORIGIN) $(COMPONENT) $(RELEASE) $(REPO_URI)";
    const query = ["apt-get", "indextargets", "--format", format, "Created-By: Packages"];
    return (await run(query))
        .split("\n")
        .map((line) => line.split(" "))
        .filter(([origin, component]) => origin === "Debian" && component === "main")
        .map(([, , release, uri]) => ({ release: release!, uri: uri! }));
}

/** An apt that shares this machine's proxies and logins, and changes nothing on this machine. */
export class OwnApt {
    private constructor(private readonly dir: string) {}

    /**
     * Reads the package lists of `sources` into `dir`. `status` is the dpkg status file of the
     * system that packages are chosen for; without it, nothing is installed there.
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
            // Descriptions for software centres, which some machines ask apt to fetch.
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
            "Acquire::Retries": "3",
            // A mirror of a suite that is not released yet may be past its date.
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

    /** Downloads packages and all that they need beside what is installed; returns the files. */
    async downloadWithDependencies(packages: string[]): Promise<string[]> {
        await this.get("install", "--download-only", "--yes", ...packages);
        const archives = path.join(this.dir, "archives");
        const files = await fs.readdir(archives);
        return files
            .filter((file) => file.endsWith(".deb"))
            .map((file) => path.join(archives, file));
    }

    /** Downloads packages alone and unpacks them below `target`. */
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
