import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const scripts = path.join(__dirname, "../../host/scripts");

/** Output of ipvsadm 1.31 on Linux 7.2: rules (`-Sn`) and thresholds (`-Ln --thresholds`). */
const saved = `-A -t 10.0.0.1:80 -s rr
-a -t 10.0.0.1:80 -r 10.0.1.1:80 -i -w 1 --tun-type ipip
-a -t 10.0.0.1:80 -r 10.0.1.2:80 -i -w 0 --tun-type gue --tun-port 6080 --tun-nocsum
-A -u 10.0.0.1:5060 -s sh -p 50 -M 255.255.255.0 --pe sip -b sh-fallback,sh-port
-A --sctp-service 10.0.0.1:80 -s lc
-a --sctp-service 10.0.0.1:80 -r 10.0.1.1:80 -m -w 1
-A -f 11 -6 -s rr -p 300 -M 64
-a -f 11 -6 -r [2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:0 -g -w 1
-a -f 11 -6 -r [2001:db8::1]:0 -g -w 9
`;
const thresholds = `IP Virtual Server version 1.2.1 (size=256)
Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn \n\
  -> RemoteAddress:Port
TCP  10.0.0.1:80 rr
  -> 10.0.1.1:80                  0          0          0          0         \n\
  -> 10.0.1.2:80                  0          0          3          0         \n\
UDP  10.0.0.1:5060 sh (sh-fallback,sh-port) persistent 50 mask 255.255.255.0 pe sip
SCTP 10.0.0.1:80 lc
  -> 10.0.1.1:80                  100000     3          0          0         \n\
FWM  11 IPv6 rr persistent 300 mask 64
  -> [2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:0 200        0          0          0         \n\
  -> [2001:db8::1]:0              0          0          0          0         \n\
`;

/** The table in the format of the plan. */
const table = `-A -t 10.0.0.1:80 -s rr
-a -t 10.0.0.1:80 -r 10.0.1.1:80 -i -w 1
-a -t 10.0.0.1:80 -r 10.0.1.2:80 -i -w 0 --tun-type gue --tun-port 6080 --tun-nocsum
-A -u 10.0.0.1:5060 -s sh -p 50 -M 255.255.255.0 --pe sip -b sh-fallback,sh-port
-A --sctp-service 10.0.0.1:80 -s lc
-a --sctp-service 10.0.0.1:80 -r 10.0.1.1:80 -m -w 1 -x 100000 -y 3
-A -f 11 -6 -s rr -p 300 -M 64
-a -f 11 -6 -r [2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:0 -g -w 1 -x 200
-a -f 11 -6 -r [2001:db8::1]:0 -g -w 9
`;

/** Run a function of the director's scripts with the plan `rules`, and return its output. */
function ask(question: string, rules: string): string {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "table-"));
    try {
        for (const [name, text] of Object.entries({ rules, saved, thresholds })) {
            fs.writeFileSync(path.join(dir, name), text);
        }
        const sourced = ["basics", "ipvs", "drain", "director"].map(
            (name) => `. ${scripts}/${name}.sh`,
        );
        const script = `${sourced.join("; ")}; rules=rules; state=.
            bundle() { echo 'set drainTimeout 10'; }; read_heads
            has_ipvs() { :; }
            ipvsadm() { case "$1" in -Sn) cat saved ;; -Ln) cat thresholds ;; *) echo "$@" ;; esac; }
            ${question}`;
        return execFileSync("sh", ["-eu", "-c", script], { cwd: dir, encoding: "utf8" });
    } finally {
        fs.rmSync(dir, { recursive: true });
    }
}

/** Compare the table with a plan, and drop the number of servers. */
const comparedWith = (rules: string) => ask("compare_with_plan", rules).split("\n").slice(0, -2);

/** Plan a line of the table with other options. */
function planned(line: RegExp, from: string, to: string): string[] {
    const planned = line.exec(table)![0].replace(from, to);
    return [`lacking ${planned}`, `differing ${planned}`];
}

const without = (line: string) => table.replace(`${line}\n`, "");
const gue = "-a -t 10.0.0.1:80 -r 10.0.1.2:80 -i -w 0 --tun-type gue --tun-port 6080 --tun-nocsum";
const sctp = "-a --sctp-service 10.0.0.1:80 -r 10.0.1.1:80 -m -w 1 -x 100000 -y 3";

