import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { bundle, type BundleOptions, type StepScript } from "../../host/bundle";

/**
 * A stand-in for a host of the RHEL family, of which there is none here: a folder with the programs
 * that scripts find there, the RHEL family's own as far as the scripts call them. They do as the
 * manuals say; nobody has compared them with the real ones.
 */
export class RhelHost {
    private readonly root = fs.mkdtempSync(path.join(os.tmpdir(), "rhel-"));

    /** `programs` are those of the RHEL family that it has. */
    constructor(programs: (keyof typeof standIns)[]) {
        fs.mkdirSync(this.at("bin"));
        fs.mkdirSync(this.at("state"));
        for (const tool of tools) fs.symlinkSync(found(tool), this.at(`bin/${tool}`));
        const ours = [...programs, "sync", "systemctl"] as const;
        for (const name of ours) this.write(`bin/${name}`, `#!/bin/sh\n${standIns[name]}`, 0o755);
        this.write("calls", "");
    }

    /** Where a file of it is. */
    at(file: string): string {
        return path.join(this.root, file);
    }

    write(file: string, content: string, mode = 0o644): void {
        fs.writeFileSync(this.at(file), content, { mode });
    }

    /** What is in a file of it; nothing when there is none. */
    read(file: string): string | undefined {
        return fs.existsSync(this.at(file)) ? fs.readFileSync(this.at(file), "utf8") : undefined;
    }

    /** Has a step's script do something other than the whole step, and gives what it says. */
    does(script: StepScript, lines: string, options: BundleOptions = {}) {
        const text = bundle(script, [], options)
            .replace(/ PATH=\S+/, () => ` PATH=${this.at("bin")}`)
            .replace('main "$@"\n', () => `state=${this.at("state")} changed=\n${lines}\n`);
        const env = { PATH: process.env.PATH, HOST: this.root };
        const { status, stdout, stderr } = spawnSync("sh", ["-s"], {
            input: text,
            encoding: "utf8",
            env,
        });
        return { status, said: (stdout + stderr).replaceAll(`${os.hostname()}: `, "") };
    }

    /** The calls since the last time that may have changed something, a line each. */
    calls(): string[] {
        const calls = this.read("calls")!.split("\n").slice(0, -1);
        this.write("calls", "");
        return calls;
    }

    remove(): void {
        fs.rmSync(this.root, { recursive: true });
    }
}

/** What is everywhere. */
const tools = [
    ...["awk", "cat", "comm", "date", "grep", "mkdir", "mv", "rm", "sed", "sh", "sort"],
    ...["tail", "tee", "touch", "tr", "uname"],
];

function found(tool: string): string {
    const folders = ["/usr/bin", "/bin"];
    return folders.map((folder) => path.join(folder, tool)).find((file) => fs.existsSync(file))!;
}

const noted = 'echo "${0##*/} $*" >>"$HOST/calls"\n';

/**
 * $HOST/packages has what is installed: NAME VERSION-RELEASE. What is in $HOST/broken fails; the
 * package in $HOST/unknown is left out of what succeeds, as yum does it.
 */
const packageManager = `${noted}shift 2
case "$1" in
    install)
        shift
        if [ -e "$HOST/broken" ]; then cat "$HOST/broken"; exit 1; fi
        for package; do
            case "$package" in
                "$(cat "$HOST/unknown" 2>/dev/null)") echo "No package $package available." ;;
                *-[0-9]*) echo "$package" | sed 's/-\\([0-9]\\)/ \\1/' ;;
                *) echo "$package 1.0-1.el9" ;;
            esac
        done | tee -a "$HOST/said" | grep -v '^No ' >>"$HOST/packages"
        grep '^No ' "$HOST/said" || :
        echo 'libnl3 3.9.0-1.el9' >>"$HOST/packages"
        ;;
    remove)
        shift
        if [ -e "$HOST/broken" ]; then cat "$HOST/broken"; exit 1; fi
        for package; do sed -i "/^$package /d" "$HOST/packages"; done
        ;;
esac
`;

const standIns = {
    rpm: `case "$1" in
    -qa) sed 's/ .*//' "$HOST/packages" ;;
    -q)
        for word; do :; done
        package=$(awk -v word="$word" '{ v = $2; sub(/-.*/, "", v) }
            word == $1 || word == $1 "-" v || word == $1 "-" $2' "$HOST/packages")
        if [ -z "$package" ]; then echo "package $word is not installed"; exit 1; fi
        echo "$package"
        ;;
esac
`,
    dnf: packageManager,
    yum: packageManager,
    getenforce: 'cat "$HOST/enforce"\n',
    /** $HOST/booleans has those that the policy knows: NAME --> STATE. */
    getsebool:
        'grep "^$1 " "$HOST/booleans" || { echo "Error getting active value for $1" >&2; exit 1; }\n',
    setsebool: `${noted}sed -i "s/^$2 --> .*/$2 --> $3/" "$HOST/booleans"\n`,
    restorecon: noted,
    sync: "",
    systemctl: "",
};
