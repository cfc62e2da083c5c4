import * as fs from "node:fs/promises";
import * as path from "node:path";
import { hostKey } from "./keys";
import type { Card } from "./machine/machine";
import { run } from "./run";
import { type HostSpec, ipv6Of, type Suite, suiteOf, type Topology } from "./topology";

/** The cards of a host in the order of its networks. */
export function cardsOf({ name, cards }: HostSpec, { networks }: Topology): Card[] {
    return Object.entries(cards).map(([network, address], index) => ({
        network,
        device: `eth${index}`,
        tap: `tap${index}-${name}`,
        mac: macOf(address),
        address,
        ipv6: ipv6Of(address, networks[network]!),
    }));
}

/**
 * Hardware address for an IPv4 address: 02:00 and its four bytes. It stays the same on every boot.
 */
function macOf(address: string): string {
    const bytes = address.split(".").map((byte) => Number(byte).toString(16).padStart(2, "0"));
    return ["02", "00", ...bytes].join(":");
}

/**
 * Write the host's own files to a tar archive. The host unpacks it as a second disk at its first
 * boot.
 */
export async function writeIdentity(
    archive: string,
    spec: HostSpec,
    topology: Topology,
): Promise<void> {
    const files = identityFiles(spec, topology);
    const root = `${archive}.root`;
    for (const [file, text] of Object.entries(files)) {
        const target = path.join(root, file);
        await fs.mkdir(path.dirname(target), { recursive: true });
        await fs.writeFile(target, text);
        await fs.chmod(target, file.endsWith("_key") ? 0o600 : 0o644);
    }
    const tar = ["tar", "-C", root, "--owner=root", "--group=root"];
    await run([...tar, "-cf", archive, ...Object.keys(files)]);
    await fs.rm(root, { recursive: true });
}

function identityFiles(spec: HostSpec, topology: Topology): Record<string, string> {
    const cards = cardsOf(spec, topology);
    const { client } = topology.networks[cards[0]!.network]!;
    const names = topology.hosts.map(({ name, cards }) => `${Object.values(cards)[0]!} ${name}\n`);
    const key = hostKey(spec.name);
    return {
        "etc/hosts": `127.0.0.1 localhost\n${client} client\n${names.join("")}`,
        "etc/hostname": `${spec.name}\n`,
        "etc/lab/network": cards.map(networkLine).join(""),
        "etc/lab/routes": routeLines(spec, topology),
        ...(spec.forwards && { "etc/sysctl.d/lab-router.conf": routerSettings }),
        ...packageSource(`http://${client}/${suiteOf(spec)}/`, suiteOf(spec)),
        "etc/ssh/ssh_host_ed25519_key": key.private,
        "etc/ssh/ssh_host_ed25519_key.pub": `${key.public}\n`,
    };
}

function packageSource(url: string, suite: Suite): Record<string, string> {
    return suite === "rhel9"
        ? { "etc/yum.repos.d/lab.repo": `[lab]\nname=Lab\nbaseurl=${url}\ngpgcheck=0\n` }
        : { "etc/apt/sources.list": `deb [trusted=yes] ${url} ./\n` };
}

function networkLine({ device, address, ipv6 }: Card, index: number): string {
    return `vec${index} ${device} ${address}/24 ${ipv6}/64\n`;
}

function routeLines({ routes = [], cards }: HostSpec, { networks, hosts }: Topology): string {
    const lines = routes.map(({ to, via }) => {
        const router = hosts.find(({ name }) => name === via)!;
        const shared = Object.keys(cards).find((network) => network in router.cards)!;
        const address = router.cards[shared]!;
        const { ipv4, ipv6 } = networks[to] ?? { ipv4: to, ipv6: to };
        return `${ipv4} ${address}\n${ipv6} ${ipv6Of(address, networks[shared]!)}\n`;
    });
    return lines.join("");
}

/** A router forwards packets and sends no redirects: hosts must keep the routes of the topology. */
const routerSettings = `net.ipv4.ip_forward = 1
net.ipv6.conf.all.forwarding = 1
net.ipv4.conf.all.send_redirects = 0
net.ipv4.conf.default.send_redirects = 0
net.ipv4.conf.*.send_redirects = 0
`;
