# Server for the lines and datagrams of test clients: `server.pl NAME VIP LINES DATAGRAMS` answers
# every line on a TCP port and every datagram on a UDP port with its own name and the received text.
use strict;
use IO::Select;
use IO::Socket::INET;
use Socket qw(:all);

my ($name, $vip, $lines, $datagrams) = @ARGV;
$SIG{PIPE} = "IGNORE";
my $listener = IO::Socket::INET->new(LocalPort => $lines, Listen => 128, ReuseAddr => 1) or die $!;
socket(my $flow, AF_INET, SOCK_DGRAM, 0) or die $!;
# 15 is IP_FREEBIND of Linux: answers come from the virtual IP, which may not be here yet.
setsockopt($flow, IPPROTO_IP, 15, 1) or die $!;
bind($flow, pack_sockaddr_in($datagrams, inet_aton($vip))) or die $!;
my $all = IO::Select->new($listener, $flow);
my %begun;
while (my @ready = $all->can_read) {
    for my $handle (@ready) {
        if ($handle == $listener) {
            my $client = $listener->accept or next;
            setsockopt($client, IPPROTO_TCP, TCP_NODELAY, 1);
            $all->add($client);
        } elsif ($handle == $flow) {
            my $from = recv($flow, my $text, 512, 0) or next;
            send($flow, "$name $text", 0, $from);
        } elsif (sysread($handle, $begun{$handle}, 4096, length($begun{$handle} // ""))) {
            syswrite($handle, "$name $1\n") while $begun{$handle} =~ s/^(.*)\n//;
        } else {
            delete $begun{$handle};
            $all->remove($handle);
            close $handle;
        }
    }
}
