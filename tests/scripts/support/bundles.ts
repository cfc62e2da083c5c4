import { bundle, digestOf, type Ownership, stepText } from "../../../host/bundle";
import { HostRole } from "../../../host/stepKinds";
import { unbundle } from "../../../host/unbundle";
import type { Cluster } from "../../../lvs/model";
import { planDirector } from "../../../lvs/director/plan";
import { standaloneRealServers } from "../../../lvs/realServer/plan";
import type { HostFile } from "../../../lvs/hostFile";
import type { Secrets } from "../../../lvs/secrets";
import {
    claimStep,
    deferredStep,
    type StepContent,
    type StepName,
    type Testimony,
} from "../../../lvs/steps";
import { directorSteps, turnOf } from "../../../lvs/director/steps";
import { needsPreparation, realServerSteps } from "../../../lvs/realServer/steps";
import { realServerPlan } from "../../support/plans";

/** A cluster with its password. */
export interface Plan extends Cluster {
    authPass?: string;
    /** Its secrets, by the seals in the cluster. Defaults to none. */
    secrets?: Secrets;
    /** The name of the component. Defaults to `lvs`. */
    resource?: string;
    /** Project of the program. Defaults to `lvs`. */
    project?: string;
    /** Type of the component's parent. Defaults to none. */
    parent?: string;
    /** Type of the parent that its aliases have. An empty one stands for none. */
    formerParent?: string;
    /** Does every member take its host over? */
    adopt?: boolean;
    /** Do the directors change their password one after the other? */
    oneByOne?: boolean;
    /** Are the directors components of their own, without a cluster? */
    areApart?: boolean;
    /** What does the deferred step of a director prove beside its own change? */
    testimony?: Testimony;
}

/** A step, or `report`, which asks for differences. */
export type Step = StepName | "report";

/** Make the bundle of a step as the components do. `tests/scripts/bundles.test.ts` compares the two. */
export function bundleOf(plan: Plan, host: string, step: Step): string {
    if (step === "report") return bundle("report", filesOf(plan, host));
    const isDirector = plan.directors.some(({ name }) => name === host);
    const role = isDirector ? HostRole.director : HostRole.realServer;
    return stepText({ role, ...ownershipOf(plan, host, role, step) }, step, contentOf());

    function contentOf(): StepContent {
        if (step === "claim") return claimStep;
        if (step === "deferred")
            return deferredStep(digestOf(bundleOf(plan, host, "configure")), plan.testimony);
        return isDirector
            ? directorContent(plan, host, step as DirectorStep)
            : realServerContent(plan, host, step as DirectorStep);
    }
}

/** Folder of a host's component in the state of the host. */
export const claimFolder = (host: string) =>
    `/var/lib/pulumi-lvs/${host.startsWith("ds") ? "director" : `real-servers/lvs.test.lvs-${host}`}`;

/** Script that makes the state of a host look as an older version left it. */
export const asOldVersion = (host: string) => `
    cd ${claimFolder(host)}
    rm record
    for path in /etc/lvs/real-servers/lvs.test.lvs-${host}.conf /etc/sysctl.d/lvs-lvs.test.lvs-${host}.conf; do
        case $path in */sysctl.d/*) old=/etc/sysctl.d/lvs.conf ;; *) old=/etc/lvs/real-server ;; esac
        [ ! -e $path ] || {
            mv $path $old
            mv configure/applied$path configure/applied$old
            sed -i "s|^$path$|$old|" configure/files configure/known
        }
    done
    sed -i "\\|^/etc/lvs/real-servers$|d" configure/directories
    rmdir /etc/lvs/real-servers 2>/dev/null || :
    mv * /var/lib/pulumi-lvs/
    cd /var/lib/pulumi-lvs
    rm -r director real-servers 2>/dev/null || :
    for step in prepare secret configure; do [ ! -e $step ] || echo lvs-${host} >$step/resource; done
    rm -f */program
    [ ! -e configure/deferred ] || mv configure/deferred configure/postponed`;

type DirectorStep = Exclude<StepName, "deferred" | "claim">;

function ownershipOf(
    { resource = "lvs", project = "lvs", parent, formerParent, adopt }: Plan,
    host: string,
    role: HostRole,
    step: StepName,
): Ownership {
    const type = role === HostRole.director ? "Director" : "RealServer";
    const urnBelow = (above?: string) => {
        const types = [...(above ? [above] : []), "lvs:index:LvsCluster"];
        // The cluster itself has the preflight of its hosts. Its URN is the one that mocks give it.
        const [own, name] =
            step === "preflight"
                ? [["pulumi:pulumi:Stack", ...types], resource]
                : [[...types, `lvs:index:${type}`], `${resource}-${host}`];
        return `urn:pulumi:test::${project}::${own.join("$")}::${name}`;
    };
    const id = `${project}.test.${resource}-${host}`;
    return {
        urn: urnBelow(parent),
        aliases: formerParent === undefined ? undefined : [urnBelow(formerParent)],
        claim: role === HostRole.director ? "director" : `real-servers/${id}`,
        member: role === HostRole.director && step !== "preflight" ? host : undefined,
        adopt,
    };
}

/** List the files without secrets. */
function filesOf(plan: Plan, host: string): HostFile[] {
    return (["prepare", "configure"] as const).flatMap(
        (step) => unbundle(bundleOf(plan, host, step))!.files,
    );
}

function directorContent(plan: Plan, host: string, step: DirectorStep) {
    const { authPass = "secret62", secrets = {}, oneByOne, areApart, directors } = plan;
    const member = directors.find(({ name }) => name === host);
    const planned = planDirector(plan, host);
    switch (step) {
        case "secret":
            return directorSteps.secret(planned, authPass, secrets, oneByOne);
        case "configure":
            return directorSteps.configure(
                planned,
                areApart ? undefined : turnOf(member, directors),
            );
        default:
            return directorSteps[step](planned);
    }
}

function earlierSteps(plan: Plan, host: string): StepName[] {
    const realServer = standaloneRealServers(plan).get(host)!;
    return [
        ...(needsPreparation(realServer) ? (["prepare"] as const) : []),
        ...(plan.secrets ? (["secret"] as const) : []),
    ];
}

function realServerContent(plan: Plan, host: string, step: DirectorStep): StepContent {
    const { project = "lvs", resource = "lvs" } = plan;
    const planned = { ...realServerPlan(plan, host), id: `${project}.test.${resource}-${host}` };
    switch (step) {
        case "secret":
            return realServerSteps.secret(planned, plan.secrets ?? {});
        case "configure":
            return realServerSteps.configure(planned, true, earlierSteps(plan, host));
        default:
            return realServerSteps[step](planned);
    }
}
