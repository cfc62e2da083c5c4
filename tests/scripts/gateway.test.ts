import { tests } from "./support/cases";
import { plans, withAnotherVip } from "./support/plans";
import { apply, byHand } from "./support/story";

const nat = plans.NAT!;
const gateway = "10.128.190.252";
const says = `real server with gateway ${gateway}\n`;

/** The route of the host to an address is this one. */
const goes = (address: string, route: string) =>
    byHand(`ip route get ${address} | grep -q '^${address} ${route} '`);

describe("a real server of NAT", () => {
    const host = "rs1";
    const elsewhere =
        "ip route add default via 10.128.190.1; ip route add 192.0.2.0/24 via 10.128.190.2";

    tests([
        {
            title: "sends answers through its gateway, and keeps its default route and its smaller networks",
            host,
            found: elsewhere,
            events: [
                apply(nat),
                goes("198.51.100.7", `via ${gateway} dev eth0`),
                goes("192.0.2.7", "via 10.128.190.2 dev eth0"),
                goes("10.128.190.9", "dev eth0"),
                byHand("ip route show default | grep -q '^default via 10.128.190.1 dev eth0'"),
                byHand("[ $(ip route show proto 76 | wc -l) = 2 ]"),
            ],
            says,
            is: [apply(nat)],
        },
        {
            title: "has its gateway again after a reload of lvs-real-server",
            host,
            found: elsewhere,
            events: [
                apply(nat),
                byHand("ip route flush proto 76"),
                goes("198.51.100.7", "via 10.128.190.1 dev eth0"),
                byHand("systemctl reload lvs-real-server"),
            ],
            says,
            is: [apply(nat)],
        },
    ]);
});

describe("lvs-real-server check", () => {
    const finds = (complaint: string) =>
        byHand(
            `! found=$(/usr/local/sbin/lvs-real-server check); [ "$found" = "missing: ${complaint}" ]`,
        );

    tests([
        {
            title: "is silent about a real server that has all lines in force",
            host: "rs1",
            events: [
                apply(withAnotherVip),
                byHand('[ -z "$(/usr/local/sbin/lvs-real-server check)" ]'),
            ],
            says: /./,
            is: [apply(withAnotherVip)],
        },
        {
            title: "names the first line that is not in force",
            host: "rs1",
            events: [
                apply(withAnotherVip),
                byHand("ip address delete 10.128.190.246/32 dev lo"),
                finds("address 10.128.190.246/32 lo"),
                byHand("ip address delete 10.128.190.248/32 dev lo"),
                finds("address 10.128.190.248/32 lo"),
            ],
            says: /./,
            is: [
                apply(withAnotherVip),
                byHand("for ip in 246 248; do ip address delete 10.128.190.$ip/32 dev lo; done"),
            ],
        },
    ]);
});
