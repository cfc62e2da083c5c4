import { bundle } from "../../host/bundle";
import type { Host } from "../../lab/host";
import { installedDisk } from "../../lab/installedDisk";
import { Lab, patienceMs, waitUntil } from "../../lab/lab";
import { onRelease, releases } from "../../lab/release";
import { withHosts, seed, suiteOf, type Suite, type Topology } from "../../lab/topology";

/** Every release of Debian, unless `RELEASE` selects another one. */
const suites: Record<string, Suite> = { ds1: "bullseye", ds2: "trixie", rs1: "bookworm" };
const tested = Object.keys(suites);
const members = withHosts(seed, ...tested, "rs2");
const topology: Topology = onRelease({
    ...members,
    hosts: members.hosts.map((host) => ({
        ...host,
        ...(process.env.RELEASE === undefined && { suite: suites[host.name] }),
        ownKernel: tested.includes(host.name),
    })),
});
const testedHosts = topology.hosts
    .filter(({ name }) => tested.includes(name))
    .map((host) => [host.name, suiteOf(host)] as const);

/**
 * Settings of the preflight: five virtual routers, with ids and addresses that are free or in use.
 */
const settings = {
    claim: "director",
    module: ["ip_vs", "nonesuch"],
    httpd: true,
    instance: [
        "taken eth0 62 2 1",
        "taken6 eth0 63 3 1",
        "free eth0 64 2 1",
        "ours eth0 65 2 1",
        "lost eth7 66 2 1",
    ],
    address: [
        "taken eth0 10.128.190.247",
        "free eth0 10.128.190.240",
        "free eth0 10.9.9.9",
        "free eth0 10.9.9.9/32",
        "free eth0 10.128.190.254",
        "ours eth0 10.128.190.241",
        "lost eth7 10.128.190.246",
    ],
    peer: ["10.128.190.254"],
};

/** Configuration of a foreign keepalived with ids 62, 63 and 65. Id 65 is in the plan, too. */
const foreignInstances = [
    { id: 62, version: 2, ip: "10.128.190.240" },
    { id: 63, version: 3, ip: "fd00:62:190::240" },
    { id: 65, version: 2, ip: "10.128.190.241" },
].map(
    ({ id, version, ip }) => `vrrp_instance i${id} {
    interface eth0
    virtual_router_id ${id}
    version ${version}
    virtual_ipaddress {
        ${ip}
    }
}
`,
);

describe("The preflight", () => {
    let lab: Lab;

    beforeAll(async () => {
        lab = await Lab.up(topology, { disk: ({ suite }) => installedDisk({ suite }) });
        const rs2 = lab.host("rs2");
        const conf = "/etc/keepalived/keepalived.conf";
        await rs2.run(`cat >${conf} && systemctl restart keepalived`, {
            stdin: foreignInstances.join(""),
        });
        await waitUntil("the foreign keepalived active", patienceMs, async () =>
            (await rs2.run("ip -o address show")).includes(" 10.128.190.241/32 "),
        );
    });

    afterAll(() => lab?.down());

    /** Findings of one kind on a host. */
    async function findings(host: Host, kind: "stop" | "warn" | "ok"): Promise<string[]> {
        const report = await host.run("sh -s report", {
            stdin: bundle("preflight", [], { settings }),
        });
        const lines = report.split("\n").map((line) => line.split("\t"));
        return lines.filter(([how]) => how === kind).map(([, what, text]) => `${what}: ${text}`);
    }

    it.each(testedHosts)("names every obstacle on %s (%s)", async (name) => {
        const host = lab.host(name);
        const kernel = (await host.run("uname -r")).trim();
        const networks = `10.128.190.${host.address.split(".")[3]}/24, fd00:62:190::`;
        const found = await findings(host, "stop");
        const mac = (await lab.host("rs2").run("cat /sys/class/net/eth0/address")).trim();
        const link = (await lab.host("rs2").run("ip -o -6 address show dev eth0 scope link"))
            .split(/\s+/)[3]!
            .replace("/64", "");
        expect(found).toEqual([
            `modules: the kernel ${kernel} has no module nonesuch. Install a kernel that has it.`,
            "interface: eth7 does not exist. Use one of: eth0.",
            "router: id 62 on eth0 is in use by 10.128.190.250. Use another virtualRouterId.",
            `router: id 63 on eth0 is in use by ${link}. Use another virtualRouterId.`,
            `address: 10.128.190.240 on eth0 is in use by ${mac}. Use a free address.`,
            expect.stringContaining(`address: 10.9.9.9 is in no network of eth0 (${networks}`),
        ]);
    });

    it("accepts ids and addresses that are free or that a director of the cluster has", async () => {
        const passed = await findings(lab.host("ds1"), "ok");
        expect(passed).toEqual(
            expect.arrayContaining([
                "router: id 64 on eth0 is free",
                "router: id 65 on eth0 is free",
                "address: 10.128.190.247 on eth0 is free, or on this host",
                "address: 10.9.9.9/32 adds its own network to eth0",
                "address: 10.128.190.254 on eth0 is on one of the other directors",
                "address: 10.128.190.241 on eth0 is free, or on this host",
            ]),
        );
    });

    it("names the manager of keepalived.conf and the program on the web server's port", async () => {
        const rs1 = lab.host("rs1");
        await rs1.run(`echo '# Ansible managed' >/etc/keepalived/keepalived.conf
            systemctl stop ${releases[rs1.suite].webServer}
            nohup perl -MIO::Socket::INET -e '
                $s = IO::Socket::INET->new(LocalPort => 80, Listen => 1); sleep 60
            ' >/dev/null 2>&1 </dev/null &`);
        await waitUntil("a program on port 80", patienceMs, async () =>
            (await rs1.run("ss -Hltn 'sport = :80'")).includes(":80"),
        );
        const found = await findings(rs1, "stop");
        expect(found).toContain(
            "manager: Ansible manages /etc/keepalived/keepalived.conf. Remove this host from Ansible first.",
        );
        expect(found).toContain(
            "ports: 80 is in use by perl, but demoPage needs it. Stop perl, or omit demoPage.",
        );
    });
});
