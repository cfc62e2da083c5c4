import { keepalivedOf } from "../../../lab/keepalivedTrees";
import { complaint } from "./surroundings";

/** Finds or builds what hosts are made of; where none can be made here, it says why and ends. */
export default async function setUp(): Promise<void> {
    const problem = await complaint();
    if (problem !== undefined) {
        process.stderr.write(`${problem}\n`);
        process.exit(1);
    }
    process.env.SCRIPTS_TREE = (await keepalivedOf("bookworm")).dir;
}
