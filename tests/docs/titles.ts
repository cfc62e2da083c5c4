import { readFileSync } from "node:fs";
import * as ts from "typescript";

/** The titles in a test file, as its source has them: each behind those of its groups. */
export interface Titles {
    groups: string[];
    tests: string[];
}

/** Reads the titles of a test file. Placeholders stay as they are written: `%s`, `$name`, `${name}`. */
export function titlesOf(file: string): Titles {
    const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022);
    const titles: Titles = { groups: [], tests: [] };
    const visit = (node: ts.Node, group: string): void => {
        const found = ts.isCallExpression(node) ? titled(node, source) : undefined;
        if (found === undefined) return ts.forEachChild(node, (child) => visit(child, group));
        const title = `${group} ${found.title}`.trim();
        titles[found.kind].push(title);
        found.rest.forEach((argument) => visit(argument, title));
    };
    visit(source, "");
    return titles;
}

/** A call of `describe`, `it` or `test`, or of what their `each` has made: its title and the rest. */
function titled(call: ts.CallExpression, source: ts.SourceFile) {
    const [, name] = /^(describe|it|test)(?:\..*)?$/s.exec(call.expression.getText(source)) ?? [];
    const [first, ...rest] = call.arguments;
    if (name === undefined || first === undefined || !isText(first)) return undefined;
    const kind: keyof Titles = name === "describe" ? "groups" : "tests";
    // Without the quotes, and without what escapes them.
    const title = ts.isStringLiteral(first) ? first.text : first.getText(source).slice(1, -1);
    return { kind, title, rest };
}

function isText(node: ts.Expression): boolean {
    return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}
