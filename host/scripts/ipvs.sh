# shellcheck shell=sh
# The IPVS table of the kernel, and its comparison with the plan's table.

# The plan's table. A line is a service or a server as `counted_table` prints it. `sorry` precedes a
# server that is in the table only while no other server is. `varies` precedes a server, without the
# part after its address, if health checks change its weight.
rules=/var/lib/pulumi-lvs/ipvs.rules

awk_rule_functions='
    function service(rule) { sub(/ -[rs] .*/, "", rule); return substr(rule, 4) }
    function server(rule) { sub(/ -[gim] .*/, "", rule); return rule }
    function weightless(rule) { sub(/ -w [0-9]+/, "", rule); return rule }
'

# A director without services needs neither IPVS nor ipvsadm, which would load the module.
has_ipvs() { [ -e /proc/net/ip_vs ] && command -v ipvsadm >/dev/null; }

# Print the table as `ipvsadm -Sn` does, with the number of active connections before each line. Add
# the thresholds, which `ipvsadm -Sn` omits. Drop the type of plain tunnels, which it prints since
# 1.31. `ipvsadm -Ln` cuts long addresses, but lists the servers in the same order.
counted_table() {
    has_ipvs || return 0
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

# Print the table without the numbers. $snapshot holds an earlier print, if it is set.
table() { if [ -n "${snapshot:-}" ]; then echo "$snapshot"; else counted_table | cut -d ' ' -f 2-; fi; }

# Compare the kernel's table with the plan's. Print lines of these kinds:
#   surplus RULE        a service or server in the kernel that the plan does not have
#   lacking RULE        a service or server of the plan that the kernel lacks or has with other options
#   differing RULE      a server among the lacking ones that the kernel has with other options
#   down RULE           a server of the plan with a weight above 0 that gets no connections
#   dead RULE           a service of the plan whose servers with a weight above 0 are all down
#   serving UP of ALL   last: how many servers with a weight above 0 get connections, each once
compare_with_plan() {
    table | awk "$awk_rule_functions"'
        function serves(rule) { return rule ~ /^-a/ && rule !~ / -w 0( |$)/ }
        # A server with a port counts once for all services. A server without a port counts once for each service.
        function place(rule, at) {
            at = rule
            sub(/.* -r /, "", at)
            sub(/ .*/, "", at)
            return at ~ /:0$/ ? server(rule) : at
        }
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
                if (!(service(rule) in alive)) alive[service(rule)] = 0
                if (server(rule) in serving) { alive[service(rule)] = 1; continue }
                print "down", rule
                if (up[place(rule)]) { up[place(rule)] = 0; out++ }
            }
            for (one in alive) if (!alive[one]) print "dead -A " one
            print "serving", all - out " of " all + 0
        }
    ' file=1 "$rules" file=2 -
}

# has_rules_of KIND and rules_of KIND read $comparison, the output of compare_with_plan.
has_rules_of() { case "$comparison" in *"$1 "*) ;; *) return 1 ;; esac; }
rules_of() { echo "$comparison" | sed -n "s/^$1 //p"; }
