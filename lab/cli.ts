import { spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { CommandLine } from "./commandLine";
import { Host, Lab } from "./lab";
import { UserError, step } from "./progress";
import { LabStack } from "./stack";
import {
    mixed,
    mysql,
    seed,
    seedWithSpare,
    threeDirectors,
    Topology,
    twentyRealServers,
    wide,
} from "./topology";

const topologies: readonly Topology[] = [
    seed,
    seedWithSpare,
    twentyRealServers,
    threeDirectors,
    wide,
    mysql,
    mixed,
];
const [, ...others] = topologies.map(({ name }) => name);

const help = `npm run lab -- COMMAND

A lab is a network of virtual machines on this machine. They are real hosts: each boots a
kernel with IPVS, runs systemd and sshd, and installs its packages with apt.

  up                  boot the lab; it runs until \`down\`
  down                end the lab and remove everything that it made
  status              list the labs and which of their hosts are on
  ssh HOST [COMMAND]  log in to a host as root, or run a shell command there
  exec COMMAND ...    run a command on the client: curl, a shell
  pulumi COMMAND ...  run Pulumi on the lab's stack: "up", "preview --diff", "destroy"
  lvs COMMAND ...     run the lvs command line on the lab's stack: "status", "check"
  cut HOST            cut the power of a host
  boot HOST           turn a host on again, with its disk unchanged
  reboot HOST         shut a host down cleanly and boot it
  reset HOST          boot a host with a new disk, without packages
  freeze HOST         stop all processes of a host
  thaw HOST           resume a frozen host
  link HOST down|up [NETWORK]
                      unplug or plug in a network cable; NETWORK selects one of several cards
  log HOST            print what a host has written to its console

Options, before the command:
  --name NAME         name of the lab; default: seed
  --topology NAME     hosts that \`up\` boots; default: seed (ds1 ds2 rs1 rs2 rs3). Others:
                      ${others.join(", ")}

Try:
  npm run lab -- up
  npm run lab -- ssh ds1 'uname -r; ip -br address'
  npm run lab -- exec bash       # a shell on the client, among the hosts
  npm run lab -- down
`;

/** Commands on one host. `words` are the words after the host's name. */
const hostCommands: Record<string, (host: Host, words: string[]) => Promise<number | void>> = {
    ssh: (host, words) => onThisTerminal(host.login(words.join(" "))),
    cut: (host) => step(`Cutting the power of ${host.name}`, () => host.cut()),
    boot: (host) => step(`Booting ${host.name}`, () => host.boot()),
    reboot: (host) => step(`Rebooting ${host.name}`, () => host.reboot()),
    reset: (host) => step(`Booting ${host.name} with a bare disk`, () => host.reset()),
    freeze: (host) => host.freeze(),
    thaw: (host) => host.thaw(),
    link: async (host, [state, network]) => {
        if (state !== "up" && state !== "down") {
            throw new UserError(`link ${host.name}: the state is missing. Add "up" or "down".`);
        }
        await host.link(state, network);
    },
    log: async (host) => void process.stdout.write(await fs.readFile(host.consoleLog, "utf8")),
};

async function main(words: string[]): Promise<number> {
    const { options, command, rest } = readWords(words);
    switch (command) {
        case undefined:
        case "help":
            process.stdout.write(help);
            return 0;
        case "up":
            await up(options.name, options.topology);
            return 0;
        case "down":
            await step(`Removing the lab ${options.name}`, () => Lab.remove(options.name));
            return 0;
        case "status":
            await status();
            return 0;
        case "exec":
            if (rest.length === 0)
                throw new UserError(
                    "exec: the command is missing. Example: exec curl 10.128.190.248",
                );
            return onThisTerminal((await running(options.name)).command(rest));
        case "pulumi":
            return pulumi(await running(options.name), rest);
        case "lvs":
            return lvs(await running(options.name), rest);
    }
    const act = hostCommands[command];
    if (!act)
        throw new UserError(`"${command}" is no command. \`npm run lab\` lists the commands.`);
    const lab = await running(options.name);
    const [hostName, ...hostWords] = rest;
    if (!hostName) throw new UserError(`${command}: the host is missing. Example: ${command} ds1`);
    return (await act(lab.host(hostName), hostWords)) ?? 0;
}

/**
 * Split options from the command. Options end at the command: later ones may be options of another
 * program.
 */
function readWords(words: string[]) {
    let begin = 0;
    while (words[begin]?.startsWith("--")) begin += words[begin]!.includes("=") ? 1 : 2;
    if (words[0] === "--help") return { options: { name: "", topology: "" }, rest: [] };
    try {
        const { values } = parseArgs({
            args: words.slice(0, begin),
            options: {
                name: { type: "string", default: "seed" },
                topology: { type: "string", default: "seed" },
            },
        });
        return { options: values, command: words[begin], rest: words.slice(begin + 1) };
    } catch (error) {
        throw new UserError(`${(error as Error).message}\n\n${help}`);
    }
}

async function up(name: string, topologyName: string): Promise<void> {
    const topology = topologies.find((candidate) => candidate.name === topologyName);
    if (!topology) {
        const names = topologies.map((candidate) => candidate.name).join(", ");
        throw new UserError(`"${topologyName}" is no topology. Use ${names}.`);
    }
    const hosts = topology.hosts.map((host) => host.name).join(", ");
    await step(`Booting ${hosts}`, () => Lab.up(topology, { name, persistent: true }));
    await status();
}

async function status(): Promise<void> {
    const names = await Lab.names();
    if (names.length === 0) process.stdout.write("No lab is running.\n");
    for (const name of names) {
        const lab = await Lab.attach(name);
        if (!lab) {
            process.stdout.write(`${name}: not running. \`--name ${name} down\` removes it.\n`);
            continue;
        }
        process.stdout.write(`${name}: kernel ${lab.parts.kernel.version}\n`);
        const { networks, hosts } = lab.topology;
        const client = Object.values(networks).map((network) => network.client);
        process.stdout.write(row("client", "", "", client));
        for (const { name, cards } of hosts) {
            const host = lab.host(name);
            const state = (await host.isUp()) ? "on" : "off";
            process.stdout.write(row(name, state, host.suite, Object.values(cards)));
        }
    }
}

function row(name: string, state: string, suite: string, addresses: string[]): string {
    const columns = [name.padEnd(10), state.padEnd(3), suite.padEnd(8), addresses.join(", ")];
    return `    ${columns.join("  ")}\n`;
}

async function running(name: string): Promise<Lab> {
    const lab = await Lab.attach(name);
    if (!lab)
        throw new UserError(`No lab named ${name} is running. Boot it: \`npm run lab -- up\``);
    return lab;
}

async function pulumi(lab: Lab, words: string[]): Promise<number> {
    if (words.length === 0)
        throw new UserError("pulumi: the command is missing. Example: pulumi preview --diff");
    const stack = await LabStack.create(lab);
    return onThisTerminal(lab.command(stack.command(words)), stack.env);
}

async function lvs(lab: Lab, words: string[]): Promise<number> {
    const stack = await LabStack.create(lab);
    const { command, env } = new CommandLine(lab, stack).command(...words);
    return onThisTerminal(lab.command(command), env);
}

/** Give the terminal to a command until it ends. Return its status. */
function onThisTerminal(
    [program, ...args]: string[],
    env: NodeJS.ProcessEnv = {},
): Promise<number> {
    return new Promise((resolve, reject) => {
        const child = spawn(program!, args, {
            cwd: path.join(__dirname, ".."),
            env: { ...process.env, ...env },
            stdio: "inherit",
        });
        // Ctrl-C must reach the command, not this process.
        process.on("SIGINT", () => undefined);
        child.on("error", reject);
        child.on("close", (status) => resolve(status ?? 1));
    });
}

main(process.argv.slice(2)).then(
    (status) => (process.exitCode = status),
    (error: Error) => {
        process.stderr.write(`${error instanceof UserError ? error.message : error.stack}\n`);
        process.exitCode = 1;
    },
);
