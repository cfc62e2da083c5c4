import { ScriptHost } from "./scriptHost";

/** Commands that change something, and those that write what a shell then puts into files. */
const changing = [
    ...["awk", "chmod", "cp", "ip", "ipvsadm", "mkdir", "modprobe", "mv", "nft", "rm", "rmdir"],
    ...["sed", "sha256sum", "sysctl", "systemctl", "sync", "touch"],
];

const addresses: Record<string, string> = {
    ds1: "10.128.190.253/24",
    ds2: "10.128.190.254/24",
    rs1: "10.128.190.249/24",
    rs2: "10.128.190.250/24",
    rs3: "10.128.190.251/24",
};

/** A host of the seed's cluster on which nothing has been done. */
export async function newHost(name: string, { isCounted = false } = {}): Promise<ScriptHost> {
    const tree = process.env.SCRIPTS_TREE;
    if (tree === undefined)
        throw new Error("The set-up of the tests has not said where the files of hosts are.");
    return ScriptHost.on({
        tree,
        name,
        addresses: [addresses[name]!],
        counted: isCounted ? changing : [],
    });
}
