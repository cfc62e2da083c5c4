import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { OwnApt, sourcesFor } from "../apt";
import { cached } from "../cache";
import { step } from "../progress";
import { run } from "../run";
import type { DebianSuite } from "../topology";
import { Image } from "./image";

/** Packages that hosts of every suite can install. Their dependencies are added. */
const everywhere = [
    "keepalived",
    "ipvsadm",
    "apache2",
    "curl",
    "nftables",
    "firewalld",
    "dnsmasq",
    "openssl",
];

const offered: Record<DebianSuite, string[]> = {
    bullseye: everywhere,
    bookworm: [
        ...everywhere,
        "conntrack",
        "iptables",
        "mariadb-server",
        "opensmtpd",
        "prometheus-node-exporter",
    ],
    trixie: [...everywhere, "iptables"],
};

/**
 * A flat, unsigned apt repository: the offered packages and their dependencies that the base image
 * lacks. Its small index makes `apt-get update` fast on hosts.
 */
export async function packageRepository(image: Image): Promise<string> {
    const wanted = offered[image.suite];
    const key = { recipe: 1, wanted, image: image.id };
    return cached("packages", key, (unfinished) =>
        step(`Fetching the packages that hosts install (${wanted.join(", ")})`, () =>
            fetchPackages(image, wanted, unfinished),
        ),
    );
}

/** Fetch packages and their dependencies that an image lacks, as a flat apt repository. */
export async function fetchPackages(image: Image, wanted: string[], dir: string): Promise<void> {
    const scratch = await fs.mkdtemp(path.join(tmpdir(), "pulumi-lvs-apt-"));
    try {
        const sources = await sourcesFor(image.suite, true);
        const apt = await OwnApt.open(scratch, sources, image.packageStatus);
        for (const file of await apt.downloadWithDependencies(wanted)) {
            // apt writes a colon in a version as %3a. The file name would have to escape that
            // again.
            const name = path.basename(file).replace(/%3a/g, "-");
            await fs.copyFile(file, path.join(dir, name));
        }
    } finally {
        await fs.rm(scratch, { recursive: true, force: true });
    }
    await fs.writeFile(
        path.join(dir, "Packages"),
        await run(["apt-ftparchive", "packages", "."], { cwd: dir }),
    );
    await fs.writeFile(
        path.join(dir, "Release"),
        await run(["apt-ftparchive", "release", "."], { cwd: dir }),
    );
}
