import { newHost } from "./newHost";
import { plain, withAnotherVip } from "./plans";
import { differences, type Portrait, portrait } from "./portrait";
import type { ScriptHost } from "./scriptHost";
import { apply, type Ending, happen, prepare, remove, type Signal, type StepTaken } from "./story";

/** State of the hosts before the first apply. */
const own: Record<string, string> = {
    ds1: `
        echo 'vrrp_instance own {
            interface eth0
            virtual_router_id 7
            virtual_ipaddress {
                10.128.190.240
            }
        }' >/etc/keepalived/keepalived.conf
        chmod 640 /etc/keepalived/keepalived.conf
        systemctl start keepalived
        sysctl -q net.ipv4.vs.expire_nodest_conn=1`,
    rs1: `
        mkdir -p /etc/lvs
        echo mine >/etc/lvs/mine
        ip address add 10.128.190.248/32 dev lo
        sysctl -q net.ipv4.conf.all.arp_announce=1`,
};

export const first = apply(plain);
export const second = apply(withAnotherVip);
export const end = remove(plain);

export type State = "found" | "first" | "second";

/** A host that goes through states, and its portrait in each. */
export class Traveller {
    private readonly states = new Map<State, Portrait>();
    private readonly lengths = new Map<StepTaken, number>();

    private constructor(
        private readonly name: string,
        private readonly host: ScriptHost,
    ) {}

    /** Make a host that has been in each state and is as it was found. */
    static async called(name: string): Promise<Traveller> {
        const traveller = new Traveller(name, await newHost(name, { isCounted: true }));
        const { host, states, lengths } = traveller;
        await host.run(prepare + own[name]);
        states.set("found", await portrait(host));
        for (const [step, state] of [
            [first, "first"],
            [second, "second"],
            [end, "found"],
        ] as const) {
            await host.endAt(100_000, "KILL");
            await traveller.takes(step);
            lengths.set(step, await host.count());
            states.set(state, await portrait(host));
        }
        return traveller;
    }

    /** Take steps that must succeed. */
    async takes(...steps: StepTaken[]): Promise<void> {
        for (const step of steps) expect(await this.end(step)).toMatchObject({ status: 0 });
    }

    /**
     * Begin a step, and send its script a signal after this percentage of its commands. While a script
     * records a change that works, it ignores signals other than KILL.
     */
    async isEnded(step: StepTaken, place: number, signal: Signal = "KILL"): Promise<Ending> {
        const at = Math.ceil((place / 100) * this.lengths.get(step)!);
        const ending = (await this.end({ ...step, fault: { signal, at } }))!;
        expect(signal === "KILL" ? [-1] : [0, 143]).toContain(ending.status);
        return ending;
    }

    /** Run a script on the host by hand. */
    async runs(script: string): Promise<void> {
        await this.host.run(script);
    }

    private async end(step: StepTaken): Promise<Ending | undefined> {
        return (await happen(this.host, this.name, step))[0];
    }

    async expectToBe(state: State): Promise<void> {
        expect(await this.differenceTo(state)).toBe("");
    }

    /** Print the difference of the host to a state, without paths that begin with one of `others`. */
    async differenceTo(state: State, others: RegExp = /^$/): Promise<string> {
        const [was, now] = [this.states.get(state)!, await portrait(this.host)].map((one) =>
            Object.fromEntries(Object.entries(one).filter(([at]) => !others.test(at))),
        );
        return differences(was!, now!);
    }

    remove(): Promise<void> {
        return this.host.remove();
    }
}
