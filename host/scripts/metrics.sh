# shellcheck shell=sh disable=SC2154
# (SC2154: record.sh, vrrp.sh and ipvs.sh set $memory, $routers, $rules and $awk_rule_functions.)
#
# Metrics of this host in Prometheus' text format. `lvs-metrics FILE` writes them for node_exporter;
# `lvs-metrics` prints them.
# Lines `QUORUM SERVICE`: the sum of weights below which a service is down, and the service as in $rules.
quorums=$memory/ipvs.quorums

# main [FILE]: print the metrics, or write them to a file.
main() {
    [ $# -gt 0 ] || {
        metrics
        return
    }
    # The folder may belong to node_exporter's user, who could put a link there, even a link to a folder.
    rm -f "$1.new"
    (set -C && metrics >"$1.new")
    mv -fT "$1.new" "$1"
}

metrics() {
    units=
    if [ -e "$routers" ]; then
        # All metrics of the table must show the same moment.
        snapshot=$(table)
        comparison=$(compare_with_plan)
        vrrp_metrics
        service_metrics
        script_metrics
        echo "{version=\"$(keepalived_version)\"} 1" | metric keepalived_info "Version of keepalived on this host."
        units="keepalived lvs-director"
    fi
    # A machine may be both.
    if [ ! -e "$routers" ] || ls /etc/lvs/real-servers/*.conf >/dev/null 2>&1; then
        echo " $(truth /usr/local/sbin/lvs-real-server check)" | metric real_server_ready \
            "Whether this host has the addresses, tunnels and routes of a real server."
        units="$units lvs-real-server"
    fi
    change_metrics
    for unit in $units; do
        echo "{unit=\"$unit\"} $(truth systemctl is-active -q "$unit")"
    done | metric unit_active "Whether a systemd unit is active."
    echo " $(date +%s)" | metric metrics_timestamp_seconds "Time of these metrics."
}

# truth COMMAND…: print 1 if a command succeeds, and 0 if it fails.
truth() { if "$@" >/dev/null 2>&1; then echo 1; else echo 0; fi; }

# metric NAME HELP: print a metric. stdin has its samples without the name; without a sample nothing is
# printed.
metric() {
    awk -v name="lvs_$1" -v help="$2" '
        NR == 1 { print "# HELP " name " " help "\n# TYPE " name " gauge" }
        { print name $0 }'
}

# column NUMBER: print the labels and that word of each line, as samples.
column() { awk -v number="$1" 'NF { print $1, $number }'; }

vrrp_metrics() {
    here=$(presence | awk '
        file == 1 && $1 == "instance" {
            labels[$2] = "{vrrp_instance=\"" $2 "\",router_id=\"" $4 "\",interface=\"" $3 "\"}"
        }
        file == 2 { print labels[$1], ($2 > 0 && $2 == $3), $2, $3 }
    ' file=1 "$routers" file=2 -)
    echo "$here" | column 2 | metric vrrp_active \
        "Whether this host has all virtual IPs of a virtual router."
    echo "$here" | column 3 | metric vrrp_addresses_present "Virtual IPs that this host has."
    echo "$here" | column 4 | metric vrrp_addresses_expected \
        "Virtual IPs that an active director has."
}

# The labels of a service or server come from its rule.
labels='
    function labels(rule,  word, proto) {
        split(rule, word, " ")
        proto = word[2] == "-t" ? "TCP" : word[2] == "-u" ? "UDP" : word[2] == "-f" ? "FWM" : "SCTP"
        return "proto=\"" proto "\",service=\"" word[3] "\""
    }
    function labels_with_server(rule,  place) {
        place = rule
        sub(/.* -r /, "", place)
        sub(/ .*/, "", place)
        return "{" labels(rule) ",server=\"" place "\"}"
    }
    function weight(rule) { return sub(/.* -w /, "", rule) ? rule + 0 : 1 }
'

