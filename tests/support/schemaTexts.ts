import schema from "../../stacks/schema.json";

interface Schema {
    type?: string | string[];
    allOf?: { $ref: string }[];
    items?: Schema;
    properties?: Record<string, Schema>;
    enum?: unknown[];
    writeOnly?: boolean;
}

const definitions = schema.definitions as Record<string, Schema>;

/** List the arguments of a cluster that are text, such as `virtualServers[].check.http.url[].path`. */
export function textArguments(): string[] {
    return textFields()
        .map(([path]) => path)
        .filter((path) => !repeated.some((pattern) => pattern.test(path)));
}

/**
 * Arguments that the same rules and tables read at another place: what a director of an instance has for
 * itself, and the directors of script calls other than those of `trackScripts`.
 */
const repeated = [
    /^vrrpInstances\[\]\.directors\[\]\.(virtualR|notify|track|mcastDstIp|state|vmacInterface)/,
    /^(?!trackScripts).*\.(directors\[\]\.args\[\]|(notify\w*|\w+Script|miscPath|quorumUp|quorumDown)\.directors\[\]\.name)$/,
];

/** List the arguments of a cluster that may be secret, without keys and passwords, which always are. */
export function maybeSecretArguments(): string[] {
    const isMaybe = ({ type, writeOnly }: Schema) => type?.includes("object") && !writeOnly;
    return textFields().flatMap(([path, field]) =>
        isMaybe(field) && !checkOfMember.test(path) ? [path] : [],
    );
}

/** A virtual server has the same check. */
const checkOfMember = /\.realServers\[\]\.check\./;

function textFields(): [string, Schema][] {
    const fields = Object.entries(schema.properties.config.properties as Record<string, Schema>);
    return fields.flatMap(([key, field]) => textsIn(field, key.replace("lvs:", "")));
}

function textsIn(field: Schema, path: string): [string, Schema][] {
    const [reference] = field.allOf ?? [];
    if (reference) return textsIn(definitions[reference.$ref.split("/").at(-1)!]!, path);
    if (field.items) return textsIn(field.items, `${path}[]`);
    if (field.properties) {
        const inner = Object.entries(field.properties);
        return inner.flatMap(([name, one]) => textsIn(one, `${path}.${name}`));
    }
    const isText = [field.type].flat().includes("string") || typeof field.enum?.[0] === "string";
    return isText ? [[path, field]] : [];
}