describe("the IPVS table", () => {
    it("is read with its thresholds in the format of the plan", () => {
        expect(ask("table", table)).toBe(table);
    });

    it("matches its plan if no server is removed", () => {
        expect(ask("compare_with_plan; removed_servers", table)).toBe("serving 3 of 3\n");
    });

    it.each([
        ["the options of a service", "-s rr\n", "-s wrr\n", ["lacking -A -t 10.0.0.1:80 -s wrr"]],
        [
            "the threshold of a server",
            "-x 200",
            "-x 201",
            planned(/.*eeee:ffff.*/, " -x 200", " -x 201"),
        ],
        ["the weight of a server", "-w 9", "-w 8", planned(/.*2001:db8::1\].*/, "-w 9", "-w 8")],
        [
            "the address of a server",
            "10.0.1.1:80 -i",
            "10.0.1.3:80 -i",
            [
                "surplus -a -t 10.0.0.1:80 -r 10.0.1.1:80 -i -w 1",
                "lacking -a -t 10.0.0.1:80 -r 10.0.1.3:80 -i -w 1",
                "down -a -t 10.0.0.1:80 -r 10.0.1.3:80 -i -w 1",
                "dead -A -t 10.0.0.1:80",
            ],
        ],
    ])("differs from its plan by %s", (_, from, to, lines) => {
        expect(comparedWith(table.replace(from, to))).toEqual(lines);
    });

    it("matches its plan if a health check varies the weight of a server", () => {
        const key = "-a -t 10.0.0.1:80 -r 10.0.1.2:80";
        const planned = gue.replace("-w 0", "-w 5");
        const rules = table.replace(gue, planned);
        const down = `down ${planned}`;
        expect(comparedWith(rules)).toEqual([`lacking ${planned}`, `differing ${planned}`, down]);
        expect(comparedWith(`${rules}varies ${key}\n`)).toEqual([down]);
    });

    it("counts a server once, and as down if one of its services lacks it", () => {
        const absent = "-a -f 11 -6 -r [2001:db8::2]:0 -g -w 1\n";
        const once = "-A -t 10.0.0.1:443 -s rr\n-a -t 10.0.0.1:443 -r 10.0.1.1:80 -i -w 1\n";
        const count = (rules: string) => ask("compare_with_plan | tail -n 1", rules);
        expect(count(`${table}${absent}`)).toBe("serving 3 of 4\n");
        expect(count(`${table}${once}`)).toBe("serving 2 of 3\n");
    });

    it("counts a server without a port once for each of its services", () => {
        const another = "-A -f 12 -6 -s rr\n-a -f 12 -6 -r [2001:db8::1]:0 -g -w 1\n";
        expect(ask("compare_with_plan | tail -n 1", `${table}${another}`)).toBe("serving 3 of 4\n");
    });

    it("names the servers that are down, and is corrected for the others", () => {
        const rules = `${table.replace("-w 9", "-w 8")}-a -f 11 -6 -r [2001:db8::2]:0 -g -w 1\n`;
        const corrected = "-e -f 11 -6 -r [2001:db8::1]:0 -g -w 8\n";
        expect(ask("comparison=$(compare_with_plan); rules_of down | places_of", rules)).toBe(
            "[2001:db8::2]:0\n",
        );
        expect(ask("comparison=$(compare_with_plan); correct_servers", rules)).toBe(corrected);
    });

    it.each([gue, sctp])("has a removed server: %s", (line) => {
        expect(ask("removed_servers", without(line))).toBe(`${line}\n`);
    });

    it("keeps a sorry server", () => {
        expect(ask("removed_servers", `${without(gue)}sorry ${gue}\n`)).toBe("");
        expect(comparedWith(`${table}sorry ${gue.replace("1.2", "1.9")}\n`)).toEqual([]);
    });

    it("is busy while a removed server has connections", () => {
        expect(ask(`echo '${gue}' >drained; are_idle && echo idle || echo busy`, table)).toBe(
            "busy\n",
        );
        expect(ask(`echo '${sctp}' >drained; are_idle && echo idle || echo busy`, table)).toBe(
            "idle\n",
        );
    });

    describe("while a server drains", () => {
        const drain = "config=/dev/null; say() { :; }; sleep() { :; }; within() { :; }; drain";
        const drained = `${sctp.replace("-a", "-e").replace("-w 1", "-w 0")}\n`;

        it("gives the server weight 0, and restores it on roll-back", () => {
            expect(ask(drain, without(sctp))).toBe(drained);
            expect(ask(`echo '${sctp}' >drained; undo_drain; ls`, table)).toBe(
                `${sctp.replace("-a", "-e")}\nrules\nsaved\nthresholds\n`,
            );
        });

        it("gets the successor first if no other server stays, and loses it on roll-back", () => {
            const successor = sctp.replace("-r 10.0.1.1", "-r 10.0.1.7");
            expect(ask(drain, table.replace(sctp, successor))).toBe(`${successor}\n${drained}`);
            expect(
                ask(`echo '${sctp}' >drained; echo '${successor}' >brought; undo_drain`, table),
            ).toBe(
                `${sctp.replace("-a", "-e")}\n${successor.replace("-a", "-d").split(" -m")[0]}\n`,
            );
        });

        it("gets no successor first if another server stays", () => {
            const arrival = gue.replace("-r 10.0.1.2", "-r 10.0.1.7");
            const removed = ask("removed_servers", table.replace(gue, arrival));
            expect(removed).toBe(`${gue}\n`);
            expect(ask(`echo '${gue}' >drained; successors`, table.replace(gue, arrival))).toBe("");
        });
    });
});
