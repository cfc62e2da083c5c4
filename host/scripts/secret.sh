# shellcheck shell=sh
# The VRRP password: a file that keepalived.conf includes.
#
# keepalived drops adverts with another password than its own, and takes over when three have been
# dropped: all directors have to change within that time, however long each takes to come this far.
# Hence they wait for each other, and reload when they hear of a password that is not theirs.
step=secret

ready() { came=$(date +%s); }

# Before the first keepalived.conf there is nobody to tell.
activate() {
    grep -q 'include auth_pass.conf' /etc/keepalived/keepalived.conf 2>/dev/null || return 0
    systemctl is-active -q keepalived || return 0
    if [ -n "${undoing:-}" ] || is_known; then
        systemctl reload keepalived
    elif [ -n "$(owned)" ]; then
        within 10 another_is_heard || :
        systemctl reload keepalived
    elif within 120 another_is_heard; then
        systemctl reload keepalived
    else
        come_first
    fi
}

# Whether only the file here was another one: all have had this password since it was last applied.
is_known() { sha256sum --quiet -c "$state/sums" >/dev/null 2>&1; }

another_is_heard() {
    journalctl -q -u keepalived -o cat --since "@$came" | grep -q 'received an invalid passwd'
}

# Nobody has been heard to change. An owner that has the former password still would be one of two.
come_first() {
    systemctl reload keepalived
    ! within "$(takeover)" another_is_heard ||
        fail "the owner of the virtual IPs has not changed its password within 120 s"
}

verify() { :; }

release() { :; }

restored() { :; }
