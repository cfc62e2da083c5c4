import { validate } from "../../lvs/validate";
import { seed } from "../support/seed";

const problems = (change: object) =>
    validate({ ...seed, ...change }).map(({ path, reason }) => `${path}: ${reason}`);

const service = (change: object) => ({
    virtualServers: [{ ...seed.virtualServers[0]!, ...change }],
});
const director = (change: object) => ({
    directors: [seed.directors[0]!, { ...seed.directors[1]!, ...change }],
});
const realServer = (change: object) => ({
    realServers: [...seed.realServers.slice(0, 2), { ...seed.realServers[2]!, ...change }],
});
const vrrp = (change: object) => ({ vrrp: { ...seed.vrrp, ...change } });

describe("validate", () => {
    it("has nothing against the article's cluster", () => {
        expect(problems({})).toEqual([]);
    });

    it.each<[string, object, string]>([
        ["no directors", { directors: [] }, "directors: is empty: give at least one host"],
        ["no real servers", { realServers: [] }, "realServers: is empty: give at least one host"],
        [
            "a name twice",
            director({ name: "rs1" }),
            'realServers[0].name: "rs1" is taken by directors[1]: give each host its own',
        ],
        [
            "an address twice",
            realServer({ host: "10.128.190.253" }),
            'realServers[2].host: "10.128.190.253" is taken by directors[0]: give each host its own',
        ],
        [
            "a name that is none",
            director({ name: "ds 2" }),
            'directors[1].name: "ds 2" is not a host name: 1 to 63 letters, digits and inner hyphens',
        ],
        [
            "a director's address that is none",
            director({ host: "10.128.190.999" }),
            'directors[1].host: "10.128.190.999" is neither an IPv4 address nor a host name',
        ],
        [
            "a real server by name",
            realServer({ host: "rs3.example.com" }),
            'realServers[2].host: "rs3.example.com" is not an IPv4 address, such as 192.0.2.10',
        ],
        [
            "virtual router id 0",
            vrrp({ virtualRouterId: 0 }),
            "vrrp.virtualRouterId: 0 is not a virtual router id (1–255)",
        ],
        [
            "virtual router id 256",
            vrrp({ virtualRouterId: 256 }),
            "vrrp.virtualRouterId: 256 is not a virtual router id (1–255)",
        ],
        [
            "an interval under a second, which version 2 does not have",
            vrrp({ advertInt: 0.5 }),
            "vrrp.advertInt: 0.5 is not a whole number of seconds (1–255)",
        ],
        [
            "an interface that is none",
            vrrp({ interface: "eth0 eth1" }),
            'vrrp.interface: "eth0 eth1" is not the name of a network interface: 1 to 15 characters, such as eth0',
        ],
        [
            "priority 255, which is for the owner of the address",
            { directors: [{ ...seed.directors[0]!, priority: 255 }, seed.directors[1]!] },
            "directors[0].priority: 255 is not a priority (1–254)",
        ],
        [
            "equal priorities",
            director({ priority: 254 }),
            "directors[1].priority: 254 is not below the 254 of directors[0]: list directors in the order in which they are preferred",
        ],
        [
            "a priority against the order",
            { directors: [{ ...seed.directors[0]!, priority: 99 }, seed.directors[1]!] },
            "directors[1].priority: 253 is not below the 99 of directors[0]: list directors in the order in which they are preferred",
        ],
        [
            "a virtual IP that is no address",
            service({ virtualIp: "10.128.190.248/24" }),
            'virtualServers[0].virtualIp: "10.128.190.248/24" is not an IPv4 address, such as 192.0.2.10',
        ],
        [
            "a virtual IP that a host has",
            service({ virtualIp: "10.128.190.250" }),
            'virtualServers[0].virtualIp: "10.128.190.250" is the address of rs2: take an address that no host has',
        ],
        [
            "port 70000",
            service({ port: 70000 }),
            "virtualServers[0].port: 70000 is not a port (1–65535)",
        ],
        [
            "a scheduler that is none",
            service({ lvsSched: "random" }),
            'virtualServers[0].lvsSched: "random" is not one of rr, wrr, lc, wlc, lblc, lblcr, sh, dh, sed, nq',
        ],
        [
            "a method that is none",
            service({ lvsMethod: "dr" }),
            'virtualServers[0].lvsMethod: "dr" is not one of DR',
        ],
        [
            "another port on the real server with direct routing",
            service({ realServers: [{ name: "rs1", port: 8080 }] }),
            "virtualServers[0].realServers[0].port: 8080 differs from the virtual server's 80: direct routing leaves the port as it is",
        ],
        [
            "a real server that is not defined",
            service({ realServers: [{ name: "rs4" }] }),
            'virtualServers[0].realServers[0].name: "rs4" is not among realServers (rs1, rs2, rs3)',
        ],
        [
            "a real server twice in a pool",
            service({ realServers: [{ name: "rs1" }, { name: "rs1" }] }),
            'virtualServers[0].realServers[1].name: "rs1" is named twice: name it once',
        ],
        [
            "an empty pool",
            service({ realServers: [] }),
            "virtualServers[0].realServers: is empty: name real servers, or leave it out for all of them",
        ],
        [
            "a negative weight",
            realServer({ weight: -1 }),
            "realServers[2].weight: -1 is not a weight (0–65535)",
        ],
        [
            "no time between checks",
            service({ delayLoop: 0 }),
            "virtualServers[0].delayLoop: 0 is not a whole number of seconds (1–86400)",
        ],
        [
            "a check that never waits",
            service({ check: { tcp: { connectTimeout: 0 } } }),
            "virtualServers[0].check.tcp.connectTimeout: 0 is not whole seconds (1–3600)",
        ],
        [
            "a page with a NUL",
            realServer({ httpd: { page: "a\0b" } }),
            "realServers[2].httpd.page: holds a NUL character, which no text file can: remove it",
        ],
        [
            "one service twice",
            { virtualServers: [seed.virtualServers[0]!, seed.virtualServers[0]!] },
            "virtualServers[1]: 10.128.190.248:80 is also virtualServers[0]: keepalived would merge the two",
        ],
    ])("refuses %s", (_, change, problem) => {
        expect(problems(change)).toEqual([problem]);
    });

    it("gives all problems at once", () => {
        const found = problems({ ...vrrp({ virtualRouterId: -1 }), ...service({ port: 0 }) });
        expect(found).toHaveLength(2);
    });
});
