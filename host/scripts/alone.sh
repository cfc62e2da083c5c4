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
        echo "The real server $server has this MAC address, and must not answer ARP for a virtual IP. Set arp_ignore there."
        return
    fi
    id=$(awk -v name="$1" '$1 == "instance" && $2 == name { print $4 }' "$routers")
    span=$(awk -v name="$1" '$1 == "instance" && $2 == name { print int(3 * $6 + 1) }' "$routers")
    seen=$(adverts "$2" "$span")
    echo "$(cause "$1" "$2")" \
        "In $span s this director sent $(count_of "left $id") adverts with id $id on $2," \
        "$(count_of "sent $id") of other directors arrived, and its firewall let $(count_of "accepted $id") in."
}

# count_of WORDS: count the adverts whose lines begin with these words.
count_of() { echo "$seen" | grep -c "^$1 " || :; }

# has_seen WORDS
has_seen() { [ "$(count_of "$1")" != 0 ]; }

# fields NUMBER WORDS: print a field of these adverts, each value once.
fields() { echo "$seen" | grep "^$2 " | cut -d ' ' -f "$1" | sort -u | join_lines ', '; }

# cause INSTANCE INTERFACE
cause() {
    sources=$(fields 3 "sent $id")
    differences=$(echo "$seen" | differences "$id" | join_lines ' ')
    complaint=$(journalctl -q -o cat -u keepalived -n 50 | grep -F "($1)" |
        grep -iE 'passw|auth|checksum|ttl|hop limit|not present|mismatch|invalid|expected' | tail -n 1)
    if ! has_seen "left $id"; then
        echo "No advert of this director leaves $2 within $span s. Let IP protocol 112 out.$(refusal output "$1" "$2")"
    elif ! has_seen sent && has_seen "astray $id"; then
        echo "Adverts with id $id arrive on $(fields 3 "astray $id"), and this director sends on $2." \
            "Connect the directors by the interface of the instance."
    elif ! has_seen sent; then
        echo "No advert of another director arrives on $2 within $span s. $(remedy "$1")"
    elif ! has_seen "sent $id"; then
        echo "Adverts with id $(fields 2 sent) arrive on $2, and none with id $id. Give all directors one virtualRouterId."
    elif ! has_seen "accepted $id"; then
        echo "The firewall of this host drops the adverts of $sources." \
            "Let IP protocol 112 in, or remove openFirewall: false.$(refusal input "$1" "$2")"
    elif [ -n "$differences" ]; then
        echo "$differences Give all directors the same settings."
    elif [ -n "$complaint" ]; then
        echo "keepalived rejects the adverts of $sources: $complaint"
    else
        echo "Adverts of $sources arrive here, so those of this director do not arrive there. $(remedy "$1")"
    fi
}

# remedy INSTANCE
remedy() {
    if grep -q "^peer $1 " "$routers"; then
        echo "Let IP protocol 112 pass between the directors, and make each one a unicast peer of the others."
    else
        echo "Let IP protocol 112 pass between the directors, also by multicast, or set unicast."
    fi
}

# refusal WAY INSTANCE INTERFACE: print the rule of this host that refuses adverts, or nothing.
refusal() {
    peers=$(sed -n "s/^peer $2 //p" "$routers")
    for peer in ${peers:-224.0.0.18 ff02::12}; do
        for protocol in 112 51; do
            case "$1:$peer" in
                input:22* | input:ff*) echo "$1 $protocol $3 any $peer any" ;;
                input:*) echo "$1 $protocol $3 $peer any any" ;;
                *) echo "$1 $protocol $3 any $peer any" ;;
            esac
        done
    done | /usr/local/sbin/lvs-director explain | sed -n '1s/.*/ Here, &./p'
}

# differences ID: read lines of `adverts`, and say what keepalived compares and finds different in adverts of
# other directors. In version 3 a backup takes the interval of the active director.
differences() {
    awk -v id="$1" '
        $2 != id { next }
        $1 == "left" { way = $4; ttl = $5; version = $6; interval = $7; authentication = $8 }
        $1 == "sent" && !seen[$0]++ { line[++count] = $0 }
        END {
            for (i = 1; i <= count; i++) {
                $0 = line[i]
                list = ""
                if ($6 != version) add("in version " $6 " of VRRP, and this director in version " version)
                if ($4 != way) add("by " $4 ", and this director by " way)
                else if ($5 != ttl && way == "multicast") add("that arrive with TTL " $5 ", and this director with " ttl)
                if ($8 != authentication) add($8 ~ /^p/ && authentication ~ /^p/ ? "with another password" : "with another authType")
                if ($7 != interval && $6 == 2 && version == 2)
                    add("every " $7 / 100 " s, and this director every " interval / 100 " s")
                if (list != "") print $3 " sends adverts " list "."
            }
        }
        function add(text) { list = list (list == "" ? "" : "; ") text }
    '
}
