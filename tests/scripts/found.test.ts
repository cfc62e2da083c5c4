import { unbundle } from "../../host/unbundle";
import { bundleOf, type Plan } from "./support/bundles";
import { tests } from "./support/cases";
import { newHost } from "./support/newHost";
import { everyKindOfFile, plain } from "./support/plans";
import { differences, portrait } from "./support/portrait";
import { apply, byHand, happen, prepare, remove } from "./support/story";

/** States of a host before the first apply, as shell scripts. */
interface Obstacle {
    what: string;
    host: "ds1" | "rs1";
    found: string;
    plan?: Plan;
}

const conf = "/etc/keepalived/keepalived.conf";
const own =
    "vrrp_instance own {\\ninterface eth0\\nvirtual_router_id 7\\nvirtual_ipaddress {\\n10.128.190.240\\n}\\n}\\n";

const obstacles: Obstacle[] = [
    {
        what: "a running keepalived",
        host: "ds1",
        found: `printf '${own}' >${conf}; systemctl start keepalived`,
    },
    {
        what: "a keepalived.conf of another owner and mode",
        host: "ds1",
        found: `printf '${own}' >${conf}; chmod 2640 ${conf}; chown 12:34 ${conf}; chmod 640 ${conf}`,
    },
    {
        what: "a link in place of keepalived.conf",
        host: "ds1",
        found: `printf '${own}' >/etc/keepalived/mine; ln -s mine ${conf}; systemctl start keepalived`,
    },
    {
        what: "a dangling link in place of keepalived.conf",
        host: "ds1",
        found: `ln -s /nowhere ${conf}`,
    },
    {
        what: "a link in place of a folder",
        host: "ds1",
        found: "mv /etc/keepalived /srv/keepalived; ln -s /srv/keepalived /etc/keepalived",
    },
    {
        what: "an empty keepalived.conf",
        host: "ds1",
        found: `: >${conf}`,
    },
    {
        what: "a missing /etc/sysctl.d",
        host: "ds1",
        found: "rm -r /etc/sysctl.d",
    },
    {
        what: "a missing /usr/local/sbin",
        host: "ds1",
        found: "rm -r /usr/local/sbin",
    },
    {
        what: "other sysctls in the same file",
        host: "ds1",
        found: "echo 'net.ipv4.conf.eth0.log_martians = 1' >/etc/sysctl.d/lvs.conf; sysctl -q -p /etc/sysctl.d/lvs.conf",
    },
    {
        what: "the wanted sysctls",
        host: "ds1",
        found: "sysctl -q net.ipv4.vs.expire_nodest_conn=1",
    },
    {
        what: "an existing folder that only root may enter",
        host: "ds1",
        found: "mkdir -m 700 /etc/lvs; echo mine >/etc/lvs/mine; echo mine >/etc/lvs/firewall",
    },
    {
        what: "another drop-in for keepalived",
        host: "ds1",
        found: "mkdir /etc/systemd/system/keepalived.service.d; echo '[Service]' >/etc/systemd/system/keepalived.service.d/mine.conf",
    },
    {
        what: "another unit lvs-director",
        host: "ds1",
        found: "printf '[Service]\\nType=oneshot\\nExecStart=/bin/true\\n[Install]\\nWantedBy=basic.target\\n' >/etc/systemd/system/lvs-director.service",
    },
    {
        what: "other files in the folder of the scripts",
        host: "ds1",
        found: "mkdir -p /usr/libexec/keepalived; printf '#!/bin/sh\\n' >/usr/libexec/keepalived/probe; chmod 700 /usr/libexec/keepalived/probe",
        plan: { ...everyKindOfFile, realServers: plain.realServers },
    },
    {
        what: "a firewall of nftables that drops by default",
        host: "ds1",
        found: "nft -f - <<'END'\ntable inet filter {\n chain input {\n type filter hook input priority filter; policy drop;\n tcp dport 22 accept\n }\n chain forward {\n type filter hook forward priority filter; policy drop;\n }\n}\nEND",
    },
    {
        what: "other services in the IPVS table",
        host: "ds1",
        found: "ipvsadm -A -t 10.128.190.240:443 -s rr; ipvsadm -a -t 10.128.190.240:443 -r 10.128.190.9:443 -g -w 1",
    },
    {
        what: "the virtual IP on lo",
        host: "rs1",
        found: "ip address add 10.128.190.248/32 dev lo",
    },
    {
        what: "other sysctls for ARP",
        host: "rs1",
        found: "sysctl -q net.ipv4.conf.all.arp_ignore=2 net.ipv4.conf.lo.arp_announce=1",
    },
    {
        what: "a page of its own",
        host: "rs1",
        found: "apt-get install apache2; echo mine >/var/www/html/index.html; chmod 600 /var/www/html/index.html; chown 33:33 /var/www/html/index.html",
        plan: everyKindOfFile,
    },
    {
        what: "a link in the place of the page",
        host: "rs1",
        found: "apt-get install apache2; ln -s /srv/page /var/www/html/index.html; echo mine >/srv/page",
        plan: everyKindOfFile,
    },
    {
        what: "a way of its own to half of the world",
        host: "rs1",
        found: "ip route add 0.0.0.0/1 via 10.128.190.252",
        plan: plain,
    },
    {
        what: "another program lvs-real-server",
        host: "rs1",
        found: "printf '#!/bin/sh\\nexit 1\\n' >/usr/local/sbin/lvs-real-server; chmod 700 /usr/local/sbin/lvs-real-server",
    },
];

