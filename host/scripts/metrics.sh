# shellcheck shell=sh disable=SC2154
# (SC2154: $routers, $rules and $parts are set in vrrp.sh and ipvs.sh.)
#
# What Prometheus is to know of a host, in its own text format: `lvs-metrics FILE` writes it for
# node_exporter, `lvs-metrics` prints it. Nothing else is changed.
memory=/var/lib/pulumi-lvs
# The sum of weights below which a service is down, and the service in the words of $rules.
quorums=$memory/ipvs.quorums
settings=/etc/sysctl.d/lvs.conf

main() {
    [ $# -gt 0 ] || {
        metrics
        return
    }
    metrics >"$1.new"
    mv -f "$1.new" "$1"
}

metrics() {
    if [ -e "$routers" ]; then
        # All that is told of the table is of one moment.
        seen=$(table)
        found=$(beside_plan)
        vrrp_metrics
        service_metrics
        script_metrics
        version=$(keepalived -v 2>&1 | sed -n 's/^Keepalived v\([0-9.]*\).*/\1/p')
        echo "{version=\"$version\"} 1" | metric keepalived_info "The keepalived of this host."
        units="keepalived lvs-director"
    else
        echo " $(truth /usr/local/sbin/lvs-real-server check)" | metric real_server_ready \
            "Whether this host has the addresses, tunnels and routes of a real server."
        units=lvs-real-server
    fi
    change_metrics
    for unit in $units; do
        echo "{unit=\"$unit\"} $(truth systemctl is-active -q "$unit")"
    done | metric unit_active "Whether a systemd unit is active."
    echo " $(date +%s)" | metric metrics_timestamp_seconds "When these metrics were taken."
}

truth() { if "$@" >/dev/null 2>&1; then echo 1; else echo 0; fi; }

# metric NAME HELP: a metric whose samples are on stdin, each without the name. Where there is no
# sample, there is no metric.
metric() {
    awk -v name="lvs_$1" -v help="$2" '
        NR == 1 { print "# HELP " name " " help "\n# TYPE " name " gauge" }
        { print name $0 }'
}

# column NUMBER: that word of each line after its labels, as samples.
column() { awk -v number="$1" 'NF { print $1, $number }'; }

