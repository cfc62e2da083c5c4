import { planChange } from "../lvs/change";
import { ipvsRulesPath } from "../lvs/director/steps";
import { type HostPair, isLeaving, isNew } from "./comparison";
import { namesOf } from "./names";
import type { PlannedHost } from "./planned";
import { fileOf } from "./rendered";
import type { Stack } from "./stackFile";

/** Say what an `up` does, one action a line and in its order. docs/changes.md explains each step. */
export function upOrder(
    base: Stack | undefined,
    head: Stack,
    hosts: readonly HostPair[],
): string[] {
    const changed = hosts.filter((pair) => !isLeaving(pair) && hasChange(pair));
    const servers = changed.filter((pair) => !pair.head!.isDirector);
    const byName = new Map(changed.map((pair) => [pair.name, pair]));
    const directors = head.cluster.directors.flatMap(({ name }) => byName.get(name) ?? []);
    return [
        ...actions(changed, installation),
        ...passwordLines(base, head),
        ...actions(servers, (pair) => `${arrival(pair)}change, all at once`),
        ...[...directors]
            .reverse()
            .flatMap((pair) => actions([pair], (one) => directorAction(one, head))),
        ...actions(servers, removal),
        ...actions(hosts.filter(isLeaving), () => "undo everything that was set up"),
    ];
}

/** Say the actions of hosts. Hosts with the same one come together. */
function actions(
    hosts: readonly HostPair[],
    actionOf: (pair: HostPair) => string | undefined,
): string[] {
    const found = new Map<string, string[]>();
    for (const pair of hosts) {
        const action = actionOf(pair);
        if (action === undefined) continue;
        found.set(action, [...(found.get(action) ?? []), pair.name]);
    }
    return [...found].map(([action, names]) => `${namesOf(names)}: ${action}`);
}

function hasChange({ base, head }: HostPair): boolean {
    return (
        base?.login !== head!.login || JSON.stringify(base.steps) !== JSON.stringify(head!.steps)
    );
}

function installation({ base, head }: HostPair): string | undefined {
    const packagesOf = (host?: PlannedHost) => host?.steps.flatMap((step) => step.packages) ?? [];
    const before = new Set(packagesOf(base));
    const missing = packagesOf(head).filter((name) => !before.has(name));
    return missing.length === 0 ? undefined : `install ${missing.join(", ")}`;
}

function passwordLines(base: Stack | undefined, head: Stack): string[] {
    if (base === undefined || base.authPass === head.authPass) return [];
    const names = head.cluster.directors.map(({ name }) => name);
    return [`${namesOf(names)}: change the VRRP password together`];
}

/** A new address under an old name is a new machine. */
function arrival({ base, head }: HostPair): string {
    if (base === undefined || base.login === head!.login) return "";
    return `set up the machine at ${head!.login}, leave the one at ${base.login} as it is, `;
}

function directorAction(pair: HostPair, { cluster }: Stack): string {
    if (isNew(pair)) return "start keepalived";
    const { drainTimeout, handOver } = planChange(cluster);
    const { leaving, drained } = poolChanges(tableOf(pair.base!), tableOf(pair.head!));
    return [
        ...(leaving.length === 0
            ? []
            : [`drain ${leaving.join(", ")} for at most ${drainTimeout} s`]),
        handOver
            ? "hand the virtual IPs over while active, restart keepalived"
            : "reload keepalived",
        ...(drained.length === 0 ? [] : [`no new connections to ${drained.join(", ")}`]),
    ]
        .map((part, index) => (index === 0 ? arrival(pair) + part : part))
        .join(", ");
}

/** Services of an IPVS table, and for each server whether it has the weight 0. */
interface Table {
    readonly services: ReadonlySet<string>;
    readonly servers: ReadonlyMap<string, boolean>;
}

function tableOf({ host }: PlannedHost): Table {
    const rules = (fileOf(host, ipvsRulesPath) ?? "").split("\n");
    const parsed = rules.flatMap((rule) => {
        const [, service, server] = /^(?:sorry )?-[Aa] (.*?) (?:-r (\S+)|-s )/.exec(rule) ?? [];
        return service === undefined ? [] : { service, server, isDrained: / -w 0( |$)/.test(rule) };
    });
    return {
        services: new Set(parsed.map(({ service }) => service)),
        servers: new Map(
            parsed.flatMap(({ service, server, isDrained }) =>
                server === undefined ? [] : [[`${service} ${server}`, isDrained]],
            ),
        ),
    };
}

/** Servers that leave a service which stays, and those that get no new connections. */
function poolChanges(before: Table, after: Table): { leaving: string[]; drained: string[] } {
    const serviceOf = (place: string) => place.slice(0, place.lastIndexOf(" "));
    const addressesOf = (places: string[]) => [
        ...new Set(places.map((place) => place.slice(place.lastIndexOf(" ") + 1))),
    ];
    const places = [...before.servers.keys()];
    return {
        leaving: addressesOf(
            places.filter(
                (place) => after.services.has(serviceOf(place)) && !after.servers.has(place),
            ),
        ),
        drained: addressesOf(
            places.filter((place) => after.servers.get(place) && !before.servers.get(place)),
        ),
    };
}

/** A real server loses addresses after the directors have stopped sending there. */
function removal({ base, head }: HostPair): string | undefined {
    const after = new Set(fileLines(head));
    const lost = fileLines(base).filter((line) => !after.has(line));
    return lost.length === 0 ? undefined : `remove ${lost.join(", ")}`;
}

/** Addresses, tunnels and gateways of a real server, one a line. */
function fileLines(host: PlannedHost | undefined): string[] {
    if (host === undefined) return [];
    const text = fileOf(host.host, `/etc/lvs/real-servers/${host.id}.conf`) ?? "";
    return text.split("\n").filter((line) => line !== "");
}
