/** A part of a test run: a command and its duration on two processors. */
export interface Stage {
    name: string;
    command: string[];
    env?: NodeJS.ProcessEnv;
    /** Whether the command writes a report of Jest with counts. */
    isJest?: boolean;
    seconds: number;
}

/** A file of lab tests uses half a processor on average, so four at a time keep two processors busy. */
const labWorkers = 4;
const labProjects = ["e2e", "full"];

function jest(
    name: string,
    seconds: number,
    options: {
        projects?: string[];
        files?: string[];
        workers?: number;
        env?: NodeJS.ProcessEnv;
    } = {},
): Stage {
    const { projects = [name], files = [], workers = 2, env } = options;
    const command = ["npx", "jest", `--maxWorkers=${workers}`, "--selectProjects", ...projects];
    const chosen = files.length > 0 ? ["--runTestsByPath", ...files] : [];
    return { name, command: [...command, ...chosen], env, isJest: true, seconds };
}

/** Lab tests of some files, or all lab tests. */
export function labStage(name: string, files: string[] = []): Stage {
    return jest(name, 0, { projects: labProjects, files, workers: labWorkers });
}

/** Every claim of the README and of the guides, once. */
export const stages: Stage[] = [
    { name: "check", command: ["npm", "run", "--silent", "check"], seconds: 25 },
    jest("unit", 25),
    jest("programs", 25),
    jest("scripts", 240, { workers: 3 }),
    jest("toolchain", 90),
    jest("e2e", 800, { workers: labWorkers }),
];

/** Test files that run on hosts of another release. Those of `tests/full` are about apt. */
const clusterFiles = ["cluster", "destroy", "trouble"].map((name) => `tests/e2e/${name}.test.ts`);
const aptFiles = ["firstUp", "failedUp"].map((name) => `tests/full/${name}.test.ts`);
const releaseFiles = {
    bullseye: [...clusterFiles, ...aptFiles],
    trixie: [...clusterFiles, ...aptFiles],
    mixed: [...clusterFiles, ...aptFiles],
    rhel9: [...clusterFiles, "tests/e2e/preflight.test.ts"],
};

/**
 * Everything: more random cases, repetitions, other releases, a kernel for each host, all faults.
 */
export const fullStages: Stage[] = [
    ...stages.map((stage) => ({ ...stage, env: { FULL: "1" } })),
    jest("full", 900, { workers: labWorkers, env: { FULL: "1" } }),
    ...Object.entries(releaseFiles).map(([release, files]) =>
        jest(release, 500, {
            projects: labProjects,
            files,
            workers: labWorkers,
            env: { RELEASE: release },
        }),
    ),
    jest("own kernels", 1900, {
        projects: ["e2e"],
        workers: 2,
        env: { PULUMI_LVS_LAB_MACHINES: "uml" },
    }),
    {
        name: "faults",
        command: ["npx", "tsx", "tests/faults/run.ts", "--seeds", "3"],
        seconds: 6000,
    },
];
