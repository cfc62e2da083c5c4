import { createHash } from "node:crypto";
import type { Plan } from "./support/bundles";
import { tests } from "./support/cases";
import { plain } from "./support/plans";
import { apply, byHand, forgetCalls, remove } from "./support/story";

const withPassword = (authPass: string): Plan => ({ ...plain, authPass });
const former = withPassword("former62");
const later = withPassword("later_62");
const file = "/etc/keepalived/auth_pass.conf";

/** Steps of a serving director with a password. */
const serving = [apply(former, "secret"), apply(former)];
const isBackup = byHand("rm /var/lib/stand-in/active-director; systemctl restart keepalived");

/** Let keepalived receive an advert with another password after so many seconds. The clock is then so far behind. */
const heardAfter = (seconds: number, behind = 0) =>
    byHand(`mkdir -p /run/stand-in/later
        echo 'echo "$(($(date +%s) - ${behind})) keepalived (VI_1) received an invalid passwd" >>/run/stand-in/journal' \\
            >/run/stand-in/later/${seconds}`);

/** Let the wall clock be wrong after so many seconds. */
const clockStepsAfter = (seconds: number, step: number) =>
    byHand(`mkdir -p /run/stand-in/later
        echo 'echo ${step} >/run/stand-in/step' >/run/stand-in/later/${seconds}`);

/** Check how much time has passed for the script. */
const clockIs = (least: number, most: number) =>
    byHand(
        `clock=$(cat /run/stand-in/clock 2>/dev/null || echo 0); [ "$clock" -ge ${least} ] && [ "$clock" -le ${most} ]`,
    );

const host = "ds1";

const machineId = (name: string) => createHash("md5").update(`${name}\n`).digest("hex");

/** Difference after a first password: its file, and a state that does not have it. */
const content = 'auth_pass "former62"\n';
const memory = "/var/lib/pulumi-lvs";
const firstMemory = `${file}
+ 600 0:0
+ ${content}+ 
${memory}
+ 755 0:0 folder
${memory}/director
+ 755 0:0 folder
${memory}/director/record
+ 644 0:0
+ format 2
+ urn urn:pulumi:test::lvs::lvs:index:LvsCluster$lvs:index:Director::lvs-ds1
+ machine ${machineId(host)}
+ member ds1
+ 
${memory}/director/secret
+ 755 0:0 folder
${memory}/director/secret/applied
+ 755 0:0 folder
${memory}/director/secret/applied/etc
+ 755 0:0 folder
${memory}/director/secret/applied/etc/keepalived
+ 755 0:0 folder
${memory}/director/secret/applied${file}
+ 600 0:0
+ 
${memory}/director/secret/files
+ 644 0:0
+ ${file}
+ 
${memory}/director/secret/found
+ 755 0:0 folder
${memory}/director/secret/known
+ 644 0:0
+ ${file}
+ 
${memory}/director/secret/program
+ 644 0:0 program
${memory}/director/secret/repaired
+ 644 0:0
+ 
${memory}/director/secret/sums
+ 600 0:0
+ ${createHash("sha256").update(content).digest("hex")}  ${file}
+ 
${memory}/director/secret/sysctl.found
+ 644 0:0
+ 
`;

