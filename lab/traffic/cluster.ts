import * as fs from "node:fs/promises";
import * as path from "node:path";
import { articleConfig, vip } from "../article";
import { LabCluster } from "../cluster";
import type { Host } from "../host";
import type { StackConfig } from "../stack";
import type { Topology } from "../topology";

export const ports = { web: 80, lines: 7000, datagrams: 7001 };
export const virtualRouterId = 62;
/** Where the directors write down that the pool of the web servers has come up or gone down. */
export const quorumLog = "/run/lab-quorum";

/** The article's configuration with a service for every kind of client. */
export async function trafficConfig(topology: Topology): Promise<Required<StackConfig>> {
    const config = await articleConfig(topology);
    const { lines, datagrams } = ports;
    const [web] = config.virtualServers;
    web!.check = { http: { url: [{ path: "/", statusCode: ["200"] }] } };
    web!.quorumUp = { script: "tell", args: ["up"] };
    web!.quorumDown = { script: "tell", args: ["down"] };
    config.scripts = [{ name: "tell", content: `#!/bin/sh\necho "$1" >>${quorumLog}\n` }];
    config.virtualServers.push(
        { virtualIp: vip, port: lines },
        {
            virtualIp: vip,
            port: datagrams,
            protocol: "UDP",
            check: { tcp: { connectPort: lines } },
        },
    );
    return config;
}

/** Hosts with the servers that clients of every kind talk to, and nothing deployed. */
export async function bootForTraffic(packages?: string[]): Promise<LabCluster> {
    const cluster = await LabCluster.boot({ packages, config: trafficConfig });
    try {
        await Promise.all([...cluster.realServers, cluster.host("rs4")].map(startServer));
    } catch (error) {
        await cluster.down();
        throw error;
    }
    return cluster;
}

/** Starts the server of lines and datagrams on a host, for good. */
async function startServer(host: Host): Promise<void> {
    const program = await fs.readFile(path.join(__dirname, "server.pl"), "utf8");
    await host.run("cat >/usr/local/lib/lab-server.pl", { stdin: program });
    const words = [host.name.toUpperCase(), vip, ports.lines, ports.datagrams].join(" ");
    const unit = [
        "[Unit]",
        "After=network.target",
        "[Service]",
        `ExecStart=/usr/bin/perl /usr/local/lib/lab-server.pl ${words}`,
        "Restart=on-failure",
        "[Install]",
        "WantedBy=multi-user.target",
        "",
    ].join("\n");
    await host.run(
        "cat >/etc/systemd/system/lab-server.service; systemctl -q enable --now lab-server; sync",
        { stdin: unit },
    );
}
