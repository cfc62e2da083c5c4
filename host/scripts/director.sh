# shellcheck shell=sh
# keepalived.conf, and the IPVS table that it stands for.
step=configure
config=/etc/keepalived/keepalived.conf
rules=/var/lib/pulumi-lvs/ipvs.rules

ready() {
    [ -e /proc/net/ip_vs ] || fail "the kernel has no IPVS: load module ip_vs"
    mkdir -p "$state"
    [ -e "$state/service" ] || systemctl is-active keepalived >"$state/service" || :
    version=$(keepalived -v 2>&1 | sed -n 's/^Keepalived v\([0-9.]*\).*/\1/p')
    case "$version" in
        0.* | 1.* | 2.0.[0-3]) say "keepalived $version cannot test a configuration before it is live" ;;
        *) test_configuration ;;
    esac
}

# The exit status alone says little: up to 2.1.5 it is 0 for most errors, but all are printed.
test_configuration() {
    status=0
    complaint=$(keepalived -t -f "$config.lvs-new" 2>&1 >/dev/null) || status=$?
    [ "$status" != 0 ] || [ -n "$complaint" ] || return 0
    complaint=$(echo "$complaint" | sed 's/\.lvs-new//g' | awk '!seen[$0]++' | joined)
    fail "keepalived $version refuses the configuration (status $status): $complaint"
}

activate() {
    if systemctl is-active -q keepalived; then
        drain
        systemctl reload keepalived
    else
        enable_unit keepalived
        systemctl start keepalived
    fi
}

# A server that leaves a pool gets no new connection, and time to end those that it has: the kernel
# drops the packets of a connection whose server has gone.
drain() {
    leaving >"$state/leaving"
    while read -r service server; do
        ipvsadm -e -t "$service" -r "$server" -g -w 0
    done <"$state/leaving"
    [ ! -s "$state/leaving" ] || { sleep 1; within 10 idle || :; }
    rm -f "$state/leaving"
}

# Servers in the kernel that the rules lack, of services that they have: lines «service server».
leaving() {
    table | awk '
        NR == FNR { if ($1 == "-A") services[$3]; else servers[$3, $5]; next }
        $1 == "-a" && $3 in services && !(($3, $5) in servers) { print $3, $5 }
    ' "$rules" -
}

idle() {
    while read -r service server; do
        ipvsadm -Ln -t "$service" | awk -v server="$server" '
            $2 == server && $5 > 0 { busy = 1 }
            END { exit busy }' || return 1
    done <"$state/leaving"
}

table() { ipvsadm -Sn | sed 's/ *$//'; }

# in_force KIND: whether the kernel has all the rules of a kind, -A (services) or -a (servers).
in_force() { systemctl is-active -q keepalived && [ -z "$(lacking "$1")" ]; }

lacking() {
    table | awk -v kind="$1" '
        NR == FNR { live[$0]; next }
        $1 == kind && !($0 in live)
    ' - "$rules"
}

# keepalived leaves a weight alone that it did not change itself, such as that of a drained server.
mend_weights() {
    lacking -a | while read -r _ _ service _ server options; do
        # shellcheck disable=SC2086  # a list of words
        ! table | grep -q "^-a -t $service -r $server " ||
            ipvsadm -e -t "$service" -r "$server" $options
    done
}

# Servers that fail their health check are not in the table: named, but no fault of the change.
verify() {
    within 15 in_force -A || fail "keepalived is $(systemctl is-active keepalived || :)" \
        "and the kernel lacks: $(lacking -A | joined)"
    within 3 in_force -a || mend_weights
    down=$(lacking -a | awk '{ print $5 }' | joined)
    note="keepalived $version${down:+, not serving: $down}"
}

release() { :; }

restored() {
    case "$(cat "$state/service")" in
        active) systemctl restart keepalived ;;
        *) systemctl stop keepalived ;;
    esac
}
