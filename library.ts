/** The content of the npm package. `index.ts` is a program of its own. */
export * from "./components";
export { readCluster } from "./config";