service_metrics() {
    services=$(table | awk "$awk_rule_functions $labels"'
        file == 1 { quorum[substr($0, length($1) + 2)] = $1 }
        file == 2 && $1 == "-A" { name[++count] = service($0); printed[count] = "{" labels($0) "}" }
        file == 2 && $1 == "-a" { planned[service($0)] += weight($0); ours[server($0)] }
        file == 3 && $1 == "-a" && server($0) in ours { up[service($0)] += weight($0) }
        END {
            for (i = 1; i <= count; i++)
                print printed[i], up[name[i]] + 0, planned[name[i]] + 0, quorum[name[i]] + 0
        }
    ' file=1 "$quorums" file=2 "$rules" file=3 -)
    echo "$services" | column 2 | metric service_weight_up \
        "Sum of the weights of a service's servers that get connections."
    echo "$services" | column 3 | metric service_weight_planned \
        "Sum of the weights of a service's servers when all are up."
    echo "$services" | column 4 | metric service_quorum \
        "Sum of weights below which a service counts as down."
    rules_of down | awk "$labels"'
        file == 1 { down[$0]; next }
        $1 == "-a" && weight($0) > 0 { print labels_with_server($0), !($0 in down) }
    ' file=1 - file=2 "$rules" | metric real_server_up \
        "Whether a server with a weight above 0 gets connections."
    table | awk "$awk_rule_functions $labels"'
        file == 1 && $1 == "-a" && weight($0) > 0 { serving[server($0)] }
        file == 2 && sub(/^sorry /, "") { print labels_with_server($0), server($0) in serving }
    ' file=1 - file=2 "$rules" | metric sorry_server_up \
        "Whether a sorry server gets connections because the pool is down."
    echo " $(rules_of lacking | grep -c '^-A')" | metric ipvs_lacking_services \
        "Services of the plan that the kernel lacks or has with other options."
    echo " $(rules_of surplus | wc -l)" | metric ipvs_surplus_rules \
        "Services and servers in the kernel that the plan does not have."
}

# keepalived logs a change of a script's result. The last line of each configured script counts. A
# script that has always succeeded may have no line. The log does not show a script's arguments.
script_metrics() {
    run=$(systemctl show -p InvocationID keepalived)
    journalctl -q -b -o cat -n 2000 "_SYSTEMD_INVOCATION_ID=${run#*=}" | awk '
        file == 1 { sub(/.* -r /, ""); servers[$1]; next }
        file == 2 && $1 == "vrrp_script" { tracked[$2] }
        file == 2 && sub(/^ *misc_path "/, "") { sub(/[" ].*/, ""); checks[$0] }
        file != 3 { next }
        match($0, /^Script `.*` now returning /) {
            name = substr($0, 9, RLENGTH - 24)
            if (name in tracked) record(name, "", substr($0, RLENGTH + 1) != "0")
        }
        match($0, /^Misc check for \[.*\] by \[.*\] /) {
            place = name = substr($0, 17, RLENGTH - 18)
            sub(/.*\] by \[/, "", name)
            sub(/ VS .*/, "", place)
            sub(/:[a-z]+:/, ":", place)
            if (place !~ /:.*:/) gsub(/[][]/, "", place)
            if (name in checks && place in servers) record(name, place, substr($0, RLENGTH + 1) !~ /^succ/)
        }
        function record(script, server, fails) {
            gsub(/["\\]/, "\\\\&", script)
            server = server == "" ? "" : ",server=\"" server "\""
            state["{script=\"" script "\"" server "}"] = fails
        }
        END { for (labels in state) print labels, state[labels] }
    ' file=1 "$rules" file=2 /etc/keepalived/keepalived.conf file=3 - | sort | metric check_script_failing \
        "Whether a script that decides about a server or a virtual router fails, by the last line in keepalived's log."
}

change_metrics() {
    for folder in $(all_steps); do
        # During a first change the file does not exist yet.
        [ ! -e "$folder/files" ] || echo "{step=\"${folder##*/}\"} $(stat -c %Y "$folder/files")"
    done | largest | metric last_apply_timestamp_seconds "Time of the last apply of a step, changed or not."
    for folder in $(all_steps); do
        [ ! -e "$folder/known" ] || echo "{step=\"${folder##*/}\"} $(truth [ -e "$folder/changing" ])"
    done | largest | metric change_unfinished "Whether a change is under way or was interrupted."
    echo " $(drifted_files | wc -l)" | metric drift_files \
        "Files of this project that somebody has changed or removed."
    echo " $(drifted_sysctls | wc -l)" | metric drift_settings \
        "Sysctls whose value differs from the file of this project."
}

# Several components may have a step of the same name on this host.
largest() { awk '!($1 in value) || $2 > value[$1] { value[$1] = $2 } END { for (label in value) print label, value[label] }' | sort; }

drifted_sysctls() {
    for settings in /etc/sysctl.d/lvs.conf /etc/sysctl.d/lvs-*.conf; do
        [ ! -e "$settings" ] || differing_sysctls "$settings"
    done
}

# During a change the files are newer than the applied copies. The copy of a secret file is empty.
drifted_files() {
    for folder in $(all_steps); do
        [ ! -e "$folder/changing" ] || continue
        applied=$folder/applied
        sums=$folder/sums
        find "$applied" -type f 2>/dev/null | while read -r copy; do
            cmp -s "$copy" "${copy#"$applied"}" || grep -qs "  ${copy#"$applied"}\$" "$sums" || echo "$copy"
        done
        [ ! -e "$sums" ] || sha256sum --quiet -c "$sums" 2>/dev/null || :
    done
}
