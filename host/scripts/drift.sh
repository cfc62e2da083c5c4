# shellcheck shell=sh
# Differences of this host, for report.sh: `check` compares it with its applied state, and `differences`
# with the files of a bundle.

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
    [ -n "$other" ] || return 0
    for folder in $(own_steps); do
        ! has_deferred "$folder" || is_unproved "$folder" || {
            report_drift "last up" "The host has deferred its change of: $other. Run \`pulumi up\`."
            return
        }
    done
    report_drift "last up" "The last \`up\` gave this host other files: $other." \
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

# report_secret PATH
report_secret() { report_drift "file $1" "differs. Its content is secret."; }

# mode PATH: print the mode and the owner of a file.
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

# is_surplus PATH: Does a file exist that is not in the bundle?
is_surplus() { [ -n "$1" ] && [ -e "$1" ] && ! echo "$files" | grep -qE "^[0-7]+ $1( |\$)"; }

# content PATH: print a file of the bundle.
content() {
    bundle | awk -v path="$1" '
        /^(package|set|secret) / { next }
        /^file / { is_wanted = $3 == path; next }
        is_wanted { print substr($0, 5) }'
}
