import { quote } from "../lvs/problems";
import { Health, type HostReport, type VirtualIpStatus } from "./status";
import { type DirectorReport, type NameOf, serverStatuses, type Table } from "./directorTables";
import type { Facts } from "./facts";
import type { ClusterHost } from "./inventory";

/** Problems of one host that are listed. */
const mostProblems = 50;

export function hostProblems(report: HostReport): string[] {
    const all = ownProblems(report);
    const more = all.length - mostProblems;
    if (more <= 0) return all;
    return [...all.slice(0, mostProblems), `${report.host.name} has ${more} more problems`];
}

function ownProblems({ host, facts, problem }: HostReport): string[] {
    const { name, role } = host;
    if (!facts) return [`${name} ${problem ?? "has not reported"}`];
    const odd = oddProblems(name, facts.odd);
    if (!facts.steps.has("configure")) {
        return [...odd, `${name} is not set up. Run \`pulumi up\`.`];
    }
    const absent = facts.addresses.filter(({ here, router }) => !here && router === undefined);
    const unplanned = facts.addresses.filter(
        ({ ip, router }) => router !== undefined && isUnplanned(host, ip),
    );
    const split = facts.routers.filter(({ state }) => state === "split");
    return [
        ...odd,
        ...facts.units
            .filter(({ active }) => active !== "active")
            .map(
                (unit) =>
                    `${name}: ${unit.name} is ${unit.active} (\`journalctl -u ${unit.name}\`)`,
            ),
        ...facts.complaints
            // Older versions of lvs-real-server say "not so".
            .filter(({ text }) => role === "director" || !/^(missing|not so): address /.test(text))
            .map(({ unit, text }) => `${name}: ${unit} reports: ${text}`),
        ...absent.map(({ ip, device }) => `${name} does not have ${ip} on ${device}`),
        ...unplanned.map(
            ({ ip }) =>
                `${name} has reported the virtual IP ${ip}, which the last \`up\` did not have. Run \`pulumi up\`, or look at the host.`,
        ),
        ...split.map((router) => `${name} has only some virtual IPs of ${router.name}`),
        ...(facts.deferred ? [`${name} ${deferrals[facts.deferred]}`] : []),
    ];
}

const deferrals: Record<NonNullable<Facts["deferred"]>, string> = {
    change: "has deferred a change that was never carried out. Run `pulumi up`.",
    proof: "did not prove that each virtual IP has one active director. Run `pulumi up`, which reports the cause.",
};

function oddProblems(name: string, odd: string[]): string[] {
    if (odd.length === 0) return [];
    const lines = odd.length === 1 ? "a line" : `${odd.length} lines`;
    return [
        `${name} has reported ${lines} that \`lvs\` does not accept: ${quote(odd[0])}. Look at the host.`,
    ];
}

export function activeDirectorProblems(
    virtualIps: Omit<VirtualIpStatus, "services">[],
    directors: HostReport[],
): string[] {
    const silent = directors.filter(({ facts }) => !facts).map(({ host }) => host.name);
    const unless = silent.length === 0 ? "" : `, unless ${silent.join(" or ")} has it`;
    return virtualIps.flatMap(({ ip, activeDirectors }) => {
        if (activeDirectors.length === 0) return [`${ip} has no active director${unless}`];
        if (activeDirectors.length === 1) return [];
        return [
            `${ip} has ${activeDirectors.length} active directors, ${activeDirectors.join(" and ")}. Their adverts do not reach each other.`,
        ];
    });
}

/** List each problem of the directors' tables once, with the directors that see it. */
export function poolProblems(directors: DirectorReport[], nameOf: NameOf): string[] {
    const found = new Map<string, string[]>();
    for (const { host, facts, tables } of directors) {
        if (!facts?.steps.has("configure")) continue;
        for (const sentence of tableProblems(tables, nameOf)) {
            const names = found.get(sentence) ?? [];
            if (names.at(-1) !== host.name) names.push(host.name);
            found.set(sentence, names);
        }
    }
    return [...found].map(([sentence, names]) => `${sentence} (seen by ${names.join(", ")})`);
}

function tableProblems(tables: Map<string, Table>, nameOf: NameOf): string[] {
    const all = [...tables];
    return [
        ...all
            .filter(([, { planned, live }]) => planned && !live)
            .map(([service]) => `${service} is not in the kernel`),
        ...all
            .filter(([, { planned, live }]) => live && !planned)
            .map(([service]) => `${service} is in the kernel but not in the plan`),
        ...all.flatMap(([service, table]) =>
            table.live === undefined
                ? []
                : serverStatuses(table, nameOf).flatMap(({ name, port, health }) => {
                      if (health === Health.down) return [`${name}:${port} is down for ${service}`];
                      if (health === Health.stray && table.planned) {
                          return [`${name}:${port} gets ${service} but is not in the plan`];
                      }
                      return [];
                  }),
        ),
    ];
}

/** Has a host a virtual IP that the last `up` did not have? */
export function isUnplanned({ virtualIps }: ClusterHost, ip: string): boolean {
    return virtualIps !== undefined && !Object.hasOwn(virtualIps, ip);
}
