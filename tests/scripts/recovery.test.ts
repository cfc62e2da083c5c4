import { blockBelow } from "../support/examples";
import { claimFolder } from "./support/bundles";
import { end, first, second, Traveller } from "./support/traveller";

/** The commands of docs/changes.md, for a director or as their comments say for a real server. */
function commandsOf(name: string): string {
    const { text: commands } = blockBelow("docs/changes.md", "### Recover one host by hand", "sh");
    if (name === "ds1") return commands;
    return commands
        .replace(claimFolder("ds1"), claimFolder(name))
        .replace(/lvs-director keepalived +# on a real server: (.*)/, "$1");
}

/** The record of the change, which the next `up` removes, and its staged files. */
const record = /^\/var\/lib\/pulumi-lvs\/.*\/configure(\/|$)|\.lvs-[a-z]+$|^\/var\/lib\/metrics/;

describe.each(["ds1", "rs1"])("a host such as %s whose change was cut off", (name) => {
    let host: Traveller;

    beforeAll(async () => {
        host = await Traveller.called(name);
    });

    afterAll(() => host.remove());

    it.each([45, 70])(
        "after %d %% of its commands has its files and sysctls again by the commands of the page, and takes the next change",
        async (place) => {
            await host.takes(first);
            await host.isEnded(second, place);
            await host.runs(commandsOf(name));
            expect(await host.differenceTo("first", record)).toBe("");
            await host.takes(second);
            await host.expectToBe("second");
            await host.takes(end);
        },
    );
});
