#!/bin/sh
# Apply or remove a role whose files are already in place, as an administrator does by hand:
#   role install|remove SERVICE…
set -eu
verb=$1
shift

install() {
    [ ! -e /etc/modules-load.d/lvs.conf ] || xargs modprobe -a </etc/modules-load.d/lvs.conf
    [ ! -e /etc/sysctl.d/lvs.conf ] || sysctl -q -p /etc/sysctl.d/lvs.conf
    systemctl daemon-reload
    systemctl enable -q "$@"
    for service in "$@"; do
        systemctl is-active -q "$service" || systemctl start "$service"
        reload "$service"
    done
}

# Kill a service whose reload fails: such a service does not stop cleanly either.
reload() {
    timeout 30 systemctl reload "$1" || {
        systemctl kill -s KILL "$1"
        timeout 30 systemctl start "$1"
    }
}

remove() { systemctl disable -q --now "$@"; }

"$verb" "$@"
