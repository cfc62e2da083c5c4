import { spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { parseArgs } from "node:util";
import { CommandLine } from "./commandLine";
import { Host, Lab } from "./lab";
import { Refusal, step } from "./progress";
import { LabStack } from "./stack";
import { mixed, mysql, seed, seedWithSpare, threeDirectors, Topology, wide } from "./topology";

const topologies: readonly Topology[] = [seed, seedWithSpare, threeDirectors, wide, mysql, mixed];
const [, ...others] = topologies.map(({ name }) => name);

const help = `npm run lab -- COMMAND

A lab is a few virtual machines on a network of their own, all on this machine. They are real
hosts: each has a kernel with IPVS, systemd and sshd, and installs its packages with apt.

  up                  boot the lab; it stays until you take it down
  down                end it, and leave nothing of it behind
  status              which labs there are, and which of their hosts are on
  ssh HOST [COMMAND]  log in to a host as root, or run a shell command there
  exec COMMAND ...    run a command on the client: curl, a shell
  pulumi COMMAND ...  run Pulumi on the lab's stack: "up", "preview --diff", "destroy"
  lvs COMMAND ...     run this project's command line on it: "status", "check"
  cut HOST            pull the plug
  boot HOST           turn the host on again, with its disk as it was left
  reboot HOST         shut it down in order, and boot it
  reset HOST          boot it with a bare disk, as on the day it was delivered
  freeze HOST         make it stand still
  thaw HOST           let it go on
  link HOST down|up   pull its network cable, plug it in; NETWORK after it names another card's
  log HOST            what it has written to its console

Options, before the command:
  --name NAME         which lab; "seed" unless you say otherwise
  --topology NAME     what \`up\` boots: seed (ds1 ds2 rs1 rs2 rs3) unless you say otherwise, or
                      ${others.join(", ")}

Try:
  npm run lab -- up
  npm run lab -- ssh ds1 'uname -r; ip -br address'
  npm run lab -- exec bash       # a shell on the client, among the hosts
  npm run lab -- down
`;

/** What can be done to a host. `words` is what follows the host's name. */
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
            throw new Refusal(`link ${host.name}: say "up" or "down"`);
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
            await step(`Taking the lab ${options.name} down`, () => Lab.remove(options.name));
            return 0;
        case "status":
            await status();
            return 0;
        case "exec":
            if (rest.length === 0) throw new Refusal("exec: which command?");
            return onThisTerminal((await running(options.name)).command(rest));
        case "pulumi":
            return pulumi(await running(options.name), rest);
        case "lvs":
            return lvs(await running(options.name), rest);
    }
    const act = hostCommands[command];
    if (!act) throw new Refusal(`There is no command "${command}". \`npm run lab\` shows them.`);
    const lab = await running(options.name);
    const [hostName, ...hostWords] = rest;
    if (!hostName) throw new Refusal(`${command}: which host?`);
    return (await act(lab.host(hostName), hostWords)) ?? 0;
}

/** Options end where the command begins: what follows may be options of another program. */
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
        throw new Refusal(`${(error as Error).message}\n\n${help}`);
    }
}

async function up(name: string, topologyName: string): Promise<void> {
    const topology = topologies.find((candidate) => candidate.name === topologyName);
    if (!topology) {
        const names = topologies.map((candidate) => candidate.name).join(", ");
        throw new Refusal(`There is no topology "${topologyName}", only ${names}`);
    }
    const hosts = topology.hosts.map((host) => host.name).join(", ");
    await step(`Booting ${hosts}`, () => Lab.up(topology, { name, lasting: true }));
    await status();
}

async function status(): Promise<void> {
    const names = await Lab.names();
    if (names.length === 0) process.stdout.write("No lab is up.\n");
    for (const name of names) {
        const lab = await Lab.attach(name);
        if (!lab) {
            process.stdout.write(`${name}: left over; \`down --name ${name}\` removes it\n`);
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
    if (!lab) throw new Refusal(`No lab called ${name} is up. \`npm run lab -- up\` boots it.`);
    return lab;
}

async function pulumi(lab: Lab, words: string[]): Promise<number> {
    if (words.length === 0) throw new Refusal('pulumi: which command? "up" or "preview --diff".');
    const stack = await LabStack.create(lab);
    return onThisTerminal(lab.command(stack.command(words)), stack.env);
}

async function lvs(lab: Lab, words: string[]): Promise<number> {
    const stack = await LabStack.create(lab);
    const { command, env } = new CommandLine(lab, stack).command(...words);
    return onThisTerminal(lab.command(command), env);
}

/** Gives the terminal to a command until it ends; returns its status. */
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
        // Ctrl-C is for the command.
        process.on("SIGINT", () => undefined);
        child.on("error", reject);
        child.on("close", (status) => resolve(status ?? 1));
    });
}

main(process.argv.slice(2)).then(
    (status) => (process.exitCode = status),
    (error: Error) => {
        process.stderr.write(`${error instanceof Refusal ? error.message : error.stack}\n`);
        process.exitCode = 1;
    },
);
