import { ipvsRulesPath, vrrpRoutersPath } from "../lvs/render";
import { fileOf, type RenderedHost } from "./rendered";
import { parseRouters, parseRules, serviceName, splitSocket, virtualIpOf } from "./rules";

/** A cluster as the picture shows it. */
export interface Picture {
    virtualIps: { ip: string; services: string[] }[];
    directors: { name: string; preferredFor: string[] }[];
    routers: { name: string; interface: string; id: number; virtualIps: string[] }[];
    realServers: {
        name: string;
        address: string;
        /** Its pools, and how packets get to it. */
        pools: { service: string; port: string; method: string; weight: number; sorry: boolean }[];
    }[];
}

/** Read a cluster from its rendered hosts. `nameOf` gives the name of a real server by its address. */
export function pictureOf(
    hosts: RenderedHost[],
    nameOf: (address: string) => string | undefined = () => undefined,
): Picture {
    const directors = hosts.flatMap((host) => {
        const rules = fileOf(host, ipvsRulesPath);
        const routers = fileOf(host, vrrpRoutersPath);
        if (rules === undefined || routers === undefined) return [];
        return [
            {
                name: host.name,
                rules: parseRules(rules.split("\n")),
                routers: parseRouters(routers.split("\n")),
            },
        ];
    });
    const routers = unique(
        directors.flatMap((director) => director.routers),
        ({ name }) => name,
    );
    const rules = unique(
        directors.flatMap((director) => director.rules),
        ({ service, server }) => `${service} ${server ?? ""}`,
    );
    const services = rules.filter(({ server }) => server === undefined);
    const preferred = new Map(
        routers.map(({ name }) => {
            const ranked = directors
                .flatMap((director) => {
                    const router = director.routers.find((one) => one.name === name);
                    return router ? [{ name: director.name, priority: router.priority }] : [];
                })
                .sort((one, other) => other.priority - one.priority);
            return [name, ranked[0]?.name] as const;
        }),
    );
    const ips = unique(
        [
            ...services.flatMap(({ service }) => virtualIpOf(service) ?? []),
            ...routers.flatMap(({ virtualIps }) => virtualIps.map(({ ip }) => ip)),
        ],
        (ip) => ip,
    );
    const marks = services.filter(({ service }) => virtualIpOf(service) === undefined);
    const servers = unique(
        rules.flatMap(({ server }) => (server === undefined ? [] : splitSocket(server).address)),
        (address) => nameOf(address) ?? address,
    );
    return {
        virtualIps: [
            ...ips.map((ip) => ({
                ip,
                services: services
                    .filter(({ service }) => virtualIpOf(service) === ip)
                    .map(({ service, scheduler }) => `${serviceName(service)} ${scheduler}`),
            })),
            ...marks.map(({ service, scheduler }) => ({
                ip: serviceName(service),
                services: [scheduler ?? ""],
            })),
        ],
        directors: directors.map(({ name }) => ({
            name,
            preferredFor: routers
                .filter((one) => preferred.get(one.name) === name)
                .map((one) => one.name),
        })),
        routers: routers.map(({ name, interface: device, id, virtualIps }) => ({
            name,
            interface: device,
            id,
            virtualIps: virtualIps.map(({ ip }) => ip),
        })),
        realServers: servers.map((address) => {
            const name = nameOf(address) ?? address;
            return {
                name,
                address,
                pools: rules.flatMap((rule) => {
                    const socket = rule.server === undefined ? undefined : splitSocket(rule.server);
                    if (!socket || (nameOf(socket.address) ?? socket.address) !== name) return [];
                    const { method = "", weight = 1, sorry = false } = rule;
                    return [{ service: rule.service, port: socket.port, method, weight, sorry }];
                }),
            };
        }),
    };
}

function unique<T>(items: T[], keyOf: (item: T) => string): T[] {
    const keys = items.map(keyOf);
    return items.filter((_, index) => keys.indexOf(keys[index]!) === index);
}

/** Write the lines of a director's box. */
export function directorTexts(
    { name, preferredFor }: Picture["directors"][number],
    { routers }: Picture,
): string[] {
    if (routers.length === 0) return [name];
    const isPreferred = preferredFor.length > 0;
    return [name, isPreferred ? `preferred for ${preferredFor.join(", ")}` : "backup"];
}

/** Write the lines of a real server's box, with each different pool once: `TCP 80 → 8080 · NAT · weight 2`. */
export function realServerTexts(realServer: Picture["realServers"][number]): string[] {
    const { name, address, pools } = realServer;
    const texts = pools.map(poolText);
    return [name, ...(name === address ? [] : [address]), ...unique(texts, (text) => text)];
}

/** Is the director active for a virtual IP, or a firewall mark, while all directors are healthy? */
export function isPreferred(
    { preferredFor }: Picture["directors"][number],
    ip: string,
    { routers }: Picture,
): boolean {
    if (routers.length === 0) return true;
    const router = routers.find((one) => one.virtualIps.includes(ip));
    return router === undefined ? preferredFor.length > 0 : preferredFor.includes(router.name);
}

function poolText({
    service,
    port,
    method,
    weight,
    sorry,
}: Picture["realServers"][number]["pools"][number]): string {
    const name = serviceName(service);
    const own = port === "0" || name.endsWith(` ${port}`) ? name : `${name} → ${port}`;
    return [own, method, sorry ? "sorry server" : weight === 1 ? "" : `weight ${weight}`]
        .filter(Boolean)
        .join(" · ");
}
