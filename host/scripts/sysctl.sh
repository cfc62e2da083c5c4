# shellcheck shell=sh disable=SC2086,SC2154
# (SC2086: lists are words without blanks and are split on purpose. SC2154: transaction.sh sets them.)
#
# The sysctls in our files below /etc/sysctl.d, which have the form that `sysctl` prints.

# sysctls_in FILE…: print the keys in the sysctl files among these files.
sysctls_in() {
    for file in "$@"; do
        case "$file" in
            /etc/sysctl.d/*) [ ! -e "$file" ] || sed 's/ *=.*//' "$file" ;;
        esac
    done
}

save_original_sysctls() {
    touch "$state/sysctl.found"
    known=$(sed 's/ = .*//' "$state/sysctl.found" | words)
    for key in $(sysctls_in $staged); do
        ! has "$known" "$key" || continue
        original=$(sysctl "$key" 2>/dev/null) ||
            fail "the kernel has no sysctl $key. Remove it from this host's arguments."
        echo "$original" >>"$state/sysctl.found"
    done
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
        has "$ours" "$key" || grep -F "$key = " "$state/sysctl.found" | sysctl -e -q -p -
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
