import { createHash } from "node:crypto";
import { appliedIn } from "../../cli/applied";
import { bundle } from "../../host/bundle";
import type { StepScript } from "../../host/stepKinds";
import type { Preview } from "../../cli/pulumi";
import { fileOf, listing, renderedHosts } from "../../cli/rendered";

type Step = NonNullable<Preview["steps"]>[number];

const stack = "urn:pulumi:lab::lvs";
const clusterUrn = (name: string) => `${stack}::lvs:index:LvsCluster::${name}`;

function component(urn: string, parent?: string): Step {
    return { op: "same", newState: { urn, type: urn.split("::")[2]!.split("$").at(-1)!, parent } };
}

function command(name: string, parent: string, stdin: unknown, op = "create"): Step {
    const types = parent.split("::")[2]!;
    const urn = `${stack}::${types}$command:remote:Command::${name}`;
    return { op, newState: { urn, type: "command:remote:Command", parent, inputs: { stdin } } };
}

const text = (script: StepScript, path: string) =>
    bundle(script, [{ path, mode: "0644", content: `content of ${path}\n` }]);

/** A cluster `my-web` with director `ds-1` and real server `rs1`; all steps of a first `up`. */
function previewOf(name: string): Step[] {
    const cluster = clusterUrn(name);
    const director = `${stack}::lvs:index:LvsCluster$lvs:index:Director::${name}-ds-1`;
    const realServer = `${stack}::lvs:index:LvsCluster$lvs:index:RealServer::${name}-rs1`;
    return [
        component(cluster),
        component(realServer, cluster),
        component(director, cluster),
        command(`${name}-rs1-preflight`, cluster, bundle("preflight", [])),
        command(`${name}-rs1-configure`, realServer, text("realServer", "/etc/lvs/real-server")),
        command(`${name}-ds-1-configure`, director, text("director", "/etc/lvs/firewall")),
        command(`${name}-ds-1-secret`, director, "[secret]"),
        command(`${name}-ds-1-prepare`, director, text("prepare", "/etc/modules-load.d/lvs.conf")),
        command(`${name}-ds-1-deferred`, director, bundle("directorDeferred", [])),
    ];
}

it("a preview shows the files of each host without secrets, directors first", () => {
    const hosts = renderedHosts({ steps: previewOf("my-web") });
    expect(hosts.map(({ name, cluster, files }) => [name, cluster, files.length])).toEqual([
        ["ds-1", "my-web", 2],
        ["rs1", "my-web", 1],
    ]);
    expect(hosts.map(({ preflight }) => preflight !== undefined)).toEqual([false, true]);
    expect(fileOf(hosts[1]!, "/etc/lvs/real-server")).toBe("content of /etc/lvs/real-server\n");
    expect(listing(hosts[0]!)).toBe(
        [
            "=== ds-1 /etc/modules-load.d/lvs.conf 0644",
            "content of /etc/modules-load.d/lvs.conf",
            "",
            "=== ds-1 /etc/lvs/firewall 0644",
            "content of /etc/lvs/firewall",
            "",
            "=== ds-1 /etc/keepalived/auth_pass.conf 0600",
            "(secret)",
            "",
        ].join("\n"),
    );
});

it("a preview separates hosts with the same name in two clusters", () => {
    const hosts = renderedHosts({ steps: [...previewOf("b"), ...previewOf("a")] });
    expect(hosts.map(({ name, cluster }) => `${cluster} ${name}`)).toEqual([
        "a ds-1",
        "a rs1",
        "b ds-1",
        "b rs1",
    ]);
});

it("a state tells the digest of each readable file, and nothing of hosts with the same name", () => {
    const sum = (path: string) => createHash("sha256").update(`content of ${path}\n`).digest("hex");
    const paths = {
        "ds-1": ["/etc/modules-load.d/lvs.conf", "/etc/lvs/firewall"],
        rs1: ["/etc/lvs/real-server"],
    };
    const found = Object.entries(paths).map(([name, files]) => [
        name,
        files.map((path) => `${sum(path)} ${path}`),
    ]);
    expect([...appliedIn({ steps: previewOf("web") })]).toEqual(found);
    const both = appliedIn({ steps: [...previewOf("a"), ...previewOf("b")] });
    expect([...both.values()]).toEqual([[], []]);
});

it("a preview names a standalone host after its component", () => {
    const alone = `${stack}::lvs:index:RealServer::db-1`;
    const steps = [
        component(alone),
        command("db-1-configure", alone, text("realServer", "/etc/lvs/real-server")),
    ];
    expect(renderedHosts({ steps })).toMatchObject([{ name: "db-1", cluster: "db-1" }]);
});

it("a preview says why it hides the files of a step", () => {
    const alone = `${stack}::lvs:index:RealServer::db-1`;
    const hidden = (stdin: unknown) =>
        renderedHosts({ steps: [component(alone), command("db-1-configure", alone, stdin)] })[0]!
            .hidden;
    const files = { path: "files of step configure", mode: "" };
    expect(hidden("04da6b54-80e4-46f7-96ec-b56ff0331ba9")).toEqual([
        { ...files, why: "known during `pulumi up`" },
    ]);
    expect(hidden(undefined)).toEqual([{ ...files, why: "known during `pulumi up`" }]);
    expect(hidden("[secret]")).toEqual([{ ...files, why: "secret" }]);
});

it("a preview shows no host that is deleted and no command of another project", () => {
    const alone = `${stack}::lvs:index:RealServer::db-1`;
    const steps = [
        command("db-1-configure", alone, text("realServer", "/a"), "delete"),
        command("backup", alone, "tar c /"),
    ];
    expect(renderedHosts({ steps })).toEqual([]);
    expect(renderedHosts({})).toEqual([]);
});
