import { isContainer, seed } from "../../lab/topology";

const machines = "PULUMI_LVS_LAB_MACHINES";
const containers = () => seed.hosts.filter(isContainer).map(({ name }) => name);

describe("The lab", () => {
    const chosen = process.env[machines];

    afterEach(() => {
        if (chosen === undefined) delete process.env[machines];
        else process.env[machines] = chosen;
    });

    it("makes directors virtual machines and all other hosts containers", () => {
        delete process.env[machines];
        expect(containers()).toEqual(["rs1", "rs2", "rs3"]);
    });

    it("makes every host a virtual machine with PULUMI_LVS_LAB_MACHINES=uml", () => {
        process.env[machines] = "uml";
        expect(containers()).toEqual([]);
    });
});
