#!/bin/sh
# Brings about what files in their places ask for, or ends it, as somebody does by hand:
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

# A service that does not answer is ended, for it does not stop in order either.
reload() {
    timeout 30 systemctl reload "$1" || {
        systemctl kill -s KILL "$1"
        timeout 30 systemctl start "$1"
    }
}

remove() { systemctl disable -q --now "$@"; }

"$verb" "$@"
