import { bundleOf, type Plan } from "./support/bundles";
import { newHost } from "./support/newHost";
import { plain, withAnotherVip } from "./support/plans";
import { differences, type Portrait, portrait } from "./support/portrait";
import type { ScriptHost } from "./support/scriptHost";
import { apply, happen, prepare } from "./support/story";

/** A change that somebody makes by hand on a serving host. */
interface ManualChange {
    what: string;
    script: string;
    /** The report to `lvs check`, without the headers of diffs. */
    drift: string[];
    /** Metrics that differ afterwards. */
    metrics: string[];
    /** Output of an apply with a new `repair`. */
    says: string;
}

const watched: Plan = {
    ...withAnotherVip,
    realServers: plain.realServers.map((one) => ({ ...one, demoPage: "here\n" })),
    monitoring: { nodeExporter: false, textfileDirectory: "/var/lib/metrics" },
};

const reloaded =
    "keepalived 2.2.7 reloaded; active for 10.128.190.248, 10.128.190.246; 4 of 4 real servers up\n";
const again = (did: string) => reloaded.replace("reloaded", did);
const unchanged = "configure unchanged\n";
const router = '{vrrp_instance="VI_1",router_id="62",interface="eth0"}';
const services = ["10.128.190.248:80", "10.128.190.246:8080"];
const table = services.flatMap((service) => [
    `-A -t ${service} -s rr`,
    ...["10.128.190.249", "10.128.190.250"].map(
        (server) => `-a -t ${service} -r ${server}:${service.split(":")[1]} -g -w 1`,
    ),
]);
/** Metrics if no service has a server. */
const noServers = [
    ...services.map((service) => `service_weight_up{proto="TCP",service="${service}"} 0`),
    ...services.flatMap((service) =>
        ["10.128.190.249", "10.128.190.250"].map(
            (server) =>
                `real_server_up{proto="TCP",service="${service}",server="${server}:${service.split(":")[1]}"} 0`,
        ),
    ),
    "ipvs_lacking_services 2",
];

