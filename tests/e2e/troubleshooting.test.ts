/** Every symptom of docs/troubleshooting.md, its commands and its fix. */
import { vip } from "../../lab/article";
import { LabCluster } from "../../lab/cluster";
import { CommandLine } from "../../lab/commandLine";
import type { Host } from "../../lab/host";
import { serverPackages } from "../../lab/installedDisk";
import { patienceMs, waitUntil } from "../../lab/lab";
import { seed } from "../../lab/topology";
import { transcriptsOf } from "./support/transcript";

const expectTranscript = transcriptsOf("docs/troubleshooting.md");

let cluster: LabCluster;
let ds1: Host, ds2: Host, rs1: Host, rs2: Host;
let commandLine: CommandLine;

beforeAll(async () => {
    cluster = await LabCluster.deployed({ topology: seed, packages: serverPackages });
    [ds1, ds2] = cluster.directors as [Host, Host];
    [rs1, rs2] = cluster.realServers as [Host, Host];
    commandLine = new CommandLine(cluster.lab, cluster.stack);
});

afterAll(() => cluster?.down());

/** Output of a command of `lvs` as soon as it has a text. */
async function lvsUntil(text: string, ...words: string[]): Promise<string> {
    return waitUntil(`"${text}" by lvs ${words.join(" ")}`, patienceMs, async () => {
        const { stdout } = await commandLine.run(...words);
        if (stdout.includes(text)) return stdout;
        throw new Error(stdout);
    });
}

/** Packets of these words are dropped, by a table that is not the host's own firewall. */
function dropped(words: string): string {
    return `nft add table inet other
        nft add chain inet other input '{ type filter hook input priority 0; }'
        nft add rule inet other input ${words} drop`;
}

const undone = "nft delete table inet other";

describe("docs/troubleshooting.md", () => {
    // The fix that the page names has helped.
    afterEach(() => lvsUntil("No problems.", "status"));

    it("shows two active directors, and the firewall rule that makes them", async () => {
        await ds2.run(dropped("meta l4proto vrrp"));
        await waitUntil("two active directors", patienceMs, async () => {
            return (await cluster.activeDirectors()).length === 2;
        });
        const status = await lvsUntil("2 active directors", "status");
        expectTranscript("npx lvs status   # both directors have the virtual IP", status);
        const check = await lvsUntil("refuses", "check", "ds2");
        expectTranscript("npx lvs check ds2   # its firewall drops VRRP", check);
        await ds2.run(undone);
        await cluster.untilHealthy();
    });

    it("shows a director that answers pings and no requests, and its firewall rule", async () => {
        await ds1.run(dropped("tcp dport 80"));
        await cluster.lab.exec(["busybox", "ping", "-c", "1", "-W", "5", vip]);
        await expect(cluster.bodies(1)).rejects.toThrow();
        const check = await lvsUntil("refuses", "check", "ds1");
        expectTranscript("npx lvs check ds1   # its firewall refuses the service", check);
        await ds1.run(undone);
        await cluster.bodies(3);
    });

    it("shows the real server that fails one connection in three", async () => {
        await rs1.run(`ip address delete ${vip}/32 dev lo`);
        const answers = await Promise.allSettled([1, 2, 3].map(() => cluster.bodies(1)));
        expect(answers.filter(({ status }) => status === "rejected")).toHaveLength(1);
        const status = await lvsUntil("rs1 does not have", "status");
        expectTranscript("npx lvs status   # the virtual IP is missing on rs1", status);
        await rs1.run("systemctl restart lvs-real-server");
        expect(new Set(await cluster.bodies(3))).toEqual(new Set(["RS1", "RS2", "RS3"]));
    });

    it("shows a real server whose program listens on 127.0.0.1", async () => {
        const ports = "/etc/apache2/ports.conf";
        await rs2.run(`sed -i 's/^Listen 80$/Listen 127.0.0.1:80/' ${ports}
            systemctl restart apache2`);
        await cluster.untilOut("rs2");
        const status = await lvsUntil(
            "rs2:80 is down for TCP 10.128.190.248:80 (seen by ds1, ds2)",
            "status",
        );
        expectTranscript("npx lvs status   # rs2 fails its check", status);
        const sockets = await rs2.run("ss -Hltn sport = :80");
        expectTranscript("ssh rs2 ss -Hltn sport = :80", sockets);
        await rs2.run(`sed -i 's/^Listen 127.0.0.1:80$/Listen 80/' ${ports}
            systemctl restart apache2`);
        await cluster.untilHealthy();
    });

    it("shows a deferred change that another director's fault has held up", async () => {
        await ds1.run("systemctl stop keepalived; chmod a-x /usr/sbin/keepalived");
        await cluster.untilActive("ds2");
        await cluster.configure(({ realServers }) => (realServers[0]!.weight = 7));
        await cluster.stack.failingUp();
        const status = await lvsUntil("has deferred a change", "status");
        expectTranscript("npx lvs status   # the up failed on ds1, so ds2 has not changed", status);
        await ds1.run("chmod a+x /usr/sbin/keepalived");
        await cluster.stack.up();
        await cluster.untilHealthy();
    });

    it("shows the fault of a backup director before the failover that brings it to light", async () => {
        await ds2.run(dropped("tcp dport 80"));
        await cluster.bodies(3);
        const check = await lvsUntil("refuses", "check", "ds2");
        expectTranscript("npx lvs check ds2   # its firewall refuses the service", check);
        await ds1.run("systemctl stop keepalived");
        await cluster.untilActive("ds2");
        await expect(cluster.bodies(1)).rejects.toThrow();
        await ds2.run(undone);
        await cluster.bodies(3);
        await ds1.run("systemctl start keepalived");
        await cluster.untilHealthy();
    });

    it("shows a host with another key, and the key to compare", async () => {
        const key = "/etc/ssh/ssh_host_ed25519_key";
        await rs1.run(`mkdir /root/kept; cp -p ${key} ${key}.pub /root/kept
            ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/other
            cp /etc/ssh/other ${key}; cp /etc/ssh/other.pub ${key}.pub; systemctl restart ssh`);
        expectTranscript("npx lvs check rs1", await lvsUntil("another host key", "check", "rs1"));
        expectTranscript(
            `npx lvs keyscan ${rs1.address}`,
            (await commandLine.run("keyscan", rs1.address)).stdout,
        );
        await rs1.run(`cp -p /root/kept/* /etc/ssh; systemctl restart ssh`);
    });
});
