import * as fc from "fast-check";
import {
    canonical,
    familyOf,
    isInNetwork,
    isSameAddress,
    kindOf,
    rangeOf,
} from "../../lvs/addresses";
import {
    destinationAddress,
    ipAddress,
    ownAddress,
    type Target,
} from "../../lvs/keepalived/keywords";
import { validate } from "../../lvs/validate";
import { cases } from "../support/property";
import { seed } from "../support/seed";

const target: Target = { version: "2.2.7", host: "ds1", scripts: [] };

describe("an address", () => {
    it.each<[string, ReturnType<typeof kindOf>]>([
        ["192.0.2.1", undefined],
        ["10.0.0.0", undefined],
        ["169.254.1.1", undefined],
        ["240.0.0.1", undefined],
        ["2001:db8::1", undefined],
        ["fe80::1", undefined],
        ["64:ff9b::192.0.2.1", undefined],
        ["0.0.0.0", "unspecified"],
        ["0.1.2.3", "unspecified"],
        ["::", "unspecified"],
        ["0:0::0", "unspecified"],
        ["127.0.0.1", "loopback"],
        ["127.255.0.9", "loopback"],
        ["::1", "loopback"],
        ["0:0:0:0:0:0:0:1", "loopback"],
        ["224.0.0.18", "multicast"],
        ["239.255.255.255", "multicast"],
        ["ff02::12", "multicast"],
        ["FF0E::1", "multicast"],
        ["255.255.255.255", "broadcast"],
        ["::ffff:192.0.2.1", "mapped"],
        ["::FFFF:c000:201", "mapped"],
        ["::ffff:127.0.0.1", "mapped"],
        ["::192.0.2.1", "mapped"],
        ["010.0.0.1", undefined],
        ["fe80::1%eth0", undefined],
        ["rs1", undefined],
    ])("%s is of the kind %s", (address, kind) => expect(kindOf(address)).toBe(kind));

    it.each([
        ["010.0.0.1", "has a leading zero"],
        ["10.0.0.01", "has a leading zero"],
        ["fe80::1%eth0", "has a zone"],
        ["fe80::1%1", "has a zone"],
        ["10.1", "is not an IP address"],
        ["0x0a.0.0.1", "is not an IP address"],
        ["10.0.0.256", "is not an IP address"],
        ["", "is not an IP address"],
        ["::ffff:192.0.2.1", "is an IPv4 address in the notation of IPv6"],
        ["::", "is an unspecified address"],
        ["ff02::1", "is a multicast address"],
        ["255.255.255.255", "is a broadcast address"],
    ])("%j is refused for a host and for a host's own use: it %s", (address, reason) => {
        for (const kind of [ipAddress, ownAddress, destinationAddress]) {
            expect(kind.check(address, target)).toContain(`${JSON.stringify(address)} ${reason}`);
        }
    });

    it.each(["127.0.0.1", "::1"])("%s is of use to one host only", (address) => {
        expect(ipAddress.check(address, target)).toContain("is a loopback address");
        expect(ownAddress.check(address, target)).toBeUndefined();
    });

    it.each(["fe80::1", "FE80:0::1", "febf::1"])("%s needs an interface", (address) => {
        expect(destinationAddress.check(address, target)).toContain("is a link-local address");
        expect(ipAddress.check(address, target)).toBeUndefined();
    });

    it("has one canonical form for all its spellings", () => {
        const spellings = fc.ipV6().filter((address) => familyOf(address) === "inet6");
        fc.assert(
            fc.property(spellings, (address) => {
                const form = canonical(address);
                expect(canonical(form)).toBe(form);
                expect(canonical(address.toUpperCase())).toBe(form);
                expect(isSameAddress(address, form)).toBe(true);
                expect(kindOf(address)).toBe(kindOf(form));
                expect(isInNetwork(address, `${form}/128`)).toBe(true);
            }),
            cases(200),
        );
    });
});

