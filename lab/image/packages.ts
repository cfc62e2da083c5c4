import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { OwnApt, sourcesFor } from "../apt";
import { cached } from "../cache";
import { step } from "../progress";
import { run } from "../run";
import type { Suite } from "../topology";
import { Image } from "./image";

/** What hosts of every suite can install, besides all that these need. */
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

const offered: Record<Suite, string[]> = {
    bullseye: everywhere,
    bookworm: [
        ...everywhere,
        "conntrack",
        "iptables",
        "mariadb-server",
        "opensmtpd",
        "prometheus-node-exporter",
    ],
    trixie: everywhere,
};

/**
 * A folder that apt takes as a package repository (flat, unsigned): the offered packages with
 * what they need and the base image lacks. Its index is so small that `apt-get update` on a host
 * is quick.
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

async function fetchPackages(image: Image, wanted: string[], dir: string): Promise<void> {
    const scratch = await fs.mkdtemp(path.join(tmpdir(), "pulumi-lvs-apt-"));
    try {
        const sources = await sourcesFor(image.suite, true);
        const apt = await OwnApt.open(scratch, sources, image.packageStatus);
        for (const file of await apt.downloadWithDependencies(wanted)) {
            // apt writes a colon in a version as %3a, which would have to be escaped once more.
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
