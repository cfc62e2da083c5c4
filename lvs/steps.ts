import { directorModules, realServerModules } from "./kernel/modules";
import { monitoringPackages, type MonitoringSettings, planMonitoring } from "./monitoring";
import { directorPackages, realServerPackages } from "./packages";
import type { DirectorPlan, RealServerPlan } from "./plan";
import {
    authPassFile,
    directorFiles,
    directorModuleFiles,
    type HostFile,
    realServerFiles,
    realServerModuleFiles,
} from "./render";
import { hasSecrets, type Secrets, secretTexts } from "./secrets";
import { vrrpRouters } from "./vrrp/instance/vrrpRouters";

/** Steps of a host, in their order. */
export const stepNames = [
    "preflight",
    "claim",
    "prepare",
    "secret",
    "configure",
    "deferred",
] as const;
export type StepName = (typeof stepNames)[number];

/** Input of a step on a host. */
export interface StepContent {
    readonly packages?: { readonly names: string[]; readonly purge: boolean };
    /** Settings that the script of the step reads, by name. A list becomes several lines. */
    readonly settings: Readonly<
        Record<string, string | number | boolean | readonly string[] | undefined>
    >;
    readonly files: readonly HostFile[];
    /** Programs of this project to install on the host. */
    readonly programs?: readonly "lvs-metrics"[];
}

/** Input of the step that undoes all others when a host leaves. */
export const claimStep: StepContent = { settings: {}, files: [] };

/** Does a director change before the last one of its cluster, or last? */
export type Turn = "early" | "last";

/** Find out when a director changes. Of the directors that are not gone, the preferred one comes last. */
export function turnOf<Director>(director: Director, present: readonly Director[]): Turn {
    return director === present[0] ? "last" : "early";
}

/** Inputs of the steps on a director. */
export const directorSteps = {
    preflight(plan: DirectorPlan): StepContent {
        const { instance, address } = vrrpRouters(plan.vrrpInstances);
        const peers = plan.vrrpInstances.flatMap(({ unicastPeers }) => unicastPeers);
        return {
            settings: {
                // An exact version of the package replaces the installed keepalived.
                keepalived: plan.keepalivedPackage === undefined ? plan.version : undefined,
                distribution: plan.distribution,
                module: directorModules(plan.needs),
                instance,
                address,
                peer: [...new Set([...plan.directorAddresses, ...peers])],
            },
            files: [],
        };
    },
    prepare(plan: DirectorPlan): StepContent {
        return {
            packages: { names: directorPackages(plan), purge: plan.removePackages },
            settings: {
                repair: plan.change.repair,
                systemUser: plan.globalDefs.systemUser,
            },
            files: directorModuleFiles(plan),
        };
    },
    /** If the directors change one after the other, none of them can wait for another. */
    secret(plan: DirectorPlan, authPass: string, secrets: Secrets, oneByOne = false): StepContent {
        const { repair } = plan.change;
        const texts = hasSecrets(secrets) ? secretTexts(directorFiles(plan), secrets) : [];
        return { settings: { repair, oneByOne }, files: [authPassFile(authPass), ...texts] };
    },
    /**
     * A director that others precede or that changes apart from a cluster proves that every virtual IP
     * has one active director.
     */
    configure(plan: DirectorPlan, turn?: Turn): StepContent {
        return {
            settings: {
                ...plan.change,
                deferIfActive: turn === "early",
                proveActive: turn !== "early",
                proof: turn === "last" ? "deferred" : undefined,
                earlier: ["prepare", "secret"],
            },
            files: directorFiles(plan),
            programs: programsFor(plan),
        };
    },
};

/** Inputs of the steps on a real server. */
export const realServerSteps = {
    preflight({ kernel, demoPage, distribution }: RealServerPlan): StepContent {
        return {
            settings: {
                module: realServerModules(kernel),
                httpd: demoPage !== undefined,
                distribution,
            },
            files: [],
        };
    },
    prepare(plan: RealServerPlan): StepContent {
        return {
            packages: { names: realServerPackages(plan), purge: plan.removePackages },
            settings: commonSettings(plan),
            files: realServerModuleFiles(plan),
        };
    },
    secret(plan: RealServerPlan, secrets: Secrets): StepContent {
        return {
            settings: commonSettings(plan),
            files: secretTexts(realServerFiles(plan), secrets),
        };
    },
    /** `earlier` are the steps before it. The host undoes a step that it has and that is not among them. */
    configure(
        plan: RealServerPlan,
        deferRemoval: boolean,
        earlier: readonly StepName[],
    ): StepContent {
        return {
            settings: { ...commonSettings(plan), deferRemoval, earlier },
            files: realServerFiles(plan),
            programs: programsFor(plan),
        };
    },
};

/** A real server ends the director that its machine was before, unless the machine is both. */
function commonSettings({ repair, alsoDirector }: RealServerPlan): StepContent["settings"] {
    return { repair, alsoDirector };
}

/** Does a real server need packages or kernel modules? */
export function needsPreparation(realServer: {
    readonly demoPage?: unknown;
    readonly tunnels?: readonly unknown[];
    readonly monitoring?: MonitoringSettings;
}): boolean {
    const { demoPage, tunnels = [], monitoring } = realServer;
    const packages = monitoringPackages(planMonitoring(monitoring));
    return demoPage !== undefined || tunnels.length > 0 || packages.length > 0;
}

/** Input of the step that applies the change which the host deferred under this digest. */
export function deferredStep(digest: string): StepContent {
    return { settings: { deferred: digest || "nothing" }, files: [] };
}

function programsFor({ monitoring }: DirectorPlan | RealServerPlan): StepContent["programs"] {
    return monitoring ? ["lvs-metrics"] : [];
}
