# shellcheck shell=sh disable=SC2154
# (SC2154: the script of a step sets $step.)
#
# One change of a host at a time. The kernel drops the lock when this process ends. `timeout` limits how
# long that takes. $LOCKED is set if the process that started this one has the lock.
lock() {
    [ -z "${LOCKED:-}" ] || return 0
    exec 9>>/run/pulumi-lvs.lock </dev/null
    flock -w 120 9 ||
        fail "another change of this host is still running after 120 s: $(cat /run/pulumi-lvs.lock)." \
            "Wait for its end, or end that process."
    echo "$step, started from $(ssh_client), $(date -u +%FT%TZ), process $$" >/run/pulumi-lvs.lock
}
