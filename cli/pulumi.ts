import { CliError } from "./cliError";
import { run } from "./run";

/** Stack and folder of a program. */
export interface StackOptions {
    stack?: string;
    cwd?: string;
    configFile?: string;
}

/** A resource in the state. */
export interface StateResource {
    urn: string;
    type: string;
    parent?: string;
    inputs?: Record<string, unknown>;
    outputs?: Record<string, unknown>;
}

/** Fields of `pulumi preview --json` that `lvs` reads. */
export interface Preview {
    /** The stack's configuration, without the values of secrets. */
    config?: Record<string, string>;
    steps?: {
        op: string;
        newState?: StateResource;
    }[];
    diagnostics?: { severity?: string; message?: string; prefix?: string }[];
}

/** Read the stack's outputs, without secrets. */
export async function stackOutputs(options: StackOptions): Promise<Record<string, unknown>> {
    const { status, stdout, stderr } = await pulumi(["stack", "output", "--json"], options);
    if (status !== 0) throw new CliError(`the stack's outputs cannot be read: ${said(stderr)}`);
    return JSON.parse(stdout) as Record<string, unknown>;
}

/** Read the resources in the stack's state. Secrets stay encrypted. */
export async function stackResources(options: StackOptions): Promise<StateResource[]> {
    const { status, stdout, stderr } = await pulumi(["stack", "export"], options);
    if (status !== 0) throw new CliError(`the stack's state cannot be read: ${said(stderr)}`);
    const { deployment } = JSON.parse(stdout) as { deployment?: { resources?: StateResource[] } };
    return deployment?.resources ?? [];
}

/** Preview an `up`, without a connection to any host. */
export async function preview({ configFile, ...options }: StackOptions): Promise<Preview> {
    const file = configFile === undefined ? [] : ["--config-file", configFile];
    const { status, stdout, stderr } = await pulumi(
        ["preview", "--json", "--show-sames", ...file],
        options,
    );
    const found = parsed(stdout);
    const errors = (found?.diagnostics ?? [])
        .filter(({ severity }) => severity === "error")
        .map(({ message = "" }) => message.trim());
    if (status !== 0 || found === undefined) {
        const reasons = errors.length > 0 ? errors.join("\n") : said(stderr);
        throw new CliError(`\`pulumi preview\` fails:\n${reasons}`);
    }
    return found;
}

function parsed(text: string): Preview | undefined {
    try {
        return JSON.parse(text) as Preview;
    } catch {
        return undefined;
    }
}

async function pulumi(args: string[], { stack, cwd }: StackOptions) {
    const which = stack === undefined ? [] : ["--stack", stack];
    const command = ["pulumi", ...args, "--non-interactive", "--color", "never", ...which];
    return run(command, { cwd }).catch((error: NodeJS.ErrnoException) => {
        throw new CliError(
            error.code === "ENOENT"
                ? "pulumi is not on the PATH, or the folder of --cwd does not exist. Install Pulumi, or correct --cwd."
                : `pulumi does not start: ${error.message}`,
        );
    });
}

function said(stderr: string): string {
    return stderr.trim().replace(/^error: /gm, "") || "pulumi gives no reason";
}
