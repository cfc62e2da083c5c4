import { LabCluster } from "../../lab/cluster";
import type { Host } from "../../lab/lab";
import type { StackConfig } from "../../lab/stack";
import { rhelHosts, withHosts } from "../../lab/topology";

const repository = "/etc/yum.repos.d/lab.repo";

/** Let a process that lives for some seconds hold the lock of dnf. */
const holdLock = (seconds: number) => `
    sleep ${seconds} >/dev/null 2>&1 </dev/null &
    for name in metadata download; do echo $! >/var/cache/dnf/\${name}_lock.pid; done`;

/** End dnf by SIGKILL as soon as it runs. */
const killDnf = `
    nohup sh -c 'until pkill -KILL -x dnf; do sleep 0.1; done' >/dev/null 2>&1 </dev/null &`;

/** A module stream in which keepalived is, and which no host has enabled. */
const stream = `
document: modulemd
version: 2
data:
  name: balancer
  stream: new
  version: 1
  context: c0ffee00
  arch: x86_64
  summary: Balancer
  description: Balancer
  license: { module: [MIT] }
  artifacts:
    rpms: ["keepalived-0:2.2.7-4.el9.x86_64", "keepalived-0:2.2.7-5.el9.x86_64"]
`;

/** Let dnf use a copy of the repository in which keepalived belongs to that stream. */
const useStream = `
    mkdir /root/stream
    cd /root/stream
    python3 - $(sed -n 's/^baseurl=//p' ${repository}) <<'END'
import sys, urllib.request
for name in "keepalived-2.2.7-5.el9", "ipvsadm-1.31-6.el9", "libnl3-3.7.0-1.el9":
    file = name + ".x86_64.rpm"
    urllib.request.urlretrieve(sys.argv[1] + file, file)
END
    cat >modules.yaml <<'END'${stream}END
    createrepo_c --quiet .
    modifyrepo_c --mdtype=modules modules.yaml repodata >/dev/null
    sed -i.found 's|^baseurl=.*|baseurl=file:///root/stream|' ${repository}`;

/** On one director with the tools of the RHEL family: whatever dnf may meet. */
describe("On a director with the tools of the RHEL family,", () => {
    let cluster: LabCluster;
    let ds1: Host;

    const deploy =
        (change: Partial<StackConfig> = {}) =>
        (config: Required<StackConfig>) => {
            Object.assign(config, { removePackages: true }, change);
        };
    const packages = () => ds1.run("rpm -qa | sort");

    beforeAll(async () => {
        cluster = await LabCluster.boot({
            topology: withHosts(rhelHosts, "ds1", "rs1"),
            packages: [],
        });
        ds1 = cluster.host("ds1");
    });

    afterEach(() => cluster.stack.destroy());
    afterAll(() => cluster?.down());

    it("a mirror that is down is named, and the next up installs the packages", async () => {
        await ds1.run(`sed -i.found 's|^baseurl=.*|baseurl=http://127.0.0.1:81/|' ${repository}`);
        const output = await cluster.failingChange(deploy());
        await ds1.run(`mv ${repository}.found ${repository}`);
        expect(output).toMatch(/ds1: cannot install keepalived, ipvsadm: [^\n]*repo 'lab'/);
        await cluster.change(deploy());
        expect(await packages()).toContain("keepalived-2.2.7-5.el9");
    });

    it("a lock of dnf is waited for", async () => {
        await ds1.run(holdLock(20));
        await cluster.change(deploy());
        expect(await packages()).toContain("keepalived-2.2.7-5.el9");
    });

    it("an interrupted dnf is an error, and the next up completes what it began", async () => {
        await ds1.run(killDnf);
        expect(await cluster.failingChange(deploy())).toContain("ds1: cannot install");
        await cluster.change(deploy());
        expect(await packages()).toContain("keepalived-2.2.7-5.el9");
    });

    it("a pinned version is installed although a newer one is there, and replaces it later", async () => {
        await cluster.change(deploy({ keepalivedPackage: "2.2.7-4.el9" }));
        expect(await packages()).toContain("keepalived-2.2.7-4.el9");
        await cluster.change(deploy({ keepalivedPackage: "2.2.7-5.el9" }));
        expect(await packages()).toContain("keepalived-2.2.7-5.el9");
        await cluster.change(deploy({ keepalivedPackage: "2.2.7-4.el9" }));
        expect(await packages()).toContain("keepalived-2.2.7-4.el9");
    });

    it("a lock of the host's own decides which version is installed, and contradicts another pinned one", async () => {
        await ds1.run("dnf -q versionlock add keepalived-2.2.7-4.el9");
        await cluster.change(deploy());
        expect(await packages()).toContain("keepalived-2.2.7-4.el9");
        const output = await cluster.failingChange(deploy({ keepalivedPackage: "2.2.7-5.el9" }));
        expect(output).toMatch(/ds1: cannot install keepalived=2\.2\.7-5\.el9: [^\n]*exclude/);
        expect(await packages()).toContain("keepalived-2.2.7-4.el9");
        await ds1.run("dnf -q versionlock clear");
    });

    it("a module stream that is not enabled is named, and the next up after its switch installs", async () => {
        await ds1.run(useStream);
        const output = await cluster.failingChange(deploy());
        expect(output).toMatch(/ds1: cannot install keepalived, ipvsadm: [^\n]*modular filtering/);
        await ds1.run("dnf -q -y module enable balancer:new");
        await cluster.change(deploy());
        expect(await packages()).toContain("keepalived-2.2.7-5.el9");
        await ds1.run(`mv ${repository}.found ${repository}; dnf -q -y module reset balancer`);
    });

    it("a destroy removes the packages and those that they needed", async () => {
        const before = await packages();
        await cluster.change(deploy());
        expect(await packages()).toContain("libnl3");
        await cluster.stack.destroy();
        expect(await packages()).toBe(before);
    });
});
