# shellcheck shell=sh
# The VRRP password, in a file that keepalived.conf includes; and the content of secret files, for the
# step `configure`.
#
# keepalived drops adverts with another password. A backup becomes active after three dropped adverts,
# so all directors must change within that time, however long each takes to come this far. Hence a
# director waits, and reloads when its keepalived logs an advert with a password that is not its own.
# With the setting `oneByOne` the others come only after this step ends, so nobody waits.
step=secret
password_file=/etc/keepalived/auth_pass.conf

# Remember the place in the journal, because the clock may step.
ready() {
    heard=$(journalctl -q -u keepalived -o cat -n 1 --show-cursor | sed -n 's/^-- cursor: //p')
    [ ! -d "$secret_texts" ] || chmod 700 "$secret_texts"
}

# Before the first keepalived.conf there is no keepalived to reload.
activate() {
    has "$touched" "$password_file" || return 0
    grep -q 'include .*auth_pass.conf' /etc/keepalived/keepalived.conf 2>/dev/null || return 0
    systemctl is-active -q keepalived || return 0
    if [ -n "${undoing:-}" ] || [ -n "$(setting oneByOne)" ] || is_applied; then
        systemctl reload keepalived
    elif [ -n "$(active_addresses)" ]; then
        within 10 hears_other_password || :
        systemctl reload keepalived
    elif within 120 hears_other_password; then
        systemctl reload keepalived
    else
        change_first
    fi
}

# Someone edited the file on this host. All directors already have the password, so none will change.
is_applied() { grep -s "  $password_file\$" "$state/sums" | sha256sum --status -c 2>/dev/null; }

hears_other_password() {
    journalctl -q -u keepalived -o cat ${heard:+"--after-cursor=$heard"} |
        grep -q 'received an invalid passwd'
}

# No director has changed within the time. If the active director still has the former password, this
# one would become active beside it.
change_first() {
    systemctl reload keepalived
    ! within "$(takeover_seconds)" hears_other_password ||
        fail "the active director has not changed its password within 120 s"
}

verify() { :; }

stop_services() { :; }

after_restore() { :; }
