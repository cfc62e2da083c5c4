# Print the sender of each VRRP advert as a line of JSON (TrafficEvent): `adverts.pl ADDRESS ID`
# listens for the virtual router ID in the network of its own ADDRESS. Adverts of priority 0 are
# left out: with these a director gives up its role. The program stops when its input ends.
use strict;
use Socket qw(:all);
use Time::HiRes qw(time);

my ($address, $wanted) = @ARGV;
$| = 1;
socket(my $socket, AF_INET, SOCK_RAW, 112) or die "socket: $!";
# 35 is IP_ADD_MEMBERSHIP of Linux.
setsockopt($socket, IPPROTO_IP, 35, inet_aton("224.0.0.18") . inet_aton($address)) or die "join: $!";
my $both = "";
vec($both, fileno $socket, 1) = 1;
vec($both, fileno STDIN, 1) = 1;
while (select(my $ready = $both, undef, undef, undef) > 0) {
    last if vec($ready, fileno STDIN, 1);
    my $from = recv($socket, my $packet, 2048, 0) or next;
    my (undef, $id, $priority) = unpack "C3", substr $packet, 4 * (ord($packet) & 15);
    next if $id != $wanted || $priority == 0;
    my $sender = inet_ntoa((unpack_sockaddr_in $from)[1]);
    printf qq({"at":%.3f,"ms":0,"from":"%s"}\n), 1000 * time, $sender;
}
