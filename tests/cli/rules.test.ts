import {
    parseRouters,
    parseRule,
    parseRules,
    serviceName,
    splitSocket,
    virtualIpOf,
} from "../../cli/rules";

describe("the reader of IPVS rules", () => {
    it.each([
        ["-A -t 192.0.2.1:80 -s rr", { service: "TCP 192.0.2.1:80", scheduler: "rr" }],
        [
            "-A -u [2001:db8::1]:53 -s sh -b sh-port,sh-fallback",
            { service: "UDP [2001:db8::1]:53", scheduler: "sh" },
        ],
        [
            "-A --sctp-service 192.0.2.1:9 -s wlc -p 300 -M 255.255.255.0",
            { service: "SCTP 192.0.2.1:9", scheduler: "wlc" },
        ],
        ["-A -f 7 -s rr", { service: "FWM 7", scheduler: "rr" }],
        ["-A -f 7 -6 -s rr", { service: "FWM6 7", scheduler: "rr" }],
        [
            "-a -t 192.0.2.1:80 -r 192.0.2.9:80 -g -w 3",
            { service: "TCP 192.0.2.1:80", server: "192.0.2.9:80", method: "DR", weight: 3 },
        ],
        [
            "-a -t 192.0.2.1:80 -r 192.0.2.9:8080 -m -w 1 -x 100 -y 80",
            { service: "TCP 192.0.2.1:80", server: "192.0.2.9:8080", method: "NAT", weight: 1 },
        ],
        [
            "-a -f 7 -6 -r [2001:db8::9]:0 -i -w 0 --tun-type gue --tun-port 6080 --tun-nocsum",
            { service: "FWM6 7", server: "[2001:db8::9]:0", method: "TUN", weight: 0 },
        ],
        [
            "sorry -a -t 192.0.2.1:80 -r 192.0.2.8:80 -g -w 1",
            {
                service: "TCP 192.0.2.1:80",
                server: "192.0.2.8:80",
                method: "DR",
                weight: 1,
                sorry: true,
            },
        ],
    ])("reads the rule %s", (line, rule) => expect(parseRule(line)).toEqual(rule));

    it("ignores lines that are no rule", () => {
        expect(parseRules(["varies -a -t 192.0.2.1:80 -r 192.0.2.9:80", "", "?"])).toEqual([]);
    });
});

it.each([
    ["TCP 192.0.2.1:80", "TCP 80", "192.0.2.1"],
    ["UDP [2001:db8::1]:53", "UDP 53", "2001:db8::1"],
    ["TCP 192.0.2.1:0", "TCP all ports", "192.0.2.1"],
    ["FWM 7", "mark 7", undefined],
    ["FWM6 7", "mark 7 IPv6", undefined],
])("service %s is called %s and has the virtual IP %s", (service, name, ip) => {
    expect([serviceName(service), virtualIpOf(service)]).toEqual([name, ip]);
});

it("a socket is split into address and port", () => {
    expect(splitSocket("[2001:db8::1]:80")).toEqual({ address: "2001:db8::1", port: "80" });
    expect(splitSocket("192.0.2.1:80")).toEqual({ address: "192.0.2.1", port: "80" });
});

it("virtual routers have their virtual IPs without prefixes", () => {
    const lines = [
        "instance VI_1 eth0 62 2 1 254",
        "instance VI_2 eth1 63 3 0.5 213",
        "address VI_1 eth0 192.0.2.1",
        "address VI_2 eth2 192.0.2.2/24",
        "peer VI_1 192.0.2.9",
    ];
    expect(parseRouters(lines)).toEqual([
        {
            name: "VI_1",
            interface: "eth0",
            id: 62,
            priority: 254,
            virtualIps: [{ ip: "192.0.2.1", device: "eth0" }],
        },
        {
            name: "VI_2",
            interface: "eth1",
            id: 63,
            priority: 213,
            virtualIps: [{ ip: "192.0.2.2", device: "eth2" }],
        },
    ]);
});
