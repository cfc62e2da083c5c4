import type { CommandModule } from "yargs";
import { bundle } from "../../host/bundle";
import { driftLines, type HostDrift, hostDrift, isWhole, ownerDrift } from "../diffView";
import { parseFacts } from "../facts";
import { judge } from "../health";
import { chosen, type ClusterHost, type Inventory, requireInventories } from "../inventory";
import { stackOutputs } from "../pulumi";
import { Ssh } from "../ssh";
import { type CommonOptions, type Done, headed, paintOf, print } from "./common";

interface CheckOptions extends CommonOptions {
    hosts?: string[];
}

export function check(done: Done): CommandModule<CommonOptions, CheckOptions> {
    return {
        command: "check [hosts..]",
        describe: "what has been changed on the hosts since the last `up`",
        builder: (own) =>
            own
                .usage(
                    "$0 check [HOST..]\n\n" +
                        "Compares files, their modes, kernel settings, units, virtual IPs and the IPVS table of\n" +
                        "each host with what the last `up` has put there, and shows each difference as a diff:\n" +
                        "`-` is how it is to be, `+` how it is. Exit status 1 when there are any, for cron and CI.\n" +
                        "A real server that fails its health checks is missing in the table, too.\n\n" +
                        "To mend it: a new word in `repair` of the cluster, and `pulumi up`.",
                )
                .positional("hosts", {
                    type: "string",
                    array: true,
                    describe: "Only these. Defaults to all",
                }),
        handler: async (options) => done(await run(options)),
    };
}

async function run(options: CheckOptions): Promise<number> {
    const inventories = requireInventories(await stackOutputs(options));
    const all = inventories.flatMap(({ hosts }) => hosts);
    const asked = chosen(all, options.hosts ?? []);
    const paint = paintOf(options);
    const found = await Ssh.with(options, (ssh) =>
        Promise.all(inventories.map((inventory) => look(ssh, inventory, asked))),
    );
    found.forEach((hosts, index) => {
        const lines = driftLines(hosts, "as it was applied", paint);
        print(headed(found.length, inventories[index]!.name, lines, paint));
    });
    return isWhole(found.flat()) ? 0 : 1;
}

async function look(
    ssh: Ssh,
    { name, hosts }: Inventory,
    asked: ClusterHost[],
): Promise<HostDrift[]> {
    const question = { script: bundle("report", []), verb: "check" };
    const own = hosts.filter((host) => asked.includes(host));
    const answers = await ssh.ask(own, () => question);
    const found = answers.map(hostDrift);
    // Who has a virtual IP can be told only when all directors have been asked.
    const directors = hosts.filter(({ role }) => role === "director");
    if (directors.length === 0 || !directors.every((director) => asked.includes(director)))
        return found;
    const { virtualIps } = judge(
        name,
        answers.map(({ host, text }) => ({
            host,
            facts: text === undefined ? undefined : parseFacts(text),
        })),
    );
    const isSilent = answers.some(
        ({ host, text }) => host.role === "director" && text === undefined,
    );
    const drift = ownerDrift(virtualIps.filter(({ owners }) => !isSilent || owners.length > 1));
    return drift.length === 0 ? found : [...found, { name: "directors", drift }];
}
