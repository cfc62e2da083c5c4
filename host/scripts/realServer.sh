# shellcheck shell=sh
# What makes a host a real server, as /etc/lvs/real-server lists it, and the web page.
step=configure
list=/etc/lvs/real-server
scratch=$list.lvs-all

# Answers to whoever sets this host up must not go to a gateway that is not there yet: at a first
# deployment the directors come later.
ready() {
    ! has "$installed" /etc/keepalived/keepalived.conf ||
        fail "this host is a director: take it out of directors first, with an up of its own"
    can_be_measured
    keep_leaving
    peer=$(peer)
    sed -n 's/^gateway //p' "$list.lvs-new" | while read -r gateway; do
        goes_elsewhere "$gateway" || ping -q -c 1 -W 1 "$gateway" >/dev/null 2>&1 ||
            fail "gateway $gateway does not answer yet, and answers to $peer, from where this host" \
                "is set up, would go to it: add a route to there, or set a proxy in this network"
    done || exit 1
}

# Directors may send to removed virtual IPs until they have changed too: the old lines stay until the
# step `deferred`, with the files that they need.
keep_leaving() {
    [ -n "$(setting deferRemoval)" ] || return 0
    rm -f "$state/deferred"
    [ -e "$state/files" ] && [ -e "$list" ] || return 0
    leaving=$(grep -vxFf "$list.lvs-new" "$list" | joined) || :
    [ -n "$leaving" ] || return 0
    defer "deferred until the directors have changed: $leaving"
    for path in "$list" /etc/sysctl.d/lvs.conf /etc/lvs/real-server.nft; do
        ! has "$installed" "$path" || keep_lines "$path"
    done
}

# The tables of a new file serve what was there, too.
keep_lines() {
    if ! has "$paths" "$1"; then
        cp -p "$1" "$1.lvs-new"
        paths="$paths $1"
        staged="$staged $1.lvs-new"
    elif [ "${1%.nft}" = "$1" ]; then
        with_old_lines "$1" "$1.lvs-new" >"$scratch"
        cat "$scratch" >"$1.lvs-new"
        rm "$scratch"
    fi
}

# with_old_lines OLD NEW: all lines of both, but of each family the old gateway alone.
with_old_lines() {
    awk '
        function family(line) { return line !~ /^gateway / ? 0 : line ~ /:/ ? 6 : 4 }
        file == 1 { old[++count] = $0; if (family($0)) gateway[family($0)] }
        file == 2 && !(family($0) in gateway) { print; is_printed[$0] }
        END { for (i = 1; i <= count; i++) if (!(old[i] in is_printed)) print old[i] }
    ' file=1 "$1" file=2 "$2"
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
    start_at_boot lvs-real-server || fail "lvs-real-server is not enabled"
    complaint=$(/usr/local/sbin/lvs-real-server check) || fail "$complaint"
    ! serves_page || systemctl is-active -q "$(httpd)" || fail "$(httpd) does not run"
    is_measured
    own=$(joined <"$list")
    note="real server${own:+ with $own}${deferral:+; $deferral}"
}

release() {
    end_measuring
    end_unit lvs-real-server
    [ ! -x /usr/local/sbin/lvs-real-server ] || /usr/local/sbin/lvs-real-server stop
}

restored() { systemctl daemon-reload; }

serves_page() { has "$paths" /var/www/html/index.html; }

httpd() { if [ -e /usr/sbin/apache2 ]; then echo apache2; else echo httpd; fi; }
