import * as path from "node:path";
import { cached } from "./cache";
import { makeBlockDevice } from "./image/image";
import { installedFiles, installRecipe } from "./image/install";
import { tree } from "./machine/machine";
import { labParts } from "./parts";
import { step } from "./progress";
import type { Suite } from "./topology";

/** The packages of a cluster. */
export const clusterPackages = ["keepalived", "ipvsadm", "apache2"];

/** Those, and programs for tests of other services than the web's. */
export const serverPackages = [
    ...clusterPackages,
    "curl",
    "nftables",
    "dnsmasq",
    "opensmtpd",
    "openssl",
];

/** Those, and the exporter of metrics. */
export const monitoredPackages = [...clusterPackages, "prometheus-node-exporter"];

/** Those, and two firewalls. */
export const firewallPackages = [...clusterPackages, "nftables", "firewalld"];

/** Those, and a database. */
export const databasePackages = [...clusterPackages, "mariadb-server"];

/** The disks that tests boot hosts with. */
const testDisks: { suite?: Suite; packages?: string[] }[] = [
    { suite: "bookworm" },
    { suite: "bullseye" },
    { suite: "trixie" },
    { packages: serverPackages },
    { packages: monitoredPackages },
    { packages: firewallPackages },
    { packages: databasePackages },
];

/** Makes all disks that tests boot hosts with, so that no test waits for one. */
export async function makeTestDisks(): Promise<void> {
    for (const disk of testDisks) await installedDisk(disk);
}

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
    const parts = (await labParts(suite)).suites[suite]!;
    const key = { recipe: await installRecipe(), packages, from: path.basename(parts.packages) };
    const started = packages.filter((name) => clusterPackages.includes(name));
    const others = packages.filter((name) => !clusterPackages.includes(name));
    return cached("installed", key, (unfinished) =>
        step(`Installing ${packages.join(", ")} on a disk for tests (${suite})`, async () => {
            await installedFiles(path.join(unfinished, tree), parts, started, others);
            await makeBlockDevice(unfinished);
        }),
    );
}
