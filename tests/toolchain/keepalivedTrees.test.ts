import * as fs from "node:fs/promises";
import {
    validResult,
    keepalivedOf,
    keepalivedReleases,
    type KeepalivedTree,
    type TreeFile,
} from "../../lab/keepalivedTrees";
import { run } from "../../lab/run";

// Time for a build if the cache is empty.
jest.setTimeout(1_800_000);

const conf = "/etc/keepalived/keepalived.conf";
const onEth0 = instance("VI_1", "eth0", "192.0.2.100/24");
const onEth1 = instance("VI_6", "eth1", "fe80::100/64", "2001:db8::100/64");

/** A VRRP instance with virtual router id 51 on an interface. */
function instance(name: string, on: string, ...addresses: string[]): string {
    return `
vrrp_instance ${name} {
    state BACKUP
    interface ${on}
    virtual_router_id 51
    priority 150
    advert_int 1
    virtual_ipaddress {
        ${addresses.join("\n        ")}
    }
}
`;
}

/** A service with an additional line in the virtual server. */
function service(line = ""): string {
    return `
virtual_server 192.0.2.100 80 {
    delay_loop 6
    lb_algo wrr
    lb_kind DR
    protocol TCP
    ${line}
    real_server 192.0.2.21 80 {
        weight 2
        TCP_CHECK {
            connect_port 80
            connect_timeout 3
        }
    }
    real_server 192.0.2.22 80 {
        weight 1
        MISC_CHECK {
            misc_path "/usr/local/lib/web/check 192.0.2.22"
            misc_timeout 3
        }
    }
}
`;
}

const scripted = `
global_defs {
    router_id ds1
    enable_script_security
    script_user root
}

vrrp_script web {
    script "/usr/local/lib/web/check 127.0.0.1"
    interval 2
    weight -20
}

vrrp_instance VI_2 {
    state BACKUP
    interface eth0
    virtual_router_id 52
    priority 150
    authentication {
        auth_type PASS
        include auth_pass.conf
    }
    virtual_ipaddress {
        192.0.2.101/24
    }
    track_script {
        web
    }
}
`;

/** A configuration in several files that every release accepts. */
function host(content: string, scriptMode = "0755"): TreeFile[] {
    return [
        { path: conf, content },
        { path: "/etc/keepalived/auth_pass.conf", mode: "0600", content: 'auth_pass "it\'s"\n' },
        { path: "/usr/local/lib/web/check", mode: scriptMode, content: "#!/bin/sh\nexit 0\n" },
    ];
}

/** One line for each file of a tree with all metadata except the access time. */
async function filesOf(tree: KeepalivedTree): Promise<string[]> {
    const format = "%p %y %m %U:%G %s %T@ %C@ %l\\n";
    return (await run(["find", tree.dir, "-printf", format])).split("\n");
}

describe.each(keepalivedReleases)("keepalived $version of $suite", ({ suite, version }) => {
    const both = { interfaces: ["eth0", "eth1"] };
    let tree: KeepalivedTree;
    let before: string[];

    beforeAll(async () => {
        tree = await keepalivedOf(suite);
        before = await filesOf(tree);
    });

    it("is the version that runs", async () => {
        expect(await tree.version()).toBe(version);
    });

    it("has the messages about scripts that lvs-metrics reads", async () => {
        const program = await fs.readFile(`${tree.dir}/tree/usr/sbin/keepalived`, "latin1");
        expect(program).toContain("Script `%s` now returning %d");
        expect(program).toContain("Misc check for [%s VS %s] by [%s] %s");
    });

    it("accepts a configuration in several files, with scripts and both families", async () => {
        const content = scripted + onEth0 + onEth1 + service();
        expect(await tree.test(host(content), both)).toEqual(validResult);
    });

    it.each<[what: string, content: string, message: string]>([
        ["an unknown keyword", service("frobnicate 1"), "Line 7) Unknown keyword 'frobnicate'"],
        ["a missing interface", instance("VI_7", "eth7", "192.0.2.1"), "eth7"],
        [
            "a virtual router id used twice on an interface",
            onEth0 + instance("VI_2", "eth0", "192.0.2.2"),
            "VI_1 and VI_2 both use VRID 51",
        ],
    ])("prints an error for %s", async (_, content, message) => {
        const result = await tree.test([{ path: conf, content }], both);
        expect(result.output).toContain(message);
        // Exit statuses differ between versions, so results include the output.
        expect(result.status).toBe(version === "2.1.5" ? 0 : 5);
    });

    it("prints an error for a world-writable script", async () => {
        const { output } = await tree.test(host(scripted, "0777"), both);
        expect(output).toBe("Disabling track script web due to insecure");
    });

    it("has status -1 when it crashes", async () => {
        const content = service().replace(/TCP_CHECK/, "HTTP_GET");
        const { status, output } = await tree.test([{ path: conf, content }], both);
        expect(output).toContain("no urls specified");
        expect(status).toBe(version === "2.3.3" ? 5 : -1);
    });

    it("is isolated from parallel runs", async () => {
        const names = Array.from({ length: 12 }, (_, index) => `beside${index}`);
        const results = await Promise.all(
            names.map((name) => {
                const content = instance(name, name, "192.0.2.1") + service(name);
                return tree.test([{ path: conf, content }], { interfaces: [name] });
            }),
        );
        const outputs = results.map(({ output }) => output);
        expect(outputs).toEqual(
            names.map((name) => `(${conf}: Line 18) Unknown keyword '${name}'`),
        );
    });

    it("is isolated from earlier runs", async () => {
        const check = "/usr/local/lib/web/check";
        const there = host(scripted);
        const gone = there.filter((file) => file.path !== check);
        expect(await tree.test(there, both)).toEqual(validResult);
        expect((await tree.test(gone, both)).output).toContain("not found");
    });

    it("is not started if its host cannot be created", async () => {
        const files = [{ path: conf, content: onEth0 }];
        const tooLong = { interfaces: ["an-interface-too-long"] };
        await expect(tree.test(files, tooLong)).rejects.toThrow(/an-interface-too-long/);
        const inAFile = [{ path: "/etc/passwd/file", content: "" }];
        await expect(tree.test(inAFile, both)).rejects.toThrow(/no keepalived was started.*passwd/);
    });

    it("changes no file of its tree and leaves nothing mounted", async () => {
        const known = new Set(before);
        // The change of a folder shows removed files.
        expect((await filesOf(tree)).filter((file) => !known.has(file))).toEqual([]);
        expect(await fs.readFile("/proc/self/mountinfo", "utf8")).not.toContain(tree.dir);
    });
});
