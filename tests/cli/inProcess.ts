import { main } from "../../cli/main";

interface Outcome {
    status: number;
    stdout: string;
    stderr: string;
}

/** Run a command line in this process, with `env` as its whole environment. */
export async function lvs(words: string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    const outcome: Outcome = { status: 0, stdout: "", stderr: "" };
    const before = process.env;
    const say = (stream: "stdout" | "stderr", end: string) => (text: unknown) => {
        outcome[stream] += `${String(text)}${end}`;
        return true;
    };
    // yargs prints with console, and ends the process after its own commands, such as --help.
    let exitStatus: number | undefined;
    const spies = [
        jest.spyOn(console, "log").mockImplementation(say("stdout", "\n")),
        jest.spyOn(console, "error").mockImplementation(say("stderr", "\n")),
        jest.spyOn(process.stdout, "write").mockImplementation(say("stdout", "")),
        jest.spyOn(process.stderr, "write").mockImplementation(say("stderr", "")),
        jest.spyOn(process, "exit").mockImplementation(((status: number) => {
            exitStatus = status;
        }) as typeof process.exit),
    ];
    try {
        process.env = { PATH: "/nowhere", ...env };
        const status = await main(words);
        return { ...outcome, status: exitStatus ?? status };
    } finally {
        process.env = before;
        for (const spy of spies) spy.mockRestore();
    }
}
