import { vip, spareRealServer, type Change } from "../../lab/article";
import { LabCluster } from "../../lab/cluster";
import { expectGolden } from "../support/golden";
import { previewText } from "./support/previewText";

let cluster: LabCluster;

beforeAll(async () => {
    cluster = await LabCluster.deployed();
});

afterAll(() => cluster?.down());

describe("A preview", () => {
    afterEach(async () => cluster.configure());

    /** A preview without the lines that only identify resources. */
    async function preview(change: Change): Promise<string> {
        await cluster.configure(change);
        const text = await cluster.stack.pulumi(["preview", "--diff"]);
        return previewText(text).replaceAll(cluster.host("rs4").hostKey, "KEY");
    }

    it("shows the line of a new weight in the files of both directors", async () => {
        const text = await preview(({ realServers }) => (realServers[0]!.weight = 3));
        expectGolden("preview-weight.txt", text);
    });

    it("shows a new real server and its lines on both directors", async () => {
        const text = await preview(({ realServers }) => realServers.push(spareRealServer()));
        expectGolden("preview-real-server.txt", text);
    });

    it("shows the lines of a new virtual server on both directors", async () => {
        const text = await preview(({ virtualServers }) =>
            virtualServers.push({
                virtualIp: "10.128.190.246",
                port: 8080,
                realServers: [{ name: "rs1" }],
            }),
        );
        expectGolden("preview-virtual-server.txt", text);
    });

    it("shows no change for an unchanged program", async () => {
        expect(await preview(() => undefined)).toMatch(/^Resources:\n {4}35 unchanged$/m);
    });

    it("connects to no host", async () => {
        const before = await cluster.logins();
        await preview(({ realServers }) => (realServers[0]!.weight = 3));
        expect(await cluster.logins()).toEqual(before);
    });
});

describe("Secrets", () => {
    const authPass = "Xq7vT2mZ";

    it("are in no diff, log, state, process list or world-readable file", async () => {
        const key = cluster.lab.client.privateKey.split("\n")[3]!;
        const ds1 = cluster.host("ds1");
        // Record the argument lists of all processes again and again.
        await ds1.run(
            "nohup sh -c 'until [ -e /tmp/enough ]; do ps axww -o args; sleep 0.02; done' " +
                ">/tmp/processes 2>&1 </dev/null & :",
        );
        await cluster.configure((config) => (config.authPass = authPass));
        const seen = [
            await cluster.stack.pulumi(["preview", "--diff", "--show-full-output"]),
            await cluster.stack.pulumi(["up", "--yes", "--skip-preview", "--show-full-output"]),
            await cluster.stack.pulumi(["stack", "export"]),
            await cluster.stack.pulumi(["stack", "output", "--json"]),
        ];
        await ds1.run("touch /tmp/enough");
        const processes = await ds1.run("cat /tmp/processes; rm /tmp/processes /tmp/enough");
        const journals = await Promise.all(
            cluster.directors.map((host) => host.run("journalctl -q -o cat")),
        );
        for (const text of [...seen, processes, ...journals]) {
            expect(text).not.toContain(authPass);
            expect(text).not.toContain(key);
        }
        // The lists are complete enough: they contain the step itself.
        expect(processes).toContain("timeout -k 30 600 sh -s apply");

        for (const host of cluster.members) {
            const holders = await host.run(
                `grep -rlE --exclude-dir=proc --exclude-dir=sys '${authPass}|${key.slice(0, 40)}' / \
                    2>/dev/null | xargs -r stat -c '%n %a %U'`,
            );
            const isDirector = cluster.directors.includes(host);
            expect(holders).toBe(isDirector ? "/etc/keepalived/auth_pass.conf 600 root\n" : "");
        }
    });

    it("are nowhere in the exported state, also if they are generated", async () => {
        await cluster.change();
        const file = await cluster.host("ds1").run("cat /etc/keepalived/auth_pass.conf");
        const password = /^auth_pass "([A-Za-z0-9]{8})"$/m.exec(file)![1]!;
        expect(await cluster.stack.pulumi(["stack", "export"])).not.toContain(password);
    });
});

it("Outputs list the virtual IPs and every host with its address, user, port and host key", async () => {
    const text = await cluster.stack.pulumi(["stack", "output", "--json"]);
    const outputs = JSON.parse(text) as Record<string, unknown>;
    expect(outputs).toMatchObject({ vip, virtualIps: [vip] });
    const hosts = cluster.members.map(({ name, address, hostKey }) => [
        name,
        expect.objectContaining({ host: address, user: "root", port: 22, hostKey }) as object,
    ]);
    expect(outputs.inventory).toEqual(Object.fromEntries(hosts));
});
