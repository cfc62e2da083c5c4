/** Check workflows with actionlint. It also gives their shell to shellcheck. */
import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { goProgram } from "./toolchain/goModule";

async function main(files: string[]): Promise<void> {
    const binary = "actionlint";
    const folder = await goProgram({
        module: binary,
        package: "github.com/rhysd/actionlint/cmd/actionlint",
        binary,
    });
    const { status } = spawnSync(path.join(folder, binary), files, { stdio: "inherit" });
    process.exitCode = status ?? 1;
}

main(process.argv.slice(2)).catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
});
