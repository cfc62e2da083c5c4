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
    /** Whether the engine left it out, for something that it depends on failed. */
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
    /** As a preview does it: what a resource will put out is not known. */
    preview?: boolean;
    /** What commands print, by their names. */
    stdout?: Record<string, string>;
    /** Called when a resource is being made, by its name; it is there when this has ended. */
    make?: (name: string) => Promise<void>;
    /** Names of resources that fail, in an update that goes on without them and what depends on them. */
    failing?: string[];
}

type Answer = (error: unknown, response: { setResult(result: number): void }) => void;

/** What the engine answers where a step has failed, or one that it depends on. */
const failed = 1;

const secretSignature = "4dabf18193072939515e22adb298388d";

/** Runs a program under Pulumi's mocks and returns all that it registered, in order of names. */
export async function record(
    program: () => unknown,
    { preview = false, stdout = {}, make, failing = [] }: RecordOptions = {},
): Promise<Registration[]> {
    const inputs = new Map<string, Record<string, unknown>>();
    const requests: Request[] = [];
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
