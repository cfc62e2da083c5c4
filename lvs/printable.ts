/** Characters that steer a terminal or that nobody sees: controls, marks of direction, zero-width ones. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Surrogate}]/gu;

/** Escape characters that steer a terminal or that nobody sees, line ends included. */
export function printable(text: string): string {
    return text.replace(unseen, escaped);
}

/** Escape these characters in each line, and keep line ends and tabs. */
export function printableLines(text: string): string {
    return text.replace(unseen, (sign) => (/[\n\t]/.test(sign) ? sign : escaped(sign)));
}

function escaped(sign: string): string {
    const code = sign.codePointAt(0)!.toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
}
