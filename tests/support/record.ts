import * as pulumi from "@pulumi/pulumi";

/** A resource as the engine was asked for it. */
export interface Registration {
    type: string;
    name: string;
    /** Secrets unwrapped; see `secrets` for which they are. */
    inputs: Record<string, unknown>;
    /** Names of inputs that are secret. */
    secrets: string[];
    /** Name of the component that it belongs to. */
    parent: string;
    /** Names of the resources that have to be there first, in alphabetical order. */
    dependencies: string[];
    request: Request;
}

interface Request {
    getType(): string;
    getName(): string;
    getParent(): string;
    getDependenciesList(): string[];
    getHidediffsList(): string[];
    getDeletebeforereplace(): boolean;
    getAdditionalsecretoutputsList(): string[];
}

export interface RecordOptions {
    /** As a preview does it: what a resource will put out is not known. */
    preview?: boolean;
    /** What commands print, by their names. */
    stdout?: Record<string, string>;
}

const secretSignature = "4dabf18193072939515e22adb298388d";

/** Runs a program under Pulumi's mocks and returns all that it registered, in order of names. */
export async function record(
    program: () => unknown,
    { preview = false, stdout = {} }: RecordOptions = {},
): Promise<Registration[]> {
    const inputs = new Map<string, Record<string, unknown>>();
    const requests: Request[] = [];
    await pulumi.runtime.setMocks(
        {
            newResource: (args) => {
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
    const monitor = pulumi.runtime.getMonitor() as unknown as {
        registerResource: (request: Request, ...rest: unknown[]) => unknown;
    };
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, ...rest) => {
        requests.push(request);
        return register(request, ...rest);
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
        .map((request) => registration(request, inputs))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Pulumi keeps a stack for every promise; to look up the TypeScript of each costs most of a run. */
async function withPlainStacks(run: () => Promise<void>): Promise<void> {
    const before = Reflect.get(Error, "prepareStackTrace") as unknown;
    Error.prepareStackTrace = ({ name, message }, frames) => {
        const places = frames.map((frame) => `${frame.getFileName()}:${frame.getLineNumber()}`);
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
        request,
    };
}

function nameOf(urn: string): string {
    return urn.split("::").pop()!;
}
