# shellcheck shell=sh disable=SC2086
# (SC2086: lists are words without blanks and are split on purpose.)
#
# A step is applied as a whole or not at all. After a failure the host has its former files again.
# The script of a step sets
#   step           its name, and the name of its folder in the claim
#   note           what `apply` prints at the end, if it is more than "applied"
#   scratch        a temporary file of its own beside a live file, if it has one
#   deferral       a sentence, if the step `deferred` must carry out a part of the change
# finds in `touched` the live files that have changed and in `others` the folders of all other steps, and
# defines
#   ready          Refuse a change that cannot work. The new files are staged, the live ones unchanged.
#                  Set `changed` if the function itself changes the host.
#   activate       Make the live files take effect, whether they are new or restored.
#   verify         Fail unless they took effect. It is also a condition, where `set -e` has no effect.
#   stop_services  Stop what the files started, before they are removed. After an interruption some
#                  of them may be missing.
#   after_restore  Make the files from before the first change take effect again.
# `apply` calls ready, activate and verify, in this order. A step may also define
#   defers         Succeed if the step `deferred` must carry out the whole change.
#   prove          Fail if something outside this host is wrong. The change is in force and stays.

defers() { false; }
prove() { :; }

# main VERB
main() {
    changing=
    changed=
    touched=
    # `cp --parents` of coreutils 9.1 needs to start in the root folder.
    cd /
    lock
    # The shell prints a variable faster than a here-document.
    text=$(bundle)
    bundle() { printf '%s\n' "$text"; }
    read_heads
    state=$memory/$claim/$step
    [ "$1" != apply ] || take_host
    others=
    for folder in $(all_steps); do [ "$folder" = "$state" ] || others="$others $folder"; done
    secret_paths=$(values secret | paths_of)
    paths=$secret_paths$(values file | paths_of)
    [ "$step" != secret ] || secret_paths=$paths
    staged=
    for path in $paths; do staged="$staged $path.lvs-new"; done
    installed=$(words_in "$state/files")
    trap '' PIPE
    heed_signals
    case "$1" in
        apply)
            trap 'undo' EXIT
            apply
            trap - EXIT
            ;;
        remove) remove ;;
    esac
}

heed_signals() {
    trap 'exit 143' INT HUP
    trap 'say "$step was terminated: its limit of ten minutes passed, or somebody ended it" >&2; exit 143' TERM
}

# The step and its children go on.
ignore_signals() { trap '' TERM INT HUP; }

# Print the paths in lines `MODE PATH …` as a list of words.
paths_of() { while read -r _ path _; do printf '%s ' "$path"; done; }

take_host() {
    reason=$(objection)
    [ -z "$reason" ] || fail "this host is taken: $reason"
    move_old_state
    claim_host
}

apply() {
    record_staged
    [ -e "$state/program" ] || keep_program
    recover_interrupted
    rename_old_state
    stage
    ready
    outdated=$(outdated)
    if [ -z "$changed" ] && is_unchanged && (patience=0 && verify) >/dev/null 2>&1; then
        clean
        touch "$state/files"
        setting repair >"$state/repaired"
        keep_program
        end_others
        note="$step unchanged${deferral:+; $deferral}"
        finish
        return
    fi
    if defers; then
        say "$deferral"
        announce_deferral
        clean
        return
    fi
    save_original
    back_up
    watch_denials
    changing=yes
    swap
    activate
    restore_dropped_sysctls
    verify
    ignore_signals
    record_applied
    changing=
    clean
    heed_signals
    end_others
    sync_files
    finish
}

# A failed proof leaves the deferred change for the next `up`.
finish() {
    prove
    [ -n "${deferral:-}" ] || rm -f "$state/deferred"
    [ -z "${watched_from:-}" ] || note="${note:-$step applied}$(new_denials '; ' | tr -d '\n')"
    say "${note:-$step applied}"
    announce_deferral
}

# Older versions had one folder for all steps of the host, and no record.
move_old_state() {
    for folder in "$memory/prepare" "$memory/secret" "$memory/configure"; do
        [ -e "$folder/known" ] || continue
        if grep -qsx /etc/lvs/real-server "$memory/configure/files"; then old=real-servers; else old=director; fi
        case "$claim" in
            "$old" | "$old"/*) ;;
            *) fail "an older version of pulumi-lvs has set up this host as another role." \
                "Run \`pulumi up\` without this host first, then with it." ;;
        esac
        mkdir -p "${state%/*}"
        rm -f "$folder/resource"
        mv "$folder" "${state%/*}/"
    done
}

# Older versions called a deferred change postponed.
rename_old_state() { [ ! -e "$state/postponed" ] || mv -f "$state/postponed" "$state/deferred"; }

# defer SENTENCE: keep the change for the step `deferred`.
defer() {
    bundle >"$state/deferred"
    deferral=$1
}

# Print a line for the program, which passes the digest to the step `deferred`.
announce_deferral() { [ -z "${deferral:-}" ] || echo "deferred $(digest_of "$state/deferred")" || :; }

# digest_of FILE: print the SHA-256 of a file.
digest_of() {
    digest=$(sha256sum <"$1")
    echo "${digest%% *}"
}

clean() {
    # shellcheck disable=SC2046  # words
    rm -rf $staged $(words_in "$state/staged") ${scratch:-} "$state/scratch" "$state/exposed" "$state/staged" "$state/changing" \
        "$state/old" "$state/sysctl.old" "$state/applied.new" "$state/sums.new" "$state/files.new"
}

# Keep what undoes this step: its script, and its bundle without the content of files.
keep_program() {
    {
        echo "bundle() { cat <<'END-OF-BUNDLE'"
        bundle | grep -v '^    '
        printf '%s\n' END-OF-BUNDLE '}'
        script
        echo 'main "$@"'
    } >"$state/program"
}
