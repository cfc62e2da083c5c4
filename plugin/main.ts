/**
 * The plugin `pulumi-resource-lvs`: it makes the components for programs in other languages. Pulumi
 * also starts it when a program names the folder of this package, because package.json calls it `main`.
 */
import * as pulumi from "@pulumi/pulumi";
import {
    Director,
    type DirectorArgs,
    LvsCluster,
    type LvsClusterArgs,
    RealServer,
    type RealServerArgs,
} from "../components";
import schema from "./schema.json";

type Construct = (
    name: string,
    inputs: pulumi.Inputs,
    options: pulumi.ComponentResourceOptions,
) => pulumi.provider.ConstructResult;

/** Constructors by token. The language host has checked the shape of the inputs with the schema. */
const constructors: Readonly<Record<string, Construct>> = {
    "lvs:index:LvsCluster": (name, inputs, options) => {
        const cluster = new LvsCluster(name, inputs as LvsClusterArgs, options);
        const { urn, vip, virtualIps, inventory } = cluster;
        return { urn, state: { vip, virtualIps, inventory } };
    },
    "lvs:index:Director": (name, inputs, options) =>
        hostResult(new Director(name, inputs as DirectorArgs, options)),
    "lvs:index:RealServer": (name, inputs, options) =>
        hostResult(new RealServer(name, inputs as RealServerArgs, options)),
};

function hostResult({ urn, configured, deferred }: Director | RealServer) {
    return { urn, state: { configured, deferred } };
}

const provider: pulumi.provider.Provider = {
    version: schema.version,
    schema: JSON.stringify(schema),
    construct: (name, type, inputs, options) => {
        const construct = constructors[type];
        if (!construct) return Promise.reject(new Error(`There is no resource ${type}.`));
        return Promise.resolve(construct(name, inputs, options));
    },
};

void pulumi.provider.main(provider, process.argv.slice(2));
