# shellcheck shell=sh
# A director: keepalived.conf, the IPVS table that follows from it, sysctls and firewall rules.
step=configure
config=/etc/keepalived/keepalived.conf
scratch=$config.lvs-test
scripts=/usr/libexec/keepalived
# keepalived 2.3 and later write this file to give its routing protocol a name in iproute2.
protocol_names=/etc/iproute2/rt_addrprotos.d/keepalived.conf
# The keepalived version that the configuration is written for.
target_version=/var/lib/pulumi-lvs/keepalived.version
# Set if keepalived must restart.
restart=

ready() {
    [ ! -s "$rules.lvs-new" ] || has_ipvs || fail "the kernel has no IPVS. Load the module ip_vs."
    check_textfile_directory
    [ -e "$state/service" ] || record_keepalived
    version=$(keepalived_version)
    oldest=$(cat "$target_version.lvs-new")
    printf '%s\n' "$oldest" "$version" | sort -V -C ||
        fail "keepalived $version is installed, but the configuration is for $oldest or later." \
            "Set keepalivedVersion of this director."
    case "$version" in
        0.* | 1.* | 2.0.[0-3]) say "keepalived $version cannot test a configuration before it goes live" ;;
        *) test_configuration ;;
    esac
    wrong=$(wrong_expressions | join_lines ', ')
    [ -z "$wrong" ] || fail "grep -P does not accept these values of regex: $wrong"
    ! needs_restart || restart=yes
}

# Record what destroy must restore.
record_keepalived() {
    [ ! -e "$protocol_names" ] || touch "$state/named"
    systemctl is-active keepalived >"$state/service" || :
}

# A bad change must fail on a backup director, which carries no traffic. Only the host knows whether it
# is active: a failover may have happened since the last change.
defers() {
    [ -n "$(setting deferIfActive)" ] || return 1
    rm -f "$state/deferred"
    [ -e "$state/files" ] && [ -n "$(active_addresses)" ] || return 1
    defer "active for $(active_addresses | join_lines ', '), so deferred until the other directors have changed"
}

# Firewall marks and an open firewall must be there before keepalived attracts traffic.
activate() {
    reload_changed_units
    if is_repair || ! is_firewall_current; then start_unit lvs-director; fi
    enable_unit keepalived
    allow_checks
    if ! systemctl is-active -q keepalived; then
        systemctl start keepalived
        action=started
    elif [ -n "$restart" ]; then
        drain
        systemctl restart keepalived
        action=restarted
    elif [ -n "$(setting handOver)" ] && [ -n "$(active_addresses)" ]; then
        drain
        hand_over
        action="restarted after a hand-over"
    else
        drain
        systemctl reload keepalived
        action=reloaded
    fi
    update_monitoring
}

# A keepalived that stops announces it, and the next director becomes active at once.
hand_over() {
    handed=$(active_addresses | words)
    systemctl stop keepalived
    # shellcheck disable=SC2086  # words
    within 5 are_answered_elsewhere $handed || say "no other director became active for ${handed% }"
    systemctl start keepalived
}

# are_answered_elsewhere IP…: Does another host answer for all of these virtual IPs?
are_answered_elsewhere() {
    for ip in "$@"; do
        interface=$(sed -n "s|^address [^ ]* \([^ ]*\) $ip\(/.*\)*\$|\1|p" "$routers")
        ! is_on_link "$ip" "$interface" || [ -n "$(mac_of "$ip" "$interface")" ] || return 1
    done
}

# A removed `repair` asks for nothing.
is_repair() {
    word=$(setting repair)
    [ -n "$word" ] && [ "$word" != "$(cat "$state/repaired" 2>/dev/null)" ]
}

