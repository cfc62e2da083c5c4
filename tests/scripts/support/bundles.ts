import { bundle, digestOf } from "../../../host/bundle";
import { HostRole, stepText } from "../../../host/step";
import { unbundle } from "../../../host/unbundle";
import type { Cluster } from "../../../lvs/model";
import { planDirector } from "../../../lvs/plan";
import type { HostFile } from "../../../lvs/render";
import type { Secrets } from "../../../lvs/secrets";
import {
    deferredStep,
    directorSteps,
    realServerSteps,
    type StepContent,
    type StepName,
} from "../../../lvs/steps";
import { realServerPlan } from "../../support/plans";

/** A cluster with its password. */
export interface Plan extends Cluster {
    authPass?: string;
    /** Its secrets, by the seals in the cluster. Defaults to none. */
    secrets?: Secrets;
    /** The name of the component. Defaults to `lvs`. */
    resource?: string;
}

/** A step, or `report`, which asks for differences. */
export type Step = StepName | "report";

/** Make the bundle of a step as the components do. `tests/scripts/bundles.test.ts` compares the two. */
export function bundleOf(plan: Plan, host: string, step: Step): string {
    if (step === "report") return bundle("report", filesOf(plan, host));
    const isDirector = plan.directors.some(({ name }) => name === host);
    const role = isDirector ? HostRole.director : HostRole.realServer;
    const name = `${plan.resource ?? "lvs"}-${host}`;
    const content =
        step === "deferred"
            ? deferredStep(digestOf(bundleOf(plan, host, "configure")))
            : isDirector
              ? directorContent(plan, host, step)
              : realServerContent(plan, host, step);
    return stepText({ role, name }, step, content);
}

/** List the files without secrets. */
function filesOf(plan: Plan, host: string): HostFile[] {
    return (["prepare", "configure"] as const).flatMap(
        (step) => unbundle(bundleOf(plan, host, step))!.files,
    );
}

function directorContent(plan: Plan, host: string, step: Exclude<StepName, "deferred">) {
    const { authPass = "secret62", secrets = {}, directors } = plan;
    const planned = planDirector(plan, host);
    switch (step) {
        case "secret":
            return directorSteps.secret(planned, authPass, secrets);
        case "configure":
            return directorSteps.configure(planned, directors[0]!.name !== host);
        default:
            return directorSteps[step](planned);
    }
}

function realServerContent(
    plan: Plan,
    host: string,
    step: Exclude<StepName, "deferred">,
): StepContent {
    const planned = realServerPlan(plan, host);
    switch (step) {
        case "secret":
            return realServerSteps.secret(planned, plan.secrets ?? {});
        case "configure":
            return realServerSteps.configure(planned, true);
        default:
            return realServerSteps[step](planned);
    }
}
