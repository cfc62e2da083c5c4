import * as path from "node:path";
import { cached } from "./cache";
import { Lab } from "./lab";
import { labParts } from "./parts";
import { step } from "./progress";
import { type Suite, seed } from "./topology";

/** The packages of a cluster. */
export const clusterPackages = ["keepalived", "ipvsadm", "apache2"];

/** Those, and programs for tests of other services than the web's and of firewalls. */
export const serverPackages = [
    ...clusterPackages,
    "curl",
    "nftables",
    "dnsmasq",
    "opensmtpd",
    "openssl",
];

/** Those of a cluster that is watched. */
export const monitoredPackages = [...clusterPackages, "prometheus-node-exporter"];

/** A database. */
export const databasePackages = ["mariadb-server"];

/**
 * A disk for hosts on which packages are installed already and nothing else has been done, for
 * tests and benchmarks that are not about the installation: apt takes most of the time of a first
 * `pulumi up`. By default they are those of a cluster. Services of other packages are not started
 * when such a host boots. Each disk is built once.
 */
export async function installedDisk({
    suite = "bookworm",
    packages = clusterPackages,
}: { suite?: Suite; packages?: string[] } = {}): Promise<string> {
    const parts = await labParts(suite);
    const key = { recipe: 3, packages, from: path.basename(parts.suites[suite]!.packages) };
    const others = packages.filter((name) => !clusterPackages.includes(name));
    const dir = await cached("installed", key, (unfinished) =>
        step(`Installing ${packages.join(", ")} on a disk for tests (${suite})`, async () => {
            const builder = {
                name: "builder",
                cards: { lan: "10.128.190.1" },
                suite,
                memoryMB: 512,
            };
            const lab = await Lab.up({ ...seed, hosts: [builder] });
            try {
                const host = lab.host("builder");
                await host.run(
                    `
                    set -eu
                    services() {
                        systemctl list-unit-files --state=enabled --no-legend | cut -d' ' -f1 | sort
                    }
                    export DEBIAN_FRONTEND=noninteractive
                    install='apt-get -qq -y install --no-install-recommends'
                    apt-get -qq update
                    $install ${packages.filter((name) => !others.includes(name)).join(" ")}
                    services >/tmp/wanted
                    $install ${others.join(" ")}
                    services | comm -13 /tmp/wanted - | xargs -r systemctl disable --now
                    apt-get -qq clean
                    rm -r /var/lib/apt/lists
                    # Without these, a host takes its identity anew when it boots.
                    rm /etc/lab/taken
                    : >/etc/machine-id`,
                    { timeout: 600_000 },
                );
                await host.shutDown();
                await host.saveDisk(path.join(unfinished, "disk"));
            } finally {
                await lab.down();
            }
        }),
    );
    return path.join(dir, "disk");
}