# Are the firewall's files unchanged, and its rules in force?
is_firewall_current() {
    case "$touched" in
        */etc/lvs/* | *lvs-director*) return 1 ;;
    esac
    systemctl is-active -q lvs-director && /usr/local/sbin/lvs-director check >/dev/null
}

# A reload does not restore IPVS entries or virtual IPs that somebody deleted by hand: keepalived
# believes they still exist. Only a restart does. Check before the change, while the plan is the old one.
needs_restart() {
    is_repair && [ -e "$rules" ] || return 1
    comparison=$(compare_with_plan)
    has_rules_of "lacking -A" || has_rules_of down || ! has_no_split
}

# in_force KIND: Does the kernel have all rules of a kind, -A (services) or -a (servers)?
in_force() {
    comparison=$(compare_with_plan)
    systemctl is-active -q keepalived && ! has_rules_of "lacking $1"
}

# keepalived does not restore a weight that somebody else changed.
correct_servers() {
    rules_of differing | while read -r rule; do
        set_server "$rule"
    done
    comparison=$(compare_with_plan)
}

# A server that fails its health check is not in the table. It is reported, but the change is good.
verify() {
    verify_sysctls
    systemctl is-active -q lvs-director || fail "lvs-director does not run"
    are_enabled lvs-director keepalived || fail "lvs-director or keepalived is not enabled"
    firewall=$(/usr/local/sbin/lvs-director check) || fail "$firewall"
    within 15 in_force -A || fail "keepalived is $(systemctl is-active keepalived || :)" \
        "and the kernel lacks: $(rules_of lacking | grep '^-A' | join_lines)"
    ! has_rules_of "lacking -a" || within 3 in_force -a || correct_servers
    ! has_rules_of differing ||
        fail "the kernel has these servers with other options: $(rules_of differing | join_lines)"
    within 5 has_no_split || fail "some virtual IPs of an instance are missing: $(states | join_lines)"
    [ -z "$(setting proveActive)" ] || prove_active ||
        fail "no director is active for $(abandoned | join_lines ', ')"
    verify_monitoring
    rm -f "$state/drained" "$state/brought"
    own=$(active_addresses | join_lines ', ')
    note="keepalived $version ${action:-runs}${own:+; active for $own}"
    [ ! -s "$rules" ] || note="$note; ${comparison##*serving } real servers up"
    ! has_rules_of down || note="$note; down: $(rules_of down | places_of | join_lines ', ')"
    [ -z "$firewall" ] || note="$note; $(echo "$firewall" | join_lines)"
    ! has_rules_of dead || note="$note; no real server is up for $(rules_of dead | sed 's/^-A -f /mark /; s/^-A -. //' | join_lines ', ')"
    ! has_rules_of surplus || note="$note; in the kernel but not in the plan: $(rules_of surplus | join_lines ', ')"
}

# Print the address and port of each server.
places_of() { sed 's/.* -r \([^ ]*\).*/\1/' | sort -u; }

has_no_split() { case "$(states)" in *" split"*) return 1 ;; esac; }

# A restarted keepalived becomes active after a while, unless `nopreempt` is set. Wait for that: a
# failover cuts the connections that clients open meanwhile.
prove_active() {
    case "${action:-reloaded}" in
        reloaded) ;;
        *) within "$(takeover_seconds)" is_active_for_all || : ;;
    esac
    within "$(takeover_seconds)" has_active_directors
}

is_active_for_all() { case "$(states)" in *" split"* | *" backup"*) return 1 ;; esac; }

# Has every instance an active director, here or elsewhere?
has_active_directors() { is_active_for_all || [ -z "$(abandoned)" ]; }

# Print the virtual IPs of instances of which no virtual IP is anywhere. Single ones may be missing
# while another director is active and has not changed yet.
abandoned() {
    whereabouts | awk '
        $3 == "somewhere" { active[$1] }
        $3 == "nowhere" { list[$1] = list[$1] $2 "\n" }
        END { for (name in list) if (!(name in active)) printf "%s", list[name] }
    ' | sort
}

stop_services() {
    stop_monitoring
    [ "$(cat "$state/service")" = active ] || systemctl stop keepalived
    remove_unit lvs-director
    [ ! -x /usr/local/sbin/lvs-director ] || /usr/local/sbin/lvs-director remove
}

after_restore() {
    systemctl daemon-reload
    restore_checks
    case "$(cat "$state/service")" in
        active) systemctl restart keepalived || say "keepalived does not start with its original configuration" ;;
        *)
            systemctl stop keepalived
            [ -e "$state/named" ] || rm -f "$protocol_names"
            ;;
    esac
}
