import { bundle, program } from "../host/bundle";
import { realServerId } from "../host/realServerId";
import { unbundle, type Unbundled } from "../host/unbundle";
import { planDirector, planRealServer, standaloneRealServers } from "../lvs/plan";
import { authPassPath } from "../lvs/render";
import {
    directorSteps,
    needsPreparation,
    realServerSteps,
    type StepContent,
    type StepName,
} from "../lvs/steps";
import { inOrder, type RenderedHost } from "./rendered";
import type { Stack } from "./stackFile";

/** The host of a stack file, and the readable steps of an `up`. */
export interface PlannedHost {
    readonly isDirector: boolean;
    readonly host: RenderedHost;
    readonly steps: readonly PlannedStep[];
}

/** A step as its bundle has it. */
export interface PlannedStep extends Unbundled {
    readonly name: StepName;
}

/** Project and component of this repository's own program, whose stack files these are. */
const own = "lvs";

/** Plan the hosts of a stack, directors first. */
export function plannedHosts({ cluster, gone, name: stack }: Stack): PlannedHost[] {
    const [preferred] = cluster.directors;
    const directors = cluster.directors
        .filter(({ name }) => !gone.includes(name))
        .map((director) => {
            const plan = planDirector(cluster, director.name);
            return planned(director.name, true, [
                stepOf("prepare", directorSteps.prepare(plan)),
                stepOf("configure", directorSteps.configure(plan, director !== preferred)),
            ]);
        });
    const alone = standaloneRealServers(cluster);
    const realServers = cluster.realServers
        .filter((realServer) => !realServer.gone)
        .map(({ name }) => {
            const realServer = alone.get(name)!;
            const plan = planRealServer(realServer, realServerId(own, stack, `${own}-${name}`));
            const prepare = needsPreparation(realServer)
                ? [stepOf("prepare", realServerSteps.prepare(plan))]
                : [];
            return planned(name, false, [
                ...prepare,
                stepOf("configure", realServerSteps.configure(plan, true, [])),
            ]);
        });
    return [...directors, ...realServers].sort(inOrder);
}

function planned(name: string, isDirector: boolean, steps: PlannedStep[]): PlannedHost {
    const files = steps.flatMap((step) => step.files);
    const hidden = isDirector ? [{ path: authPassPath, mode: "0600", why: "secret" }] : [];
    return { isDirector, host: { name, cluster: own, files, hidden }, steps };
}

/** A bundle has the files as the host gets them, without secrets. */
function stepOf(
    name: StepName,
    { packages, settings, files, programs = [] }: StepContent,
): PlannedStep {
    const text = bundle("prepare", [...files, ...programs.map(program)], { packages, settings });
    return { name, ...unbundle(text)! };
}
