const common = {
    transform: { "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022" } }] },
    testEnvironment: "node",
};

/** Tests that compile programs, start processes, or measure the processor time of large clusters. */
const programs = [
    ...[
        "cli/commands",
        "cli/hostile",
        "cli/program",
        "cli/run",
        "components/examples",
        "components/size",
        "docs/claims",
    ],
    ...["docs/examples", "generated", "host/bundle", "host/metrics", "host/realServer"],
    ...["host/unbundle", "lvs/size", "pluginSchema", "release", "workflow"],
].map((name) => `<rootDir>/tests/${name}.test.ts`);

const others = ["e2e", "full", "scripts", "toolchain"].map((name) => `<rootDir>/tests/${name}/`);

module.exports = {
    projects: [
        {
            ...common,
            displayName: "unit",
            moduleNameMapper: {
                "/typescript-shim$": "<rootDir>/tests/support/withoutTypescript.ts",
            },
            testMatch: ["<rootDir>/tests/**/*.test.ts"],
            testPathIgnorePatterns: [...others, ...programs],
        },
        {
            ...common,
            displayName: "programs",
            testMatch: programs,
        },
        {
            ...common,
            displayName: "scripts",
            testMatch: ["<rootDir>/tests/scripts/**/*.test.ts"],
            globalSetup: "<rootDir>/tests/scripts/support/setUp.ts",
            setupFilesAfterEnv: ["<rootDir>/tests/scripts/support/everyFile.ts"],
        },
        {
            ...common,
            displayName: "toolchain",
            testMatch: ["<rootDir>/tests/toolchain/**/*.test.ts"],
        },
        {
            ...common,
            displayName: "e2e",
            testMatch: ["<rootDir>/tests/e2e/**/*.test.ts"],
            setupFilesAfterEnv: ["<rootDir>/tests/e2e/support/everyFile.ts"],
        },
        {
            ...common,
            displayName: "full",
            testMatch: ["<rootDir>/tests/full/**/*.test.ts"],
            setupFilesAfterEnv: ["<rootDir>/tests/e2e/support/everyFile.ts"],
        },
    ],
};
