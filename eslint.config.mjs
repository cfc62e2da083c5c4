import js from "@eslint/js";
import pulumi from "@pulumi/eslint-plugin";
import tseslint from "typescript-eslint";

/** Calls of `it` and `describe`, with and without `each`. */
const titled = ["callee.name", "callee.callee.object.name"]
    .map((name) => `CallExpression[${name}=/^(describe|it)$/]`)
    .join(",");

/** Titles that lean on the one before, or are nothing but a row of a table. */
const leaning =
    "and|as|but|by|for|from|in|it|its|of|or|she|that|these|they|this|to|what|which|who|whose|with|without";
const fragment = `/^((${leaning})\\b|%[a-z]$)/i`;

export default tseslint.config(
    // The test of the package compiles the templates, which import the package.
    { ignores: ["**/*.js", "node_modules/", "dist/", "templates/"] },
    js.configs.recommended,
    ...tseslint.configs.recommendedTypeChecked,
    {
        languageOptions: {
            parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname },
        },
        plugins: { "@pulumi": pulumi },
        rules: {
            "@pulumi/no-output-in-template-literal": "error",
            "@pulumi/no-output-instance-in-template-literal": "error",
            "no-control-regex": "off",
        },
    },
    {
        files: ["tests/**/*.test.ts"],
        rules: {
            "no-restricted-syntax": [
                "error",
                {
                    selector: `:matches(${titled}) > Literal.arguments:first-child[value=${fragment}]`,
                    message:
                        "A test title, read with its describe, is a sentence that stands alone.",
                },
            ],
        },
    },
    { ignores: ["*.mjs"] },
);
