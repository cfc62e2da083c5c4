import { parseFacts } from "../../cli/facts";
import { directorReport, realServerReport } from "./support";

it("the report of a director is read into facts", () => {
    const facts = parseFacts(`${directorReport("ds1", { isActive: true })}deferred\n`);
    expect(facts).toMatchObject({
        host: "ds1",
        kernel: "6.1.0-18-amd64",
        keepalived: "2.2.7",
        uptime: 183_600,
        clock: 1_700_000_600,
        deferred: "change",
        routers: [{ name: "VI_1", interface: "eth0", id: 62, state: "active" }],
        addresses: [{ router: "VI_1", device: "eth0", ip: "10.128.190.248", here: true }],
    });
    expect([...facts.steps]).toEqual([
        ["configure", 1_700_000_000],
        ["prepare", 1_699_990_000],
        ["secret", 1_699_990_000],
    ]);
    expect(facts.odd).toEqual([]);
    expect(facts.units).toEqual([
        { name: "keepalived", active: "active", enabled: "enabled" },
        { name: "lvs-director", active: "active", enabled: "enabled" },
    ]);
    expect(facts.rules.map(({ server }) => server)).toEqual([
        undefined,
        "10.128.190.249:80",
        "10.128.190.250:80",
        "10.128.190.251:80",
    ]);
    expect(facts.services).toEqual([
        {
            service: "TCP 10.128.190.248:80",
            scheduler: "rr",
            rates: { connections: 31, packetsIn: 186, packetsOut: 0, bytesIn: 24_180, bytesOut: 0 },
        },
    ]);
    expect(facts.servers[0]).toEqual({
        service: "TCP 10.128.190.248:80",
        server: "10.128.190.249:80",
        method: "DR",
        weight: 1,
        active: 12,
        inactive: 104,
        rates: { connections: 10, packetsIn: 62, packetsOut: 0, bytesIn: 8060, bytesOut: 0 },
    });
});

it("the report of a real server is read into facts", () => {
    const text = `${realServerReport("rs1")}complaint lvs-real-server missing: gateway 192.0.2.1\n`;
    expect(parseFacts(text)).toMatchObject({
        host: "rs1",
        addresses: [{ router: undefined, device: "lo", ip: "10.128.190.248", here: true }],
        complaints: [{ unit: "lvs-real-server", text: "missing: gateway 192.0.2.1" }],
        rules: [],
    });
});

it("a report may hold facts of an unknown kind", () => {
    expect(parseFacts("temperature 40\nhost a\n").host).toBe("a");
});
