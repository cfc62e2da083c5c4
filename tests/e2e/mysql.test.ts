import { LabCluster } from "../../lab/cluster";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import type { Host } from "../../lab/host";
import { databasePackages } from "../../lab/installedDisk";
import { patienceMs, waitUntil } from "../../lab/lab";
import type { StackConfig } from "../../lab/stack";
import { mysql } from "../../lab/topology";
import { inTime } from "../support/inTime";

const example = path.join(__dirname, "../../examples/mysql/Pulumi.mysql.yaml");

const loginClient = path.join(__dirname, "support/mariadbClient.ts");

/** Configuration in a stack file. */
function configOf(file: string): StackConfig {
    const { config } = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
    const keys = Object.entries(config).map(([key, value]) => [key.replace("lvs:", ""), value]);
    return Object.fromEntries(keys) as StackConfig;
}

const vip = "7.7.7.18";
const servers = ["my1", "my2", "my3"];
/** Bound with the defaults (docs/checks.md): delayLoop + retry × delayBeforeRetry. */
const refusalBound = 5 + 1;

describe("The example cluster with MariaDB", () => {
    let cluster: LabCluster;
    let my2: Host;

    beforeAll(async () => {
        cluster = await LabCluster.boot({ topology: mysql, packages: databasePackages });
        my2 = cluster.host("my2");
        await Promise.all(servers.map((name) => cluster.host(name).run(startMariadb)));
        await cluster.deploy(configOf(example));
        await untilServing(3306, servers);
        await untilServing(80, servers);
    });

    afterAll(() => cluster?.down());

    /** Real servers of a port of the virtual IP. */
    async function serving(port: number): Promise<string[]> {
        const rules = await cluster.ipvsRules("ds1", `-a -t ${vip}:${port} `);
        return servers.filter((name) =>
            rules.some((rule) => rule.includes(` -r ${cluster.host(name).address}:${port} `)),
        );
    }

    const untilServing = (port: number, expected: string[], bound = Infinity) =>
        inTime(`${expected.join()} at port ${port}`, bound, async () => {
            const now = await serving(port);
            if (now.join() === expected.join()) return true;
            throw new Error(now.join());
        });

    /** Number of logins that each server answered, one after the other. */
    async function logins(count: number): Promise<Record<string, number>> {
        const client = [process.execPath, "--require", require.resolve("tsx/cjs"), loginClient];
        const [port] = cluster.freshPorts(count);
        const output = await cluster.lab.exec([...client, vip, String(count), String(port)]);
        const counts: Record<string, number> = {};
        for (const name of output.trim().split("\n")) counts[name] = (counts[name] ?? 0) + 1;
        return counts;
    }

    it("spreads 205 logins evenly", async () => {
        const counts = await logins(205);
        expect(Object.keys(counts).sort()).toEqual(servers);
        expect(Object.values(counts).sort()).toEqual([68, 68, 69]);
    });

    it("answers MariaDB's own client", async () => {
        // The backup director is a client like any other.
        const ask = `timeout 10 mariadb -h ${vip} -u monitor -Nse 'SELECT @@hostname'`;
        const names = new Set<string>();
        await waitUntil("an answer of each database", patienceMs, async () => {
            names.add((await cluster.host("ds2").run(ask)).trim());
            return names.size === servers.length;
        });
        expect([...names].sort()).toEqual(servers);
    });

    it("serves web pages at the same virtual IP", async () => {
        expect(await cluster.bodyCounts(6, `http://${vip}/`)).toEqual({ MY1: 2, MY2: 2, MY3: 2 });
    });

    it("removes a stopped database within the bound, keeps its web server, and adds the database when it returns", async () => {
        await my2.run("systemctl stop mariadb");
        await untilServing(3306, ["my1", "my3"], refusalBound);
        expect(await logins(10)).toEqual({ my1: 5, my3: 5 });
        expect(await cluster.bodyCounts(6, `http://${vip}/`)).toEqual({ MY1: 2, MY2: 2, MY3: 2 });
        await my2.run("systemctl start mariadb");
        await untilServing(3306, servers, 5);
        expect(await logins(9)).toEqual({ my1: 3, my2: 3, my3: 3 });
    });

    it("removes a database that refuses logins although its port is open", async () => {
        await my2.run(`mariadb -e "RENAME USER monitor@'7.7.7.%' TO nobody@'7.7.7.%'"`);
        await untilServing(3306, ["my1", "my3"], refusalBound);
        await my2.run(`mariadb -e "RENAME USER nobody@'7.7.7.%' TO monitor@'7.7.7.%'"`);
        await untilServing(3306, servers, 5);
    });

    it("checks databases with logins that MariaDB does not count as aborted", async () => {
        for (const name of ["my1", "my3"]) {
            const status = "SHOW GLOBAL STATUS LIKE 'Aborted_connects'";
            const shown = await cluster.host(name).run(`mariadb -Ne "${status}"`);
            expect(shown.trim().split(/\s+/)).toEqual(["Aborted_connects", "0"]);
        }
    });
});

/** A small database with the user of the health check. */
const startMariadb = `
    set -eu
    cat >/etc/mysql/mariadb.conf.d/99-test.cnf <<END
[mariadbd]
bind-address = *
innodb_buffer_pool_size = 8M
key_buffer_size = 1M
END
    systemctl start mariadb
    mariadb -e "CREATE USER monitor@'7.7.7.%'"`;