it.each(obstacles.map((one) => [one.host, one.what, one] as const))(
    "a host such as %s with %s is set up, and restored by a remove",
    async (name, _, { found: script, plan = plain }) => {
        const host = await newHost(name);
        try {
            await host.run(prepare + script);
            const found = await portrait(host);
            const ending = async (event: Parameters<typeof happen>[2]) =>
                (await happen(host, name, event))[0]!;

            expect(await ending(apply(plan))).toMatchObject({ status: 0 });
            const now = await portrait(host);
            const { files } = unbundle(bundleOf(plan, name, "configure"))!;
            for (const { path, mode, content } of files) {
                const at =
                    Object.keys(now).find((place) => place === path) ??
                    path.replace("/etc/", "/srv/");
                expect(now[at]).toBe(`${mode.replace(/^0/, "")} 0:0\n${content}`);
            }

            expect(await ending(apply(plan))).toEqual({ status: 0, said: "configure unchanged\n" });
            expect(differences(now, await portrait(host))).toBe("");

            expect(await ending(remove(plan))).toMatchObject({ status: 0 });
            expect(differences(found, await portrait(host))).toBe("");
        } finally {
            await host.remove();
        }
    },
);

describe("A folder of another user", () => {
    const staged = "/var/www/html/index.html.lvs-new";

    tests(
        [
            { what: "a link", to: "/etc/victim" },
            { what: "a link to a folder", to: "/srv" },
        ].map(({ what, to }) => ({
            title: `with ${what} in place of a staged file gets the file, and the target of the link stays`,
            host: "rs1",
            found: `apt-get install apache2; chown 33:33 /var/www/html; echo theirs >/etc/victim; ln -s ${to} ${staged}`,
            events: [apply(everyKindOfFile), remove(everyKindOfFile)],
            says: "removed\n",
            is: "as found" as const,
            but: `${staged}\n- link to ${to}\n`,
        })),
    );

    tests([
        {
            title: "with a link to a folder in place of a file gets the original back, and the folder stays",
            host: "rs1",
            found: "apt-get install apache2; echo mine >/var/www/html/index.html; chown 33:33 /var/www/html",
            events: [
                apply(everyKindOfFile),
                byHand("ln -sfn /srv /var/www/html/index.html"),
                remove(everyKindOfFile),
            ],
            says: "removed\n",
            is: "as found",
        },
    ]);
});

describe("A step that cannot work changes nothing", () => {
    tests([
        {
            title: "on a director with a folder in place of a file",
            host: "ds1",
            found: "mkdir /etc/sysctl.d/lvs.conf; echo mine >/etc/sysctl.d/lvs.conf/mine",
            events: [apply(plain)],
            status: 1,
            says: "/etc/sysctl.d/lvs.conf is a folder and must be a file. Move the folder away.\n",
            is: "as found",
        },
        {
            title: "on a director with a link to a folder in place of a file",
            host: "ds1",
            found: "ln -s /srv /etc/sysctl.d/lvs.conf",
            events: [apply(plain)],
            status: 1,
            says: "/etc/sysctl.d/lvs.conf is a folder and must be a file. Move the folder away.\n",
            is: "as found",
        },
        {
            title: "on a director with a file in place of a folder",
            host: "ds1",
            found: "echo mine >/etc/lvs",
            events: [apply(plain)],
            status: 1,
            says: /mkdir: cannot create directory '\/etc\/lvs'/,
            is: "as found",
        },
        {
            title: "on a director whose keepalived is masked",
            host: "ds1",
            found: "ln -s /dev/null /etc/systemd/system/keepalived.service; rm /etc/systemd/system/multi-user.target.wants/keepalived.service",
            events: [apply(plain)],
            status: 1,
            says: /masked/,
            is: "as found",
        },
        {
            title: "on a real server with a folder in place of its program",
            host: "rs1",
            found: "mkdir /usr/local/sbin/lvs-real-server",
            events: [apply(plain)],
            status: 1,
            says: "/usr/local/sbin/lvs-real-server is a folder and must be a file. Move the folder away.\n",
            is: "as found",
        },
    ]);
});
