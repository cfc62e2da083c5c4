import type { HostFile } from "../hostFile";
import { modulesFile, realServerModules } from "../kernel/modules";
import { realServerKernelFiles } from "../kernel/realServer";
import {
    monitoringFiles,
    monitoringPackages,
    type MonitoringSettings,
    planMonitoring,
} from "../monitoring";
import { secretFile, type Secrets, secretTexts } from "../secrets";
import { programsFor, type StepContent, type StepName } from "../steps";
import type { RealServerPlan } from "./plan";

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
            programs: programsFor(plan.monitoring),
        };
    },
};

/** A real server removes the director that its machine was before, unless the machine has both roles. */
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

/** Packages of a real server, by their names in the RHEL family. */
export function realServerPackages({ kernel, demoPage, monitoring }: RealServerPlan): string[] {
    return [
        ...(demoPage !== undefined ? ["httpd"] : []),
        ...(kernel.mss === undefined ? [] : ["nftables"]),
        ...monitoringPackages(monitoring),
    ];
}

/** File that makes a real server load kernel modules; no file without modules. */
export function realServerModuleFiles({ id, kernel }: RealServerPlan): HostFile[] {
    const modules = realServerModules(kernel);
    return modules.length === 0 ? [] : [modulesFile(`lvs-${id}`, modules)];
}

/** Files of a real server. */
export function realServerFiles({ id, kernel, demoPage, monitoring }: RealServerPlan): HostFile[] {
    const pages =
        demoPage === undefined
            ? []
            : [{ path: "/var/www/html/index.html", mode: "0644", content: demoPage }];
    return [
        ...pages.map((page) => secretFile(page, "httpd")),
        ...realServerKernelFiles(id, kernel),
        ...monitoringFiles(monitoring),
    ];
}
