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

lacking() {
    table | awk -v kind="$1" "$parts"'
        file == 1 && sub(/^varies /, "") { varies[$0] }
        file == 2 { live[$0]; alike[weightless($0)] }
        file == 3 && $1 == kind && !($0 in live) &&
            !(server($0) in varies && weightless($0) in alike)
    ' file=1 "$rules" file=2 - file=3 "$rules"
}

# Rules of servers that the kernel has in another way.
differing() {
    lacking=$(lacking -a)
    table | awk -v lacking="$lacking" "$parts"'
        { live[server($0)] }
        END {
            count = split(lacking, rule, "\n")
            for (i = 1; i <= count; i++) if (server(rule[i]) in live) print rule[i]
        }'
}

# Servers that are to have connections, and get none: their rules, and where they are.
down_rules() {
    table | awk "$parts"'
        file == 1 && !/ -w 0( |$)/ { serving[server($0)] }
        file == 2 && $1 == "-a" && !/ -w 0( |$)/ && !(server($0) in serving)
    ' file=1 - file=2 "$rules"
}

down() { down_rules | sed 's/.* -r \([^ ]*\).*/\1/'; }

# Rules of the kernel that are not to be.
surplus() {
    table | awk "$parts"'
        file == 1 { sub(/^(sorry|varies) /, ""); services[service($0)]; servers[server($0)]; next }
        $1 == "-A" && !(service($0) in services) || $1 == "-a" && !(server($0) in servers)
    ' file=1 "$rules" file=2 -
}

# How many of the servers that are to have connections get some: UP/ALL.
servers_up() {
    all=$(awk '$1 == "-a" && !/ -w 0( |$)/ { sub(/.* -r /, ""); print $1 }' "$rules" | sort -u | wc -l)
    echo "$((all - $(down | sort -u | wc -l)))/$all"
}
