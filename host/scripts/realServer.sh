# shellcheck shell=sh
# The virtual IPs on lo, silent to ARP, and the web page.
step=configure
virtual_ips=/etc/lvs/virtual-ips

ready() { :; }

activate() {
    enable_unit lvs-real-server
    [ "$(systemctl show -p NeedDaemonReload --value lvs-real-server)" != yes ] ||
        systemctl daemon-reload
    systemctl reload-or-restart lvs-real-server
    ! serves_page || {
        enable_unit "$(httpd)"
        systemctl start "$(httpd)"
    }
}

verify() {
    while read -r ip; do
        ip -o address show dev lo | grep -qF " $ip " || fail "$ip is not on lo"
    done <"$virtual_ips"
    sed 's/ = / /' /etc/sysctl.d/lvs.conf | while read -r key value; do
        [ "$(sysctl -n "$key")" = "$value" ] || fail "$key is $(sysctl -n "$key"), not $value"
    done || exit 1
    ! serves_page || systemctl is-active -q "$(httpd)" || fail "$(httpd) does not run"
    note="$(joined <"$virtual_ips") on lo"
}

release() { systemctl disable -q --now lvs-real-server; }

restored() { systemctl daemon-reload; }

serves_page() { has "$paths" /var/www/html/index.html; }

httpd() { if [ -e /usr/sbin/apache2 ]; then echo apache2; else echo httpd; fi; }
