/** Stands for TypeScript when Pulumi's SDK loads it: the SDK uses it to send functions to the cloud, and loads for 0.3 s. */
export {};
