import * as fs from "node:fs";
import * as path from "node:path";
import {
    brokenDirector,
    floatingIp,
    metricsOf,
    type HostState,
    activeDirector,
    realServer,
} from "../support/metrics";

/** Shells that are `sh` on known systems, if this machine has them. */
const shells = [["dash"], ["bash", "--posix"], ["busybox", "sh"]].filter(([shell]) =>
    (process.env.PATH ?? "").split(":").some((dir) => fs.existsSync(path.join(dir, shell!))),
);

/** List the samples of a run, without those that are times. */
const samples = (state: HostState, shell?: string[]) =>
    metricsOf(state, shell)
        .split("\n")
        .filter((line) => line.startsWith("lvs_") && !/timestamp/.test(line))
        .map((line) => line.replace(/^lvs_/, ""));

const router = '{vrrp_instance="VI_1",router_id="62",interface="eth0"}';
const web = 'proto="TCP",service="10.128.190.248:80"';
const scripted = 'proto="TCP",service="10.128.190.248:8080"';
const marked = 'proto="FWM",service="7"';
const probe = 'script="/usr/libexec/keepalived/probe",server="10.128.190.249:8080"';

describe.each(shells.map((shell) => [shell.join(" "), shell] as const))(
    "lvs-metrics in %s",
    (_, shell) => {
        let right: string[];

        beforeAll(() => {
            right = samples(activeDirector, shell);
        });

        it("reports of a director without services its virtual router, scripts and units", () => {
            expect(samples(floatingIp, shell)).toEqual([
                `vrrp_active${router} 1`,
                `vrrp_addresses_present${router} 1`,
                `vrrp_addresses_expected${router} 1`,
                "ipvs_lacking_services 0",
                "ipvs_surplus_rules 0",
                'check_script_failing{script="haproxy"} 0',
                'keepalived_info{version="2.2.7"} 1',
                'change_unfinished{step="configure"} 0',
                "drift_files 0",
                "drift_settings 0",
                'unit_active{unit="keepalived"} 1',
                'unit_active{unit="lvs-director"} 1',
            ]);
        });

        it("reports a healthy director", () => {
            expect(right).toEqual([
                `vrrp_active${router} 1`,
                `vrrp_addresses_present${router} 1`,
                `vrrp_addresses_expected${router} 1`,
                `service_weight_up{${web}} 3`,
                `service_weight_up{${scripted}} 4`,
                `service_weight_up{${marked}} 1`,
                `service_weight_planned{${web}} 3`,
                `service_weight_planned{${scripted}} 4`,
                `service_weight_planned{${marked}} 1`,
                // Quorum 2 less hysteresis 1.
                `service_quorum{${web}} 1`,
                `service_quorum{${scripted}} 1`,
                `service_quorum{${marked}} 1`,
                `real_server_up{${web},server="10.128.190.249:80"} 1`,
                `real_server_up{${web},server="10.128.190.250:80"} 1`,
                `real_server_up{${web},server="10.128.190.251:80"} 1`,
                `real_server_up{${scripted},server="10.128.190.249:8080"} 1`,
                `real_server_up{${scripted},server="10.128.190.250:8080"} 1`,
                `real_server_up{${marked},server="10.128.190.249:0"} 1`,
                `sorry_server_up{${web},server="10.128.190.247:80"} 0`,
                "ipvs_lacking_services 0",
                "ipvs_surplus_rules 0",
                `check_script_failing{${probe}} 0`,
                'check_script_failing{script="uplink"} 0',
                'keepalived_info{version="2.2.7"} 1',
                'change_unfinished{step="configure"} 0',
                "drift_files 0",
                "drift_settings 0",
                'unit_active{unit="keepalived"} 1',
                'unit_active{unit="lvs-director"} 1',
            ]);
        });

        it("reports a director on which everything is wrong", () => {
            expect(samples(brokenDirector, shell).filter((line) => !right.includes(line))).toEqual([
                `vrrp_active${router} 0`,
                `vrrp_addresses_present${router} 0`,
                `service_weight_up{${web}} 0`,
                `service_weight_up{${marked}} 0`,
                `real_server_up{${web},server="10.128.190.249:80"} 0`,
                `real_server_up{${web},server="10.128.190.250:80"} 0`,
                `real_server_up{${web},server="10.128.190.251:80"} 0`,
                `real_server_up{${marked},server="10.128.190.249:0"} 0`,
                `sorry_server_up{${web},server="10.128.190.247:80"} 1`,
                "ipvs_lacking_services 1",
                "ipvs_surplus_rules 1",
                `check_script_failing{${probe}} 1`,
                'check_script_failing{script="uplink"} 1',
                "drift_files 1",
                "drift_settings 1",
            ]);
        });

        it("reports a machine that is director and real server", () => {
            const files = [...activeDirector.files, ...realServer.files];
            const found = samples({ ...activeDirector, files }, shell);
            expect(found).toEqual(
                expect.arrayContaining([
                    `vrrp_active${router} 1`,
                    "real_server_ready 0",
                    'unit_active{unit="keepalived"} 1',
                    'unit_active{unit="lvs-real-server"} 1',
                ]),
            );
        });

        it("reports a real server", () => {
            expect(samples(realServer, shell)).toEqual([
                // The host has no program lvs-real-server.
                "real_server_ready 0",
                'change_unfinished{step="configure"} 1',
                // During a change the drift of files is unknown.
                "drift_files 0",
                "drift_settings 1",
                'unit_active{unit="lvs-real-server"} 1',
            ]);
        });
    },
);

it("lvs-metrics counts a missing file as a changed file", () => {
    const files = activeDirector.files.map((file) =>
        file.path === "/etc/lvs/firewall" ? { ...file, path: "/gone/firewall" } : file,
    );
    const edited = { "/gone/firewall": "" };
    expect(samples({ ...activeDirector, files, edited })).toContain("drift_files 1");
});

it("lvs-metrics reports no virtual router of a director that has none", () => {
    const files = activeDirector.files.map((file) =>
        file.path.endsWith("vrrp.routers") ? { ...file, content: "" } : file,
    );
    expect(metricsOf({ ...activeDirector, files })).not.toContain("lvs_vrrp");
});

it("lvs-metrics reports no active director that lacks a virtual IP", () => {
    const files = activeDirector.files.map((file) =>
        file.path.endsWith("vrrp.routers")
            ? { ...file, content: `${file.content}address VI_1 eth0 10.128.190.246/24\n` }
            : file,
    );
    const found = samples({ ...activeDirector, files });
    expect(found).toContain(`vrrp_active${router} 0`);
    expect(found).toContain(`vrrp_addresses_present${router} 1`);
    expect(found).toContain(`vrrp_addresses_expected${router} 2`);
});