const onDirector: ManualChange[] = [
    {
        what: "one more line in keepalived.conf",
        script: "echo '# mine' >>/etc/keepalived/keepalived.conf",
        drift: [
            "drift file /etc/keepalived/keepalived.conf",
            "             }",
            "         }",
            "     }",
            "    +# mine",
        ],
        metrics: ["drift_files 1"],
        says: reloaded,
    },
    {
        what: "a missing list of firewall openings",
        script: "rm /etc/lvs/firewall",
        drift: [
            "drift file /etc/lvs/firewall",
            "    -input 112 eth0 any 224.0.0.18 any",
            "    -input udp eth0 any 224.0.0.81 8848",
            "    -input tcp any any 10.128.190.248 80",
            "    -input tcp any any 10.128.190.246 8080",
        ],
        metrics: ["drift_files 1"],
        says: reloaded,
    },
    {
        what: "another file mode",
        script: "chmod 600 /etc/sysctl.d/lvs.conf",
        drift: ["drift mode of /etc/sysctl.d/lvs.conf", "    -644 root", "    +600 root"],
        metrics: [],
        says: reloaded,
    },
    {
        what: "another password",
        script: "echo '# mine' >>/etc/keepalived/auth_pass.conf; chmod 640 /etc/keepalived/auth_pass.conf",
        drift: [
            "drift file /etc/keepalived/auth_pass.conf",
            "    differs. Its content is secret.",
            "drift mode of /etc/keepalived/auth_pass.conf",
            "    -600 root",
            "    +640 root",
        ],
        metrics: ["drift_files 1"],
        says: `secret applied\n${unchanged}`,
    },
    {
        what: "another sysctl value",
        script: "sysctl -q net.ipv4.vs.expire_nodest_conn=0",
        drift: [
            "drift sysctls",
            "     net.ipv4.vs.sync_threshold = 2 0",
            "    -net.ipv4.vs.expire_nodest_conn = 1",
            "    +net.ipv4.vs.expire_nodest_conn = 0",
            "     net.ipv4.vs.expire_quiescent_template = 1",
            "     net.ipv4.vs.sync_refresh_period = 1",
        ],
        metrics: ["drift_settings 1"],
        says: reloaded,
    },
    {
        what: "a disabled unit",
        script: "systemctl disable lvs-director",
        drift: ["drift unit lvs-director", "    -active enabled", "    +active disabled"],
        metrics: [],
        says: reloaded,
    },
    {
        what: "a stopped keepalived",
        script: "systemctl stop keepalived",
        drift: [
            "router VI_1 eth0 62 backup",
            "address VI_1 eth0 10.128.190.248 absent",
            "address VI_1 eth0 10.128.190.246 absent",
            "drift unit keepalived",
            "    -active enabled",
            "    +inactive enabled",
            "drift IPVS table",
            ...table.map((rule) => `    -${rule}`),
        ],
        metrics: [
            `vrrp_active${router} 0`,
            `vrrp_addresses_present${router} 0`,
            ...noServers,
            'unit_active{unit="keepalived"} 0',
        ],
        says: again("started"),
    },
    {
        what: "an empty IPVS table",
        script: "ipvsadm -C",
        drift: ["drift IPVS table", ...table.map((rule) => `    -${rule}`)],
        metrics: noServers,
        says: again("restarted"),
    },
    {
        what: "another weight in the IPVS table",
        script: "ipvsadm -e -t 10.128.190.248:80 -r 10.128.190.249:80 -g -w 7",
        drift: [
            "drift IPVS table",
            `     ${table[0]}`,
            `    -${table[1]}`,
            `    +${table[1]!.replace("-w 1", "-w 7")}`,
            ...table.slice(2, 5).map((rule) => `     ${rule}`),
        ],
        metrics: ['service_weight_up{proto="TCP",service="10.128.190.248:80"} 8'],
        says: unchanged,
    },
    {
        what: "one of two virtual IPs",
        script: "ip address delete 10.128.190.246/32 dev eth0",
        drift: [
            "router VI_1 eth0 62 split",
            "address VI_1 eth0 10.128.190.246 absent",
            "drift virtual IPs",
            "     10.128.190.248 eth0",
            "    -10.128.190.246 eth0",
        ],
        metrics: [`vrrp_active${router} 0`, `vrrp_addresses_present${router} 1`],
        says: again("restarted"),
    },
];

const set = "real server with 10.128.190.248/32 on lo, 10.128.190.246/32 on lo\n";
const arp = [
    "net.ipv4.conf.all.arp_ignore = 1",
    "net.ipv4.conf.all.arp_announce = 2",
    "net.ipv4.conf.lo.arp_ignore = 1",
    "net.ipv4.conf.lo.arp_announce = 2",
];

