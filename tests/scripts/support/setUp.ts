import { keepalivedOf } from "../../../lab/keepalivedTrees";
import { UserError } from "../../../lab/progress";
import { complaint } from "./surroundings";

/** Finds or builds what hosts are made of; where none can be made here, it says why and ends. */
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
