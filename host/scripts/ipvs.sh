# shellcheck shell=sh
# The IPVS table beside the one that is to be.

# The table that is to be, a line each: a service or a server in the words of counted_table; `sorry`
# and a server that is there only when no other is; `varies` and the beginning of a server's line,
# up to its address, when health checks decide about its weight.
rules=/var/lib/pulumi-lvs/ipvs.rules

# The lines that awk takes a rule apart by.
parts='
    function service(rule) { sub(/ -[rs] .*/, "", rule); return substr(rule, 4) }
    function server(rule) { sub(/ -[gim] .*/, "", rule); return rule }
    function weightless(rule) { sub(/ -w [0-9]+/, "", rule); return rule }
'

# The table as `ipvsadm -Sn` prints it, without what it says of plain tunnels since 1.31, and with
# the thresholds, of which it says nothing; before each line the number of active connections.
# Addresses in lists may be cut short, but lists have the same order.
counted_table() {
    { ipvsadm -Sn; ipvsadm -Ln --thresholds; } | awk '
        /^-[Aa] / { sub(/ --tun-type ipip/, ""); sub(/ +$/, ""); rule[++count] = $0; next }
        /^(TCP|UDP|SCTP|FWM) / { place++ }
        place && $1 == "->" {
            place++
            rule[place] = rule[place] ($3 > 0 ? " -x " $3 : "") ($4 > 0 ? " -y " $4 : "")
            connections[place] = $5
        }
        END { for (i = 1; i <= count; i++) print connections[i] + 0, rule[i] }'
}

# Without the numbers; of a moment ago where somebody has put that into `seen`.
table() { if [ -n "${seen:-}" ]; then echo "$seen"; else counted_table | cut -d ' ' -f 2-; fi; }

# What the table is beside the one that is to be, at one moment, a line each:
#   surplus RULE     a service or server that is not to be
#   lacking RULE     one that is to be, and is not, or is otherwise
#   differing RULE   of those, a server that is otherwise
#   down RULE        a server that is to have connections, and gets none
#   serving UP/ALL   how many of those that are to have connections get some: the last line
beside_plan() {
    table | awk "$parts"'
        function serves(rule) { return rule ~ /^-a/ && rule !~ / -w 0( |$)/ }
        function place(rule) { sub(/.* -r /, "", rule); sub(/ .*/, "", rule); return rule }
        file == 1 && sub(/^varies /, "") { varies[$0]; next }
        file == 1 && !/^sorry / { plan[++count] = $0 }
        file == 1 { sub(/^sorry /, ""); services[service($0)]; servers[server($0)]; next }
        { live[$0]; alike[weightless($0)]; there[server($0)] }
        serves($0) { serving[server($0)] }
        !($1 == "-A" ? service($0) in services : server($0) in servers) { print "surplus", $0 }
        END {
            for (i = 1; i <= count; i++) {
                rule = plan[i]
                if (!(rule in live) && !(server(rule) in varies && weightless(rule) in alike)) {
                    print "lacking", rule
                    if (rule ~ /^-a/ && server(rule) in there) print "differing", rule
                }
                if (!serves(rule)) continue
                if (!(place(rule) in up)) { up[place(rule)] = 1; all++ }
                if (server(rule) in serving) continue
                print "down", rule
                if (up[place(rule)]) { up[place(rule)] = 0; out++ }
            }
            print "serving", all - out "/" all + 0
        }
    ' file=1 "$rules" file=2 -
}

# Of what beside_plan has said, in `found`: whether there is something of a kind; and that.
is_found() { case "$found" in *"$1 "*) ;; *) return 1 ;; esac; }
findings() { echo "$found" | sed -n "s/^$1 //p"; }
