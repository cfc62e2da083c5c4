import { Refusal } from "./refusal";
import { run } from "./run";

/** Which stack, and where the program is. */
export interface StackOptions {
    stack?: string;
    cwd?: string;
    configFile?: string;
}

/** What `pulumi preview --json` prints, as far as it is read here. */
export interface Preview {
    /** The stack's configuration; secrets are not told. */
    config?: Record<string, string>;
    steps?: {
        op: string;
        newState?: {
            urn: string;
            type: string;
            parent?: string;
            inputs?: Record<string, unknown>;
            outputs?: Record<string, unknown>;
        };
    }[];
    diagnostics?: { severity?: string; message?: string; prefix?: string }[];
}

/** The stack's outputs, without those that are secret. */
export async function stackOutputs(options: StackOptions): Promise<Record<string, unknown>> {
    const { status, stdout, stderr } = await pulumi(["stack", "output", "--json"], options);
    if (status !== 0) throw new Refusal(`the stack's outputs cannot be read: ${said(stderr)}`);
    return JSON.parse(stdout) as Record<string, unknown>;
}

/** What an `up` would do; it connects to no host. */
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
        throw new Refusal(`\`pulumi preview\` fails:\n${reasons}`);
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
        throw new Refusal(
            error.code === "ENOENT"
                ? "pulumi is not on the PATH, or there is no such folder as --cwd names"
                : `pulumi cannot be started: ${error.message}`,
        );
    });
}

function said(stderr: string): string {
    return stderr.trim().replace(/^error: /gm, "") || "it does not say why";
}
