import { nodeCommand, tryRun } from "../../lab/run";
import { complaint } from "./support/surroundings";

const unit = "The unit tests need none of this: npm run test:unit";

describe("The set-up of the script tests", () => {
    it("refuses a user other than root", async () => {
        expect(await complaint({ user: 1000 })).toBe(
            `The tests of the host scripts mount file systems and make networks, which takes root: run them as root. ${unit}`,
        );
    });

    it("names missing programs and the command that installs them", async () => {
        expect(await complaint({ programs: ["sh", "no-such-program"] })).toBe(
            `The tests of the host scripts need no-such-program: run \`npm run setup\`, which installs what is missing. ${unit}`,
        );
    });

    it("refuses a container that may not mount", async () => {
        const code = `require(${JSON.stringify(require.resolve("./support/surroundings"))})
            .complaint().then((text) => console.log(text))`;
        const [node, ...options] = nodeCommand("").slice(0, -1) as [string, ...string[]];
        const { stdout } = await tryRun([
            ...["setpriv", "--bounding-set", "-sys_admin", node, ...options, "-e", code],
        ]);
        expect(stdout).toMatch(
            /^No host can be made on this machine: unshare: .*\. In a container, start it with --privileged\. The unit tests/,
        );
    });

    it("finds nothing wrong on a machine where hosts can be made", async () => {
        expect(await complaint()).toBeUndefined();
    });
});
