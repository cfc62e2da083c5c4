# shellcheck shell=sh
# What makes a host a real server, as /etc/lvs/real-server lists it, and the web page.
step=configure

# Answers to whoever sets this host up must not go to a gateway that is not there yet: at a first
# deployment the directors come later.
ready() {
    can_be_measured
    peer=$(peer)
    sed -n 's/^gateway //p' /etc/lvs/real-server.lvs-new | while read -r gateway; do
        goes_elsewhere "$gateway" || ping -q -c 1 -W 1 "$gateway" >/dev/null 2>&1 ||
            fail "gateway $gateway does not answer yet, and answers to $peer, from where this host" \
                "is set up, would go to it: add a route to there, or set a proxy in this network"
    done || exit 1
}

# Whether a gateway is no way to the peer, or already is the way.
goes_elsewhere() {
    case "$1 $peer" in
        *:*' '*:*) family=-6 ;;
        *.*' '*.*) family=-4 ;;
        *) return 0 ;;
    esac
    ip "$family" route show match "$peer" | grep -qv '^default'
}

activate() {
    reread_units
    start_unit lvs-real-server
    ! serves_page || {
        enable_unit "$(httpd)"
        systemctl start "$(httpd)"
    }
    measure
}

verify() {
    settings_in_force
    systemctl is-active -q lvs-real-server || fail "lvs-real-server does not run"
    complaint=$(/usr/local/sbin/lvs-real-server check) || fail "$complaint"
    ! serves_page || systemctl is-active -q "$(httpd)" || fail "$(httpd) does not run"
    is_measured
    own=$(joined </etc/lvs/real-server)
    note="real server${own:+ with $own}"
}

# A unit that has failed is not stopped by systemd.
release() {
    end_measuring
    systemctl disable -q --now lvs-real-server || :
    [ ! -x /usr/local/sbin/lvs-real-server ] || /usr/local/sbin/lvs-real-server stop
}

restored() { systemctl daemon-reload; }

serves_page() { has "$paths" /var/www/html/index.html; }

httpd() { if [ -e /usr/sbin/apache2 ]; then echo apache2; else echo httpd; fi; }
