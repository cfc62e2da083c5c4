import * as pulumi from "@pulumi/pulumi";

/** A resource as a program registered it. */
export interface Registration {
    type: string;
    name: string;
    /** Inputs with secrets unwrapped; `secrets` lists these. */
    inputs: Record<string, unknown>;
    /** Names of secret inputs. */
    secrets: string[];
    /** Name of the component that it belongs to. */
    parent: string;
    /** Names of the resources that it depends on, in alphabetical order. */
    dependencies: string[];
    /** Did the engine skip it because a dependency failed? */
    isSkipped: boolean;
    request: Request;
}

interface Request {
    getType(): string;
    getName(): string;
    getParent(): string;
    getDependenciesList(): string[];
    getPropertydependenciesMap(): {
        entries(): Iterable<[string, { getUrnsList(): string[] }]>;
    };
    getHidediffsList(): string[];
    getDeletebeforereplace(): boolean;
    getAdditionalsecretoutputsList(): string[];
}

export interface RecordOptions {
    /** Run as a preview: outputs of resources are unknown. */
    preview?: boolean;
    /** Output of commands, by their names. */
    stdout?: Record<string, string>;
    /** Called while a resource with this name is created. The resource exists when the promise resolves. */
    make?: (name: string) => Promise<void>;
    /** Names of resources that fail in an update with `--continue-on-error`. */
    failing?: string[];
    /** Value of `--parallel`. Defaults to any number. */
    parallel?: number;
}

type Answer = (error: unknown, response: { setResult(result: number): void }) => void;

/** The engine's answer if a step failed, or a step that it depends on. */
const failed = 1;

const secretSignature = "4dabf18193072939515e22adb298388d";

/** Run a program under Pulumi's mocks. Returns all registrations in the order of names. */
export async function record(
    program: () => unknown,
    { preview = false, stdout = {}, make, failing = [], parallel = -1 }: RecordOptions = {},
): Promise<Registration[]> {
    const inputs = new Map<string, Record<string, unknown>>();
    const requests: Request[] = [];
    pulumi.runtime.resetOptions("lvs", "test", parallel, "", "", preview, "");
    await pulumi.runtime.setMocks(
        {
            newResource: async (args) => {
                await make?.(args.name);
                inputs.set(`${args.type} ${args.name}`, args.inputs as Record<string, unknown>);
                const made = args.type.endsWith("RandomPassword")
                    ? { result: "generate" }
                    : { stdout: stdout[args.name] };
                return { id: `${args.name}-id`, state: { ...args.inputs, ...made } as object };
            },
            call: () => ({}),
        },
        "lvs",
        "test",
        preview,
    );
    const skipped = new Set<string>();
    const monitor = pulumi.runtime.getMonitor() as unknown as {
        registerResource: (request: Request, answer: Answer) => unknown;
    };
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, answer) => {
        requests.push(request);
        return register(request, (error, response) => {
            const needed = [request.getParent(), ...request.getDependenciesList()].map(nameOf);
            const isSkipped = needed.some((name) => skipped.has(name) || failing.includes(name));
            if (isSkipped) skipped.add(request.getName());
            if (isSkipped || failing.includes(request.getName())) response.setResult(failed);
            answer(error, response);
        });
    };
    await withPlainStacks(async () => {
        await pulumi.runtime.runInPulumiStack(async () => {
            await program();
            return {};
        });
        await pulumi.runtime.disconnect();
    });
    return requests
        .filter((request) => request.getType() !== "pulumi:pulumi:Stack")
        .map((request) => registration(request, inputs, skipped))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Pulumi keeps a stack trace for every promise. Writing these traces would take most of a run. */
async function withPlainStacks(run: () => Promise<void>): Promise<void> {
    const before = Reflect.get(Error, "prepareStackTrace") as unknown;
    Error.prepareStackTrace = ({ name, message }, frames) => {
        // The traces of promises have no message, and no test reads them.
        const read = message === "" ? [] : frames;
        const places = read.map((frame) => `${frame.getFileName()}:${frame.getLineNumber()}`);
        return [`${name}: ${message}`, ...places].join("\n    at ");
    };
    try {
        await run();
    } finally {
        Reflect.set(Error, "prepareStackTrace", before);
    }
}

function registration(
    request: Request,
    allInputs: Map<string, Record<string, unknown>>,
    skipped: Set<string>,
): Registration {
    const inputs = allInputs.get(`${request.getType()} ${request.getName()}`) ?? {};
    const isSecret = (value: unknown) =>
        typeof value === "object" && value !== null && secretSignature in value;
    return {
        type: request.getType(),
        name: request.getName(),
        inputs: Object.fromEntries(
            Object.entries(inputs).map(([name, value]) => [
                name,
                isSecret(value) ? (value as unknown as { value: unknown }).value : value,
            ]),
        ),
        secrets: Object.keys(inputs).filter((name) => isSecret(inputs[name])),
        parent: nameOf(request.getParent()),
        dependencies: request.getDependenciesList().map(nameOf).sort(),
        isSkipped: skipped.has(request.getName()),
        request,
    };
}

function nameOf(urn: string): string {
    return urn.split("::").pop()!;
}
