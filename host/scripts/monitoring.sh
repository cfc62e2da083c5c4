# shellcheck shell=sh
# shellcheck disable=SC2154  # $state is set in common.sh
# What measures a host that is watched: a timer, and the program that it starts, which writes a file
# for node_exporter. $state/metrics says which.
timer=/etc/systemd/system/lvs-metrics.timer

unit=${timer%.timer}.service

# Fails unless node_exporter has the folder that files are to go to.
can_be_measured() {
    [ -e "$timer.lvs-new" ] || return 0
    file=$(metrics_file "$unit.lvs-new")
    [ -d "${file%/*}" ] ||
        fail "there is no folder ${file%/*}: name that of your node_exporter in textfileDirectory"
}

metrics_file() { sed -n 's/^ExecStart=[^ ]* //p' "$1"; }

# As the files are now, be they new, put back or gone.
measure() {
    [ -e "$timer" ] || {
        end_measuring
        return 0
    }
    file=$(metrics_file "$unit")
    [ "$(cat "$state/metrics" 2>/dev/null)" = "$file" ] || end_measuring
    echo "$file" >"$state/metrics"
    start_unit lvs-metrics.timer
}

is_measured() {
    [ -e "$timer" ] || return 0
    systemctl is-active -q lvs-metrics.timer || fail "lvs-metrics.timer does not run"
    systemctl start lvs-metrics 2>/dev/null ||
        fail "lvs-metrics fails: $(journalctl -q -b -u lvs-metrics -o cat -n 3 | joined)"
    exporter=$(sed -n 's/^Wants=//p' "$timer")
    [ -z "$exporter" ] || systemctl is-active -q "$exporter" || fail "$exporter does not run"
}

# The unit may be there no more, where systemctl would disable nothing.
end_measuring() {
    [ -e "$state/metrics" ] || return 0
    systemctl stop lvs-metrics.timer lvs-metrics.service 2>/dev/null || :
    # systemd calls it a failure when a timer's file is gone before the timer, and remembers it.
    systemctl reset-failed lvs-metrics.timer lvs-metrics.service 2>/dev/null || :
    file=$(cat "$state/metrics")
    rm -f "/etc/systemd/system/timers.target.wants/lvs-metrics.timer" "$file" "$file.new"
    rm "$state/metrics"
}