describe("the step of the VRRP password", () => {
    tests([
        {
            title: "writes a file that only root reads, and does not touch a keepalived without configuration",
            host,
            isBare: true,
            events: [apply(former, "secret")],
            says: "secret applied\n",
            calls: "",
            is: [byHand("mkdir -p /etc/keepalived")],
            but: firstMemory,
        },
        {
            title: "changes and reloads nothing when the password is in place",
            host,
            events: [...serving, forgetCalls, apply(former, "secret")],
            says: "secret unchanged\n",
            calls: "",
            is: serving,
        },
        {
            title: "leaves nothing after a remove",
            host,
            events: [apply(later, "secret"), remove(later)],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "restores a file that existed before",
            host,
            found: `echo mine >${file}; chmod 640 ${file}; chown 1:2 ${file}`,
            events: [apply(later, "secret"), remove(later)],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "makes the active director wait ten seconds for the others, and reload once",
            host,
            events: [...serving, forgetCalls, apply(later, "secret"), clockIs(10, 13)],
            says: "secret applied\n",
            calls: "reload keepalived\n",
            is: [apply(later, "secret"), apply(later)],
        },
        {
            title: "makes the active director reload as soon as it hears another director's password",
            host,
            events: [...serving, heardAfter(4), forgetCalls, apply(later, "secret"), clockIs(4, 6)],
            says: "secret applied\n",
            calls: "reload keepalived\n",
            is: [apply(later, "secret"), apply(later)],
        },
        {
            title: "makes a backup director wait until it hears the active one's password",
            host: "ds2",
            events: [
                ...serving,
                isBackup,
                heardAfter(60),
                forgetCalls,
                apply(later, "secret"),
                clockIs(60, 62),
            ],
            says: "secret applied\n",
            calls: "reload keepalived\n",
            is: [apply(later, "secret"), apply(later), isBackup],
        },
        {
            title: "makes a backup director change first after two silent minutes",
            host: "ds2",
            events: [...serving, isBackup, forgetCalls, apply(later, "secret"), clockIs(120, 130)],
            says: "secret applied\n",
            calls: "reload keepalived\n",
            is: [apply(later, "secret"), apply(later), isBackup],
        },
        ...["active", "backup"].map((state) => ({
            title: `makes ${state === "active" ? "an" : "a"} ${state} director reload at once if the directors change one after the other`,
            host,
            events: [
                ...serving,
                ...(state === "backup" ? [isBackup] : []),
                forgetCalls,
                apply({ ...later, oneByOne: true }, "secret"),
                clockIs(0, 0),
            ],
            says: "secret applied\n",
            calls: "reload keepalived\n",
            is: [
                apply({ ...later, oneByOne: true }, "secret"),
                apply(later),
                ...(state === "backup" ? [isBackup] : []),
            ],
        })),
        {
            title: "changes nothing when only the order of the directors' changes is another",
            host,
            events: [...serving, forgetCalls, apply({ ...former, oneByOne: true }, "secret")],
            says: "secret unchanged\n",
            calls: "",
            is: [apply({ ...former, oneByOne: true }, "secret"), apply(former)],
        },
        {
            title: "makes the active director wait in spite of an old line in its journal",
            host,
            events: [
                ...serving,
                byHand(
                    "echo '1 keepalived (VI_1) received an invalid passwd' >>/run/stand-in/journal",
                ),
                forgetCalls,
                apply(later, "secret"),
                clockIs(10, 13),
            ],
            says: "secret applied\n",
            calls: "reload keepalived\n",
            is: [apply(later, "secret"), apply(later)],
        },
        {
            title: "makes a director hear a password whose line in the journal has an hour-old date",
            host,
            events: [
                ...serving,
                heardAfter(4, 3600),
                forgetCalls,
                apply(later, "secret"),
                clockIs(4, 6),
            ],
            says: "secret applied\n",
            calls: "reload keepalived\n",
            is: [apply(later, "secret"), apply(later)],
        },
        ...[3600, -3600].map((step) => ({
            title: `makes the active director wait ten seconds although its clock steps by ${step} s`,
            host,
            events: [
                ...serving,
                clockStepsAfter(2, step),
                forgetCalls,
                apply(later, "secret"),
                clockIs(10, 13),
            ],
            says: "secret applied\n",
            calls: "reload keepalived\n",
            is: [apply(later, "secret"), apply(later)],
        })),
        {
            title: "rolls a backup director back if the active one still has the former password",
            host: "ds2",
            events: [...serving, isBackup, heardAfter(124), apply(later, "secret")],
            status: 1,
            says: "the active director has not changed its password within 120 s\nrolled back; the former configuration works\n",
            is: [...serving, isBackup],
        },
        {
            title: "restores an edited file at once, because the other directors have that password",
            host,
            events: [
                ...serving,
                byHand(`echo '# mine' >>${file}; chmod 644 ${file}`),
                forgetCalls,
                apply(former, "secret"),
                clockIs(0, 0),
            ],
            says: "secret applied\n",
            calls: "reload keepalived\n",
            is: serving,
        },
        {
            title: "restores a deleted file",
            host,
            events: [...serving, byHand(`rm ${file}`), apply(former, "secret"), clockIs(0, 0)],
            says: "secret applied\n",
            is: serving,
        },
        {
            title: "does not start a stopped keepalived",
            host,
            events: [
                ...serving,
                byHand("systemctl stop keepalived"),
                forgetCalls,
                apply(later, "secret"),
            ],
            says: "secret applied\n",
            calls: "",
            is: [apply(later, "secret"), apply(later), byHand("systemctl stop keepalived")],
        },
        {
            title: "rolls back when keepalived cannot be reloaded",
            host,
            events: [
                ...serving,
                byHand("echo reload keepalived >/run/stand-in/fails"),
                apply(later, "secret"),
            ],
            status: 1,
            says: /^Job for keepalived\.service failed, as the test asked\n[^]*rolled back; the former configuration works\n$/,
            is: serving,
        },
        {
            title: "is rolled back by the next apply after an interruption",
            host,
            events: [
                ...serving,
                apply(later, "secret", { signal: "KILL", at: 14 }),
                apply(former, "secret"),
            ],
            says: /^(rolling back an earlier change that was interrupted\nsecret applied|secret unchanged)\n$/,
            is: serving,
        },
        {
            title: "does not print the password when its file cannot be written",
            host,
            found: "mount --bind /etc/keepalived /etc/keepalived; mount -o remount,bind,ro /etc/keepalived",
            events: [apply(later, "secret")],
            status: 1,
            says: /^(?![^]*later_62)[^]*Read-only file system/,
            is: "as found",
        },
    ]);
});
