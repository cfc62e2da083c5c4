import { newHost } from "./support/newHost";
import { everyKindOfFile } from "./support/plans";
import { differences, portrait } from "./support/portrait";
import type { ScriptHost } from "./support/scriptHost";
import { apply, happen, prepare, room } from "./support/story";

const file = "/var/lib/metrics/lvs.prom";

describe.each(["ds1", "rs1"])("lvs-metrics on a host such as %s", (name) => {
    let host: ScriptHost;

    beforeAll(async () => {
        host = await newHost(name);
        await host.run(name === "ds1" ? prepare : `${prepare}apt-get install apache2`);
        expect(await happen(host, name, apply(everyKindOfFile))).toMatchObject([{ status: 0 }]);
    });

    afterAll(() => host.remove());

    it("changes nothing and prints the metrics", async () => {
        const before = await portrait(host);
        expect(await host.run("/usr/local/sbin/lvs-metrics")).toMatch(/^lvs_unit_active\{/m);
        expect(differences(before, await portrait(host))).toBe("");
    });

    it("sets no sysctl of a file that somebody has edited, and counts it as drift", async () => {
        const edited = "/etc/sysctl.d/lvs-edited.conf";
        const key = "net.ipv4.conf.all.log_martians";
        const value = () => host.run(`sysctl -n ${key}`);
        const before = await value();
        await host.run(`printf ${key}=${1 - Number(before)} >${edited}`);
        const metrics = await host.run("/usr/local/sbin/lvs-metrics");
        expect(await value()).toBe(before);
        expect(metrics).toMatch(/^lvs_drift_settings 1$/m);
        await host.run(`rm ${edited}`);
    });

    it("follows no link in a folder of another user", async () => {
        await host.run(`ln -s /srv ${file}.new; ln -sfn /srv ${file}`);
        await host.run(`/usr/local/sbin/lvs-metrics ${file}`);
        expect(await host.run(`ls /srv; [ -f ${file} ] && [ ! -L ${file} ]`)).toBe("");
    });

    it("leaves the former file in place if it fails, and fails with it", async () => {
        const before = await portrait(host);
        await happen(host, name, room(0));
        await host.run(`! /usr/local/sbin/lvs-metrics ${file} 2>/dev/null`);
        await happen(host, name, room("enough"));
        const now = await portrait(host);
        delete now[`${file}.new`];
        expect(differences(before, now)).toBe("");
    });
});
