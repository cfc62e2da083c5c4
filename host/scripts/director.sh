# shellcheck shell=sh
# keepalived.conf, the IPVS table that it stands for, and what the kernel needs beside it.
step=configure
config=/etc/keepalived/keepalived.conf
scratch=$config.lvs-test
scripts=/usr/libexec/keepalived
# From 2.3 on keepalived tells iproute2 its name by a file of its own making.
named=/etc/iproute2/rt_addrprotos.d/keepalived.conf
# The keepalived that the configuration is made for.
made_for=/var/lib/pulumi-lvs/keepalived.version
# Whether it takes a new start to put right what has been taken out of the kernel.
broken=

ready() {
    ! has "$installed" /etc/lvs/real-server ||
        fail "this host is a real server: take it out of realServers first, with an up of its own"
    [ -e /proc/net/ip_vs ] || fail "the kernel has no IPVS: load module ip_vs"
    can_be_measured
    mkdir -p "$state"
    [ -e "$state/service" ] || note_keepalived
    version=$(keepalived -v 2>&1 | sed -n 's/^Keepalived v\([0-9.]*\).*/\1/p')
    oldest=$(cat "$made_for.lvs-new")
    printf '%s\n' "$oldest" "$version" | sort -V -C ||
        fail "the configuration is made for keepalived $oldest, and here is $version:" \
            "say so in this director's keepalivedVersion"
    case "$version" in
        0.* | 1.* | 2.0.[0-3]) say "keepalived $version cannot test a configuration before it is live" ;;
        *) test_configuration ;;
    esac
    ! is_broken || broken=yes
}

# What there was of keepalived before us.
note_keepalived() {
    [ ! -e "$named" ] || touch "$state/named"
    systemctl is-active keepalived >"$state/service" || :
}

# The exit status alone says little: up to 2.1.5 it is 0 for most errors, but all are printed.
# Scripts, which have to be there, are staged.
test_configuration() {
    sed "s|$scripts/[^ \"]*|&.lvs-new|g" "$config.lvs-new" >"$scratch" ||
        fail "the configuration cannot be tested"
    status=0
    complaint=$(keepalived -t -f "$scratch" 2>&1 >/dev/null) || status=$?
    rm "$scratch"
    case "$status:$complaint" in
        0:) return 0 ;;
        # 2.2.7 ends itself when it looks at a script of another user than root.
        143:) say "keepalived $version cannot test a configuration with such scripts" && return 0 ;;
    esac
    complaint=$(echo "$complaint" | sed 's/\.lvs-[a-z]*//g' | awk '!seen[$0]++' | joined)
    fail "keepalived $version refuses the configuration (status $status): $complaint"
}

# A bad change must fail on a backup director, which carries no traffic. Only the host knows whether it
# is active: a failover may have happened since the last change.
defers() {
    [ -n "$(setting deferIfActive)" ] || return 1
    rm -f "$state/deferred"
    [ -e "$state/files" ] && [ -n "$(owned)" ] || return 1
    defer "active for $(owned | joined), so deferred until the other directors have changed"
}

# Marks and an open firewall come before traffic.
activate() {
    reread_units
    if is_repair || ! is_filtered; then start_unit lvs-director; fi
    enable_unit keepalived
    allow_checks
    if ! systemctl is-active -q keepalived; then
        systemctl start keepalived
        did=started
    elif [ -n "$broken" ]; then
        drain
        systemctl restart keepalived
        did=restarted
    elif [ -n "$(setting handOver)" ] && [ -n "$(owned)" ]; then
        drain
        hand_over
        did="handed over, restarted"
    else
        drain
        systemctl reload keepalived
        did=reloaded
    fi
    measure
}

# A keepalived that stops says so to the others, and one of them takes over at once.
hand_over() {
    handed=$(owned | words)
    systemctl stop keepalived
    # shellcheck disable=SC2086  # words
    within 5 held_elsewhere $handed || say "nobody takes over ${handed% }"
    systemctl start keepalived
}

held_elsewhere() {
    for ip in "$@"; do
        interface=$(sed -n "s|^address [^ ]* \([^ ]*\) $ip\(/.*\)*\$|\1|p" "$routers")
        ! is_near "$ip" "$interface" || [ -n "$(holder "$ip" "$interface")" ] || return 1
    done
}

# A word that is taken out asks for nothing.
is_repair() {
    word=$(setting repair)
    [ -n "$word" ] && [ "$word" != "$(cat "$state/repaired" 2>/dev/null)" ]
}

# Whether the firewall is as its files say, and these are not new.
is_filtered() {
    case "$touched" in
        */etc/lvs/* | *lvs-director*) return 1 ;;
    esac
    systemctl is-active -q lvs-director && /usr/local/sbin/lvs-director check >/dev/null
}

# A reload leaves alone what keepalived takes for granted: what has been taken out of the kernel by
# hand comes back with a new start only. Asked before a change, for what comes with it is not there.
is_broken() {
    is_repair && [ -e "$rules" ] || return 1
    found=$(beside_plan)
    is_found "lacking -A" || is_found down || ! is_whole
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
    [ -s "$state/drained" ] || return 0
    most=$(setting drainTimeout)
    say "drains $(servers <"$state/drained" | joined), for $most s at most"
    bring_successors
    while read -r rule; do
        set_server "$(echo "$rule" | sed 's/ -w [0-9]*/ -w 0/')"
    done <"$state/drained"
    # A connection in its handshake does not count as active yet.
    sleep 1
    within "$most" idle || :
}

