import type { Plan } from "./support/bundles";
import { tests } from "./support/cases";
import { plain, withAnotherVip } from "./support/plans";
import { apply, byHand } from "./support/story";

/** Write a sysctl file, and apply all files as systemd does at boot. */
const boots = (file: string, ...lines: string[]) =>
    byHand(`printf '%s\\n' ${lines.join(" ")} >/etc/sysctl.d/${file}
        /lib/systemd/systemd-sysctl 2>/dev/null || :`);
const has = (key: string, value: string) => byHand(`[ "$(sysctl -n ${key})" = ${value} ]`);
const expiry = "net.ipv4.vs.expire_nodest_conn";

describe("a sysctl of a director", () => {
    const host = "ds1";
    const says = /^keepalived 2\.2\.7/;
    const reports = (plan: Plan) => ({ step: "report" as const, verb: "check", plan });

    tests([
        {
            title: "overrides that of a file whose name comes before lvs.conf",
            host,
            events: [apply(plain), boots("99-local.conf", `${expiry}=0`), has(expiry, "1")],
            says,
            is: [apply(plain), boots("99-local.conf", `${expiry}=0`)],
        },
        {
            title: "is overridden by a file whose name comes later, and lvs check shows it",
            host,
            events: [apply(plain), boots("zz-local.conf", `${expiry}=0`), reports(plain)],
            says: /\n {4}-net\.ipv4\.vs\.expire_nodest_conn = 1\n {4}\+net\.ipv4\.vs\.expire_nodest_conn = 0\n/,
            is: [apply(plain), boots("zz-local.conf", `${expiry}=0`)],
        },
        {
            title: "is in force again after the next change",
            host,
            events: [
                apply(plain),
                boots("zz-local.conf", `${expiry}=0`),
                apply(withAnotherVip),
                has(expiry, "1"),
            ],
            says,
            is: [
                apply(plain),
                apply(withAnotherVip),
                byHand(`echo ${expiry}=0 >/etc/sysctl.d/zz-local.conf`),
            ],
        },
    ]);
});

describe("a sysctl of a real server", () => {
    const key = "net.ipv4.conf.all.arp_ignore";

    tests([
        {
            title: "overrides those of all files, because its unit sets it after them",
            host: "rs1",
            events: [
                apply(plain),
                byHand("systemctl stop lvs-real-server"),
                boots("zz-local.conf", `${key}=0`),
                has(key, "0"),
                byHand("systemctl start lvs-real-server"),
                has(key, "1"),
            ],
            says: /^real server/,
            is: [apply(plain), byHand(`echo ${key}=0 >/etc/sysctl.d/zz-local.conf`)],
        },
    ]);
});

describe("a sysctl that is not ours", () => {
    const proxy = ["all", "eth0"].flatMap((device) =>
        ["proxy_arp", "proxy_arp_pvlan"].map((name) => `net.ipv4.conf.${device}.${name}`),
    );

    tests(
        ["ds1", "rs1"].map((host) => ({
            title: `stays as it is, such as proxy_arp of ${host}`,
            host,
            found: `sysctl -q ${proxy.map((key) => `${key}=1`).join(" ")}`,
            events: [apply(plain), ...proxy.map((key) => has(key, "1"))],
            says: /10\.128\.190\.248/,
            is: [apply(plain)],
        })),
    );
});
