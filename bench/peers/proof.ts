import type { LabCluster } from "../../lab/cluster";
import { waitUntil } from "../../lab/wait";
import { createHash } from "node:crypto";
import type { Config } from "../contenders";
import { type Role, rolesOf } from "../contenders/role";

/**
 * Fail unless every host has the files, modes and services of its role, and the first director
 * sends to all real servers.
 */
export async function expectServing(cluster: LabCluster, config: Config): Promise<void> {
    const { lab } = cluster;
    await Promise.all(
        [...rolesOf(config)].map(async ([name, role]) => {
            const host = lab.host(name);
            const found = await host.run(reportScript(role, config.authPass as string));
            const wanted = expectedReport(role);
            if (found !== wanted) throw new Error(`${name} has\n${found}instead of\n${wanted}`);
        }),
    );
    const names = config.realServers.map(({ name }) => name).sort();
    await waitUntil("an active director that sends to all real servers", 60_000, async () => {
        const [active] = await cluster.activeDirectors();
        const serving = active === undefined ? [] : await cluster.servingRealServers(active);
        if (active === "ds1" && serving.join() === names.join()) return true;
        throw new Error(`${active ?? "no director"} sends to ${serving.join()}`);
    });
}

/** Replace the include of the password: only this project has the password in a separate file. */
function reportScript({ files, services }: Role, authPass: string): string {
    const password = `s/include auth_pass.conf/auth_pass "${authPass}"/`;
    return [
        ...files.map(
            ({ path }) => `stat -c '%n 0%a' ${path}; sed '${password}' ${path} | sha256sum`,
        ),
        ...services.map((one) => `systemctl is-enabled ${one}; systemctl is-active ${one}`),
    ].join("\n");
}

function expectedReport({ files, services }: Role): string {
    const lines = [
        ...files.flatMap(({ path, mode, content }) => [
            `${path} ${mode}`,
            `${createHash("sha256").update(content).digest("hex")}  -`,
        ]),
        ...services.flatMap(() => ["enabled", "active"]),
    ];
    return lines.map((line) => `${line}\n`).join("");
}
