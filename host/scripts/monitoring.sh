# shellcheck shell=sh
# shellcheck disable=SC2154  # transaction.sh sets $state
# Monitoring: a timer starts lvs-metrics, which writes a file for node_exporter. $state/metrics has
# the path of that file.
timer=/etc/systemd/system/lvs-metrics.timer

unit=${timer%.timer}.service

check_textfile_directory() {
    [ -e "$timer.lvs-new" ] || return 0
    file=$(metrics_file "$unit.lvs-new")
    [ -d "${file%/*}" ] ||
        fail "there is no folder ${file%/*}. Set textfileDirectory to the folder of your node_exporter."
}

# metrics_file UNIT_FILE: print the file that the unit writes.
metrics_file() { sed -n 's/^ExecStart=[^ ]* //p' "$1"; }

# Start or stop monitoring, as the files on the host say.
update_monitoring() {
    [ -e "$timer" ] || {
        stop_monitoring
        return 0
    }
    file=$(metrics_file "$unit")
    [ "$(cat "$state/metrics" 2>/dev/null)" = "$file" ] || stop_monitoring
    echo "$file" >"$state/metrics"
    start_unit lvs-metrics.timer
}

verify_monitoring() {
    [ -e "$timer" ] || return 0
    systemctl is-active -q lvs-metrics.timer || fail "lvs-metrics.timer does not run"
    systemctl start lvs-metrics 2>/dev/null ||
        fail "lvs-metrics fails: $(journalctl -q -b -u lvs-metrics -o cat -n 3 | join_lines)"
    exporter=$(sed -n 's/^Wants=//p' "$timer")
    [ -z "$exporter" ] || systemctl is-active -q "$exporter" || fail "$exporter does not run"
}

# Delete the link by hand: if the unit file is gone, `systemctl disable` does nothing.
stop_monitoring() {
    [ -e "$state/metrics" ] && ! is_held "$timer" || return 0
    systemctl stop lvs-metrics.timer lvs-metrics.service 2>/dev/null || :
    # systemd calls it a failure when a timer's file is gone before the timer, and remembers it.
    systemctl reset-failed lvs-metrics.timer lvs-metrics.service 2>/dev/null || :
    file=$(cat "$state/metrics")
    rm -f "/etc/systemd/system/timers.target.wants/lvs-metrics.timer" "$file" "$file.new"
    rm "$state/metrics"
}
