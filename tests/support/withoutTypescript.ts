/** Stands in for TypeScript in Pulumi's SDK. The SDK takes 0.3 s to load it, and needs it only to serialise functions. */
export {};
