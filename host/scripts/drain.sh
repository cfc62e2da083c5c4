# shellcheck shell=sh disable=SC2154
# (SC2154: ipvs.sh, director.sh and transaction.sh set $rules, $awk_rule_functions, $config and $state.)
#
# Drain the servers that a change removes. $state/drained and $state/brought have their rules and those
# of added successors until the change has succeeded.

# Set the weight of each removed server to 0 and wait up to drainTimeout for its connections to end.
# The kernel drops packets of a connection whose server is gone.
drain() {
    undo_drain
    removed_servers >"$state/drained"
    [ -s "$state/drained" ] || return 0
    timeout=$(setting drainTimeout)
    say "drains $(places_of <"$state/drained" | join_lines ', ') for at most $timeout s"
    add_successors
    while read -r rule; do
        set_server "$(echo "$rule" | sed 's/ -w [0-9]*/ -w 0/')"
    done <"$state/drained"
    # A connection does not count as active before its handshake ends.
    sleep 1
    within "$timeout" are_idle || :
}

# If all servers of a service are removed, add their successors first. keepalived keeps entries that
# it finds. In alpha mode keepalived starts without any server, so nothing is added.
add_successors() {
    ! grep -qE '^ *alpha( (on|true|yes))?$' "$config" || return 0
    successors >"$state/brought"
    while read -r rule; do
        # shellcheck disable=SC2086  # a list of words
        ipvsadm -a ${rule#-a } || :
    done <"$state/brought"
}

successors() {
    table | awk "$awk_rule_functions"'
        file == 1 { leaving[server($0)]; next }
        file == 2 && $1 == "-a" && !(server($0) in leaving) && $0 !~ / -w 0( |$)/ { stays[service($0)] }
        file == 2 { there[$1 == "-A" ? service($0) : server($0)]; next }
        $1 == "-a" && service($0) in there && !(service($0) in stays) && !(server($0) in there)
    ' file=1 "$state/drained" file=2 - file=3 "$rules"
}

# Restore the table after a drain whose change failed.
undo_drain() {
    [ -e "$state/drained" ] || return 0
    while read -r rule; do
        set_server "$rule"
    done <"$state/drained"
    [ ! -e "$state/brought" ] || while read -r rule; do
        grep -qxF -e "$rule" "$rules" || delete_server "$rule"
    done <"$state/brought"
    rm -f "$state/drained" "$state/brought"
}

# delete_server RULE: delete a server from the kernel. The server may be gone.
delete_server() {
    # shellcheck disable=SC2046  # words
    ipvsadm -d $(echo "${1#-a }" | sed 's/ -[gim] .*//') 2>/dev/null || :
}

# set_server RULE: set the options of a server. The rule has all of them, because ipvsadm resets an omitted
# one. The server may be gone.
set_server() {
    # shellcheck disable=SC2086  # a list of words
    ipvsadm -e ${1#-a } 2>/dev/null || :
}

# Print the servers in the kernel that the plan removes from a service that it keeps.
removed_servers() {
    table | awk "$awk_rule_functions"'
        FNR == NR && $1 == "-A" { services[service($0)] }
        FNR == NR { sub(/^sorry /, ""); servers[server($0)]; next }
        $1 == "-a" && service($0) in services && !(server($0) in servers)
    ' "$rules" -
}

are_idle() {
    counted_table | awk "$awk_rule_functions"'
        FNR == NR { leaving[server($0)]; next }
        $1 > 0 { sub(/^[0-9]+ /, ""); if (server($0) in leaving) busy = 1 }
        END { exit busy }
    ' "$state/drained" -
}
