import { bundle, type BundleFile, digestOf, program } from "../../../host/bundle";
import { unbundle } from "../../../host/unbundle";
import { changeOf } from "../../../lvs/change";
import type { Cluster } from "../../../lvs/model";
import { monitoringPackages } from "../../../lvs/monitoring";
import { directorPackages, realServerPackages } from "../../../lvs/packages";
import { planDirector, planRealServer, planRealServerKernel } from "../../../lvs/plan";
import { directorPreflight, realServerPreflight } from "../../../lvs/preflight";
import {
    authPassFile,
    directorFiles,
    directorModuleFiles,
    realServerFiles,
    realServerModuleFiles,
} from "../../../lvs/render";

/** A cluster with what its hosts are told besides. */
export interface Plan extends Cluster {
    authPass?: string;
    removePackages?: boolean;
    /** The name of the component. Defaults to `lvs`. */
    resource?: string;
}

/**
 * What a host is sent. `turn` is about what it has put off of `configure`, as the component asks for
 * it; `look` asks for what has changed there, or what of the plan would.
 */
export type Step = "preflight" | "prepare" | "secret" | "configure" | "turn" | "look";

/** The bundle of a step as the components make it; `tests/scripts/bundles.test.ts` compares the two. */
export function bundleOf(plan: Plan, host: string, step: Step): string {
    if (step === "look") return bundle("look", filesOf(plan, host));
    const isDirector = plan.directors.some(({ name }) => name === host);
    return isDirector ? directorBundle(plan, host, step) : realServerBundle(plan, host, step);
}

/** Those that may be shown. */
function filesOf(plan: Plan, host: string): BundleFile[] {
    return (["prepare", "configure"] as const).flatMap(
        (step) => unbundle(bundleOf(plan, host, step))!.files,
    );
}

function directorBundle(plan: Plan, host: string, step: Exclude<Step, "look">): string {
    const { authPass = "secret62", removePackages = false, repair, monitoring } = plan;
    const planned = planDirector(plan, host);
    const resource = `${plan.resource ?? "lvs"}-${host}`;
    const ownerLast = plan.directors[0]!.name !== host;
    switch (step) {
        case "preflight":
            return bundle("preflight", [], { settings: directorPreflight(planned, plan) });
        case "prepare": {
            const names = [
                ...directorPackages(planned.needs, plan.keepalivedPackage),
                ...monitoringPackages(monitoring),
            ];
            return bundle("prepare", directorModuleFiles(planned), {
                packages: { names, purge: removePackages },
                settings: { resource, repair },
            });
        }
        case "secret":
            return bundle("secret", [authPassFile(authPass)], { settings: { resource, repair } });
        case "configure":
            return bundle("director", [...directorFiles(planned), ...programs(plan)], {
                settings: { resource, ...changeOf(plan, { ownerLast }) },
            });
        case "turn":
            return turn("directorTurn", directorBundle(plan, host, "configure"));
    }
}

function realServerBundle(plan: Plan, host: string, step: Exclude<Step, "look">): string {
    const { removePackages = false, repair, monitoring } = plan;
    const planned = planRealServer(plan, host);
    const kernel = planRealServerKernel(planned);
    const { httpd } = planned;
    const resource = `${plan.resource ?? "lvs"}-${host}`;
    switch (step) {
        case "preflight":
            return bundle("preflight", [], {
                settings: realServerPreflight(kernel, httpd !== undefined),
            });
        case "prepare": {
            const names = [
                ...realServerPackages(kernel, httpd !== undefined),
                ...monitoringPackages(monitoring),
            ];
            return bundle("prepare", realServerModuleFiles(kernel), {
                packages: { names, purge: removePackages },
                settings: { resource, repair },
            });
        }
        case "secret":
            throw new Error("A real server has no secret.");
        case "configure":
            return bundle(
                "realServer",
                [...realServerFiles(kernel, httpd, monitoring), ...programs(plan)],
                { settings: { resource, repair, leavingLast: true } },
            );
        case "turn":
            return turn("realServerTurn", realServerBundle(plan, host, "configure"));
    }
}

function turn(script: "directorTurn" | "realServerTurn", postponed: string): string {
    return bundle(script, [], { settings: { postponed: digestOf(postponed) } });
}

function programs({ monitoring }: Plan) {
    return monitoring ? [program("lvs-metrics")] : [];
}
