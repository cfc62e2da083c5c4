import * as path from "node:path";
import { cached } from "../../lab/cache";
import { run } from "../../lab/run";

/** A Python environment with packages of fixed versions: `NAME==VERSION`. It is built once. */
export async function pythonWith(...packages: string[]): Promise<string> {
    const dir = await cached("python", { packages }, async (unfinished) => {
        await run(["python3", "-m", "venv", unfinished]);
        await run([path.join(unfinished, "bin/pip"), "install", "-q", ...packages]);
    });
    return path.join(dir, "bin/python");
}
