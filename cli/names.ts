/** List names, and write a range for those that count up: `rs1–rs20, db`. */
export function namesOf(names: readonly string[]): string {
    const ranges: string[][] = [];
    for (const name of names) {
        const range = ranges.at(-1);
        if (range && follows(range.at(-1)!, name)) range.push(name);
        else ranges.push([name]);
    }
    return ranges
        .flatMap((range) => (range.length > 2 ? [`${range[0]}–${range.at(-1)}`] : range))
        .join(", ");
}

/** Does a name have the number after that of another? */
function follows(one: string, other: string): boolean {
    const [, word, digits = ""] = /^(.*?)(\d{1,9})$/.exec(one) ?? [];
    if (word === undefined) return false;
    const next = String(Number(digits) + 1).padStart(digits.length, "0");
    return other === `${word}${next}`;
}
