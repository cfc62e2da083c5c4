# shellcheck shell=sh
# Report the state of this host, and change nothing.
#
# `status` prints facts. A fact is a line of words, and its first word is its kind:
#   host NAME
#   kernel RELEASE
#   uptime SECONDS
#   clock SECONDS                      since 1970
#   keepalived VERSION                 if it is installed
#   step NAME SECONDS                  time of the last apply, changed or not, since 1970
#   deferred                           the host deferred a change and has not carried it out
#   unit NAME ACTIVE ENABLED           in systemd's words
#   complaint UNIT SENTENCE            output of the unit's own check
#   router NAME INTERFACE ID STATE     active with all its virtual IPs, backup with none, or split
#   address NAME DEVICE IP STATE       a virtual IP, with its router or `-`: here or absent
#   rule RULE                          a line of the plan's IPVS table, ipvs.rules
#   service RATES RULE                 a service of the kernel's IPVS table
#   server ACTIVE INACTIVE RATES RULE  a server of that table, with its connections
# RATES are five numbers per second: connections, packets in and out, bytes in and out.
#
# `check` prints the facts `router` and `address`, and all differences from the applied state. A setting
# `applied` names a file that the stack's state has for this host, by its digest and path. `diff`
# prints the differences between the bundle's files and the live ones. A difference is a line `drift
# SUBJECT` and a unified diff, indented like the files of a bundle.
#
# With a setting `role`, `director` or `realServer`, the report is about that role of a machine that has
# both. Every report ends with the line `end`. One without it is not whole.
lists=/etc/lvs/real-servers

main() {
    read_heads
    case "$1" in
        status) status ;;
        check) check ;;
        diff) differences ;;
    esac
    echo end
}

status() {
    system
    steps
    unit_facts
    complaints
    virtual_ips
    ! has_rules || sed 's/^/rule /' "$rules"
    ! has_rules || live_table
}

# is_about ROLE
is_about() { role=$(setting role) && [ "${role:-$1}" = "$1" ]; }

has_rules() { is_about director && [ -e "$rules" ]; }
has_routers() { is_about director && [ -e "$routers" ]; }

# Print the folders of the steps that the report is about.
own_steps() {
    case "$(setting role)" in
        director) all_steps | grep "^$memory/director/" ;;
        realServer) all_steps | grep "^$memory/real-servers/" ;;
        *) all_steps ;;
    esac
}

system() {
    echo "host $(uname -n)"
    echo "kernel $(uname -r)"
    echo "uptime $(cut -d . -f 1 /proc/uptime)"
    echo "clock $(date +%s)"
    ! is_about director || keepalived_version | sed 's/^/keepalived /'
}

steps() {
    for folder in $(own_steps); do
        [ ! -e "$folder/files" ] || echo "step ${folder##*/} $(stat -c %Y "$folder/files")"
        # Older versions called a deferred change postponed.
        [ ! -e "$folder/deferred" ] && [ ! -e "$folder/postponed" ] || echo deferred
    done
}

