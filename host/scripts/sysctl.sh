# shellcheck shell=sh disable=SC2086,SC2154
# (SC2086: lists are words without blanks and are split on purpose. SC2154: transaction.sh sets them.)
#
# The sysctls in our files below /etc/sysctl.d, which have the form that `sysctl` prints.

# sysctls_in FILE…: print the keys in the sysctl files among these files.
sysctls_in() {
    for file in "$@"; do
        case "$file" in
            /etc/sysctl.d/*) [ ! -e "$file" ] || keys_in "$file" ;;
        esac
    done
}

# Save the values from before the first change of any component.
save_original_sysctls() {
    : >>"$state/sysctl.found"
    known=$(keys_in "$state/sysctl.found" | words)
    new=
    for key in $(sysctls_in $staged); do
        has "$known" "$key" || found_sysctl "$key" >>"$state/sysctl.found" || new="$new $key"
    done
    [ -z "$new" ] || complaint=$(sysctl $new 2>&1 >>"$state/sysctl.found") ||
        fail "the kernel has no sysctl $(echo "$complaint" | sed 's|.*/proc/sys/\(.*\): .*|\1|; s|/|.|g' | join_lines ', ')." \
            "Remove it from this host's arguments."
}

# found_sysctl KEY: print the original value that another component has found.
found_sysctl() {
    for folder in $others; do
        ! is_sysctl_of "$folder" "$1" || {
            grep -F "$1 = " "$folder/sysctl.found"
            return
        }
    done
    return 1
}

# is_sysctl_of STEP_FOLDER KEY: Does a file of that step set this sysctl?
is_sysctl_of() {
    # shellcheck disable=SC2046  # words
    has "$(sysctls_in $(words_in "$1/files") | words)" "$2"
}

# is_held_sysctl SYSCTL: Does another component set it too?
is_held_sysctl() {
    for folder in $others; do
        ! is_sysctl_of "$folder" "$1" || return 0
    done
    return 1
}

# Print the original sysctls, without those that another component sets.
restore_sysctls() {
    while read -r key value; do
        is_held_sysctl "$key" || echo "$key $value"
    done <"$state/sysctl.found"
}

back_up_sysctls() {
    keys=$(sysctls_in $staged $installed)
    [ -z "$keys" ] || sysctl -e $keys >"$state/sysctl.old"
}

load_sysctls() {
    for path in $paths; do
        case "$path" in
            /etc/sysctl.d/*) sysctl -q -p "$path" ;;
        esac
    done
}

# Restore the original value of each sysctl that the new files no longer set.
restore_dropped_sysctls() {
    ours=$(sysctls_in $paths | words)
    for key in $keys; do
        has "$ours" "$key" || is_held_sysctl "$key" || grep -F "$key = " "$state/sysctl.found" | sysctl -e -q -p -
    done
}

verify_sysctls() {
    for path in $paths; do
        case "$path" in
            /etc/sysctl.d/*) differing=$(differing_sysctls "$path" | join_lines) ;;
            *) continue ;;
        esac
        [ -z "$differing" ] || fail "the kernel differs from $path: $differing"
    done
}
