import { ScriptHost } from "./scriptHost";

/** Commands that change something, and commands whose output a shell writes to files. */
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

/** Make an unchanged host of the seed's cluster. */
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
