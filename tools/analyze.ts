import * as path from "node:path";
import {
    Analyzer,
    type AnalyzeResult,
    type PropertyDefinition,
} from "@pulumi/pulumi/provider/experimental/analyzer";

/** The folder of the package. */
export const root = path.join(__dirname, "..");

/** The components, in the order in which a user meets them. */
export const componentNames = ["LvsCluster", "Director", "RealServer"];

/**
 * Arguments and outputs of the components by Pulumi's own reading of their interfaces, the one that
 * other languages' packages are made from.
 */
export function analyze(): AnalyzeResult {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const manifest = require("../package.json") as Record<string, unknown>;
    return new Analyzer(root, "lvs", manifest, new Set(componentNames)).analyze();
}

/** Whether the docs of a field end with the word that makes it a secret. */
export function isSecret({ description = "" }: PropertyDefinition): boolean {
    return /\bSecret\.$/.test(description);
}
