import * as path from "node:path";
import { cached } from "./cache";
import { makeBlockDevice } from "./image/image";
import { installedFiles, installedRpms, installRecipe } from "./image/install";
import { tree } from "./machine/machine";
import { labParts } from "./parts";
import { step } from "./progress";
import type { Suite } from "./topology";

/** Packages of a cluster. */
export const clusterPackages = ["keepalived", "ipvsadm", "apache2"];

/** Packages of a cluster, and programs for tests of services other than the web. */
export const serverPackages = [
    ...clusterPackages,
    "curl",
    "nftables",
    "dnsmasq",
    "opensmtpd",
    "openssl",
];

/** Packages of a cluster, and the metrics exporter. */
export const monitoredPackages = [...clusterPackages, "prometheus-node-exporter"];

/** Packages of a cluster, and two firewalls. */
export const firewallPackages = [...clusterPackages, "nftables", "firewalld"];

/** Packages of a cluster, and a database. */
export const databasePackages = [...clusterPackages, "mariadb-server"];

/** Disks that tests boot hosts with. */
const testDisks: { suite?: Suite; packages?: string[] }[] = [
    { suite: "bookworm" },
    { suite: "bullseye" },
    { suite: "trixie" },
    { packages: serverPackages },
    { packages: monitoredPackages },
    { packages: firewallPackages },
    { packages: databasePackages },
];

/** Name that the RHEL family gives a package of Debian. */
function rpmName(name: string): string {
    return name === "apache2" ? "httpd" : name;
}

/** Build all disks of the tests, so that no test has to build one. */
export async function makeTestDisks(): Promise<void> {
    for (const disk of testDisks) await installedDisk(disk);
}

/**
 * Find or build a disk with packages installed and nothing else changed. Tests and benchmarks use
 * it unless they test the installation: apt takes most of the time of a first `pulumi up`. Defaults
 * to the packages of a cluster. Services of other packages do not start when the host boots.
 */
export async function installedDisk({
    suite = "bookworm",
    packages = clusterPackages,
}: { suite?: Suite; packages?: string[] } = {}): Promise<string> {
    const parts = (await labParts(suite)).suites[suite]!;
    const from = suite === "rhel9" ? parts.image.id : path.basename(parts.packages);
    const key = { recipe: await installRecipe(suite), packages, from };
    const started = packages.filter((name) => clusterPackages.includes(name));
    const others = packages.filter((name) => !clusterPackages.includes(name));
    return cached("installed", key, (unfinished) =>
        step(`Installing ${packages.join(", ")} on a disk for tests (${suite})`, async () => {
            const root = path.join(unfinished, tree);
            if (suite === "rhel9") await installedRpms(root, parts, packages.map(rpmName));
            else await installedFiles(root, parts, started, others);
            await makeBlockDevice(unfinished);
        }),
    );
}
