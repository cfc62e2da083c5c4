import { keepalivedOf } from "../../../lab/keepalivedTrees";
import { UserError } from "../../../lab/progress";
import { complaint } from "./surroundings";

/** Find or build the tree of the hosts. If this machine cannot make hosts, print the reason and exit. */
export default async function setUp(): Promise<void> {
    try {
        const problem = await complaint();
        if (problem !== undefined) throw new UserError(problem);
        process.env.SCRIPTS_TREE = (await keepalivedOf("bookworm")).dir;
    } catch (error) {
        if (!(error instanceof UserError)) throw error;
        process.stderr.write(`${error.message}\n`);
        process.exit(1);
    }
}
