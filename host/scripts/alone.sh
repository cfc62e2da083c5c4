# shellcheck shell=sh disable=SC2154
# (SC2154: vrrp.sh sets $routers, transaction.sh $state.)
#
# Proof that each virtual IP is on one director: somewhere, and not on another host beside this active
# director. Two directors are active if adverts do not pass between them. The setting `proof` says what
# follows:
#   deferred    The step `deferred` proves it again: another director may have deferred the change that
#               mends it.
#   required    The step fails. All directors have changed.
#   none        The step reports it: other directors may change in another `up`.

# A proof holds until something changes on which it depends.
prove() {
    if [ -z "$(setting proveActive)" ] || is_proved; then return 0; fi
    if within "$(takeover_seconds)" is_settled; then
        proof >"$state/alone"
        return
    fi
    case "$(setting proof)" in
        deferred)
            defer "$(findings | join_lines ', '), so the proof is deferred until the other directors have changed"
            note="$note; $deferral"
            ;;
        required) fail "$(complaints | join_lines)" ;;
        *) note="$note; $(complaints | join_lines)" ;;
    esac
}

is_settled() {
    missing=$(whereabouts | sed -n 's/^[^ ]* \(.*\) nowhere$/\1/p')
    # The preflight tells that perl is absent.
    holders=$(! command -v perl >/dev/null || own_pairs | other_holders)
    [ -z "$missing$holders" ]
}

# Print `INSTANCE IP somewhere` or `INSTANCE IP nowhere` for each virtual IP that is here or can be asked for.
# An address that is nowhere takes a second, so all are asked at once.
whereabouts() {
    own=$(active_addresses | words)
    sed -n 's|^address \([^ ]*\) \([^ ]*\) \([^ /]*\).*|\1 \2 \3|p' "$routers" | {
        while read -r name interface ip; do
            whereabouts_of "$name" "$interface" "$ip" &
        done
        wait
    } | sort
}

# whereabouts_of INSTANCE INTERFACE IP: print `INSTANCE IP somewhere` or `INSTANCE IP nowhere`.
# Print nothing if the interface has no network of the address.
whereabouts_of() {
    if has "$own" "$3"; then
        echo "$1 $3 somewhere"
    elif is_on_link "$3" "$2"; then
        if [ -n "$(mac_of "$3" "$2")" ]; then echo "$1 $3 somewhere"; else echo "$1 $3 nowhere"; fi
    fi
}

findings() {
    [ -z "$missing" ] || echo "no director has $(echo "$missing" | join_lines ', ')"
    [ -z "$holders" ] || echo "another host has $(echo "$holders" | cut -d ' ' -f 2 | sort -u | join_lines ', ') as well"
}

complaints() {
    [ -z "$missing" ] || echo "no director has $(echo "$missing" | join_lines ', ')"
    [ -z "$holders" ] || echo "$holders" | reasons
}

# Print a digest of the instances, of the virtual IPs that are here, and of the firewall's openings.
proof() {
    { active_addresses; cat "$routers" /etc/lvs/firewall 2>/dev/null; } | sha256sum | cut -d ' ' -f 1
}

# Does the last proof hold? It also depends on the password.
is_proved() {
    [ "$(proof)" = "$(cat "$state/alone" 2>/dev/null)" ] &&
        [ -z "$(find /etc/keepalived/auth_pass.conf -newer "$state/alone" 2>/dev/null)" ]
}

# Print `INTERFACE IP` of each virtual IP that this host has.
own_pairs() {
    own=$(active_addresses | words)
    sed -n 's|^address [^ ]* \([^ ]*\) \([^ /]*\).*|\1 \2|p' "$routers" | while read -r interface ip; do
        ! has "$own" "$ip" || echo "$interface $ip"
    done
}

# Read lines `INTERFACE IP MAC`. Print who else is active for each instance, and why.
reasons() {
    while read -r interface ip mac; do
        name=$(sed -n "s|^address \([^ ]*\) $interface $ip\(/.*\)*\$|\1|p" "$routers" | head -n 1)
        echo "$name $interface $mac $ip"
    done | sort | awk '
        { key = $1 " " $2 " " $3 }
        key != last { if (NR > 1) print last, list; last = key; list = "" }
        { list = list (list ? "," : "") $4 }
        END { print last, list }
    ' | while read -r name interface mac ips; do
        echo "The host with $mac also has $(echo "$ips" | sed 's/,/, /g'). $(reason "$name" "$interface" "$mac")"
    done
}

# server_with MAC INTERFACE: print the real server of the plan that has this MAC address.
server_with() {
    sed -n 's/.* -r \[*\([^] ]*[0-9a-f:]\)\]*:[0-9]* .*/\1/p' "$rules" | sort -u | sed "s/^/$2 /" | other_holders |
        sed -n "s/^[^ ]* \(.*\) $1\$/\1/p" | head -n 1
}

# reason INSTANCE INTERFACE MAC: say why another host has virtual IPs of an instance, too.
reason() {
    server=$(server_with "$3" "$2")
    if [ -n "$server" ]; then
        echo "It is the real server $server, which must not answer ARP for a virtual IP. Set arp_ignore there."
        return
    fi
    id=$(awk -v name="$1" '$1 == "instance" && $2 == name { print $4 }' "$routers")
    span=$(awk -v name="$1" '$1 == "instance" && $2 == name { print int(3 * $6 + 1) }' "$routers")
    adverts=$(arriving "$2" "$span" | sort -u)
    sources=$(echo "$adverts" | sed -n "s/^sent $id //p" | join_lines ', ')
    complaint=$(journalctl -q -o cat -u keepalived -n 50 | grep -F "($1)" |
        grep -iE 'passw|auth|checksum|ttl|hop limit|not present|mismatch|invalid|expected' | tail -n 1)
    refusal=$(/usr/local/sbin/lvs-director check | grep -E ' (112|51) ' | head -n 1)
    if [ -z "$adverts" ]; then
        echo "No advert of another director arrives on $2 within $span s." \
            "Let IP protocol 112 pass between the directors, also by multicast, or set unicast."
    elif [ -z "$sources" ]; then
        echo "Adverts with id $(echo "$adverts" | sed -n 's/^sent \([^ ]*\) .*/\1/p' | sort -u | join_lines ', ')" \
            "arrive on $2, and none with id $id. Give all directors one virtualRouterId."
    elif ! echo "$adverts" | grep -q "^accepted $id "; then
        echo "The firewall of this host drops the adverts of $sources." \
            "Let IP protocol 112 in, or remove openFirewall: false.${refusal:+ Here, $refusal.}"
    elif [ -n "$complaint" ]; then
        echo "keepalived rejects the adverts of $sources: $complaint"
    else
        echo "Adverts of $sources arrive here, so those of this director do not arrive there. Let IP protocol 112 pass."
    fi
}