const onRealServer: ManualChange[] = [
    {
        what: "a missing virtual IP",
        script: "ip address delete 10.128.190.248/32 dev lo",
        drift: [
            "address - lo 10.128.190.248 absent",
            "drift virtual IPs",
            "    -10.128.190.248 lo",
            "     10.128.190.246 lo",
        ],
        metrics: ["real_server_ready 0"],
        says: set,
    },
    {
        what: "answers to ARP requests",
        script: "sysctl -q net.ipv4.conf.all.arp_ignore=0",
        drift: [
            "drift sysctls",
            `    -${arp[0]}`,
            "    +net.ipv4.conf.all.arp_ignore = 0",
            ...arp.slice(1).map((line) => `     ${line}`),
        ],
        metrics: ["drift_settings 1"],
        says: set,
    },
    {
        what: "a stopped and disabled unit",
        script: "systemctl stop lvs-real-server; systemctl disable lvs-real-server",
        drift: [
            "address - lo 10.128.190.248 absent",
            "address - lo 10.128.190.246 absent",
            "drift unit lvs-real-server",
            "    -active enabled",
            "    +inactive disabled",
            "drift virtual IPs",
            "    -10.128.190.248 lo",
            "    -10.128.190.246 lo",
        ],
        metrics: ["real_server_ready 0", 'unit_active{unit="lvs-real-server"} 0'],
        says: set,
    },
    {
        what: "another page",
        script: "echo mine >/var/www/html/index.html",
        drift: ["drift file /var/www/html/index.html", "    -here", "    +mine"],
        metrics: ["drift_files 1"],
        says: set,
    },
    {
        what: "a stopped web server",
        script: "systemctl stop apache2",
        drift: ["drift unit apache2", "    -active enabled", "    +inactive enabled"],
        metrics: [],
        says: set,
    },
    {
        what: "a missing unit file",
        script: "rm /etc/systemd/system/lvs-real-server.service; systemctl daemon-reload",
        drift: [
            "drift file /etc/systemd/system/lvs-real-server.service",
            "    -[Unit]",
            "    -Description=Addresses, tunnels and gateways of an LVS real server",
            "    -After=systemd-sysctl.service",
            "    -Before=network.target",
            "    -",
            "    -[Service]",
            "    -Type=oneshot",
            "    -RemainAfterExit=yes",
            "    -ExecStart=/usr/local/sbin/lvs-real-server start",
            "    -ExecReload=/usr/local/sbin/lvs-real-server reload",
            "    -ExecStop=/usr/local/sbin/lvs-real-server stop",
            "    -",
            "    -[Install]",
            "    -WantedBy=multi-user.target",
            "drift unit lvs-real-server",
            "    -active enabled",
            "    +active absent",
        ],
        metrics: ["drift_files 1"],
        says: set,
    },
];

describe.each([
    ["ds1", onDirector],
    ["rs1", onRealServer],
])("a host such as %s after a manual change:", (name, changes) => {
    const steps = name === "ds1" ? (["secret", "configure"] as const) : (["configure"] as const);
    let host: ScriptHost;
    let before: Portrait;
    let reported: string[];
    let measured: string[];
    let words = 0;

    beforeAll(async () => {
        host = await newHost(name);
        await host.run(name === "ds1" ? prepare : `${prepare}apt-get install apache2`);
        for (const step of steps) await happen(host, name, apply(watched, step));
        [before, reported, measured] = [await portrait(host), await report(), await metrics()];
    });

    afterAll(() => host.remove());

    async function report(): Promise<string[]> {
        const { stdout } = await host.send(bundleOf(watched, name, "report"), "check");
        return stdout.split("\n").filter((line) => !/^ {4}(---|\+\+\+|@@) /.test(line));
    }

    async function metrics(): Promise<string[]> {
        const lines = (await host.run("/usr/local/sbin/lvs-metrics")).split("\n");
        return lines.filter((line) => line.startsWith("lvs_") && !line.includes("_timestamp_"));
    }

    it.each(changes.map((change) => [change.what, change] as const))(
        "%s is reported, measured, and repaired by an apply with a new `repair`",
        async (_, { script, drift, metrics: others, says }) => {
            await host.run(script);
            expect((await report()).filter((line) => !reported.includes(line))).toEqual(drift);
            expect((await metrics()).filter((line) => !measured.includes(line))).toEqual(
                others.map((line) => `lvs_${line}`),
            );
            const repair = `word-${words++}`;
            let said = "";
            for (const step of steps) {
                const [ending] = await happen(host, name, apply({ ...watched, repair }, step));
                said += ending!.said;
            }
            expect(said.replace("secret unchanged\n", "")).toBe(says);
            expect(await report()).toEqual(reported);
            const now = withoutRepair(await portrait(host));
            expect(differences(withoutRepair(before), now)).toBe("");
        },
    );
});

/** Drop the last value of `repair`, which differs each time. */
function withoutRepair(one: Portrait): Portrait {
    return Object.fromEntries(Object.entries(one).filter(([at]) => !at.endsWith("/repaired")));
}
