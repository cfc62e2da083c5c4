import { RhelHost } from "../support/rhelHost";

let host: RhelHost;

afterEach(() => host.remove());

describe("the prepare step on the RHEL family", () => {
    const keepalived = "keepalived 2.2.8-3.el9\n";
    const ipvsadm = "ipvsadm 1.31-6.el9\n";

    const named = (names: string[], purge = false) => ({ packages: { names, purge } });
    const install = (...names: string[]) =>
        host.does("prepare", 'install_packages; echo "${changed:-no}"', named(names));

    beforeEach(() => {
        host = new RhelHost(["rpm", "dnf"]);
        host.write("packages", "bash 5.1.8-9.el9\n");
    });

    it("installs packages by name with one call", () => {
        expect(install("keepalived", "ipvsadm", "httpd")).toEqual({
            status: 0,
            said: "installs keepalived; ipvsadm; httpd\nyes\n",
        });
        expect(host.calls()).toEqual(["dnf -q -y install keepalived ipvsadm httpd"]);
    });

    it("calls no package manager if every package is there", () => {
        host.write("packages", keepalived + ipvsadm);
        expect(install("keepalived", "ipvsadm")).toEqual({ status: 0, said: "no\n" });
        expect(host.calls()).toEqual([]);
    });

    it("installs missing packages alone", () => {
        host.write("packages", keepalived);
        install("keepalived", "ipvsadm");
        expect(host.calls()).toEqual(["dnf -q -y install ipvsadm"]);
    });

    it("calls yum if there is no dnf", () => {
        host.remove();
        host = new RhelHost(["rpm", "yum"]);
        host.write("packages", "");
        install("ipvsadm");
        expect(host.calls()).toEqual(["yum -q -y install ipvsadm"]);
    });

    it.each(["2.2.8-3.el9", "2.2.8"])("installs a package in version %s", (version) => {
        install(`keepalived=${version}`, "ipvsadm");
        expect(host.calls()).toEqual([`dnf -q -y install keepalived-${version} ipvsadm`]);
        host.write("packages", keepalived + ipvsadm);
        install(`keepalived=${version}`, "ipvsadm");
        expect(host.calls()).toEqual([]);
    });

    it("replaces another version of a package", () => {
        host.write("packages", keepalived);
        install("keepalived=2.2.8-4.el9");
        expect(host.calls()).toEqual(["dnf -q -y install keepalived-2.2.8-4.el9"]);
    });

    it("reports packages with their versions", () => {
        host.write("packages", keepalived + ipvsadm);
        const packages = named(["keepalived=2.2.8-3.el9", "ipvsadm"]);
        expect(host.does("prepare", 'verify; echo "$note"', packages)).toEqual({
            status: 0,
            said: "has keepalived 2.2.8-3.el9; ipvsadm 1.31-6.el9\n",
        });
    });

    it("names packages that cannot be installed, with the last lines of the package manager", () => {
        host.write("broken", "1\n2\nLast check: today\nNo match: ipvsadm\nError: no ipvsadm\n");
        expect(install("keepalived", "ipvsadm")).toEqual({
            status: 1,
            said: "installs keepalived; ipvsadm\ncannot install keepalived; ipvsadm: Last check: today; No match: ipvsadm; Error: no ipvsadm\n",
        });
        expect(host.read("state/packages.added")).toBeUndefined();
    });

    it("names packages that yum skips without a failure", () => {
        host.write("unknown", "ipvsadm");
        expect(install("keepalived", "ipvsadm")).toEqual({
            status: 1,
            said: "installs keepalived; ipvsadm\ncannot install ipvsadm: No package ipvsadm available.\n",
        });
    });

    describe("after an installation", () => {
        const remove = (purge: boolean) =>
            host.does("prepare", "restored", named(["keepalived", "ipvsadm"], purge));

        beforeEach(() => {
            host.write("packages", keepalived);
            host.write("state/services", "");
            install("keepalived", "ipvsadm");
            host.calls();
        });

        it("removes its packages and their dependencies, and nothing else", () => {
            expect(remove(true)).toEqual({ status: 0, said: "" });
            expect(host.calls()).toEqual(["dnf -q -y remove ipvsadm libnl3"]);
            expect(host.read("packages")).toBe(keepalived);
        });

        it("keeps its packages unless removePackages is set", () => {
            expect(remove(false)).toEqual({ status: 0, said: "" });
            expect(host.calls()).toEqual([]);
        });

        it("keeps and names packages that another package needs", () => {
            host.write("broken", "Error: needed by lvs-tools\n");
            expect(remove(true)).toEqual({
                status: 0,
                said: "some packages stay: Error: needed by lvs-tools\n",
            });
        });
    });
});

describe("the configure step on SELinux", () => {
    const boolean = "keepalived_connect_any";
    const allow = () => host.does("director", "allow_checks");
    const putBack = () => host.does("director", "restored");

    beforeEach(() => {
        host = new RhelHost(["getenforce", "getsebool", "setsebool"]);
        host.write("enforce", "Enforcing\n");
        host.write("booleans", `${boolean} --> off\n`);
        host.write("state/service", "active\n");
    });

    it("lets checks connect to any port until it is removed", () => {
        expect(allow()).toEqual({ status: 0, said: "" });
        expect(host.calls()).toEqual([`setsebool -P ${boolean} on`]);
        expect(allow()).toEqual({ status: 0, said: "" });
        expect(host.calls()).toEqual([]);
        putBack();
        expect(host.calls()).toEqual([`setsebool -P ${boolean} off`]);
    });

    it("keeps a boolean that is on already", () => {
        host.write("booleans", `${boolean} --> on\n`);
        expect(allow()).toEqual({ status: 0, said: "" });
        putBack();
        expect(host.calls()).toEqual([]);
    });

    it.each(["Permissive", "Disabled"])("changes nothing in mode %s", (enforce) => {
        host.write("enforce", `${enforce}\n`);
        expect(allow()).toEqual({ status: 0, said: "" });
        putBack();
        expect(host.calls()).toEqual([]);
    });

    it("changes nothing if the policy lacks the boolean", () => {
        host.write("booleans", "");
        expect(allow()).toEqual({ status: 0, said: "" });
        expect(host.calls()).toEqual([]);
    });

    it("changes nothing on a host without SELinux", () => {
        host.remove();
        host = new RhelHost([]);
        expect(allow()).toEqual({ status: 0, said: "" });
    });
});

describe("the configure step", () => {
    const swap = (paths: string) =>
        host.does("director", `paths="${paths}" outdated="${paths}" installed= touched=\nswap`);

    it("gives its files the SELinux labels of their places", () => {
        host = new RhelHost(["restorecon"]);
        const [one, other] = [host.at("one"), host.at("other")];
        host.write("one.lvs-new", "1\n");
        host.write("other.lvs-new", "2\n");
        expect(swap(`${one} ${other}`)).toEqual({ status: 0, said: "" });
        expect(host.calls()).toEqual([`restorecon ${one} ${other}`]);
        expect(host.read("other")).toBe("2\n");
    });

    it("sets no SELinux labels without files", () => {
        host = new RhelHost(["restorecon"]);
        expect(swap("")).toEqual({ status: 0, said: "" });
        expect(host.calls()).toEqual([]);
    });

    it("sets no SELinux labels without restorecon", () => {
        host = new RhelHost([]);
        host.write("one.lvs-new", "1\n");
        expect(swap(host.at("one"))).toEqual({ status: 0, said: "" });
        expect(host.read("one")).toBe("1\n");
    });
});
