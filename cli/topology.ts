import { ipvsRulesPath, vrrpRoutersPath } from "../lvs/director/steps";
import { nftPath } from "../lvs/kernel/netfilter";
import { Health } from "./status";
import { namesOf } from "./names";
import { withFullNat } from "./fullNat";
import { fileOf, type RenderedHost } from "./rendered";
import { parseRouters, parseRules, serviceName, splitSocket, virtualIpOf } from "./rules";
import { healthStyles } from "./statusView";
import { amount, type Style } from "./text";

/** A cluster as the picture shows it: as planned, or with its live state. */
export interface Picture {
    /** Why directors are chosen: the plan prefers them, or they are active now. */
    choice: "preferred" | "active";
    virtualIps: { ip: string; services: string[]; style?: Style }[];
    directors: {
        name: string;
        /** VRRP instances that this director is chosen for. */
        chosenFor: string[];
        /** State of a director that is not chosen. Defaults to `backup`. */
        state?: string;
        style?: Style;
    }[];
    routers: { name: string; text: string; virtualIps: string[] }[];
    realServers: {
        name: string;
        address: string;
        /** Its pools, and how packets get to it. */
        pools: Pool[];
        /** Live state of the host, if it does not serve. */
        trouble?: string;
        /** Active connections now. */
        connections?: number;
    }[];
}

interface Pool {
    service: string;
    port: string;
    method: string;
    weight: number;
    sorry: boolean;
    /** Live state. */
    health?: Health;
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
                rules: withFullNat(parseRules(rules.split("\n")), fileOf(host, nftPath) ?? ""),
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
    const realServers = new Map<string, Picture["realServers"][number]>();
    for (const { service, server, method = "", weight = 1, sorry = false } of rules) {
        if (server === undefined) continue;
        const { address, port } = splitSocket(server);
        const name = nameOf(address) ?? address;
        const realServer = realServers.get(name) ?? { name, address, pools: [] };
        realServer.pools.push({ service, port, method, weight, sorry });
        realServers.set(name, realServer);
    }
    return {
        choice: "preferred",
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
            chosenFor: routers
                .filter((one) => preferred.get(one.name) === name)
                .map((one) => one.name),
        })),
        routers: routers.map(({ name, interface: device, id, virtualIps }) => ({
            name,
            text: `${name} ${device} id ${id}`,
            virtualIps: virtualIps.map(({ ip }) => ip),
        })),
        realServers: [...realServers.values()],
    };
}

function unique<T>(items: T[], keyOf: (item: T) => string): T[] {
    const first = new Map<string, T>();
    for (const item of items) {
        if (!first.has(keyOf(item))) first.set(keyOf(item), item);
    }
    return [...first.values()];
}

/** Write the lines of a director's box. */
export function directorTexts(
    { name, chosenFor, state }: Picture["directors"][number],
    { choice, routers }: Picture,
): string[] {
    if (routers.length === 0) return state === undefined ? [name] : [name, state];
    const isChosen = chosenFor.length > 0;
    return [name, isChosen ? `${choice} for ${chosenFor.join(", ")}` : (state ?? "backup")];
}

/** Real servers of a picture in which each has a box of its own. In a larger one, those that are alike share a box. */
const mostSeparate = 8;

/** Characters of the names in a box of several real servers. */
const longestNames = 32;

/** A box of one real server, or of several that are alike. */
export interface ServerBox {
    /** Names, addresses and each different pool once: `TCP 80 → 8080 · NAT · weight 2`. */
    lines: string[];
    /** Forwarding methods. None if no director sends packets to the real servers. */
    methods: string[];
    style?: Style;
}

/** Do clients connect to a virtual IP? One without services, beside others with services, is the gateway of real servers. */
export function isForClients(
    { services }: Picture["virtualIps"][number],
    { virtualIps }: Picture,
): boolean {
    return services.length > 0 || virtualIps.every((one) => one.services.length === 0);
}

/** List the boxes of the real servers. */
export function serverBoxes({ realServers }: Picture): ServerBox[] {
    if (realServers.length <= mostSeparate) return realServers.map((one) => boxOf([one]));
    const groups = new Map<string, Picture["realServers"]>();
    for (const realServer of realServers) {
        const key = JSON.stringify([realServer.pools.map(kindOf), realServer.trouble]);
        const group = groups.get(key) ?? [];
        group.push(realServer);
        groups.set(key, group);
    }
    return [...groups.values()].map(boxOf);
}

/** Properties that real servers in one box have in common. Drained servers have boxes of their own; other weights may differ. */
function kindOf({ weight, ...pool }: Pool) {
    return { ...pool, drained: weight === 0 };
}

function boxOf(alike: Picture["realServers"]): ServerBox {
    const [{ name, address, pools, trouble }] = alike as [Picture["realServers"][number]];
    const texts = pools.map((pool, index) =>
        poolText(
            pool,
            alike.map((one) => one.pools[index]!.weight),
        ),
    );
    const names = namesOf(alike.map((one) => one.name));
    const heading =
        alike.length === 1
            ? [name, ...(name === address ? [] : [address])]
            : [
                  names.length > longestNames ? `${name} … ${alike.at(-1)!.name}` : names,
                  `${alike.length} real servers`,
              ];
    return {
        lines: [
            ...heading,
            ...(trouble === undefined ? [] : [trouble]),
            ...unique(texts, (text) => text),
            ...connectionsOf(alike),
        ],
        methods: unique(
            pools.filter(({ health }) => health !== Health.down).map(({ method }) => method),
            (method) => method,
        ),
        style: styleOf(alike[0]!),
    };
}

function connectionsOf(realServers: Picture["realServers"]): string[] {
    if (realServers.every(({ connections }) => connections === undefined)) return [];
    const sum = realServers.reduce((total, { connections = 0 }) => total + connections, 0);
    return [`active connections: ${amount(sum)}`];
}

/** The worst state of a real server decides. A picture of a plan has no states. */
function styleOf({ pools, trouble }: Picture["realServers"][number]): Style | undefined {
    if (trouble !== undefined) return "red";
    const styles = pools.flatMap(({ health }) => (health ? healthStyles[health] : []));
    return (["red", "yellow", "green"] as const).find((style) => styles.includes(style));
}

/** Does the answer of this method pass through the director? */
export function answersThroughDirector(method: string): boolean {
    return method === "NAT" || method === "FULLNAT";
}

/** Is the director chosen for a virtual IP or a firewall mark? */
export function isChosen(
    { chosenFor }: Picture["directors"][number],
    ip: string,
    { routers }: Picture,
): boolean {
    if (routers.length === 0) return true;
    const router = routers.find((one) => one.virtualIps.includes(ip));
    return router === undefined ? chosenFor.length > 0 : chosenFor.includes(router.name);
}

/** Write a pool with the weights of the real servers of a box. */
function poolText({ service, port, method, sorry, health }: Pool, weights: number[]): string {
    const name = serviceName(service);
    const own = port === "0" || name.endsWith(` ${port}`) ? name : `${name} → ${port}`;
    const [least, most] = [Math.min(...weights), Math.max(...weights)];
    const weight = least === most ? String(most) : `${least}–${most}`;
    // The kernel has weight 0 for a server that is down or drained.
    const isUsual = weight === "1" || (health !== undefined && most === 0);
    const state = health === Health.sorry ? "" : (health ?? "");
    return [own, method, sorry ? "sorry server" : isUsual ? "" : `weight ${weight}`, state]
        .filter(Boolean)
        .join(" · ");
}
