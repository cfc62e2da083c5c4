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
        original=$(original_of "$key") ||
            fail "the kernel has no sysctl $key. Remove it from this host's arguments."
        echo "$original" >>"$state/sysctl.found"
    done
}

# Print the value of a sysctl from before the first change of any component.
original_of() {
    for folder in $(other_steps); do
        ! is_sysctl_of "$folder" "$1" || {
            grep -F "$1 = " "$folder/sysctl.found"
            return
        }
    done
    sysctl "$1" 2>/dev/null
}

# is_sysctl_of STEP_FOLDER KEY: Does a file of that step set this sysctl?
is_sysctl_of() {
    # shellcheck disable=SC2046  # words
    sysctls_in $(words_in "$1/files") | grep -qxF "$2"
}

is_held_sysctl() {
    for folder in $(other_steps); do
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
