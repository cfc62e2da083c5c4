import * as path from "node:path";
import { cached } from "./cache";
import { Lab } from "./lab";
import { labParts } from "./parts";
import { step } from "./progress";
import { only, seed } from "./topology";

const packages = ["keepalived", "ipvsadm", "apache2"];

/**
 * A disk for hosts on which the packages of a cluster are installed already and nothing else has
 * been done, for tests and benchmarks that are not about the installation: apt takes most of the
 * time of a first `pulumi up`. Built once.
 */
export async function installedDisk(): Promise<string> {
    const parts = await labParts();
    const key = { recipe: 1, packages, from: path.basename(parts.packages) };
    const dir = await cached("installed", key, (unfinished) =>
        step(`Installing ${packages.join(", ")} on a disk for tests`, async () => {
            const lab = await Lab.up(only(seed, "rs1"));
            try {
                const host = lab.host("rs1");
                await host.run(`
                    apt-get -qq update
                    apt-get -qq -y install --no-install-recommends ${packages.join(" ")}
                    apt-get -qq clean
                    rm -r /var/lib/apt/lists
                    # Without these, a host takes its identity anew when it boots.
                    rm /etc/lab/network
                    : >/etc/machine-id`);
                await host.shutDown();
                await host.saveDisk(path.join(unfinished, "disk"));
            } finally {
                await lab.down();
            }
        }),
    );
    return path.join(dir, "disk");
}
