import schema from "../stacks/schema.json";

/** The part of JSON schema that tools/schema.ts uses. A whole validator takes longer to load than the rest. */
export interface Shape {
    readonly type?: string | readonly string[];
    readonly enum?: readonly string[];
    readonly allOf?: readonly { readonly $ref: string }[];
    readonly items?: Shape;
    readonly properties?: Readonly<Record<string, Shape>>;
    readonly required?: readonly string[];
    readonly writeOnly?: boolean;
}

const shapes: Readonly<Record<string, Shape>> = schema.definitions;

/** Shapes of the arguments of the components. */
export const clusterShape = shapes.LvsClusterArgs!;
export const directorShape = shapes.DirectorArgs!;
export const realServerShape = shapes.RealServerArgs!;

export function shapeOf({ $ref }: { readonly $ref: string }): Shape {
    return shapes[$ref.replace(/.*\//, "")]!;
}

/** May the stack file have the value encrypted? That is an object, which Pulumi decrypts to text. */
export function isEncryptable({ type }: Shape): boolean {
    return [type].flat().length > 1;
}

/** Is a secret field in a shape, or the shape itself one? */
export function holdsSecrets({ writeOnly, allOf = [], items, properties = {} }: Shape): boolean {
    const parts = [...allOf.map(shapeOf), ...(items ? [items] : []), ...Object.values(properties)];
    return writeOnly === true || parts.some(holdsSecrets);
}

/** A value of a shape without content, for rules to go on with. */
export function empty(shape: Shape): unknown {
    const { enum: members, allOf, properties = {}, required = [] } = shape;
    const [reference] = allOf ?? [];
    if (reference) return empty(shapeOf(reference));
    if (members) return members[0];
    const values: Record<string, unknown> = { string: "", number: 0, boolean: false, array: [] };
    const wanted = wantedType(shape);
    if (Object.hasOwn(values, wanted)) return values[wanted];
    return Object.fromEntries(required.map((name) => [name, empty(properties[name]!)]));
}

/** Type of a shape's values. A rule refuses fractions, because it knows the range of whole numbers too. */
export function wantedType({ type }: Shape): string {
    const [wanted] = [type].flat();
    return wanted === "integer" ? "number" : wanted!;
}
