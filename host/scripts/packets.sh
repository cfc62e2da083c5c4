# shellcheck shell=sh
# Packets that a shell cannot send or receive: questions about addresses, and adverts. They need perl.

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
