const common = {
    transform: { "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022" } }] },
    testEnvironment: "node",
};

module.exports = {
    projects: [
        {
            ...common,
            displayName: "unit",
            testMatch: ["<rootDir>/tests/**/*.test.ts"],
            testPathIgnorePatterns: ["/tests/e2e/", "/tests/full/", "/tests/toolchain/"],
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
            setupFilesAfterEnv: ["<rootDir>/tests/e2e/support/timeout.ts"],
        },
        {
            ...common,
            displayName: "full",
            testMatch: ["<rootDir>/tests/full/**/*.test.ts"],
            setupFilesAfterEnv: ["<rootDir>/tests/e2e/support/timeout.ts"],
        },
    ],
};
