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

# adverts INTERFACE SECONDS: print a line for each advert that is on a network of this host.
#   left ID SOURCE WAY TTL VERSION INTERVAL AUTHENTICATION    this host sends it on the interface
#   sent ID SOURCE WAY TTL VERSION INTERVAL AUTHENTICATION    another host sends it there
#   astray ID INTERFACE    another host sends it on another interface
#   accepted ID SOURCE     another host sends it, and the firewall of this host lets it in
# WAY is `multicast` or `unicast`, and INTERVAL is in hundredths of a second. AUTHENTICATION is `none`, `AH`,
# or a word for the password. Options 35 and 20 join a multicast group, in case keepalived has stopped.
# Packet type 4 is a packet that leaves.
adverts() {
    perl -MSocket=:all -we '
        my ($interface, $seconds) = @ARGV;
        my (%interfaces, %passwords);
        for (glob "/sys/class/net/*/ifindex") {
            open my $file, "<", $_ or next;
            my $index = <$file>;
            $interfaces{$index + 0} = (split "/")[4];
        }
        socket(my $all, 17, SOCK_DGRAM, unpack "n", pack "S", 3) or exit 1;
        socket(my $v4, AF_INET, SOCK_RAW, 112) or exit 1;
        socket(my $signed, AF_INET, SOCK_RAW, 51) or exit 1;
        socket(my $v6, AF_INET6, SOCK_RAW, 112) or exit 1;
        for my $index (keys %interfaces) {
            setsockopt $v4, IPPROTO_IP, 35, inet_aton("224.0.0.18") . pack "x4 i", $index;
            setsockopt $v6, IPPROTO_IPV6, 20, inet_pton(AF_INET6, "ff02::12") . pack "i", $index;
        }
        my @own = map { (split)[3] =~ s|/.*||r } `ip -o address show`;
        my $end = time() + $seconds;
        while ((my $left = $end - time()) > 0) {
            my $ready = "";
            vec($ready, fileno $_, 1) = 1 for $all, $v4, $signed, $v6;
            select($ready, undef, undef, $left) > 0 or last;
            for my $socket (grep { vec $ready, fileno $_, 1 } $all, $v4, $signed, $v6) {
                my $from = recv $socket, my $packet, 2048, 0;
                my ($id, $source, @rest) = $socket == $v6
                    ? (unpack("x C", $packet), inet_ntop(AF_INET6, (unpack_sockaddr_in6 $from)[1]))
                    : advert($packet) or next;
                if ($socket == $all) {
                    my (undef, undef, $index, undef, $type) = unpack "S n i S C", $from;
                    next if $type != 4 && !is_foreign($source);
                    my $place = $interfaces{$index} // "?";
                    if ($place eq $interface) {
                        print $type == 4 ? "left" : "sent", " $id $source @rest\n";
                    } elsif ($type != 4) {
                        print "astray $id $place\n";
                    }
                } elsif (is_foreign($source)) {
                    print "accepted $id $source\n";
                }
            }
        }
        sub is_foreign { my ($source) = @_; return !grep { $_ eq $source } @own }
        # Read a packet with its IP header. Protocol 51 is AH, with a header of its own.
        sub advert {
            my ($packet) = @_;
            my $is_v6 = ord($packet) >> 4 == 6;
            my $size = $is_v6 ? 40 : 4 * (ord($packet) & 15);
            return if length $packet < $size + 8;
            my ($protocol, $ttl) = $is_v6 ? unpack "x6 C C", $packet : reverse unpack "x8 C C", $packet;
            my $is_signed = $protocol == 51;
            if ($is_signed) {
                ($protocol, my $words) = unpack "x$size C C", $packet;
                $size += 4 * ($words + 2);
            }
            return if $protocol != 112 || length $packet < $size + 8;
            my ($source, $destination) = $is_v6
                ? map { inet_ntop AF_INET6, $_ } unpack "x8 a16 a16", $packet
                : map { inet_ntoa $_ } unpack "x12 a4 a4", $packet;
            my ($version, $id, $count, $kind, $seconds) = unpack "x$size C C x C C C", $packet;
            $version >>= 4;
            my $interval = $version == 2 ? 100 * $seconds : (($kind & 15) << 8) + $seconds;
            my $way = $destination =~ /^(ff|2(2[4-9]|3.)\.)/ ? "multicast" : "unicast";
            my $authentication = $is_signed ? "AH" : "none";
            if (!$is_signed && $version == 2 && $kind == 1) {
                my $password = substr $packet, $size + 8 + 4 * $count, 8;
                $authentication = $passwords{$password} //= "password" . keys %passwords;
            }
            return ($id, $source, $way, $ttl, $version, $interval, $authentication);
        }
    ' "$1" "$2"
}
