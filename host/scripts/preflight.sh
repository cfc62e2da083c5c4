# shellcheck shell=sh
# Check this host before a change, and change nothing. A finding is a line of three columns: how bad
# it is (`stop`, `warn` or `ok`), its subject, and a sentence. `apply` fails with all findings that
# stop; `report` prints every finding.

main() {
    ours=/var/lib/pulumi-lvs/configure/files
    findings=$(check_host)
    case "$1" in
        report) echo "$findings" ;;
        apply)
            findings_that warn | while read -r line; do say "$line"; done
            refusals=$(findings_that stop)
            [ -z "$refusals" ] || {
                echo "$refusals" | while read -r line; do say "$line"; done >&2
                exit 1
            }
            say "preflight passed"
            ;;
    esac
}

findings_that() { echo "$findings" | awk -F '\t' -v how="$1" '$1 == how { print $2 ": " $3 }'; }

refuse() { finding stop "$@"; }
warn() { finding warn "$@"; }
ok() { finding ok "$@"; }

# finding HOW SUBJECT SENTENCE…
finding() {
    how=$1 subject=$2
    shift 2
    printf '%s\t%s\t%s\n' "$how" "$subject" "$*"
}

check_host() {
    read_settings
    interfaces=$(setting instance | cut -d ' ' -f 2 | sort -u)
    # Adverts take seconds to come, so everything else is checked meanwhile.
    [ -z "$interfaces" ] || {
        heard=$(mktemp) answers=$(mktemp)
        trap 'rm "$heard" "$answers"' EXIT
        probe_addresses >"$answers" &
        listen_for_adverts >"$heard" &
    }
    check_system
    check_role
    check_disk
    setting module | while read -r module; do check_module "$module"; done
    check_web_server
    [ -z "$interfaces" ] || {
        check_manager
        for interface in $interfaces; do check_interface "$interface"; done
        wait
        setting instance | while read -r _ interface id _; do
            ! is_up "$interface" || check_id "$id" "$interface"
        done
        setting address | while read -r name interface address; do
            ! is_up "$interface" || check_address "$name" "$address" "$interface"
        done
    }
}

check_system() {
    ok kernel "$(uname -r)"
    ok clock "$(date +%s)"
    installed=$(keepalived_version)
    wanted=$(setting keepalived)
    if [ -z "$wanted" ] || [ -z "$installed" ] || printf '%s\n' "$wanted" "$installed" | sort -V -C; then
        ok keepalived "${installed:-not installed yet}"
    else
        refuse keepalived "$installed is installed, but the configuration is for $wanted or later." \
            "Set keepalivedVersion of this director."
    fi
    [ -d /run/systemd/system ] || refuse systemd "does not run, but the services need it. Use a host with systemd."
}

# A host has one role. destroy of a former role knows only its own files.
check_role() {
    [ -e "$ours" ] || return 0
    if [ -n "$(setting instance)" ]; then
        ! grep -qx /etc/lvs/real-server "$ours" ||
            refuse role "this host is a real server. Remove it from realServers first, in an up of its own."
    else
        ! grep -qx /etc/keepalived/keepalived.conf "$ours" ||
            refuse role "this host is a director. Remove it from directors first, in an up of its own."
    fi
}

# The packages of a director take about 10 MB, and apt needs room for its downloads.
check_disk() {
    df -Pk /etc /usr /var/lib | awk '
        NR > 1 && !seen[$6]++ {
            free = int($4 / 1024)
            print (free < 16 ? "stop" : free < 128 ? "warn" : "ok") "\tdisk\t" $6 " has " free " MB free" \
                (free < 16 ? ". Free at least 16 MB." : "")
        }'
}

# `install /bin/false` in a file of modprobe.d forbids a module.
check_module() {
    if ! how=$(modprobe -n -v "$1" 2>/dev/null); then
        refuse modules "the kernel $(uname -r) has no module $1. Install a kernel that has it."
    elif echo "$how" | grep -qE '^install (/usr)?/bin/(false|true)'; then
        refuse modules "a file in /etc/modprobe.d forbids $1. Allow it there."
    else
        ok modules "$1"
    fi
}

