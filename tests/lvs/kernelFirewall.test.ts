import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const director = path.join(__dirname, "../../lvs/templates/lvs-director.sh");

const openings = `input 112 any any
input tcp 192.0.2.1 8000-8010
input udp 2001:db8::1 any
forward tcp 10.0.0.1 80
`;

/** Output of `nft -a list ruleset`. */
const ruleset = `table inet filter { # handle 1
	chain other { # handle 1
		tcp dport 22 accept # handle 4
	}

	chain input { # handle 2
		type filter hook input priority filter; policy drop;
		meta l4proto vrrp accept comment "pulumi-lvs" # handle 8
		jump other # handle 7
	}

	chain forward { # handle 3
		type filter hook forward priority filter; policy drop;
	}

	chain output { # handle 4
		type filter hook output priority filter; policy accept;
	}
}
table ip filter { # handle 2
	chain INPUT { # handle 1
		type filter hook input priority filter; policy drop;
	}
}
table ip6 raw { # handle 3
	chain in { # handle 1
		type filter hook input priority filter - 10; policy accept;
	}
}
table ip pulumi_lvs { # handle 4
	chain marks { # handle 1
		type filter hook prerouting priority mangle; policy accept;
	}
}
`;

/** Run a function of the director's boot script, and return its output. */
function ask(question: string): string {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "firewall-"));
    try {
        const functions = fs.readFileSync(director, "utf8").split("\nscratch=")[0]!;
        fs.writeFileSync(path.join(dir, "openings"), openings);
        fs.writeFileSync(path.join(dir, "ruleset"), ruleset);
        const input = `${functions}\nopenings=openings scratch=.\n${question}\n`;
        return execFileSync("sh", ["-s"], { cwd: dir, input, encoding: "utf8" });
    } finally {
        fs.rmSync(dir, { recursive: true });
    }
}

describe("the boot script of a director", () => {
    it("opens every chain of the host in nftables, each family for its addresses", () => {
        // Each is inserted before the others.
        expect(ask("opening")).toBe(
            [
                "inet filter input ip6 daddr 2001:db8::1 meta l4proto udp",
                "inet filter input ip daddr 192.0.2.1 tcp dport 8000-8010",
                "inet filter input meta l4proto 112",
                "inet filter forward ip saddr 10.0.0.1 tcp sport 80",
                "ip6 raw in ip6 daddr 2001:db8::1 meta l4proto udp",
                "ip6 raw in meta l4proto 112",
            ]
                .map((rule) => `insert rule ${rule} accept comment "pulumi-lvs"\n`)
                .join(""),
        );
    });

    it("closes nftables by deleting the rules with its comment", () => {
        expect(ask("closing")).toBe("delete rule inet filter input handle 8\n");
    });

    it("opens iptables, each family for its addresses", () => {
        const end = "-m comment --comment pulumi-lvs -j ACCEPT\n";
        expect(ask("iptables_opening iptables")).toBe(
            `-I FORWARD -s 10.0.0.1 -p tcp --sport 80 ${end}` +
                `-I INPUT -d 192.0.2.1 -p tcp --dport 8000:8010 ${end}` +
                `-I INPUT -p 112 ${end}`,
        );
        expect(ask("iptables_opening ip6tables")).toBe(
            `-I INPUT -d 2001:db8::1 -p udp ${end}-I INPUT -p 112 ${end}`,
        );
    });

    it("finds a firewall open if every opening has its rule", () => {
        expect(ask('is_open "a" "b" && is_open "" "" && echo open')).toBe("open\n");
        expect(ask('is_open "" "b" || echo closed')).toMatch(
            /lacks openings of openings\nclosed\n$/,
        );
        expect(ask('is_open "a" "" || echo closed')).toMatch(/closed\n$/);
    });
});
