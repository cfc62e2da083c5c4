import * as pulumi from "@pulumi/pulumi";
import type { Known } from "../host/known";
import { fieldPath, type Problem, quote } from "../lvs/problems";
import { seal, type Secrets } from "../lvs/secrets";

/** A model in which seals stand for its secrets, and the secrets by their seals. */
export interface Sealed<Model> {
    readonly model: Known<Model>;
    readonly secrets: Known<Secrets>;
}

/** Field names and list indexes from the arguments to a value in them. */
type Place = readonly string[];

/** A secret value in the arguments. */
interface SecretLeaf {
    readonly place: Place;
    readonly text: string;
}

/** Fields with the tag `@maybeSecret`. */
export const sealedFields: ReadonlySet<string> = new Set(["content", "demoPage", "extraConfig"]);

/** Find the places of secret outputs. */
export async function secretPlaces(value: unknown, place: Place = []): Promise<Place[]> {
    if (pulumi.Output.isInstance(value)) return (await pulumi.isSecret(value)) ? [place] : [];
    if (value instanceof Promise) return secretPlaces(await value, place);
    if (typeof value !== "object" || value === null) return [];
    const fields = Object.entries(value).map(([name, field]) =>
        secretPlaces(field, [...place, name]),
    );
    return (await Promise.all(fields)).flat();
}

/** Can a seal stand for a secret at this place? The arguments of scripts get one and are then refused. */
export function isSealable(place: Place): boolean {
    const field = place.at(-1)!;
    const isKey = field === "key" && place.at(-3) === "keys";
    return sealedFields.has(field) || isKey || place.at(-2) === "args";
}

/** Read the secret texts at and below some places. */
export function secretLeaves(value: unknown, places: readonly Place[]): SecretLeaf[] {
    return places.flatMap((place) =>
        textsIn(
            place.reduce((inner, step) => (inner as Fields)[step], value),
            place,
        ),
    );
}

function textsIn(value: unknown, place: Place): SecretLeaf[] {
    if (typeof value === "string") return [{ place, text: value }];
    // It is refused because it is not text.
    if (typeof value === "number") return [{ place, text: String(value) }];
    return Object.entries(value ?? {}).flatMap(([name, field]) => textsIn(field, [...place, name]));
}

/** Put seals in the place of secrets. */
export function withSeals<T>(value: T, leaves: readonly SecretLeaf[]): T {
    return leaves.reduce((whole, { place, text }) => replaced(whole, place, seal(text)), value);
}

/** List secrets by their seals. */
export function secretsOf(leaves: readonly SecretLeaf[]): Secrets {
    return Object.fromEntries(leaves.map(({ text }) => [seal(text), text]));
}

/** Remove secrets from the reasons of problems. A short one would not be told from an ordinary word. */
export function withoutSecrets(
    problems: readonly Problem[],
    leaves: readonly SecretLeaf[],
): Problem[] {
    return problems.map((found) => {
        const { path, reason } = found;
        const own = leaves.filter(({ place, text }) => text.length >= 4 || pathOf(place) === path);
        const hidden = own.reduce(
            (shown, { text }) =>
                shown.replaceAll(quote(text), "The secret").replaceAll(text || "\0", "the secret"),
            reason,
        );
        return { ...found, reason: hidden };
    });
}

type Fields = Readonly<Record<string, unknown>>;

function replaced<T>(value: T, [step, ...rest]: Place, by: unknown): T {
    if (step === undefined) return by as T;
    const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as T;
    const field = step as keyof T;
    copy[field] = replaced(copy[field], rest, by);
    return copy;
}

function pathOf(place: Place): string {
    return place.reduce(
        (path, step) => (/^\d+$/.test(step) ? `${path}[${step}]` : fieldPath(path, step)),
        "",
    );
}