# The web page needs port 80.
check_web_server() {
    [ -n "$(setting httpd)" ] && [ ! -e "$ours" ] || return 0
    listener=$(ss -Hltnp 'sport = :80' | sed -n 's/.*users:(("\([^"]*\)".*/\1/p' | sort -u | join_lines ', ')
    case "$listener" in
        '' | apache2 | httpd) ok ports "80 is free" ;;
        *) refuse ports "80 is in use by $listener, but httpd needs it. Stop $listener, or omit httpd." ;;
    esac
}

check_manager() {
    config=/etc/keepalived/keepalived.conf
    [ -e "$config" ] && [ ! -e "$ours" ] || return 0
    manager=$(sed -n '/^[[:blank:]]*[#!]/s/.*\(Ansible\|ansible\|Puppet\|Chef\|Salt\|cfengine\).*/\1/p' "$config" | head -n 1)
    if [ -n "$manager" ]; then
        refuse manager "$manager manages $config. Remove this host from $manager first."
    else
        warn manager "$config exists. It is replaced, and destroy restores it."
    fi
}

check_interface() {
    if is_up "$1"; then
        ok interface "$1 is up"
    elif [ -e "/sys/class/net/$1" ]; then
        refuse interface "$1 is down. Bring it up."
    else
        refuse interface "$1 does not exist. Use one of: $(ip -br link | awk '{ sub(/@.*/, "", $1) } $1 != "lo" { print $1 }' | join_lines ', ')."
    fi
}

# Bit 0 of the flags is IFF_UP.
is_up() { read -r flags 2>/dev/null <"/sys/class/net/$1/flags" && [ $((flags & 1)) = 1 ]; }

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

# listen INTERFACE SECONDS. Numbers of Linux: socket option 25 binds to an interface, options 35 and 20
# join a multicast group on the interface with an index.
listen() {
    perl -MSocket=:all -we '
        my ($interface, $seconds) = @ARGV;
        open my $file, "<", "/sys/class/net/$interface/ifindex" or exit 1;
        my $index = <$file>;
        my %families = (
            AF_INET, [IPPROTO_IP, 35, inet_aton("224.0.0.18") . pack("x4 i", $index)],
            AF_INET6, [IPPROTO_IPV6, 20, inet_pton(AF_INET6, "ff02::12") . pack("i", $index)],
        );
        for my $family (keys %families) {
            next if fork;
            socket(my $socket, $family, SOCK_RAW, 112) or exit;
            setsockopt($socket, SOL_SOCKET, 25, $interface);
            setsockopt($socket, $families{$family}[0], $families{$family}[1], $families{$family}[2]);
            $SIG{ALRM} = sub { exit };
            alarm $seconds;
            while (my $from = recv($socket, my $packet, 2048, 0)) {
                # A raw IPv4 socket delivers the IP header too.
                substr($packet, 0, 4 * (ord($packet) & 15), "") if $family == AF_INET;
                my $sender = $family == AF_INET ? (unpack_sockaddr_in $from)[1] : (unpack_sockaddr_in6 $from)[1];
                my $size = length $sender;
                my (undef, $id, undef, $count) = unpack "C4", $packet;
                my @addresses = grep { length == $size } map { substr $packet, 8 + $_ * $size, $size } 0 .. $count - 1;
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

networks_of() { ip -o address show dev "$1" scope global 2>/dev/null | awk '{ print $4 }' | join_lines ', '; }

# is_ours NAME IP: Is the address on this host, in its applied configuration, or in adverts with the id
# of its instance?
is_ours() {
    is_here "$2" || is_known "$2" || is_advertised "$1" "$2"
}

is_here() { ip -o address show | grep -qF " $1/"; }

is_known() { [ -e "$ours" ] && [ -e "$routers" ] && sed 's|/.*||' "$routers" | grep -q "^address .* $1\$"; }

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