# Where all servers of a service leave together, those that come in their place are there before, as
# keepalived will have them: it takes what it finds. With alpha it will have none of them at first.
bring_successors() {
    ! grep -q '^ *alpha$' "$config" || return 0
    successors >"$state/brought"
    while read -r rule; do
        # shellcheck disable=SC2086  # a list of words
        ipvsadm -a ${rule#-a } || :
    done <"$state/brought"
}

successors() {
    table | awk "$parts"'
        file == 1 { leaving[server($0)]; next }
        file == 2 && $1 == "-a" && !(server($0) in leaving) && $0 !~ / -w 0( |$)/ { stays[service($0)] }
        file == 2 { there[$1 == "-A" ? service($0) : server($0)]; next }
        $1 == "-a" && service($0) in there && !(service($0) in stays) && !(server($0) in there)
    ' file=1 "$state/drained" file=2 - file=3 "$rules"
}

# Servers that were drained, or brought, for a change that did not come about.
take_back() {
    [ -e "$state/drained" ] || return 0
    while read -r rule; do
        set_server "$rule"
    done <"$state/drained"
    [ ! -e "$state/brought" ] || while read -r rule; do
        grep -qxF -e "$rule" "$rules" || unset_server "$rule"
    done <"$state/brought"
    rm -f "$state/drained" "$state/brought"
}

unset_server() {
    # shellcheck disable=SC2046  # words
    ipvsadm -d $(echo "${1#-a }" | sed 's/ -[gim] .*//') 2>/dev/null || :
}

# Says all of a server, for what is left unsaid goes back to the kernel's own. It may have gone.
set_server() {
    # shellcheck disable=SC2086  # a list of words
    ipvsadm -e ${1#-a } 2>/dev/null || :
}

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

# in_force KIND: whether the kernel has all the rules of a kind, -A (services) or -a (servers).
in_force() {
    found=$(beside_plan)
    systemctl is-active -q keepalived && ! is_found "lacking $1"
}

# keepalived leaves a weight alone that it did not change itself.
mend() {
    findings differing | while read -r rule; do
        set_server "$rule"
    done
    found=$(beside_plan)
}

# Servers that fail their health check are not in the table: named, but no fault of the change.
verify() {
    settings_in_force
    systemctl is-active -q lvs-director || fail "lvs-director does not run"
    start_at_boot lvs-director keepalived || fail "lvs-director or keepalived is not enabled"
    complaint=$(/usr/local/sbin/lvs-director check) || fail "$complaint"
    within 15 in_force -A || fail "keepalived is $(systemctl is-active keepalived || :)" \
        "and the kernel lacks: $(findings lacking | grep '^-A' | joined)"
    ! is_found "lacking -a" || within 3 in_force -a || mend
    ! is_found differing ||
        fail "the kernel has servers otherwise than: $(findings differing | joined)"
    within 5 is_whole || fail "it has some of its virtual IPs and not all: $(states | joined)"
    [ -z "$(setting proveActive)" ] || settle || fail "no director has $(unowned | joined)"
    is_measured
    rm -f "$state/drained" "$state/brought"
    owned=$(owned | joined)
    note="keepalived $version ${did:-runs}${owned:+, owns $owned}, ${found##*serving } real servers up"
    ! is_found down || note="$note, down: $(findings down | servers | joined)"
    ! is_found surplus || note="$note, in the kernel but not in the plan: $(findings surplus | joined)"
}

# Where the servers of some rules are.
servers() { sed 's/.* -r \([^ ]*\).*/\1/' | sort -u; }

is_whole() { case "$(states)" in *" split"*) return 1 ;; esac; }

# A keepalived that has just been started takes virtual IPs over in a while, unless it is told not to;
# whoever connects meanwhile would be cut off.
settle() {
    case "${did:-reloaded}" in
        reloaded) ;;
        *) within "$(takeover)" is_preferred || : ;;
    esac
    within "$(takeover)" is_owned
}

is_preferred() { case "$(states)" in *" split"* | *" backup"*) return 1 ;; esac; }

# Every virtual IP is here or at a director that answers for it.
is_owned() { is_preferred || [ -z "$(unowned)" ]; }

unowned() {
    owned=$(owned | words)
    sed -n 's|^address [^ ]* \([^ ]*\) \([^ /]*\).*|\2 \1|p' "$routers" | while read -r ip interface; do
        has "$owned" "$ip" || held_elsewhere "$ip" || echo "$ip"
    done
}

release() {
    end_measuring
    [ "$(cat "$state/service")" = active ] || systemctl stop keepalived
    end_unit lvs-director
    [ ! -x /usr/local/sbin/lvs-director ] || /usr/local/sbin/lvs-director remove
}

restored() {
    systemctl daemon-reload
    [ ! -e "$state/selinux" ] || setsebool -P keepalived_connect_any off
    case "$(cat "$state/service")" in
        active) systemctl restart keepalived || say "keepalived does not start with what was there before" ;;
        *)
            systemctl stop keepalived
            [ -e "$state/named" ] || rm -f "$named"
            ;;
    esac
}
