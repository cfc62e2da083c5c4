# shellcheck shell=sh
# keepalived.conf, the IPVS table that it stands for, and what the kernel needs beside it.
step=configure
config=/etc/keepalived/keepalived.conf
scripts=/usr/libexec/keepalived
# From 2.3 on keepalived tells iproute2 its name by a file of its own making.
named=/etc/iproute2/rt_addrprotos.d/keepalived.conf
# The keepalived that the configuration is made for.
made_for=/var/lib/pulumi-lvs/keepalived.version
# The table that is to be, a line each: a service or a server in the words of counted_table; `sorry`
# and a server that is there only when no other is; `varies` and the beginning of a server's line,
# up to its address, when health checks decide about its weight.
rules=/var/lib/pulumi-lvs/ipvs.rules

ready() {
    [ -e /proc/net/ip_vs ] || fail "the kernel has no IPVS: load module ip_vs"
    mkdir -p "$state"
    [ -e "$state/service" ] || note_keepalived
    version=$(keepalived -v 2>&1 | sed -n 's/^Keepalived v\([0-9.]*\).*/\1/p')
    oldest=$(cat "$made_for.lvs-new")
    [ "$(printf '%s\n' "$oldest" "$version" | sort -V | head -n 1)" = "$oldest" ] ||
        fail "the configuration is made for keepalived $oldest, and here is $version:" \
            "say so in this director's keepalivedVersion"
    case "$version" in
        0.* | 1.* | 2.0.[0-3]) say "keepalived $version cannot test a configuration before it is live" ;;
        *) test_configuration ;;
    esac
}

# What there was of keepalived before us.
note_keepalived() {
    [ ! -e "$named" ] || touch "$state/named"
    systemctl is-active keepalived >"$state/service" || :
}

# The exit status alone says little: up to 2.1.5 it is 0 for most errors, but all are printed.
# Scripts, which have to be there, are staged.
test_configuration() {
    sed "s|$scripts/[^ \"]*|&.lvs-new|g" "$config.lvs-new" >"$config.lvs-test" || {
        rm -f "$config.lvs-test"
        fail "the configuration cannot be tested"
    }
    status=0
    complaint=$(keepalived -t -f "$config.lvs-test" 2>&1 >/dev/null) || status=$?
    rm "$config.lvs-test"
    case "$status:$complaint" in
        0:) return 0 ;;
        # 2.2.7 ends itself when it looks at a script of another user than root.
        143:) say "keepalived $version cannot test a configuration with such scripts" && return 0 ;;
    esac
    complaint=$(echo "$complaint" | sed 's/\.lvs-[a-z]*//g' | awk '!seen[$0]++' | joined)
    fail "keepalived $version refuses the configuration (status $status): $complaint"
}

# Marks and an open firewall come before traffic.
activate() {
    start_unit lvs-director
    allow_checks
    if systemctl is-active -q keepalived; then
        drain
        systemctl reload keepalived
    else
        enable_unit keepalived
        systemctl start keepalived
    fi
}

# SELinux keeps keepalived from ports that it knows no service of.
allow_checks() {
    [ "$(getenforce 2>/dev/null)" = Enforcing ] || return 0
    getsebool keepalived_connect_any 2>/dev/null | grep -q off || return 0
    touch "$state/selinux"
    setsebool -P keepalived_connect_any on
}

# A server that leaves a pool gets no new connection, and time to end those that it has: the kernel
# drops the packets of a connection whose server has gone.
drain() {
    take_back
    leaving >"$state/drained"
    while read -r rule; do
        set_server "$(echo "$rule" | sed 's/ -w [0-9]*/ -w 0/')"
    done <"$state/drained"
    [ ! -s "$state/drained" ] || { sleep 1; within 10 idle || :; }
}

# Servers that were drained for a change that did not come about.
take_back() {
    [ -e "$state/drained" ] || return 0
    while read -r rule; do
        set_server "$rule"
    done <"$state/drained"
    rm "$state/drained"
}

# Says all of a server, for what is left unsaid goes back to the kernel's own. It may have gone.
set_server() {
    # shellcheck disable=SC2086  # a list of words
    ipvsadm -e ${1#-a } 2>/dev/null || :
}

# The lines that awk takes a rule apart by.
parts='
    function service(rule) { sub(/ -[rs] .*/, "", rule); return substr(rule, 4) }
    function server(rule) { sub(/ -[gim] .*/, "", rule); return rule }
    function weightless(rule) { sub(/ -w [0-9]+/, "", rule); return rule }
'

# Servers in the kernel that the rules lack, of services that they have.
leaving() {
    table | awk "$parts"'
        FNR == NR && $1 == "-A" { services[service($0)] }
        FNR == NR { sub(/^sorry /, ""); servers[server($0)]; next }
        $1 == "-a" && service($0) in services && !(server($0) in servers)
    ' "$rules" -
}

idle() {
    counted_table | awk "$parts"'
        FNR == NR { leaving[server($0)]; next }
        $1 > 0 { sub(/^[0-9]+ /, ""); if (server($0) in leaving) busy = 1 }
        END { exit busy }
    ' "$state/drained" -
}

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

table() { counted_table | cut -d ' ' -f 2-; }

# in_force KIND: whether the kernel has all the rules of a kind, -A (services) or -a (servers).
in_force() { systemctl is-active -q keepalived && [ -z "$(lacking "$1")" ]; }

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

# keepalived leaves a weight alone that it did not change itself.
mend() {
    differing | while read -r rule; do
        set_server "$rule"
    done
}

# Servers that are to have connections, and get none.
down() {
    table | awk "$parts"'
        file == 1 && !/ -w 0( |$)/ { serving[server($0)] }
        file == 2 && $1 == "-a" && !/ -w 0( |$)/ && !(server($0) in serving) {
            sub(/.* -r /, "")
            print $1
        }
    ' file=1 - file=2 "$rules"
}

# Servers that fail their health check are not in the table: named, but no fault of the change.
verify() {
    settings_in_force
    systemctl is-active -q lvs-director || fail "lvs-director does not run"
    complaint=$(/usr/local/sbin/lvs-director check) || fail "$complaint"
    within 15 in_force -A || fail "keepalived is $(systemctl is-active keepalived || :)" \
        "and the kernel lacks: $(lacking -A | joined)"
    within 3 in_force -a || mend
    differing=$(differing | joined)
    [ -z "$differing" ] || fail "the kernel has servers otherwise than: $differing"
    rm -f "$state/drained"
    down=$(down | joined)
    note="keepalived $version${down:+, not serving: $down}"
}

# A unit that has failed is not stopped by systemd.
release() {
    [ "$(cat "$state/service")" = active ] || systemctl stop keepalived
    systemctl disable -q --now lvs-director
    /usr/local/sbin/lvs-director remove
}

restored() {
    systemctl daemon-reload
    [ ! -e "$state/selinux" ] || setsebool -P keepalived_connect_any off
    case "$(cat "$state/service")" in
        active) systemctl restart keepalived ;;
        *)
            systemctl stop keepalived
            [ -e "$state/named" ] || rm -f "$named"
            ;;
    esac
}