/** Each place in a cluster where the address of a host or a virtual IP is wanted. */
const places: Record<string, (address: string) => object> = {
    "directors[0].host": (host) => ({ directors: [{ name: "ds1", host }, seed.directors[1]] }),
    "realServers[0].host": (host) => ({
        realServers: [{ name: "rs1", host }, ...seed.realServers.slice(1)],
    }),
    "realServers[0].address": (address) => ({
        realServers: [{ name: "rs1", host: "rs1", address }, ...seed.realServers.slice(1)],
    }),
    "realServers[0].gateway": (gateway) => ({
        realServers: [{ ...seed.realServers[0], gateway }, ...seed.realServers.slice(1)],
    }),
    "virtualServers[0].virtualIp": (virtualIp) => ({ virtualServers: [{ virtualIp, port: 80 }] }),
    "virtualServers[0].virtualServerGroup[0].virtualIp": (virtualIp) => ({
        virtualServers: [{ virtualServerGroup: [{ virtualIp, port: 80 }] }],
    }),
    "virtualServers[0].fwmark.packets[0].virtualIp": (virtualIp) => ({
        virtualServers: [{ fwmark: { mark: 7, packets: [{ virtualIp, port: 80 }] } }],
    }),
    "virtualServers[0].sorryServer.host": (host) => ({
        virtualServers: [{ ...seed.virtualServers[0], sorryServer: { host } }],
    }),
    "virtualServers[0].check.tcp.connectIp": (connectIp) => ({
        virtualServers: [{ ...seed.virtualServers[0], check: { tcp: { connectIp } } }],
    }),
    "vrrpInstances[0].virtualIpaddress[0].ip": (ip) => ({
        vrrpInstances: [{ ...seed.vrrpInstances[0], virtualIpaddress: [{ ip }] }],
    }),
    "vrrpInstances[0].directors[0].unicastSrcIp": (unicastSrcIp) => ({
        vrrpInstances: [
            {
                ...seed.vrrpInstances[0],
                unicast: true,
                directors: [{ name: "ds1", unicastSrcIp }, { name: "ds2" }],
            },
        ],
    }),
    "globalDefs.smtpServer": (smtpServer) => ({ globalDefs: { smtpServer } }),
    "bfdInstances[0].neighborIp": (neighborIp) => ({
        bfdInstances: [{ name: "up", neighborIp }],
    }),
};

describe.each(Object.entries(places))("the field %s", (path, change) => {
    it.each([
        "010.0.0.1",
        "::ffff:192.0.2.1",
        "0.0.0.0",
        "224.0.0.9",
        "255.255.255.255",
        "fe80::1%1",
    ])("refuses the address %s", (address) => {
        const found = validate({ ...seed, ...change(address) });
        expect(found.map((one) => one.path)).toContain(path);
    });
});

describe("rangeOf", () => {
    it.each<[string, string, string[] | undefined]>([
        ["192.0.2.9", "192.0.2.9", ["192.0.2.9"]],
        ["192.0.2.254", "192.0.3.1", ["192.0.2.254", "192.0.2.255", "192.0.3.0", "192.0.3.1"]],
        ["2001:db8::fffe", "2001:DB8::1:0", ["2001:db8::fffe", "2001:db8::ffff", "2001:db8::1:0"]],
        ["::ffff", "::1:0", ["::ffff", "::1:0"]],
        ["192.0.2.9", "192.0.2.8", undefined],
        ["192.0.2.0", "192.0.3.0", undefined],
        ["192.0.2.9", "2001:db8::1", undefined],
        ["rs1", "rs2", undefined],
    ])("lists the addresses from %s to %s: %j", (first, last, addresses) => {
        expect(rangeOf(first, last)).toEqual(addresses);
    });

    it("lists up to 256 addresses", () => {
        expect(rangeOf("192.0.2.0", "192.0.2.255")).toHaveLength(256);
        expect(rangeOf("2001:db8::ff00", "2001:db8::ffff")).toHaveLength(256);
    });
});

it("a host that is null is refused in a sentence", () => {
    const found = validate({ ...seed, ...places["directors[0].host"]!(null as unknown as string) });
    expect(found).toEqual([
        {
            path: "directors[0].host",
            reason: "null is neither an IP address nor a host name. Use one such as 192.0.2.10 or rs1.example.com.",
        },
    ]);
});
