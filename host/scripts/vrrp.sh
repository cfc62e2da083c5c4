# shellcheck shell=sh
# keepalived's version, and the virtual IPs of its VRRP instances.

# The VRRP instances of this director, in lines of three kinds:
#   instance NAME INTERFACE ID VERSION ADVERT_INT PRIORITY
#   address NAME INTERFACE IP[/PREFIX]    a virtual IP, with a prefix if the user gave one
#   peer NAME IP                          another director, with unicast
routers=/var/lib/pulumi-lvs/vrrp.routers

# Empty if keepalived is not installed.
keepalived_version() { keepalived -v 2>&1 | sed -n 's/^Keepalived v\([0-9.]*\).*/\1/p'; }

# Print the addresses of this host. A report reads them once, so that no line contradicts another one.
host_addresses() { if [ -n "${read_addresses:-}" ]; then echo "$read_addresses"; else ip -o address show; fi; }

# Print a line `NAME PRESENT ALL` for each instance: its virtual IPs on this host, and all of them. A real
# server has them on lo.
presence() {
    host_addresses | awk '
        file == 1 { sub(/\/.*/, "", $4); if ($2 != "lo") here[$4]; next }
        $1 == "instance" { name[++count] = $2 }
        $1 == "address" { sub(/\/.*/, "", $4); wanted[$2]++; present[$2] += $4 in here }
        END { for (i = 1; i <= count; i++) print name[i], present[name[i]] + 0, wanted[name[i]] + 0 }
    ' file=1 - file=2 "$routers"
}

# Print a line `NAME STATE` for each instance: `active` if all its virtual IPs are on this host,
# `backup` if none are, else `split`.
states() {
    presence | while read -r name present all; do
        case "$present" in
            0) echo "$name backup" ;;
            "$all") echo "$name active" ;;
            *) echo "$name split" ;;
        esac
    done
}

# Print the virtual IPs that this host has.
active_addresses() {
    ip -o address show | awk '
        file == 1 { sub(/\/.*/, "", $4); if ($2 != "lo") here[$4]; next }
        $1 == "address" { sub(/\/.*/, "", $4); if ($4 in here) print $4 }
    ' file=1 - file=2 "$routers"
}

# Print the whole seconds within which a backup takes over, and one more for the checks.
takeover_seconds() { awk '$1 == "instance" { wait = 4 * $6 + 2; if (wait > most) most = wait } END { print int(most) }' "$routers"; }

# is_on_link IP INTERFACE: Is the address reached without a gateway?
is_on_link() { ip "$(family "$1")" route show match "$1" dev "$2" | grep -v '^default' | grep -qv ' via '; }

# mac_of IP INTERFACE: print the MAC address of the other host that answers for an address. This host may
# have it on lo.
mac_of() {
    ip neighbour del "$1" dev "$2" 2>/dev/null || :
    ping -q -c 1 -W 1 -I "$2" "$1" >/dev/null 2>&1 || :
    ip neighbour show to "$1" dev "$2" | sed -n 's/.*lladdr \([^ ]*\).*/\1/p'
}

# family IP: print the option of `ip` for the family of an address.
family() { case "$1" in *:*) echo -6 ;; *) echo -4 ;; esac }
