import { vip } from "../../lab/article";
import { LabCluster } from "../../lab/cluster";
import type { Host } from "../../lab/host";
import { patienceMs, waitUntil } from "../../lab/lab";
import type { StackConfig } from "../../lab/stack";
import { withHosts, seed } from "../../lab/topology";
import { Client } from "./support/client";

type Kernel = Required<NonNullable<StackConfig["kernel"]>>;

const vs = (name: string) => `/proc/sys/net/ipv4/vs/${name}`;

/**
 * Every setting with a value other than the kernel's default: the file that shows it, and the
 * content of the file with and without the setting.
 */
const settings: {
    [Name in keyof Kernel]: { value: Kernel[Name]; file: string; set: string; without: string };
} = {
    connReuseMode: { value: 2, file: vs("conn_reuse_mode"), set: "2", without: "1" },
    expireNodestConn: { value: false, file: vs("expire_nodest_conn"), set: "0", without: "1" },
    expireQuiescentTemplate: {
        value: false,
        file: vs("expire_quiescent_template"),
        set: "0",
        without: "1",
    },
    sloppyTcp: { value: true, file: vs("sloppy_tcp"), set: "1", without: "0" },
    sloppySctp: { value: true, file: vs("sloppy_sctp"), set: "1", without: "0" },
    syncThreshold: { value: 3, file: vs("sync_threshold"), set: "3 40", without: "3 50" },
    syncPeriod: { value: 40, file: vs("sync_threshold"), set: "3 40", without: "3 50" },
    syncRefreshPeriod: { value: 10, file: vs("sync_refresh_period"), set: "10", without: "0" },
    syncRetries: { value: 1, file: vs("sync_retries"), set: "1", without: "0" },
    syncPorts: { value: 2, file: vs("sync_ports"), set: "2", without: "1" },
    syncPersistMode: { value: true, file: vs("sync_persist_mode"), set: "1", without: "0" },
    backupOnly: { value: true, file: vs("backup_only"), set: "1", without: "0" },
    snatReroute: { value: false, file: vs("snat_reroute"), set: "0", without: "1" },
    pmtuDisc: { value: false, file: vs("pmtu_disc"), set: "0", without: "1" },
    conntrack: { value: true, file: vs("conntrack"), set: "1", without: "0" },
    scheduleIcmp: { value: true, file: vs("schedule_icmp"), set: "1", without: "0" },
    gatewayInterfaces: {
        value: ["eth0"],
        file: "/proc/sys/net/ipv4/conf/eth0/accept_local",
        set: "1",
        without: "0",
    },
    connTabBits: {
        value: 10,
        file: "/sys/module/ip_vs/parameters/conn_tab_bits",
        set: "10",
        without: "12",
    },
};
const names = Object.keys(settings) as (keyof Kernel)[];
const everything = Object.fromEntries(names.map((name) => [name, settings[name].value]));

/** Additional addresses of the client. */
const clients = [101, 102, 103, 104, 105, 106].map((last) => `10.128.190.${last}`);

