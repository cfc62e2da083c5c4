import { UserError } from "./progress";

/** Read an argument that is a whole number from 1 to `most`. Throws a `UserError` that names it. */
export function wholeNumber(name: string, text: string, most = 1000): number {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= 1 && value <= most) return value;
    throw new UserError(
        `${name}: ${JSON.stringify(text)} is not a whole number. Use 1 to ${most}.`,
    );
}
