import type { Argv, CommandModule } from "yargs";
import { bundle } from "../../host/bundle";
import { parseFacts } from "../facts";
import type { ClusterStatus } from "../status";
import { clusterStatus } from "../clusterStatus";
import { type Inventory, reportSettings, requireInventories } from "../inventory";
import { stackOutputs } from "../pulumi";
import { Ssh } from "../ssh";
import { statusPage } from "../statusPage";
import { statusLines } from "../statusView";
import { lineWidth } from "../text";
import { drawn, screenLines } from "../watchView";
import {
    type CommonOptions,
    type Done,
    secondsOption,
    withHeading,
    paintOf,
    print,
} from "./common";

interface StatusOptions extends CommonOptions {
    json?: boolean;
    html?: boolean;
    watch?: number;
}

export function status(done: Done): CommandModule<CommonOptions, StatusOptions> {
    return {
        command: "status",
        describe: "show active directors, real servers and problems",
        builder: withHelp,
        handler: async (options) => done(await run(options)),
    };
}

async function run(options: StatusOptions): Promise<number> {
    const { watch } = options;
    const inventories = requireInventories(await stackOutputs(options));
    if (watch === undefined) {
        const clusters = await Ssh.with(options, (ssh) => readStatuses(ssh, inventories));
        if (options.json) print([JSON.stringify({ clusters }, null, 4)]);
        else if (options.html) print([statusPage(clusters, new Date())]);
        else print(printedLines(clusters, options));
        return exitStatusOf(clusters);
    }
    return Ssh.with(options, (ssh) => repeat(ssh, inventories, watch, options), { lasts: true });
}

/** Repeat until Ctrl-C. The exit status is that of the last report. */
async function repeat(
    ssh: Ssh,
    inventories: Inventory[],
    seconds: number,
    options: StatusOptions,
): Promise<number> {
    let stop: () => void = () => undefined;
    const stopped = new Promise<boolean>((resolve) => (stop = () => resolve(true)));
    process.once("SIGINT", stop).once("SIGTERM", stop);
    for (;;) {
        const reported = await Promise.race([readStatuses(ssh, inventories), stopped]);
        if (reported === true) return 0;
        const clusters = reported as ClusterStatus[];
        const heading = `${new Date().toLocaleTimeString("en-GB")}, every ${seconds} s. Ctrl-C ends it.`;
        const { isTTY, columns, rows } = process.stdout;
        const paint = paintOf(options);
        if (isTTY) {
            const screen = { paint, rows, width: Math.min(columns, lineWidth) };
            process.stdout.write(drawn(screenLines(clusters, heading, screen)));
        } else print([paint("dim", heading), "", ...printedLines(clusters, options), ""]);
        const timer = new Promise<boolean>((resolve) =>
            setTimeout(() => resolve(false), seconds * 1000),
        );
        if (await Promise.race([timer, stopped])) return exitStatusOf(clusters);
    }
}

async function readStatuses(ssh: Ssh, inventories: Inventory[]): Promise<ClusterStatus[]> {
    return Promise.all(
        inventories.map(async ({ name, hosts }) => {
            const answers = await ssh.ask(hosts, (place) => ({
                script: bundle("report", [], { settings: reportSettings(hosts[place]!) }),
                verb: "status",
            }));
            return clusterStatus(
                name,
                answers.map(({ host, text, problem }) => ({
                    host,
                    problem,
                    facts: text === undefined ? undefined : parseFacts(text),
                })),
            );
        }),
    );
}

function printedLines(clusters: ClusterStatus[], options: StatusOptions): string[] {
    const paint = paintOf(options);
    const width = process.stdout.isTTY ? Math.min(process.stdout.columns, lineWidth) : lineWidth;
    return clusters.flatMap((cluster) =>
        withHeading(clusters.length, cluster.name, statusLines(cluster, paint, width), paint),
    );
}

function exitStatusOf(clusters: ClusterStatus[]): number {
    return clusters.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

/** Add the help and the options of the command. */
function withHelp(own: Argv<CommonOptions>): Argv<StatusOptions> {
    return own
        .usage(
            "$0 status\n\n" +
                "Show each virtual IP with its active director, services and real servers, each host with\n" +
                "its versions and its last `up`, and all problems. The exit status is 1 if there is a\n" +
                "problem. Connections and rates come from the active director.",
        )
        .option("json", {
            type: "boolean",
            describe: "Print JSON for programs",
        })
        .option("html", {
            type: "boolean",
            describe: "Print a page for a browser, in one file",
        })
        .option(
            "watch",
            secondsOption("watch", {
                least: 0.1,
                alone: 2,
                alias: "w",
                describe: "Repeat every so many seconds. Defaults to 2",
            }),
        )
        .conflicts("json", ["html", "watch"])
        .conflicts("html", "watch")
        .example("$0 status --json | jq .clusters[].problems", "the problems, for a script");
}
