import * as fs from "node:fs/promises";
import * as path from "node:path";
import { articleConfig, vip } from "../article";
import { LabCluster } from "../cluster";
import type { Host } from "../host";
import type { StackConfig } from "../stack";
import type { Topology } from "../topology";

export const ports = { web: 80, lines: 7000, datagrams: 7001 };
export const virtualRouterId = 62;
/** File in which the directors record that the pool of the web service came up or went down. */
export const quorumLog = "/run/lab-quorum";

/** The article's configuration with one service for each kind of client. */
export async function trafficConfig(topology: Topology): Promise<Required<StackConfig>> {
    const config = await articleConfig(topology);
    const { lines, datagrams } = ports;
    const [web] = config.virtualServers;
    web!.check = { http: { url: [{ path: "/", statusCode: ["200"] }] } };
    web!.quorumUp = { script: "record", args: ["up"] };
    web!.quorumDown = { script: "record", args: ["down"] };
    config.scripts = [{ name: "record", content: `#!/bin/sh\necho "$1" >>${quorumLog}\n` }];
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

/** Boot hosts with servers for every kind of client, and deploy nothing. */
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

/** Install and start the server of lines and datagrams on a host. */
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