vrrp_metrics() {
    here=$(presence | awk '
        file == 1 && $1 == "instance" {
            labels[$2] = "{vrrp_instance=\"" $2 "\",router_id=\"" $4 "\",interface=\"" $3 "\"}"
        }
        file == 2 { print labels[$1], ($2 > 0 && $2 == $3), $2, $3 }
    ' file=1 "$routers" file=2 -)
    echo "$here" | column 2 | metric vrrp_owner \
        "Whether this host has all virtual IPs of a VRRP router."
    echo "$here" | column 3 | metric vrrp_addresses_present "Virtual IPs that this host has."
    echo "$here" | column 4 | metric vrrp_addresses_expected "Virtual IPs that an owner has."
}

# The labels of a service or server, out of its rule.
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
    services=$(table | awk "$parts $labels"'
        file == 1 { quorum[substr($0, length($1) + 2)] = $1 }
        file == 2 && $1 == "-A" { name[++count] = service($0); shown[count] = "{" labels($0) "}" }
        file == 2 && $1 == "-a" { planned[service($0)] += weight($0); ours[server($0)] }
        file == 3 && $1 == "-a" && server($0) in ours { up[service($0)] += weight($0) }
        END {
            for (i = 1; i <= count; i++)
                print shown[i], up[name[i]] + 0, planned[name[i]] + 0, quorum[name[i]] + 0
        }
    ' file=1 "$quorums" file=2 "$rules" file=3 -)
    echo "$services" | column 2 | metric service_weight_up \
        "Sum of the weights of a service's servers that get connections."
    echo "$services" | column 3 | metric service_weight_planned \
        "Sum of the weights of a service's servers when all are up."
    echo "$services" | column 4 | metric service_quorum \
        "Sum of weights below which a service counts as down."
    findings down | awk "$labels"'
        file == 1 { down[$0]; next }
        $1 == "-a" && weight($0) > 0 { print labels_with_server($0), !($0 in down) }
    ' file=1 - file=2 "$rules" | metric real_server_up \
        "Whether a server that is to have connections gets some."
    table | awk "$parts $labels"'
        file == 1 && $1 == "-a" && weight($0) > 0 { serving[server($0)] }
        file == 2 && sub(/^sorry /, "") { print labels_with_server($0), server($0) in serving }
    ' file=1 - file=2 "$rules" | metric sorry_server_up \
        "Whether a sorry server answers, since the pool is down."
    echo " $(findings lacking | grep -c '^-A')" | metric ipvs_lacking_services \
        "Services that the kernel lacks or has otherwise than planned."
    echo " $(findings surplus | wc -l)" | metric ipvs_surplus_rules \
        "Services and servers in the kernel that are in no plan."
}

# What keepalived has said last of each script that it is configured with. It says something when a
# script answers otherwise than before: of one that has always succeeded it may have said nothing,
# and it does not name the arguments.
script_metrics() {
    run=$(systemctl show -p InvocationID keepalived)
    journalctl -q -b -o cat -n 2000 "_SYSTEMD_INVOCATION_ID=${run#*=}" | awk '
        file == 1 { sub(/.* -r /, ""); servers[$1]; next }
        file == 2 && $1 == "vrrp_script" { tracked[$2] }
        file == 2 && sub(/^ *misc_path "/, "") { sub(/[" ].*/, ""); checks[$0] }
        file != 3 { next }
        match($0, /^Script `.*` now returning /) {
            name = substr($0, 9, RLENGTH - 24)
            if (name in tracked) said(name, "", substr($0, RLENGTH + 1) != "0")
        }
        match($0, /^Misc check for \[.*\] by \[.*\] /) {
            place = name = substr($0, 17, RLENGTH - 18)
            sub(/.*\] by \[/, "", name)
            sub(/ VS .*/, "", place)
            sub(/:[a-z]+:/, ":", place)
            if (place !~ /:.*:/) gsub(/[][]/, "", place)
            if (name in checks && place in servers) said(name, place, substr($0, RLENGTH + 1) !~ /^succ/)
        }
        function said(script, server, fails) {
            gsub(/["\\]/, "\\\\&", script)
            server = server == "" ? "" : ",server=\"" server "\""
            state["{script=\"" script "\"" server "}"] = fails
        }
        END { for (labels in state) print labels, state[labels] }
    ' file=1 "$rules" file=2 /etc/keepalived/keepalived.conf file=3 - | sort | metric check_script_failing \
        "Whether a script that decides about a server or a VRRP router fails, as far as keepalived says."
}

change_metrics() {
    for files in "$memory"/*/files; do
        # At a first change there is none yet.
        [ ! -e "$files" ] || echo "{step=\"$(step_of "$files")\"} $(stat -c %Y "$files")"
    done | metric last_apply_timestamp_seconds "When a step was last applied or found unchanged."
    for known in "$memory"/*/known; do
        echo "{step=\"$(step_of "$known")\"} $(truth [ -e "${known%/*}/changing" ])"
    done | metric change_unfinished "Whether a change is under way or was cut off."
    echo " $(drifted | wc -l)" | metric drift_files \
        "Files of ours that somebody has changed or removed."
    echo " $(settings_drifted | wc -l)" | metric drift_settings \
        "Kernel settings that are otherwise than our file says."
}

step_of() { basename "${1%/*}"; }

settings_drifted() { [ ! -e "$settings" ] || settings_unlike "$settings"; }

# While a change is under way, files are ahead of what is remembered.
drifted() {
    for applied in "$memory"/*/applied; do
        [ ! -e "${applied%/*}/changing" ] || continue
        find "$applied" -type f 2>/dev/null | while read -r copy; do
            cmp -s "$copy" "${copy#"$applied"}" || echo "$copy"
        done
        [ ! -e "${applied%/*}/sums" ] || sha256sum --quiet -c "${applied%/*}/sums" 2>/dev/null || :
    done
}
