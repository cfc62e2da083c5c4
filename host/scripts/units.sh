# shellcheck shell=sh disable=SC2154  # transaction.sh sets $touched
# Units of systemd.

# enable_unit UNIT: with --no-reload, because systemd needs the change at the next boot only, and a reload
# of all units takes seconds on a small machine.
enable_unit() { systemctl is-enabled -q "$1" || systemctl enable -q --no-reload "$1"; }
# disable_unit UNIT
disable_unit() { ! systemctl is-enabled -q "$1" 2>/dev/null || systemctl disable -q --no-reload "$1"; }

# are_enabled UNIT…
are_enabled() {
    for enabled in $(systemctl is-enabled "$@" 2>/dev/null); do
        [ "$enabled" = enabled ] || return 1
        shift
    done
    [ $# = 0 ]
}

reload_changed_units() {
    case "$touched" in
        */etc/systemd/system/*) systemctl daemon-reload ;;
    esac
}

# start_unit UNIT: enable and start one of our units, or reload it if it runs.
start_unit() {
    enable_unit "$1"
    systemctl reload-or-restart "$1" 2>/dev/null ||
        fail "$1 fails: $(journalctl -q -b -t "$1" -o cat -n 3 | join_lines)"
}

# remove_unit UNIT: stop one of our units for good, even if its file is gone. systemd does not stop
# a failed unit, and remembers the failure.
remove_unit() {
    systemctl stop "$1" 2>/dev/null || :
    systemctl disable -q --no-reload "$1" 2>/dev/null || :
    systemctl reset-failed "$1" 2>/dev/null || :
}
