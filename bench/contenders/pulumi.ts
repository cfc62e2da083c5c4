import { type Contender, timed } from "./contender";

/** This project. It changes as many hosts at a time as the other tools may. */
export const pulumi: Contender = {
    name: "pulumi-lvs",
    async change({ stack, lab }, to) {
        await stack.configure(to);
        const up = ["up", "--yes", "--skip-preview", "--suppress-progress"];
        return timed(() => stack.tryPulumi([...up, "--parallel", String(lab.hosts.length)]));
    },
};
