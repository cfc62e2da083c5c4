# shellcheck shell=sh
# A real server: addresses, tunnels and gateways, as its list in /etc/lvs/real-servers says, and the web page.
# All real servers that share this host have one program and one unit.
step=configure
lists=/etc/lvs/real-servers
program=/usr/local/sbin/lvs-real-server
page=/var/www/html/index.html

# At a first deployment the directors come later, and with them the gateway. Without a route around
# it, this host could not answer the SSH client any more.
ready() {
    list=$(file_of_kind "$lists" .conf)
    tables=$(file_of_kind "$lists" .nft)
    sysctls=$(file_of_kind /etc/sysctl.d .conf)
    scratch=$list.lvs-all
    check_sharing
    check_textfile_directory
    keep_removed
    client=$(ssh_client)
    sed -n 's/^gateway //p' "$list.lvs-new" | while read -r gateway; do
        goes_elsewhere "$gateway" || ping -q -c 1 -W 1 "$gateway" >/dev/null 2>&1 ||
            fail "gateway $gateway does not answer yet, and the answers to $client, which sets up this" \
                "host, would go through it. Add a route to $client, or set a proxy in this network."
    done || exit 1
}

# file_of_kind FOLDER ENDING: print the file of our plan, or else the one that is installed.
file_of_kind() {
    for path in $paths $installed; do
        case "$path" in "$1"/*"$2") echo "$path" && return ;; esac
    done
}

# A host has one gateway for each family, and one page.
check_sharing() {
    for other in "$lists"/*.conf; do
        if [ ! -e "$other" ] || [ "$other" = "$list" ]; then continue; fi
        [ "$(grep '^gateway ' "$other")" = "$(grep '^gateway ' "$list.lvs-new")" ] ||
            fail "another real server on this host has another gateway ($other). Use one gateway for both."
    done
    ! has "$paths" "$page" || ! is_held "$page" || cmp -s "$page" "$page.lvs-new" ||
        fail "another real server on this host has another page. Use one page for both."
}

# Directors may send to removed virtual IPs until they have changed too: the old lines stay until the
# step `deferred`, with the files that they need.
keep_removed() {
    [ -n "$(setting deferRemoval)" ] || return 0
    rm -f "$state/deferred"
    [ -e "$state/files" ] && [ -e "$list" ] || return 0
    removed=$(grep -vxFf "$list.lvs-new" "$list" | described_lines) || :
    [ -n "$removed" ] || return 0
    defer "deferred until the directors have changed: $removed"
    for path in $list $sysctls $tables; do
        ! has "$installed" "$path" || keep_lines "$path"
    done
}

# Print lines of the list as `10.128.190.248/32 on lo, device tunl0`.
described_lines() { sed 's/^address \([^ ]*\) /\1 on /' | join_lines ', '; }

# keep_lines FILE: add the old lines to the staged file. The new nftables tables also serve the old
# addresses.
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

# with_old_lines OLD NEW: print the lines of both files. Of each family only the old gateway stays.
with_old_lines() {
    awk '
        function family(line) { return line !~ /^gateway / ? 0 : line ~ /:/ ? 6 : 4 }
        file == 1 { old[++count] = $0; if (family($0)) gateway[family($0)] }
        file == 2 && !(family($0) in gateway) { print; is_printed[$0] }
        END { for (i = 1; i <= count; i++) if (!(old[i] in is_printed)) print old[i] }
    ' file=1 "$1" file=2 "$2"
}

# goes_elsewhere GATEWAY: Do answers to the SSH client have a route that precedes the gateway's?
goes_elsewhere() {
    case "$1 $client" in
        *:*' '*:*) family=-6 ;;
        *.*' '*.*) family=-4 ;;
        *) return 0 ;;
    esac
    ip "$family" route show match "$client" | grep -qv '^default'
}

activate() {
    reload_changed_units
    start_unit lvs-real-server
    ! serves_page || {
        enable_unit "$(httpd)"
        systemctl start "$(httpd)"
    }
    update_monitoring
}

verify() {
    verify_sysctls
    systemctl is-active -q lvs-real-server || fail "lvs-real-server does not run"
    are_enabled lvs-real-server || fail "lvs-real-server is not enabled"
    complaint=$("$program" check) || fail "$complaint"
    ! serves_page || systemctl is-active -q "$(httpd)" || fail "$(httpd) does not run"
    verify_monitoring
    own=$(described_lines <"$(file_of_kind "$lists" .conf)")
    note="real server${own:+ with $own}${deferral:+; $deferral}"
}

stop_services() {
    stop_monitoring
    is_held "$program" || {
        remove_unit lvs-real-server
        [ ! -x "$program" ] || "$program" stop
    }
}

# The other real servers keep what they need.
after_restore() {
    systemctl daemon-reload
    ! is_held "$program" || start_unit lvs-real-server
}

serves_page() { has "$paths" "$page"; }

httpd() { if [ -e /usr/sbin/apache2 ]; then echo apache2; else echo httpd; fi; }
