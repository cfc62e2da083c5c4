import { changes } from "./changes";
import { directors } from "./directors";
import { operation } from "./operation";
import { packages } from "./packages";
import { realServers } from "./realServers";
import { trouble } from "./trouble";

/** All scenarios by number. */
export const scenarios = [
    ...directors,
    ...realServers,
    ...changes,
    ...packages,
    ...trouble,
    ...operation,
].sort((a, b) => a.number - b.number);
