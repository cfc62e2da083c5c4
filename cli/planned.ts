import { bundle, program } from "../host/bundle";
import { isManaged } from "../host/present";
import { realServerId } from "../host/realServerId";
import { unbundle, type Unbundled } from "../host/unbundle";
import { planDirector } from "../lvs/director/plan";
import { planRealServer, standaloneRealServers } from "../lvs/realServer/plan";
import { authPassPath, directorSteps, turnOf } from "../lvs/director/steps";
import { needsPreparation, realServerSteps } from "../lvs/realServer/steps";
import type { StepContent, StepName } from "../lvs/steps";
import { inOrder, type RenderedHost } from "./rendered";
import type { Stack } from "./stackFile";

/** The host of a stack file, and the readable steps of an `up`. */
export interface PlannedHost {
    readonly isDirector: boolean;
    readonly host: RenderedHost;
    /** Address or name to log in at. */
    readonly login: string;
    /** Name in the paths of a real server's files. */
    readonly id?: string;
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
    const changing = cluster.directors.filter(({ name }) => !gone.includes(name));
    const directors = changing.map((director) => {
        const { name, host: login } = director;
        const plan = planDirector(cluster, name);
        const steps = [
            stepOf("prepare", directorSteps.prepare(plan)),
            stepOf("configure", directorSteps.configure(plan, turnOf(director, changing))),
        ];
        const host = rendered(name, steps);
        host.hidden.push({ path: authPassPath, mode: "0600", why: "secret" });
        return { isDirector: true, host, login, steps };
    });
    const alone = standaloneRealServers(cluster);
    const realServers = cluster.realServers
        .filter((realServer) => isManaged(realServer) && !realServer.gone)
        .map(({ name, host: login }) => {
            const realServer = alone.get(name)!;
            const id = realServerId(own, stack, `${own}-${name}`);
            const plan = planRealServer(realServer, id);
            const steps = [
                ...(needsPreparation(realServer)
                    ? [stepOf("prepare", realServerSteps.prepare(plan))]
                    : []),
                stepOf("configure", realServerSteps.configure(plan, true, [])),
            ];
            return { isDirector: false, host: rendered(name, steps), login, id, steps };
        });
    return [...directors, ...realServers].sort(inOrder);
}

function rendered(name: string, steps: readonly PlannedStep[]): RenderedHost {
    return { name, cluster: own, files: steps.flatMap(({ files }) => files), hidden: [] };
}

/** A bundle has the files as the host gets them, without secrets. */
function stepOf(
    name: StepName,
    { packages, settings, files, programs = [] }: StepContent,
): PlannedStep {
    const text = bundle("prepare", [...files, ...programs.map(program)], { packages, settings });
    return { name, ...unbundle(text)! };
}
