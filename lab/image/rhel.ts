import * as fs from "node:fs/promises";
import * as path from "node:path";
import { cached } from "../cache";
import { tree } from "../machine/machine";
import type { SuiteParts } from "../parts";
import { step } from "../progress";
import { run } from "../run";
import { type Image, makeBlockDevice } from "./image";
import { fetchPackages } from "./packages";

const script = path.join(__dirname, "rhel.sh");
const specs = path.join(__dirname, "../rhel");

/** Debian packages that the tools and programs of the host are made of, with their dependencies. */
const wanted = [
    ...["rpm", "dnf", "dnf-plugins-core", "createrepo-c", "cpio", "firewalld"],
    ...["selinux-policy-default", "auditd", "policycoreutils", "policycoreutils-python-utils"],
    ...["keepalived", "ipvsadm", "apache2-bin", "nftables", "iptables"],
];

/**
 * A host with the tools of the RHEL family: rpm and dnf, a repository of rpm packages, and the paths,
 * units and names of that family. Its programs are Debian's, because no package of that family can be
 * had here.
 */
export async function rhelParts(debian: Image): Promise<SuiteParts> {
    const files = (await fs.readdir(specs)).sort();
    const texts = await Promise.all(
        [script, ...files.map((name) => path.join(specs, name))].map((file) =>
            fs.readFile(file, "utf8"),
        ),
    );
    const dir = await cached("rhel", { recipe: 1, texts, wanted, from: debian.id }, (unfinished) =>
        step("Building a host with rpm and dnf, made of Debian's programs", () =>
            build(debian, unfinished),
        ),
    );
    const image: Image = { ...debian, disk: dir, id: path.basename(dir) };
    return { image, packages: path.join(dir, "packages") };
}

async function build(debian: Image, dir: string): Promise<void> {
    const root = path.join(dir, tree);
    const repository = path.join(dir, "debian");
    await fs.mkdir(repository);
    await fetchPackages(debian, wanted, repository);
    await run(["cp", "--archive", path.join(debian.disk, tree), root]);
    // The script's mounts and processes end with these namespaces.
    const apart = ["unshare", "--mount", "--net", "--uts", "--pid", "--fork", "--kill-child"];
    const packages = path.join(dir, "packages");
    await run([...apart, "sh", script, root, repository, specs, packages], { timeout: 1_800_000 });
    await fs.rm(repository, { recursive: true });
    await makeBlockDevice(dir);
}
