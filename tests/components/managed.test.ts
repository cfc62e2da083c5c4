import { LvsCluster } from "../../components";
import { record } from "../support/record";
import { seedArgs } from "../support/seed";

const pod = { name: "pod", host: "10.128.190.201", managed: false };

/** The article's cluster without a login for all hosts, and with a real server of others. */
function argsWithPod() {
    const { connection, ...args } = seedArgs();
    const withLogin = <Member>(member: Member) => ({ ...member, ...connection });
    return {
        ...args,
        directors: args.directors.map(withLogin),
        realServers: [...args.realServers.map(withLogin), pod],
    };
}

describe("a real server that is not managed", () => {
    it("is in the pool, and has no step and no login", async () => {
        const all = await record(() => new LvsCluster("web", argsWithPod()));
        expect(all.filter(({ name }) => name.startsWith("web-pod"))).toEqual([]);
        const connections = all.map(({ inputs }) => JSON.stringify(inputs.connection ?? {}));
        expect(connections.filter((text) => text.includes(pod.host))).toEqual([]);
        const configure = all.find(({ name }) => name === "web-ds1-configure")!;
        expect(configure.inputs.stdin).toContain(`real_server ${pod.host} 80`);
    });

    it("is not in the inventory of hosts", async () => {
        let names: string[] = [];
        await record(() => {
            new LvsCluster("web", argsWithPod()).inventory.apply(
                (hosts) => (names = Object.keys(hosts)),
            );
        });
        expect(names).toEqual(["ds1", "ds2", "rs1", "rs2", "rs3"]);
    });

    it("is a managed one by default, which needs a host key", () => {
        const args = argsWithPod();
        const managed = { ...pod, managed: undefined };
        const wrong = { ...args, realServers: [managed] };
        expect(() => new LvsCluster("web", wrong)).toThrow(
            "realServers[0].hostKey: The value is missing",
        );
    });
});
