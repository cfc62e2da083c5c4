import { RhelHost } from "../support/rhelHost";

let host: RhelHost;

afterEach(() => host.remove());

describe("packages of the RHEL family", () => {
    const keepalived = "keepalived 2.2.8-3.el9\n";
    const ipvsadm = "ipvsadm 1.31-6.el9\n";

    const named = (names: string[], purge = false) => ({ packages: { names, purge } });
    const install = (...names: string[]) =>
        host.does("prepare", 'install_packages; echo "${changed:-no}"', named(names));

    beforeEach(() => {
        host = new RhelHost(["rpm", "dnf"]);
        host.write("packages", "bash 5.1.8-9.el9\n");
    });

    it("are asked for by their own names, together", () => {
        expect(install("keepalived", "ipvsadm", "httpd")).toEqual({
            status: 0,
            said: "installs keepalived; ipvsadm; httpd\nyes\n",
        });
        expect(host.calls()).toEqual(["dnf -q -y install keepalived ipvsadm httpd"]);
    });

    it("are left alone when they are there: no package manager is called", () => {
        host.write("packages", keepalived + ipvsadm);
        expect(install("keepalived", "ipvsadm")).toEqual({ status: 0, said: "no\n" });
        expect(host.calls()).toEqual([]);
    });

    it("are asked for as far as they are missing", () => {
        host.write("packages", keepalived);
        install("keepalived", "ipvsadm");
        expect(host.calls()).toEqual(["dnf -q -y install ipvsadm"]);
    });

    it("come from yum where there is no dnf", () => {
        host.remove();
        host = new RhelHost(["rpm", "yum"]);
        host.write("packages", "");
        install("ipvsadm");
        expect(host.calls()).toEqual(["yum -q -y install ipvsadm"]);
    });

    it.each(["2.2.8-3.el9", "2.2.8"])("come in the version that is asked for: %s", (version) => {
        install(`keepalived=${version}`, "ipvsadm");
        expect(host.calls()).toEqual([`dnf -q -y install keepalived-${version} ipvsadm`]);
        host.write("packages", keepalived + ipvsadm);
        install(`keepalived=${version}`, "ipvsadm");
        expect(host.calls()).toEqual([]);
    });

    it("come in that version where there is another one", () => {
        host.write("packages", keepalived);
        install("keepalived=2.2.8-4.el9");
        expect(host.calls()).toEqual(["dnf -q -y install keepalived-2.2.8-4.el9"]);
    });

    it("are told of with their versions", () => {
        host.write("packages", keepalived + ipvsadm);
        const packages = named(["keepalived=2.2.8-3.el9", "ipvsadm"]);
        expect(host.does("prepare", 'verify; echo "$note"', packages)).toEqual({
            status: 0,
            said: "has keepalived 2.2.8-3.el9; ipvsadm 1.31-6.el9\n",
        });
    });

    it("that cannot be had are named, with the last that the package manager says", () => {
        host.write("broken", "1\n2\nLast check: today\nNo match: ipvsadm\nError: no ipvsadm\n");
        expect(install("keepalived", "ipvsadm")).toEqual({
            status: 1,
            said: "installs keepalived; ipvsadm\ncannot install keepalived; ipvsadm: Last check: today; No match: ipvsadm; Error: no ipvsadm\n",
        });
        expect(host.read("state/packages.added")).toBeUndefined();
    });

    it("that yum leaves out without calling it a failure are named", () => {
        host.write("unknown", "ipvsadm");
        expect(install("keepalived", "ipvsadm")).toEqual({
            status: 1,
            said: "installs keepalived; ipvsadm\ncannot install ipvsadm: No package ipvsadm available.\n",
        });
    });

    describe("when they are removed again", () => {
        const remove = (purge: boolean) =>
            host.does("prepare", "restored", named(["keepalived", "ipvsadm"], purge));

        beforeEach(() => {
            host.write("packages", keepalived);
            host.write("state/services", "");
            install("keepalived", "ipvsadm");
            host.calls();
        });

        it("go with all that came with them, and nothing else", () => {
            expect(remove(true)).toEqual({ status: 0, said: "" });
            expect(host.calls()).toEqual(["dnf -q -y remove ipvsadm libnl3"]);
            expect(host.read("packages")).toBe(keepalived);
        });

        it("stay, unless they are to go", () => {
            expect(remove(false)).toEqual({ status: 0, said: "" });
            expect(host.calls()).toEqual([]);
        });

        it("stay where somebody else needs them, which is said and no failure", () => {
            host.write("broken", "Error: needed by lvs-tools\n");
            expect(remove(true)).toEqual({
                status: 0,
                said: "some packages stay: Error: needed by lvs-tools\n",
            });
        });
    });
});

describe("SELinux", () => {
    const boolean = "keepalived_connect_any";
    const allow = () => host.does("director", "allow_checks");
    const putBack = () => host.does("director", "restored");

    beforeEach(() => {
        host = new RhelHost(["getenforce", "getsebool", "setsebool"]);
        host.write("enforce", "Enforcing\n");
        host.write("booleans", `${boolean} --> off\n`);
        host.write("state/service", "active\n");
    });

    it("that enforces is told to let checks go to any port, until the end", () => {
        expect(allow()).toEqual({ status: 0, said: "" });
        expect(host.calls()).toEqual([`setsebool -P ${boolean} on`]);
        expect(allow()).toEqual({ status: 0, said: "" });
        expect(host.calls()).toEqual([]);
        putBack();
        expect(host.calls()).toEqual([`setsebool -P ${boolean} off`]);
    });

    it("that lets them already is left like that", () => {
        host.write("booleans", `${boolean} --> on\n`);
        expect(allow()).toEqual({ status: 0, said: "" });
        putBack();
        expect(host.calls()).toEqual([]);
    });

    it.each(["Permissive", "Disabled"])("that is %s is left alone", (enforce) => {
        host.write("enforce", `${enforce}\n`);
        expect(allow()).toEqual({ status: 0, said: "" });
        putBack();
        expect(host.calls()).toEqual([]);
    });

    it("whose policy knows no such thing is left alone", () => {
        host.write("booleans", "");
        expect(allow()).toEqual({ status: 0, said: "" });
        expect(host.calls()).toEqual([]);
    });

    it("need not be there", () => {
        host.remove();
        host = new RhelHost([]);
        expect(allow()).toEqual({ status: 0, said: "" });
    });
});

describe("files that become live", () => {
    const swap = (paths: string) =>
        host.does("director", `paths="${paths}" outdated="${paths}" installed= touched=\nswap`);

    it("get the labels of their places", () => {
        host = new RhelHost(["restorecon"]);
        const [one, other] = [host.at("one"), host.at("other")];
        host.write("one.lvs-new", "1\n");
        host.write("other.lvs-new", "2\n");
        expect(swap(`${one} ${other}`)).toEqual({ status: 0, said: "" });
        expect(host.calls()).toEqual([`restorecon ${one} ${other}`]);
        expect(host.read("other")).toBe("2\n");
    });

    it("get none where there are no files", () => {
        host = new RhelHost(["restorecon"]);
        expect(swap("")).toEqual({ status: 0, said: "" });
        expect(host.calls()).toEqual([]);
    });

    it("get none where there is nothing that knows labels", () => {
        host = new RhelHost([]);
        host.write("one.lvs-new", "1\n");
        expect(swap(host.at("one"))).toEqual({ status: 0, said: "" });
        expect(host.read("one")).toBe("1\n");
    });
});
