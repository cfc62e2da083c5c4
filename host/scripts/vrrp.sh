# shellcheck shell=sh
# Who has the virtual IPs.

# The VRRP routers that a director takes part in, and their virtual IPs, a line each:
#   instance NAME INTERFACE ID VERSION ADVERT_INT
#   address NAME INTERFACE IP[/PREFIX]    with a prefix where the user gave one
#   peer NAME IP                          another director, with unicast
routers=/var/lib/pulumi-lvs/vrrp.routers

# NAME PRESENT ALL of each: how many of its virtual IPs are here.
presence() {
    ip -o address show | awk '
        file == 1 { sub(/\/.*/, "", $4); here[$4]; next }
        $1 == "instance" { name[++count] = $2 }
        $1 == "address" { sub(/\/.*/, "", $4); wanted[$2]++; present[$2] += $4 in here }
        END { for (i = 1; i <= count; i++) print name[i], present[name[i]] + 0, wanted[name[i]] + 0 }
    ' file=1 - file=2 "$routers"
}

# NAME STATE of each: `owner` of all its virtual IPs, `backup` with none, `split` in between.
states() { presence | awk '{ print $1, $2 == 0 ? "backup" : $2 == $3 ? "owner" : "split" }'; }

# Virtual IPs that this host has.
owned() {
    ip -o address show | awk '
        file == 1 { sub(/\/.*/, "", $4); here[$4]; next }
        $1 == "address" { sub(/\/.*/, "", $4); if ($4 in here) print $4 }
    ' file=1 - file=2 "$routers"
}

# Whole seconds until a backup takes over, and one more for those who ask.
takeover() { awk '$1 == "instance" { wait = 4 * $6 + 2; if (wait > most) most = wait } END { print int(most) }' "$routers"; }

# is_near IP INTERFACE: whether who has the address would be heard of directly.
is_near() { ip "$(family "$1")" route show match "$1" dev "$2" | grep -v '^default' | grep -qv ' via '; }

# holder IP INTERFACE: the MAC address of another host that answers for an address, if one does.
holder() {
    ip neighbour del "$1" dev "$2" 2>/dev/null || :
    ping -q -c 1 -W 1 -I "$2" "$1" >/dev/null 2>&1 || :
    ip neighbour show to "$1" dev "$2" | sed -n 's/.*lladdr \([^ ]*\).*/\1/p'
}

family() { case "$1" in *:*) echo -6 ;; *) echo -4 ;; esac }
