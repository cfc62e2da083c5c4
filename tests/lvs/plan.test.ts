import { planRealServer } from "../../lvs/plan";
import { seed } from "../support/seed";

describe("the plan of a real server", () => {
    const [service] = seed.virtualServers;
    const sorryServer = { host: "10.128.190.247" };
    const sorry = (lvsMethod: "DR" | "FULLNAT") => ({
        ...seed,
        realServers: [...seed.realServers, { name: "rs4", host: sorryServer.host }],
        virtualServers: [
            {
                ...service!,
                lvsMethod,
                sorryServer,
                realServers: seed.realServers.map(({ name }) => ({ name })),
            },
        ],
    });

    it("has the virtual IPs of the pools for which it says sorry, unless addresses are translated", () => {
        expect(planRealServer(sorry("DR"), "rs4").virtualIps).toEqual([service!.virtualIp]);
        expect(planRealServer(sorry("FULLNAT"), "rs4").virtualIps).toEqual([]);
    });
});
