# shellcheck shell=sh disable=SC2086,SC2154
# (SC2086: lists are words without blanks and are split on purpose. SC2154: transaction.sh sets them.)
# Undo a change: after a failure, after an interruption, or when the host leaves.

# A killed process leaves a half-made change.
recover_interrupted() {
    [ -e "$state/changing" ] || return 0
    say "rolling back an earlier change that was interrupted"
    roll_back
    set -e
    undoing=
    for path in $touched; do
        has "$installed" "$path" || installed="$installed $path"
    done
    changed=yes
    clean
}

# Restore the files from before a change that has begun. The services of a first change stop while
# its files are still there. Addresses go before the sysctls that keep the kernel from announcing them.
roll_back() {
    undoing=yes
    set +e
    [ -e "$state/files" ] || stop_services
    touched=$(words_in "$state/changing")
    for path in $touched; do
        restore_file old "$path"
    done
    [ ! -e "$state/files" ] || activate
    [ ! -e "$state/sysctl.old" ] || sysctl -e -q -p "$state/sysctl.old"
}

undo() {
    status=$?
    trap - EXIT
    ignore_signals
    undoing=yes
    set +e
    [ -z "$changing" ] || {
        new_denials "$(uname -n): " >&2
        roll_back
    }
    clean
    if [ ! -e "$state/files" ]; then
        # An untouched service must not restart either.
        [ -z "$changing$changed" ] || after_restore
        delete_state
        drop_empty_claim "$claim"
    elif [ -n "$changing" ]; then
        if (undoing= && verify); then
            outcome="; the former configuration works"
        else
            outcome="; the former configuration does not work either"
        fi
    fi
    [ -z "$changing" ] || say "rolled back${outcome:-}" >&2
    exit "$status"
}

remove() {
    # An interrupted first apply may have left staged files and folders before its change began.
    if [ ! -e "$state/known" ]; then
        clean
        delete_state
        return
    fi
    clean
    stop_services
    for path in $(words_in "$state/known"); do
        restore_original "$path"
    done
    # shellcheck disable=SC2046  # words
    label_copies $(words_in "$state/known")
    # A device and its sysctls may be gone.
    restore_sysctls | sysctl -e -q -p - || say "some sysctls could not be restored"
    after_restore
    sync_files
    delete_state
}

delete_state() {
    [ ! -e "$state/directories" ] || sed '1!G;h;$!d' "$state/directories" | while read -r path; do
        [ ! -d "$path" ] || rmdir --ignore-fail-on-non-empty "$path"
    done
    rm -rf "$state"
}
