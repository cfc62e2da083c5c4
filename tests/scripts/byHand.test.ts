import { bundleOf, type Plan } from "./support/bundles";
import { newHost } from "./support/newHost";
import { plain, withAnotherVip } from "./support/plans";
import { differences, type Portrait, portrait } from "./support/portrait";
import type { ScriptHost } from "./support/scriptHost";
import { apply, happen, prepare } from "./support/story";

/** Something that somebody does by hand on a host that serves. */
interface Deed {
    what: string;
    script: string;
    /** What `lvs check` is told of it, without the heads of diffs. */
    drift: string[];
    /** Metrics that are others then. */
    metrics: string[];
    /** What an apply with a word to repair says. */
    says: string;
}

const watched: Plan = {
    ...withAnotherVip,
    realServers: plain.realServers.map((one) => ({ ...one, httpd: { page: "here\n" } })),
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
/** None of the services has a server. */
const nobodyServes = [
    ...services.map((service) => `service_weight_up{proto="TCP",service="${service}"} 0`),
    ...services.flatMap((service) =>
        ["10.128.190.249", "10.128.190.250"].map(
            (server) =>
                `real_server_up{proto="TCP",service="${service}",server="${server}:${service.split(":")[1]}"} 0`,
        ),
    ),
    "ipvs_lacking_services 2",
];

const onDirector: Deed[] = [
    {
        what: "a line more in keepalived.conf",
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
        what: "no list of what the firewall is open for",
        script: "rm /etc/lvs/firewall",
        drift: [
            "drift file /etc/lvs/firewall",
            "    -input 112 any any",
            "    -input udp 224.0.0.81 8848",
            "    -input tcp 10.128.190.248 80",
            "    -input tcp 10.128.190.246 8080",
        ],
        metrics: ["drift_files 1"],
        says: reloaded,
    },
    {
        what: "another mode of a file",
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
        what: "another kernel setting",
        script: "sysctl -q net.ipv4.ip_forward=0",
        drift: [
            "drift sysctls",
            "    -net.ipv4.ip_forward = 1",
            "    +net.ipv4.ip_forward = 0",
            "     net.ipv4.vs.sync_threshold = 2 0",
            "     net.ipv4.vs.expire_nodest_conn = 1",
            "     net.ipv4.vs.expire_quiescent_template = 1",
        ],
        metrics: ["drift_settings 1"],
        says: reloaded,
    },
    {
        what: "a unit that does not start at a boot",
        script: "systemctl disable lvs-director",
        drift: ["drift unit lvs-director", "    -active enabled", "    +active disabled"],
        metrics: [],
        says: reloaded,
    },
    {
        what: "a keepalived that is stopped",
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
            ...nobodyServes,
            'unit_active{unit="keepalived"} 0',
        ],
        says: again("started"),
    },
    {
        what: "an empty IPVS table",
        script: "ipvsadm -C",
        drift: ["drift IPVS table", ...table.map((rule) => `    -${rule}`)],
        metrics: nobodyServes,
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

const onRealServer: Deed[] = [
    {
        what: "no virtual IP",
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
        what: "a voice in ARP",
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
        what: "a unit that is off, now and at a boot",
        script: "systemctl stop lvs-real-server; systemctl disable lvs-real-server",
        drift: [
            "address - lo 10.128.190.248 absent",
            "address - lo 10.128.190.246 absent",
            "drift sysctls",
            ...arp.map((line) => `    -${line}`),
            ...arp.map((line) => `    +${line.replace(/\d$/, "0")}`),
            "drift unit lvs-real-server",
            "    -active enabled",
            "    +inactive disabled",
            "drift virtual IPs",
            "    -10.128.190.248 lo",
            "    -10.128.190.246 lo",
        ],
        metrics: [
            "real_server_ready 0",
            "drift_settings 4",
            'unit_active{unit="lvs-real-server"} 0',
        ],
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
        what: "a web server that is stopped",
        script: "systemctl stop apache2",
        drift: ["drift unit apache2", "    -active enabled", "    +inactive enabled"],
        metrics: [],
        says: set,
    },
    {
        what: "a unit without its file",
        script: "rm /etc/systemd/system/lvs-real-server.service; systemctl daemon-reload",
        drift: [
            "drift file /etc/systemd/system/lvs-real-server.service",
            "    -[Unit]",
            "    -Description=What makes this host a real server of LVS",
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
])("on a host such as %s, by hand, ", (name, deeds) => {
    const steps = name === "ds1" ? (["secret", "configure"] as const) : (["configure"] as const);
    let host: ScriptHost;
    let before: Portrait;
    let shown: string[];
    let measured: string[];
    let words = 0;

    beforeAll(async () => {
        host = await newHost(name);
        await host.run(name === "ds1" ? prepare : `${prepare}apt-get install apache2`);
        for (const step of steps) await happen(host, name, apply(watched, step));
        [before, shown, measured] = [await portrait(host), await look(), await metrics()];
    });

    afterAll(() => host.remove());

    async function look(): Promise<string[]> {
        const { stdout } = await host.send(bundleOf(watched, name, "report"), "check");
        return stdout.split("\n").filter((line) => !/^ {4}(---|\+\+\+|@@) /.test(line));
    }

    async function metrics(): Promise<string[]> {
        const lines = (await host.run("/usr/local/sbin/lvs-metrics")).split("\n");
        return lines.filter((line) => line.startsWith("lvs_") && !line.includes("_timestamp_"));
    }

    it.each(deeds.map((deed) => [deed.what, deed] as const))(
        "%s is shown, measured, and mended by an apply with a word to repair",
        async (_, { script, drift, metrics: others, says }) => {
            await host.run(script);
            expect((await look()).filter((line) => !shown.includes(line))).toEqual(drift);
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
            expect(await look()).toEqual(shown);
            const now = withoutWord(await portrait(host));
            expect(differences(withoutWord(before), now)).toBe("");
        },
    );
});

/** The word by which a host was repaired last is another one each time. */
function withoutWord(one: Portrait): Portrait {
    return Object.fromEntries(Object.entries(one).filter(([at]) => !at.endsWith("/repaired")));
}
