# shellcheck shell=sh disable=SC2154
# (SC2154: preflight.sh sets $interfaces, $heard, $answers and $ours, vrrp.sh $routers.)
#
# The part of the preflight that looks for other VRRP routers and other users of the virtual IPs.

# Print a line `INTERFACE IP MAC` for each virtual IP and each address of the other directors, without
# a MAC if no host answers. All are probed at the same time.
probe_addresses() {
    {
        setting address | cut -d ' ' -f 2-
        for interface in $interfaces; do setting peer | sed "s/^/$interface /"; done
    } | sed 's|/.*||' | sort -u | {
        while read -r interface ip; do
            ! is_up "$interface" || ! is_on_link "$ip" "$interface" ||
                echo "$interface $ip $(mac_of "$ip" "$interface")" &
        done
        wait
    }
}

# Print a line `INTERFACE ID SOURCE ADDRESSES` for each VRRP router whose adverts arrive on our
# interfaces. An active router sends one every interval; listen for three of our intervals.
listen_for_adverts() {
    seconds=$(setting instance | awk '3 * $5 > wait { wait = 3 * $5 } END { print wait < 3 ? 3 : int(wait + 0.99) }')
    for interface in $interfaces; do
        { listen "$interface" "$seconds" || echo "$interface deaf"; } &
    done | sort -u
}

# listen INTERFACE SECONDS. Packet sockets receive adverts before the firewall of this host drops them.
# Numbers of Linux: address family 17 is packets, and a packet of type 3 is for another host. Socket options
# 35 and 20 join a multicast group on the interface with an index. Option 26 is a filter of four
# instructions, which spares this program the other traffic.
listen() {
    perl -MSocket=:all -we '
        my ($interface, $seconds) = @ARGV;
        open my $file, "<", "/sys/class/net/$interface/ifindex" or exit 1;
        my $index = <$file>;
        my %groups = (
            AF_INET, [IPPROTO_IP, 35, inet_aton("224.0.0.18") . pack("x4 i", $index)],
            AF_INET6, [IPPROTO_IPV6, 20, inet_pton(AF_INET6, "ff02::12") . pack("i", $index)],
        );
        for my $family (keys %groups) {
            next if fork;
            socket(my $member, $family, SOCK_DGRAM, 0) or exit;
            setsockopt($member, $groups{$family}[0], $groups{$family}[1], $groups{$family}[2]);
            # Where the IP header has the protocol of its payload, and where it has the source.
            my ($type, $protocol, $source, $size) = $family == AF_INET ? (0x0800, 9, 12, 4) : (0x86dd, 6, 8, 16);
            my $filter = pack "(S C C L)4", 0x30, 0, 0, $protocol, 0x15, 0, 1, 112, 6, 0, 0, 2048, 6, 0, 0, 0;
            socket(my $socket, 17, SOCK_DGRAM, 0) or exit;
            setsockopt($socket, SOL_SOCKET, 26, pack "S x![P] P", 4, $filter);
            bind $socket, pack("S n i x12", 17, $type, $index) or exit;
            $SIG{ALRM} = sub { exit };
            alarm $seconds;
            while (my $from = recv($socket, my $packet, 2048, 0)) {
                my $start = $family == AF_INET ? 4 * (ord($packet) & 15) : 40;
                next if unpack("x10 C", $from) == 3 || length $packet < $start + 8;
                my $sender = substr $packet, $source, $size;
                my (undef, $id, undef, $count) = unpack "x$start C4", $packet;
                my @addresses = grep { length == $size }
                    map { substr $packet, $start + 8 + $_ * $size, $size } 0 .. $count - 1;
                print join(" ", $interface, $id, map { inet_ntop $family, $_ } $sender, @addresses), "\n";
            }
            exit;
        }
        1 while wait > 0;
    ' "$1" "$2"
}

# check_id ID INTERFACE. A router with our id and one of our virtual IPs is one of our directors.
check_id() {
    ! grep -qx "$2 deaf" "$heard" || {
        warn router "other users of id $1 on $2 cannot be found. Install perl to find them."
        return 0
    }
    # An id may serve one router of IPv4 and one of IPv6.
    stranger=$({ setting instance && echo && setting address; } | awk -v id="$1" -v interface="$2" '
        file == 1 && !NF { addresses = 1; next }
        file == 1 && !addresses { if ($2 == interface && $3 == id) routers[$1]; next }
        file == 1 { sub(/\/.*/, "", $3); if ($1 in routers) ours[$3]; next }
        $1 == interface && $2 == id {
            own = 0
            for (i = 4; i <= NF; i++) own += $i in ours
            if (!own) print $3
        }' file=1 - file=2 "$heard" | sort -u | join_lines ', ')
    if [ -n "$stranger" ]; then
        refuse router "id $1 on $2 is in use by $stranger. Use another virtualRouterId."
    else
        ok router "id $1 on $2 is free"
    fi
}

# check_address NAME IP[/PREFIX] INTERFACE: the address must be free, or on one of our directors.
check_address() {
    ip=${2%/*}
    if is_on_link "$ip" "$3"; then
        is_ours "$1" "$ip" && mac='' || mac=$(answers_for "$ip" "$3")
        if [ -z "$mac" ]; then
            ok address "$ip on $3 is free, or on this host"
        elif is_director_mac "$mac"; then
            ok address "$ip on $3 is on one of the other directors"
        else
            refuse address "$ip on $3 is in use by $mac. Use a free address."
        fi
    elif [ "$ip" != "$2" ]; then
        ok address "$2 adds its own network to $3"
    else
        refuse address "$ip is in no network of $3 ($(networks_of "$3")). Use an address of that network," \
            "or set prefixLength in virtualIpaddress if the address is routed to this host."
    fi
}

# networks_of INTERFACE: print the addresses of an interface.
networks_of() { ip -o address show dev "$1" scope global 2>/dev/null | awk '{ print $4 }' | join_lines ', '; }

# is_ours NAME IP: Is the address on this host, in its applied configuration, or in adverts with the id
# of its instance?
is_ours() {
    is_here "$2" || is_known "$2" || is_advertised "$1" "$2"
}

# is_here IP: A real server has virtual IPs on `lo`, and a director serves none from there.
is_here() { ip -o address show | awk -v ip="$1" '$2 != "lo" && index($4, ip "/") == 1 { found = 1 } END { exit !found }'; }

# is_known IP: Is the address in the applied configuration?
is_known() { [ -e "$ours" ] && [ -e "$routers" ] && sed 's|/.*||' "$routers" | grep -q "^address .* $1\$"; }

# is_advertised NAME IP: Is the address in adverts with the id of its instance?
is_advertised() {
    setting instance | awk -v name="$1" -v ip="$2" '
        file == 1 { if ($1 == name) ours[$2, $3]; next }
        ($1, $2) in ours { for (i = 4; i <= NF; i++) is_found = is_found || $i == ip }
        END { exit !is_found }
    ' file=1 - file=2 "$heard"
}

# answers_for IP [INTERFACE]: print the MAC addresses of the hosts that answer.
answers_for() {
    awk -v ip="$1" -v interface="${2:-}" '
        $2 == ip && (interface == "" || $1 == interface) { print $3 }' "$answers"
}

# is_director_mac MAC: Does one of the directors' addresses have this MAC address?
is_director_mac() {
    setting peer | while read -r director; do answers_for "$director"; done | grep -qx "$1"
}
