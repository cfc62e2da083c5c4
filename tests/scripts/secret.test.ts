import { createHash } from "node:crypto";
import type { Plan } from "./support/bundles";
import { tests } from "./support/cases";
import { plain } from "./support/plans";
import { apply, byHand, forgetCalls, remove } from "./support/story";

const withPassword = (authPass: string): Plan => ({ ...plain, authPass });
const former = withPassword("former62");
const later = withPassword("later_62");
const file = "/etc/keepalived/auth_pass.conf";

/** The steps of a director that serves with a password. */
const serving = [apply(former, "secret"), apply(former)];
const isBackup = byHand("rm /var/lib/stand-in/active-director; systemctl restart keepalived");

/** keepalived hears a director with another password after so many seconds that the script waits. */
const heardAfter = (seconds: number) =>
    byHand(`mkdir -p /run/stand-in/later
        echo 'echo "$(date +%s) keepalived (VI_1) received an invalid passwd" >>/run/stand-in/journal' \\
            >/run/stand-in/later/${seconds}`);

/** So much time has passed for the script. */
const clockIs = (least: number, most: number) =>
    byHand(
        `clock=$(cat /run/stand-in/clock 2>/dev/null || echo 0); [ "$clock" -ge ${least} ] && [ "$clock" -le ${most} ]`,
    );

const host = "ds1";

/** All that comes with a first password: the file, and a memory that does not tell it. */
const content = 'auth_pass "former62"\n';
const memory = "/var/lib/pulumi-lvs";
const firstMemory = `${file}
+ 600 0:0
+ ${content}+ 
${memory}
+ 755 0:0 folder
${memory}/secret
+ 755 0:0 folder
${memory}/secret/applied
+ 755 0:0 folder
${memory}/secret/files
+ 644 0:0
+ ${file}
+ 
${memory}/secret/found
+ 755 0:0 folder
${memory}/secret/known
+ 644 0:0
+ ${file}
+ 
${memory}/secret/repaired
+ 644 0:0
+ 
${memory}/secret/resource
+ 644 0:0
+ lvs-ds1
+ 
${memory}/secret/sums
+ 600 0:0
+ ${createHash("sha256").update(content).digest("hex")}  ${file}
+ 
${memory}/secret/sysctl.found
+ 644 0:0
+ 
`;

describe("the step of the VRRP password", () => {
    tests([
        {
            title: "writes it into a file of root's, and asks nothing of keepalived, which has no configuration yet",
            host,
            isBare: true,
            events: [apply(former, "secret")],
            says: "secret applied\n",
            calls: "",
            is: [byHand("mkdir -p /etc/keepalived")],
            but: firstMemory,
        },
        {
            title: "changes nothing when it is there, and reloads nothing",
            host,
            events: [...serving, forgetCalls, apply(former, "secret")],
            says: "secret unchanged\n",
            calls: "",
            is: serving,
        },
        {
            title: "is as it was found after a remove",
            host,
            events: [apply(later, "secret"), remove(later, "secret")],
            says: "secret removed\n",
            is: "as found",
        },
        {
            title: "gives back a file that was there before",
            host,
            found: `echo mine >${file}; chmod 640 ${file}; chown 1:2 ${file}`,
            events: [apply(later, "secret"), remove(later, "secret")],
            says: "secret removed\n",
            is: "as found",
        },
        {
            title: "has the active director wait ten seconds for the others, and reload once",
            host,
            events: [...serving, forgetCalls, apply(later, "secret"), clockIs(10, 13)],
            says: "secret applied\n",
            calls: "reload keepalived\n",
            is: [apply(later, "secret"), apply(later)],
        },
        {
            title: "has the active director reload as soon as it hears another one",
            host,
            events: [...serving, heardAfter(4), forgetCalls, apply(later, "secret"), clockIs(4, 6)],
            says: "secret applied\n",
            calls: "reload keepalived\n",
            is: [apply(later, "secret"), apply(later)],
        },
        {
            title: "has a backup director wait until it hears the active one",
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
            title: "has a backup director come first after two minutes in which it has heard nobody",
            host: "ds2",
            events: [...serving, isBackup, forgetCalls, apply(later, "secret"), clockIs(120, 130)],
            says: "secret applied\n",
            calls: "reload keepalived\n",
            is: [apply(later, "secret"), apply(later), isBackup],
        },
        {
            title: "takes the former password back on a backup director when the active one is heard to have that",
            host: "ds2",
            events: [...serving, isBackup, heardAfter(124), apply(later, "secret")],
            status: 1,
            says: "the active director has not changed its password within 120 s\nrolled back; the former configuration works\n",
            is: [...serving, isBackup],
        },
        {
            title: "puts a file that somebody has edited back at once, for the others have that password",
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
            title: "puts a file that somebody has deleted back",
            host,
            events: [...serving, byHand(`rm ${file}`), apply(former, "secret"), clockIs(0, 0)],
            says: "secret applied\n",
            is: serving,
        },
        {
            title: "does not disturb a keepalived that is not at work",
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
            title: "goes back to the former password when keepalived cannot be reloaded",
            host,
            events: [
                ...serving,
                byHand("echo reload keepalived >/run/stand-in/fails"),
                apply(later, "secret"),
            ],
            status: 1,
            says: /^Job for keepalived\.service failed, as it was told to\n[^]*rolled back; the former configuration works\n$/,
            is: serving,
        },
        {
            title: "goes back to the former password when it is cut off, with the next one",
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
            title: "says nothing of the password when its file cannot be written",
            host,
            found: "mount --bind /etc/keepalived /etc/keepalived; mount -o remount,bind,ro /etc/keepalived",
            events: [apply(later, "secret")],
            status: 1,
            says: /^(?![^]*later_62)[^]*Read-only file system/,
            is: "as found",
        },
    ]);
});
