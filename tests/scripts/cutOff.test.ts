import { newHost } from "./support/newHost";
import { plain, withAnotherVip } from "./support/plans";
import { differences, type Portrait, portrait } from "./support/portrait";
import type { ScriptHost } from "./support/scriptHost";
import { apply, type Ending, happen, prepare, remove, type StepTaken } from "./support/story";

/** With FULL=1 a script is killed before each of its commands that change something, else before some. */
const count = process.env.FULL ? 80 : 3;
const places = Array.from({ length: count }, (_, index) => Math.round((index + 0.5) * (100 / count)));

/** What somebody had on the hosts before. */
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

const first = apply(plain);
const second = apply(withAnotherVip);
const end = remove(plain);

type State = "found" | "first" | "second";

/** A host that goes from one state to another, and how it is in each. */
class Traveller {
    private readonly states = new Map<State, Portrait>();
    private readonly lengths = new Map<StepTaken, number>();

    private constructor(
        private readonly name: string,
        private readonly host: ScriptHost,
    ) {}

    /** One that has been in each state and is as it was found. */
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
            await host.endAt(0, "KILL");
            await traveller.takes(step);
            lengths.set(step, Number(await host.run("cat /run/stand-in/count")));
            states.set(state, await portrait(host));
        }
        return traveller;
    }

    /** Takes steps, which are to succeed. */
    async takes(...steps: StepTaken[]): Promise<void> {
        for (const step of steps) expect(await this.end(step)).toMatchObject({ status: 0 });
    }

    /** Begins a step, and is killed when so many hundredths of it are done. */
    async isKilled(step: StepTaken, place: number): Promise<void> {
        const at = Math.ceil((place / 100) * this.lengths.get(step)!);
        const ending = await this.end({ ...step, fault: { signal: "KILL", at } });
        expect(ending).toMatchObject({ status: -1 });
    }

    async isSwitchedOnAgain(): Promise<void> {
        await this.host.reboot();
        await this.host.run("modprobe nf_tables");
    }

    private async end(step: StepTaken): Promise<Ending | undefined> {
        return (await happen(this.host, this.name, step))[0];
    }

    async expectToBe(state: State): Promise<void> {
        expect(differences(this.states.get(state)!, await portrait(this.host))).toBe("");
    }

    remove(): Promise<void> {
        return this.host.remove();
    }
}

describe.each(["ds1", "rs1"])("on a host such as %s, a script that is killed", (name) => {
    let host: Traveller;
    /** Whether it is as it was found: a test that fails leaves it otherwise. */
    let isFresh = false;

    beforeEach(async () => {
        if (!isFresh) {
            await host?.remove();
            host = await Traveller.called(name);
        }
        isFresh = false;
    });

    afterAll(() => host.remove());

    /** The rest of a test that has changed the host. */
    async function isTakenDown(): Promise<void> {
        await host.takes(end);
        await host.expectToBe("found");
        isFresh = true;
    }

    describe.each(places)("after %d %% of its commands", (place) => {
        it("at a first apply leaves what the next one completes", async () => {
            await host.isKilled(first, place);
            await host.takes(first);
            await host.expectToBe("first");
            await isTakenDown();
        });

        it("at a first apply leaves what a remove takes back", async () => {
            await host.isKilled(first, place);
            await isTakenDown();
        });

        it("at a change leaves what the next apply completes", async () => {
            await host.takes(first);
            await host.isKilled(second, place);
            await host.takes(second);
            await host.expectToBe("second");
            await isTakenDown();
        });

        it("at a change leaves what an apply of the former plan takes back", async () => {
            await host.takes(first);
            await host.isKilled(second, place);
            await host.takes(first);
            await host.expectToBe("first");
            await isTakenDown();
        });

        it("at a remove leaves what the next one completes", async () => {
            await host.takes(first);
            await host.isKilled(end, place);
            await isTakenDown();
        });

        it("at a remove leaves what an apply completes", async () => {
            await host.takes(first);
            await host.isKilled(end, place);
            await host.takes(second);
            await host.expectToBe("second");
            await isTakenDown();
        });
    });
});
