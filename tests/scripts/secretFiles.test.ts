import { seal } from "../../lvs/secrets";
import type { Plan } from "./support/bundles";
import { tests } from "./support/cases";
import { everyKindOfFile, plain } from "./support/plans";
import { apply, byHand, forgetCalls, remove } from "./support/story";

const mark = "marked_secret";
const probe = "/usr/libexec/keepalived/probe";
const index = "/var/www/html/index.html";
const texts = "/var/lib/pulumi-lvs/secrets";

/** The plan with secret texts. */
function withSecrets({
    content = `#!/bin/sh\n# ${mark}\nexit 0\n`,
    extraConfig = `# ${mark}`,
    page = `${mark}\n`,
    user = "root",
} = {}): Plan {
    const miscPath = { script: "probe", user };
    return {
        ...everyKindOfFile,
        realServers: plain.realServers.map((one) => ({ ...one, demoPage: seal(page) })),
        scripts: [{ name: "probe", content: seal(content) }],
        globalDefs: { extraConfig: seal(extraConfig) },
        virtualServers: everyKindOfFile.virtualServers.map((one) =>
            one.check ? { ...one, check: { misc: { miscPath } } } : one,
        ),
        secrets: Object.fromEntries([content, extraConfig, page].map((one) => [seal(one), one])),
    };
}

const secret = withSecrets();
const changed = withSecrets({ content: "#!/bin/sh\nexit 0\n", page: "changed\n" });

/** Both steps of a plan. */
const both = (plan: Plan) => [apply(plan, "secret"), apply(plan)];

/** Check that only root, and the group of a file's reader, can read a file with the secret. No copy of it stays. */
const scan = byHand(`
    others=$(find /etc /run/stand-in/calls /usr /var/lib /var/www -type f \\
        \\( -perm /007 -o -perm /070 -group root \\) | xargs -r grep -l ${mark}) || :
    [ -z "$others" ] || { echo "others can read $others" >&2; exit 1; }
    if grep -rs ${mark} /var/lib/pulumi-lvs/*/applied; then exit 1; fi`);

/** Check mode, owner and content of a file. */
const holds = (file: string, owner: string, words = mark) =>
    byHand(`[ "$(stat -c '%a %U:%G' ${file})" = '${owner}' ]; grep -q ${words} ${file}`);

const started = /keepalived 2\.2\.7 started/;
const served = /real server with 10\.128\.190\.248/;

describe("a secret file", () => {
    tests([
        {
            title: "of a director is readable for root only, and so are its copies",
            host: "ds1",
            events: [
                ...both(secret),
                holds(probe, "700 root:root"),
                holds("/etc/keepalived/secret_*.conf", "600 root:root"),
                byHand(`[ "$(stat -c %a ${texts})" = 700 ]`),
                scan,
            ],
            says: started,
            is: both(secret),
        },
        {
            title: "of a script that another user runs is readable for the group of that user",
            host: "ds1",
            events: [
                ...both(withSecrets({ user: "daemon" })),
                holds(probe, "750 root:daemon"),
                scan,
            ],
            says: started,
            is: both(withSecrets({ user: "daemon" })),
        },
        {
            title: "of a script is refused if the user that runs it is missing",
            host: "ds1",
            events: both(withSecrets({ user: "nobody-here" })),
            status: 1,
            says: `this host has no user nobody-here, and only this user may read the secret file ${probe}. Create the user.\n`,
            is: [apply(withSecrets({ user: "nobody-here" }), "secret")],
        },
        {
            title: "of a real server is readable for the web server, and for no other user",
            host: "rs1",
            found: "apt-get install apache2",
            events: [...both(secret), holds(index, "640 root:www-data"), scan],
            says: served,
            is: both(secret),
        },
        {
            title: "of a director takes effect by a reload and leaves the VRRP password alone",
            host: "ds1",
            events: [
                ...both(secret),
                forgetCalls,
                ...both(changed),
                holds(probe, "700 root:root", "exit"),
            ],
            calls: "reload keepalived\nreload-or-restart lvs-metrics.timer\nstart lvs-metrics\n",
            says: /keepalived 2\.2\.7 reloaded/,
            is: [apply(secret, "secret"), ...both(changed)],
        },
        {
            title: "stays readable for root only while a change of it is deferred",
            host: "ds2",
            events: [...both(changed), ...both(secret), scan, apply(secret, "deferred")],
            says: /keepalived 2\.2\.7 reloaded/,
            is: [apply(changed, "secret"), ...both(secret)],
        },
        {
            title: "is compared by its checksum, and a report does not show it",
            host: "ds1",
            events: [
                ...both(secret),
                byHand(`echo mine >>${probe}; chmod 755 ${probe}`),
                { step: "report", verb: "check", plan: secret },
            ],
            says: /^(?![^]*marked)[^]*drift file \/usr\/libexec\/keepalived\/probe\n {4}differs\. Its content is secret\.\n[^]*-700 root\n {4}\+755 root\n/,
            is: [...both(secret), byHand(`echo mine >>${probe}; chmod 755 ${probe}`)],
        },
        {
            title: "is compared with the next one, and a report does not show it",
            host: "ds1",
            events: [...both(secret), { step: "report", verb: "diff", plan: changed }],
            says: /^(?![^]*marked)[^]*drift file \/usr\/libexec\/keepalived\/probe\n {4}differs\. Its content is secret\.\nend\n$/,
            is: both(secret),
        },
        {
            title: "is the former one again after a failed change",
            host: "ds1",
            events: [
                ...both(secret),
                byHand("echo reload keepalived >/run/stand-in/fails"),
                ...both(changed),
                holds(probe, "700 root:root"),
                scan,
            ],
            status: 1,
            says: /rolled back; the former configuration works\n$/,
            is: [...both(secret), apply(changed, "secret")],
        },
        {
            title: "replaces a readable one",
            host: "rs1",
            found: "apt-get install apache2",
            events: [apply(everyKindOfFile), ...both(secret), scan],
            says: served,
            is: both(secret),
        },
        {
            title: "is replaced by a readable one, and its step ends",
            host: "rs1",
            found: "apt-get install apache2",
            events: [...both(secret), apply(everyKindOfFile), scan],
            says: served,
            is: [apply(everyKindOfFile)],
        },
        {
            title: "goes with its component",
            host: "rs1",
            found: `apt-get install apache2; echo mine >${index}`,
            events: [...both(secret), remove(secret)],
            says: "removed\n",
            is: "as found",
        },
        {
            title: "is not installed if its content has not reached the host",
            host: "rs1",
            found: "apt-get install apache2",
            events: [apply(secret)],
            status: 1,
            says: `the secret content of ${index} is missing on this host. Set repair to a new word.\n`,
            is: "as found",
        },
        {
            title: "is not quoted when keepalived refuses its lines",
            host: "ds1",
            events: both(withSecrets({ extraConfig: `${mark} on` })),
            status: 1,
            says: /^(?![^]*marked)[^]*refuses the configuration[^]*Unknown keyword '\*\*\*'/,
            is: [apply(withSecrets({ extraConfig: `${mark} on` }), "secret")],
        },
    ]);
});