describe("The kernel of each director", () => {
    let cluster: LabCluster;
    let ds1: Host;
    let ds2: Host;
    let client: Client;

    beforeAll(async () => {
        cluster = await LabCluster.boot({
            topology: withHosts(seed, "ds1", "ds2", "rs1", "rs2"),
        });
        ds1 = cluster.host("ds1");
        ds2 = cluster.host("ds2");
        for (const address of clients) {
            await cluster.lab.exec(["ip", "address", "add", `${address}/24`, "dev", "lan"]);
        }
        client = Client.start(cluster.lab);
        await cluster.deploy(configuration({ kernel: everything }));
    });

    afterAll(() => cluster?.down());

    function configuration(settings: StackConfig): StackConfig {
        return {
            vrrpInstances: [{ interface: "eth0", virtualRouterId: 62 }],
            directors: cluster.memberArgs("ds1", "ds2"),
            realServers: cluster.webServerArgs("rs1", "rs2"),
            virtualServers: [{ virtualIp: vip, port: 80, lvsSched: "sh" }],
            ...settings,
        };
    }

    /** Apache closes idle connections after five seconds, and a failover may take longer. */
    async function keepIdleConnections(realServer: Host): Promise<void> {
        await realServer.run(`
            echo KeepAliveTimeout 300 >/etc/apache2/conf-enabled/lab.conf
            systemctl reload apache2`);
    }

    /** Every setting as a director's kernel shows it. */
    async function settingsOf(host: Host): Promise<Record<string, string>> {
        const files = names.map((name) => settings[name].file);
        const lines = (await host.run(`cat ${files.join(" ")}`)).trim().split("\n");
        return Object.fromEntries(
            names.map((name, index) => [name, lines[index]!.replace("\t", " ")]),
        );
    }

    const all = (which: "set" | "without") =>
        Object.fromEntries(names.map((name) => [name, settings[name][which]]));

    it("has every configured setting", async () => {
        expect(await settingsOf(ds1)).toEqual(all("set"));
        expect(await settingsOf(ds2)).toEqual(all("set"));
    });

    it("has every setting again after a reboot", async () => {
        await Promise.all([ds1.reboot(), ds2.reboot()]);
        await cluster.untilHealthy();
        expect(await settingsOf(ds1)).toEqual(all("set"));
        expect(await settingsOf(ds2)).toEqual(all("set"));
    });

    it("receives connection sync on each of syncPorts", async () => {
        const sockets = await ds2.run("ss -Huan");
        const ports = [...sockets.matchAll(/ 224\.0\.0\.81\S*:(\d+) /g)].map(([, port]) => port);
        expect(ports.sort()).toEqual(["8848", "8849"]);
    });

    describe("(only sloppyTcp, no sync daemon)", () => {
        beforeAll(async () => {
            await cluster.deploy(
                configuration({
                    globalDefs: { lvsSyncDaemon: { enabled: false } },
                    kernel: { sloppyTcp: true },
                }),
            );
            await cluster.untilHealthy();
        });

        it("has its original settings again, except a module option that needs a reboot", async () => {
            const left = { sloppyTcp: "1", connTabBits: "10" };
            expect(await settingsOf(ds1)).toEqual({ ...all("without"), ...left });
            expect(await settingsOf(ds2)).toEqual({ ...all("without"), ...left });
        });

        it("keeps connections through a power cut of the active director, because sh sends them to the same real server", async () => {
            for (const name of ["rs1", "rs2"]) await keepIdleConnections(cluster.host(name));
            const connections = await Promise.all(
                clients.map((address) => client.open(vip, 80, address)),
            );
            const answers = await Promise.all(connections.map(({ ask }) => ask()));
            expect(new Set(answers)).toEqual(new Set(["RS1", "RS2"]));
            const another = await client.open(vip, 80);
            await another.ask();
            expect(await ds2.run("ipvsadm -Lnc")).not.toContain(vip);

            await ds1.cut();
            // The client has to learn ds2's MAC address before it can hear of a reset.
            await waitUntil(
                "ds2 serves",
                patienceMs,
                async () => (await cluster.bodies(1)).length === 1,
            );
            expect(await cluster.activeDirectors()).toEqual(["ds2"]);
            // Without the setting, the kernel resets a connection that it does not know.
            await ds2.run("sysctl -q net.ipv4.vs.sloppy_tcp=0");
            await expect(another.ask()).rejects.toThrow("ECONNRESET");
            await ds2.run("sysctl -q net.ipv4.vs.sloppy_tcp=1");
            expect(await Promise.all(connections.map(({ ask }) => ask()))).toEqual(answers);
            await Promise.all(connections.map(({ close }) => close()));

            await ds1.boot();
            await cluster.untilHealthy();
            expect(await settingsOf(ds1)).toEqual({ ...all("without"), sloppyTcp: "1" });
        });
    });
});
