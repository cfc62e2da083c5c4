import type { Argv, CommandModule } from "yargs";
import { bundle } from "../../host/bundle";
import { appliedFiles } from "../applied";
import {
    driftLines,
    type HostDrift,
    hostDrift,
    isUnchanged,
    activeDirectorDrift,
} from "../diffView";
import { parseFacts } from "../facts";
import { clusterStatus } from "../clusterStatus";
import {
    hostsNamed,
    type ClusterHost,
    type Inventory,
    reportSettings,
    requireInventories,
} from "../inventory";
import { stackOutputs } from "../pulumi";
import { type Answer, Ssh } from "../ssh";
import { type CommonOptions, type Done, withHeading, paintOf, print } from "./common";

interface CheckOptions extends CommonOptions {
    hosts?: string[];
}

export function check(done: Done): CommandModule<CommonOptions, CheckOptions> {
    return {
        command: "check [hosts..]",
        describe: "show what changed on the hosts since the last `up`",
        builder: withHelp,
        handler: async (options) => done(await run(options)),
    };
}

async function run(options: CheckOptions): Promise<number> {
    const inventories = requireInventories(await stackOutputs(options));
    const all = inventories.flatMap(({ hosts }) => hosts);
    const asked = hostsNamed(all, options.hosts ?? []);
    const paint = paintOf(options);
    const applied = await appliedFiles(options);
    const found = await Ssh.with(options, (ssh) =>
        Promise.all(inventories.map((inventory) => readDrift(ssh, inventory, asked, applied))),
    );
    found.forEach((hosts, index) => {
        const lines = driftLines(hosts, "unchanged since the last up", paint);
        print(withHeading(found.length, inventories[index]!.name, lines, paint));
    });
    return isUnchanged(found.flat()) ? 0 : 1;
}

async function readDrift(
    ssh: Ssh,
    { name, hosts }: Inventory,
    asked: ClusterHost[],
    applied: Map<string, string[]>,
): Promise<HostDrift[]> {
    const own = hosts.filter((host) => asked.includes(host));
    const answers = await ssh.ask(own, (place) => ({
        script: bundle("report", [], {
            settings: { ...reportSettings(own[place]!), applied: applied.get(own[place]!.name) },
        }),
        verb: "check",
    }));
    const directors = hosts.filter(({ role }) => role === "director");
    // A director that is not asked may be the active one.
    const isWhole = directors.length > 0 && directors.every((director) => asked.includes(director));
    return [...answers.map(hostDrift), ...(isWhole ? directorsDrift(name, answers) : [])];
}

/** Find virtual IPs without exactly one active director. A silent director may be the active one. */
function directorsDrift(cluster: string, answers: readonly Answer[]): HostDrift[] {
    const reports = answers.map(({ host, text }) => ({
        host,
        facts: text === undefined ? undefined : parseFacts(text),
    }));
    const isSilent = reports.some(({ host, facts }) => host.role === "director" && !facts);
    const { virtualIps } = clusterStatus(cluster, reports);
    const drift = activeDirectorDrift(
        virtualIps.filter(({ activeDirectors }) => !isSilent || activeDirectors.length > 1),
    );
    return drift.length === 0 ? [] : [{ name: "directors", drift }];
}

/** Add the help and the options of the command. */
function withHelp(own: Argv<CommonOptions>): Argv<CheckOptions> {
    return own
        .usage(
            "$0 check [HOST..]\n\n" +
                "Compare files, their modes, sysctls, units, virtual IPs and the IPVS table of each host\n" +
                "with the last `up`. Print each difference as a diff: `-` is applied, `+` is there now.\n" +
                "The exit status is 1 if there is a difference, for cron and CI. A real server that fails\n" +
                "its health checks is missing in the table, so it is a difference too.\n\n" +
                "To repair the hosts, set `repair` of the cluster to a new word and run `pulumi up`.",
        )
        .positional("hosts", {
            type: "string",
            array: true,
            describe: "Hosts to check. Defaults to all",
        });
}