# Print the units that must run on this host.
units() {
    ! has_rules || printf '%s\n' keepalived lvs-director
    [ -z "$(own_lines)" ] || echo lvs-real-server
    ! is_about realServer || ! cat "$memory"/real-servers/*/configure/files 2>/dev/null | grep -qx /var/www/html/index.html ||
        if [ -e /usr/sbin/apache2 ]; then echo apache2; else echo httpd; fi
}

# unit_state UNIT: print `active enabled` if all is well.
unit_state() {
    active=$(systemctl is-active "$1" 2>/dev/null) || :
    enabled=$(systemctl is-enabled "$1" 2>/dev/null) || :
    echo "${active:-unknown} ${enabled:-absent}"
}

unit_facts() { units | while read -r unit; do echo "unit $unit $(unit_state "$unit")"; done; }

complaints() {
    denials 0 "complaint audit "
    for unit in $(is_about director && echo lvs-director) $(is_about realServer && echo lvs-real-server); do
        [ -x "/usr/local/sbin/$unit" ] || continue
        complaint=$("/usr/local/sbin/$unit" check 2>&1) || complaint=$(echo "$complaint" | join_lines)
        [ -z "$complaint" ] || echo "$complaint" | sed "s/^/complaint $unit /"
    done
}

virtual_ips() {
    ! has_routers || states | awk '
        file == 1 { state[$1] = $2; next }
        $1 == "instance" { print "router", $2, $3, $4, state[$2] }
    ' file=1 - file=2 "$routers"
    own_addresses | while read -r name device ip; do
        if ip -o address show dev "$device" 2>/dev/null | grep -qF " $ip/"; then
            echo "address $name $device $ip here"
        else
            echo "address $name $device $ip absent"
        fi
    done
}

# Print the lines of all lists of real servers. Older versions had one list.
own_lines() { ! is_about realServer || cat /etc/lvs/real-server "$lists"/*.conf 2>/dev/null | awk '!seen[$0]++'; }

# Print `NAME DEVICE IP` of each virtual IP that this host may have, now or after a failover.
own_addresses() {
    ! has_routers || sed -n 's|^address \([^ ]* [^ ]* [^ /]*\).*|\1|p' "$routers"
    own_lines |
        sed -n 's|^address \([^ /]*\)[^ ]* \([^ ]*\)$|- \2 \1|p'
}

# All lists of ipvsadm have the same order, and their numbers at the end of a line.
live_table() {
    has_ipvs || return 0
    { table; echo counts; ipvsadm -Ln; echo rates; ipvsadm -Ln --rate --exact; } | awk '
        part == "" && /^-/ { rule[++count] = $0 }
        /^(counts|rates)$/ { part = $1; place = 0 }
        /^(TCP|UDP|SCTP|FWM) / || (place && $1 == "->") {
            place++
            if (part == "counts") connections[place] = $(NF - 1) " " $NF " "
            else rates[place] = $(NF - 4) " " $(NF - 3) " " $(NF - 2) " " $(NF - 1) " " $NF " "
        }
        END {
            for (i = 1; i <= count; i++)
                if (rule[i] ~ /^-A/) print "service " rates[i] rule[i]
                else print "server " connections[i] rates[i] rule[i]
        }'
}

check() {
    was=applied now=now
    virtual_ips
    if own_steps | grep -q '/configure$'; then
        check_state
    else
        report_drift "set-up" "nothing has been applied. Run \`pulumi up\`." \
            "A host that was installed anew needs a new word in repair."
    fi
    for folder in $(own_steps); do
        [ ! -e "$folder/files" ] || check_files "$folder"
    done
    units | while read -r unit; do
        compare "unit $unit" "active enabled" "$(unit_state "$unit")"
    done
    check_addresses
    complaints | while read -r _ unit complaint; do
        # check_addresses reports a missing address. Older versions of lvs-real-server say "not so".
        case "$complaint" in
            "missing: address "* | "not so: address "*) ;;
            *) compare "check of $unit" "" "$complaint" ;;
        esac
    done
    ! has_rules || compare "IPVS table" "$(wanted_table)" "$(present_table)"
}

# A host that was restored from a copy is as its own record says, but not as the state says.
check_state() {
    other=$(setting applied | while read -r digest path; do
        for folder in $(own_steps); do
            [ ! -f "$folder/applied$path" ] || sha256sum <"$folder/applied$path"
        done | grep -q "^$digest " || echo "$path"
    done | join_lines ', ')
    [ -z "$other" ] || report_drift "last up" "The last \`up\` gave this host other files: $other." \
        "The host or the state comes from a copy, or an \`up\` was cut off." \
        "Set repair to a new word and run \`pulumi up\`."
}

# check_files STEP_FOLDER
check_files() {
    while read -r path; do
        # The list of a step without files is one empty line.
        [ -f "$1/applied$path" ] || continue
        sum=$(awk -v path="$path" '$2 == path' "$1/sums" 2>/dev/null) || :
        if [ -n "$sum" ]; then
            echo "$sum" | sha256sum --status -c 2>/dev/null || report_secret "$path"
        else
            report_drift "file $path" "$(diff -u -N --label "$path ($was)" --label "$path ($now)" \
                "$1/applied$path" "$path")"
        fi
        [ ! -e "$path" ] || compare "mode of $path" "$(mode "$1/applied$path")" "$(mode "$path")"
        case "$path" in
            /etc/sysctl.d/*) check_sysctls "$1/applied$path" ;;
        esac
    done <"$1/files"
}

report_secret() { report_drift "file $1" "differs. Its content is secret."; }

mode() { stat -c '%a %U' "$1"; }

# check_sysctls FILE: compare the kernel's values with the file.
check_sysctls() {
    # shellcheck disable=SC2046  # words
    compare sysctls "$(cat "$1")" \
        "$(sysctl -e $(keys_in "$1") 2>/dev/null | sed 's/\t/ /g')"
}

# A director has all virtual IPs of a router or none; a real server has all of its own.
check_addresses() {
    addresses=$(virtual_ips)
    wanted=$(echo "$addresses" | address_lines split -)
    present=$(echo "$addresses" | grep -v 'absent$' | address_lines split -)
    compare "virtual IPs" "$wanted" "$present"
}

# address_lines STATE NONE: print `IP DEVICE` of the addresses of routers in that state, and of those
# whose router is NONE.
address_lines() {
    awk -v state="$1" -v none="$2" '
        $1 == "router" && $5 == state { routers[$2] }
        $1 == "address" && ($2 == none || $2 in routers) { print $4, $3 }'
}

# Print the plan's table. Weights and sorry servers are those of the kernel if health checks decide
# about them.
wanted_table() {
    table | awk "$awk_rule_functions $key_function"'
        file == 1 { live[key($0)] = $0; next }
        file == 2 { if (sub(/^varies /, "")) varies[$0]; next }
        /^varies / { next }
        sub(/^sorry /, "") { if (key($0) in live) print; next }
        key($0) in varies && weightless(live[key($0)]) == weightless($0) { print live[key($0)]; next }
        { print }
    ' file=1 - file=2 "$rules" file=3 "$rules"
}

# Print the kernel's table in the plan's order.
present_table() {
    table | awk "$awk_rule_functions $key_function"'
        file == 1 { live[key($0)] = $0; order[++count] = key($0); next }
        /^varies / { next }
        { sub(/^sorry /, ""); if (key($0) in live) { print live[key($0)]; delete live[key($0)] } }
        END { for (i = 1; i <= count; i++) if (order[i] in live) print live[order[i]] }
    ' file=1 - file=2 "$rules"
}

key_function='function key(rule) { return rule ~ /^-A/ ? service(rule) : server(rule) }'

# compare SUBJECT OLD NEW
compare() {
    [ "$2" != "$3" ] || return 0
    new=/dev/fd/3
    [ -n "$3" ] || new=/dev/null
    report_drift "$1" "$({ [ -z "$2" ] || printf '%s\n' "$2"; } |
        diff -u --label "$1 ($was)" --label "$1 ($now)" - "$new" 3<<END
$3
END
    )"
}

# report_drift SUBJECT DIFF, or SUBJECT SENTENCE…
report_drift() {
    subject=$1
    shift
    [ -n "$*" ] || return 0
    echo "drift $subject"
    printf '%s\n' "$*" | sed 's/^/    /'
}

differences() {
    was=now now=rendered
    files=$(bundle | sed -n 's/^file //p; s/^secret //p')
    [ -z "$files" ] || echo "$files" | while read -r mode path digest _; do
        if [ -n "$digest" ]; then
            cmp -s "$secret_texts/$digest" "$path" || report_secret "$path"
        else
            report_drift "file $path" "$(content "$path" |
                diff -u -N --label "$path ($was)" --label "$path ($now)" "$path" -)"
        fi
        [ ! -e "$path" ] || compare "mode of $path" "$(stat -c 0%a "$path")" "$mode"
    done
    for folder in $(own_steps | grep -v '/secret$'); do
        [ ! -e "$folder/files" ] || while read -r path; do
            ! is_surplus "$path" || report_drift "file $path" "$(diff -u \
                --label "$path ($was)" --label "$path ($now)" "$path" /dev/null)"
        done <"$folder/files"
    done
}

is_surplus() { [ -n "$1" ] && [ -e "$1" ] && ! echo "$files" | grep -qE "^[0-7]+ $1( |\$)"; }

# content PATH: print a file of the bundle.
content() {
    bundle | awk -v path="$1" '
        /^(package|set|secret) / { next }
        /^file / { is_wanted = $3 == path; next }
        is_wanted { print substr($0, 5) }'
}
