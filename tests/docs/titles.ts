import { readFileSync } from "node:fs";
import * as ts from "typescript";

/** The titles in a test file, as its source has them: each behind those of its groups. */
export interface Titles {
    groups: string[];
    tests: string[];
}

/**
 * Reads the titles of a test file. Placeholders stay as they are written: `%s`, `$name`, `${name}`. A
 * case in a table has its title in the property `title` or `what`.
 */
export function titlesOf(file: string): Titles {
    const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022);
    const titles: Titles = { groups: [], tests: [] };
    const visit = (node: ts.Node, group: string): void => {
        const ofCase = caseTitle(node, source);
        if (ofCase !== undefined) titles.tests.push(`${group} ${ofCase}`.trim());
        const found = ts.isCallExpression(node) ? titled(node, source) : undefined;
        if (found === undefined) return ts.forEachChild(node, (child) => visit(child, group));
        const title = `${group} ${found.title}`.trim();
        titles[found.kind].push(title);
        // The body of a test has no cases.
        if (found.kind === "groups") found.rest.forEach((argument) => visit(argument, title));
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
    return { kind, title: textOf(first, source), rest };
}

function caseTitle(node: ts.Node, source: ts.SourceFile): string | undefined {
    if (!ts.isPropertyAssignment(node) || !isText(node.initializer)) return undefined;
    const isTitle = /^(title|what)$/.test(node.name.getText(source));
    return isTitle ? textOf(node.initializer, source) : undefined;
}

/** The text of a literal, without its quotes and without what escapes them. */
function textOf(node: ts.Expression, source: ts.SourceFile): string {
    return ts.isStringLiteral(node) ? node.text : node.getText(source).slice(1, -1);
}

function isText(node: ts.Expression): boolean {
    return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node);
}
