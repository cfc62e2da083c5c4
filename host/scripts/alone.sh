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

# Read lines `INTERFACE IP`, ask by ARP and neighbour discovery who has the address, and print a line
# `INTERFACE IP MAC` for each other host that answers within a second. Numbers of Linux: address family
# 17 is packets, socket option 25 binds to an interface, and options 17, 18 and 19 of IPv6 are the
# interface, the hop limit and the loop of multicast. A director with a MAC address of its own for an
# instance shares it with the others, so such a MAC address is no sign of this host.
other_holders() {
    perl -MSocket=:all -we '
        my (%sockets, %asked, %ours);
        for (glob "/sys/class/net/*/address") {
            open my $file, "<", $_ or next;
            my $mac = <$file>;
            $ours{$1} = 1 if $mac =~ /^(?!00:00:5e)(\S+)/;
        }
        while (<STDIN>) {
            my ($interface, $ip) = split;
            my ($index, $mac) = map {
                open my $file, "<", "/sys/class/net/$interface/$_" or die "$interface: $!\n";
                <$file> =~ s/\s+//r;
            } "ifindex", "address";
            my $own = pack "H12", $mac =~ tr/://dr;
            my $is_v6 = $ip =~ /:/;
            my $socket = $sockets{"$interface $is_v6"} ||= $is_v6 ? discovery($interface, $index) : arp();
            if ($is_v6) {
                my $target = inet_pton AF_INET6, $ip;
                my $group = inet_pton(AF_INET6, "ff02::1:ff00:0");
                substr($group, 13) = substr $target, 13;
                send $socket, pack("C C n N a16 C C a6", 135, 0, 0, 0, $target, 1, 1, $own), 0,
                    pack_sockaddr_in6(0, $group, $index);
            } else {
                my $target = inet_aton $ip;
                send $socket, pack("n n C C n a6 a4 a6 a4", 1, 0x0800, 6, 4, 1, $own, "", "", $target), 0,
                    pack("S n i S C C a8", 17, 0x0806, $index, 1, 0, 6, "\xff" x 6);
            }
            $asked{$ip} = $interface;
        }
        my %fds = map { fileno($_) => $_ } values %sockets;
        my $end = time() + 2;
        my %seen;
        while (%fds && time() < $end) {
            my $ready = "";
            vec($ready, $_, 1) = 1 for keys %fds;
            last if select($ready, undef, undef, $ARGV[0]) <= 0;
            for my $fd (grep { vec $ready, $_, 1 } keys %fds) {
                recv $fds{$fd}, my $packet, 2048, 0;
                my ($ip, $mac) = answer($packet) or next;
                $mac = join ":", unpack "(H2)6", $mac;
                print "$asked{$ip} $ip $mac\n" if $asked{$ip} && !$ours{$mac} && !$seen{"$ip $mac"}++;
            }
        }
        sub arp { socket(my $socket, 17, SOCK_DGRAM, unpack "n", pack "S", 0x0806) or die "$!\n"; $socket }
        sub discovery {
            my ($interface, $index) = @_;
            socket(my $socket, AF_INET6, SOCK_RAW, 58) or die "$!\n";
            setsockopt $socket, SOL_SOCKET, 25, $interface;
            setsockopt $socket, IPPROTO_IPV6, 17, pack "i", $index;
            setsockopt $socket, IPPROTO_IPV6, 18, pack "i", 255;
            setsockopt $socket, IPPROTO_IPV6, 19, pack "i", 0;
            return $socket;
        }
        sub answer {
            my ($packet) = @_;
            return if length $packet < 28;
            return (inet_ntoa(substr $packet, 14, 4), substr $packet, 8, 6)
                if unpack("n", $packet) == 1 && unpack("x6 n", $packet) == 2;
            return (inet_ntop(AF_INET6, substr $packet, 8, 16), substr $packet, 26, 6)
                if ord($packet) == 136 && length $packet >= 32 && unpack("x24 C", $packet) == 2;
            return;
        }
    ' 1
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

# arriving INTERFACE SECONDS: print `sent ID SOURCE` for each advert that another host sends, and
# `accepted ID SOURCE` for each that the firewall of this host lets in. Options 35 and 20 join a
# multicast group, in case keepalived has stopped.
arriving() {
    perl -MSocket=:all -we '
        my ($interface, $seconds) = @ARGV;
        open my $file, "<", "/sys/class/net/$interface/ifindex" or exit 1;
        my $index = <$file>;
        socket(my $all, 17, SOCK_DGRAM, unpack "n", pack "S", 3) or exit 1;
        bind $all, pack("S n i x12", 17, 3, $index) or exit 1;
        socket(my $v4, AF_INET, SOCK_RAW, 112) or exit 1;
        socket(my $signed, AF_INET, SOCK_RAW, 51) or exit 1;
        socket(my $v6, AF_INET6, SOCK_RAW, 112) or exit 1;
        setsockopt $v4, IPPROTO_IP, 35, inet_aton("224.0.0.18") . pack "x4 i", $index;
        setsockopt $v6, IPPROTO_IPV6, 20, inet_pton(AF_INET6, "ff02::12") . pack "i", $index;
        my @own = map { (split)[3] =~ s|/.*||r } `ip -o address show`;
        my $end = time() + $seconds;
        while ((my $left = $end - time()) > 0) {
            my $ready = "";
            vec($ready, fileno $_, 1) = 1 for $all, $v4, $signed, $v6;
            select($ready, undef, undef, $left) > 0 or last;
            for my $socket (grep { vec $ready, fileno $_, 1 } $all, $v4, $signed, $v6) {
                my $from = recv $socket, my $packet, 2048, 0;
                my ($id, $source) = $socket == $v6
                    ? (unpack("x C", $packet), inet_ntop(AF_INET6, (unpack_sockaddr_in6 $from)[1]))
                    : advert($packet) or next;
                print $socket == $all ? "sent" : "accepted", " $id $source\n" unless grep { $_ eq $source } @own;
            }
        }
        # Read the id and the source of a packet with its IP header. Protocol 51 is AH, with a header of its own.
        sub advert {
            my ($packet) = @_;
            my $is_v6 = ord($packet) >> 4 == 6;
            my $size = $is_v6 ? 40 : 4 * (ord($packet) & 15);
            return if length $packet < $size + 2;
            my $protocol = unpack $is_v6 ? "x6 C" : "x9 C", $packet;
            if ($protocol == 51) {
                ($protocol, my $words) = unpack "x$size C C", $packet;
                $size += 4 * ($words + 2);
            }
            return if $protocol != 112 || length $packet < $size + 2;
            my $source = $is_v6 ? inet_ntop(AF_INET6, substr $packet, 8, 16) : inet_ntoa(substr $packet, 12, 4);
            return (unpack("x$size x C", $packet), $source);
        }
    ' "$1" "$2"
}
