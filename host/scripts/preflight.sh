# shellcheck shell=sh
# What speaks against making a cluster of this host, found without changing anything. Each finding
# is a line: how bad it is (`stop`, `warn` or `ok`), what it is about, and a sentence. `apply` fails
# with all that stop, and `report` shows everything.

main() {
    ours=/var/lib/pulumi-lvs/configure/files
    findings=$(inspect)
    case "$1" in
        report) echo "$findings" ;;
        apply)
            echo "$findings" | found warn | while read -r line; do say "$line"; done
            stopping=$(echo "$findings" | found stop | joined)
            [ -z "$stopping" ] || fail "$stopping"
            say "nothing speaks against it"
            ;;
    esac
}

found() { awk -F '\t' -v how="$1" '$1 == how { print $2 ": " $3 }'; }

stop() { finding stop "$@"; }
warn() { finding warn "$@"; }
ok() { finding ok "$@"; }

# finding HOW WHAT SENTENCE…
finding() {
    how=$1 what=$2
    shift 2
    printf '%s\t%s\t%s\n' "$how" "$what" "$*"
}

inspect() {
    read_settings
    inspect_system
    inspect_disk
    setting module | while read -r module; do inspect_module "$module"; done
    inspect_web_server
    [ -z "$(setting instance)" ] || {
        inspect_manager
        interfaces | while read -r interface; do inspect_interface "$interface"; done
        heard=$(mktemp) answers=$(mktemp)
        trap 'rm "$heard" "$answers"' EXIT
        ask >"$answers" &
        hear >"$heard"
        wait
        setting instance | while read -r _ interface id _; do
            ! is_up "$interface" || inspect_id "$id" "$interface"
        done
        setting address | while read -r name interface address; do
            ! is_up "$interface" || inspect_address "$name" "$address" "$interface"
        done
    }
}

inspect_system() {
    ok kernel "$(uname -r)"
    ok clock "$(date +%s)"
    installed=$(keepalived -v 2>&1 | sed -n 's/^Keepalived v\([0-9.]*\).*/\1/p')
    wanted=$(setting keepalived)
    if [ -z "$wanted" ] || [ -z "$installed" ] || printf '%s\n' "$wanted" "$installed" | sort -V -C; then
        ok keepalived "${installed:-not installed yet}"
    else
        stop keepalived "here is $installed, and the configuration would be made for $wanted: say so" \
            "in this director's keepalivedVersion"
    fi
    [ -d /run/systemd/system ] || stop systemd "does not run here, and services are kept by it"
}

# Packages of a director take some 10 MB, and apt wants room for what it loads.
inspect_disk() {
    df -Pk /etc /usr /var/lib | awk '
        NR > 1 && !seen[$6]++ {
            free = int($4 / 1024)
            print (free < 16 ? "stop" : free < 128 ? "warn" : "ok") "\tdisk\t" $6 " has " free " MB free"
        }'
}

# What modprobe would do is `install /bin/false` where somebody has forbidden a module.
inspect_module() {
    if ! how=$(modprobe -n -v "$1" 2>/dev/null); then
        stop modules "the kernel $(uname -r) has no module $1"
    elif echo "$how" | grep -qE '^install (/usr)?/bin/(false|true)'; then
        stop modules "$1 must not be loaded here: look for it in /etc/modprobe.d"
    else
        ok modules "$1"
    fi
}

# Whoever listens where the page is to be served.
inspect_web_server() {
    [ -n "$(setting httpd)" ] && [ ! -e "$ours" ] || return 0
    listener=$(ss -Hltnp 'sport = :80' | sed -n 's/.*users:(("\([^"]*\)".*/\1/p' | sort -u | joined)
    case "$listener" in
        '' | apache2 | httpd) ok ports "80 is free" ;;
        *) stop ports "80 is taken by $listener, and httpd needs it: end that, or leave httpd out" ;;
    esac
}

inspect_manager() {
    config=/etc/keepalived/keepalived.conf
    [ -e "$config" ] && [ ! -e "$ours" ] || return 0
    manager=$(sed -n '/^[[:blank:]]*[#!]/s/.*\(Ansible\|ansible\|Puppet\|Chef\|Salt\|cfengine\).*/\1/p' "$config" | head -n 1)
    if [ -n "$manager" ]; then
        stop manager "$config says that it is of $manager: take this host out there first"
    else
        warn manager "$config was here before: it is kept, and put back by destroy"
    fi
}

interfaces() { setting instance | cut -d ' ' -f 2 | sort -u; }

inspect_interface() {
    if is_up "$1"; then
        ok interface "$1 is up"
    elif [ -e "/sys/class/net/$1" ]; then
        stop interface "$1 is down"
    else
        stop interface "there is no $1, only $(ip -br link | awk '{ sub(/@.*/, "", $1) } $1 != "lo" { print $1 }' | joined)"
    fi
}

is_up() { ip -o link show up dev "$1" 2>/dev/null | grep -q .; }

# Who answers for our virtual IPs and for the addresses of the other directors, a line each:
# INTERFACE IP MAC, without a MAC where nobody does. They are asked all at once.
ask() {
    {
        setting address | cut -d ' ' -f 2-
        for interface in $(interfaces); do setting peer | sed "s/^/$interface /"; done
    } | sed 's|/.*||' | sort -u | {
        while read -r interface ip; do
            ! is_up "$interface" || ! is_near "$ip" "$interface" ||
                echo "$interface $ip $(holder "$ip" "$interface")" &
        done
        wait
    }
}

# Adverts of VRRP routers on our interfaces, a line each: INTERFACE ID SOURCE ADDRESSES. An owner
# sends one every interval; three of ours are waited for.
hear() {
    seconds=$(setting instance | awk '3 * $5 > wait { wait = 3 * $5 } END { print wait < 3 ? 3 : int(wait + 0.99) }')
    for interface in $(interfaces); do
        { listen "$interface" "$seconds" || echo "$interface deaf"; } &
    done | sort -u
}

# listen INTERFACE SECONDS. The numbers are those of Linux: option 25 binds to an interface, 35 and
# 20 join a group on the interface of an index.
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
                # An IPv4 packet comes with its header.
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

# inspect_id ID INTERFACE. A router of our id that has one of our virtual IPs is one of us.
inspect_id() {
    ! grep -qx "$2 deaf" "$heard" || {
        warn router "who else has id $1 on $2 cannot be heard: it takes perl"
        return 0
    }
    # IPv4 and IPv6 may have a router each of one id.
    stranger=$({ setting instance && echo && setting address; } | awk -v id="$1" -v interface="$2" '
        file == 1 && !NF { addresses = 1; next }
        file == 1 && !addresses { if ($2 == interface && $3 == id) routers[$1]; next }
        file == 1 { sub(/\/.*/, "", $3); if ($1 in routers) ours[$3]; next }
        $1 == interface && $2 == id {
            own = 0
            for (i = 4; i <= NF; i++) own += $i in ours
            if (!own) print $3
        }' file=1 - file=2 "$heard" | sort -u | joined)
    if [ -n "$stranger" ]; then
        stop router "id $1 on $2 is in use by $stranger: take another virtualRouterId"
    else
        ok router "id $1 on $2 is free"
    fi
}

# inspect_address NAME IP[/PREFIX] INTERFACE. It is to be free, unless one of our directors has it.
inspect_address() {
    ip=${2%/*}
    if is_near "$ip" "$3"; then
        is_ours "$1" "$ip" && mac='' || mac=$(answers_for "$ip" "$3")
        if [ -z "$mac" ]; then
            ok address "$ip on $3 is free, or ours"
        elif is_peer "$mac"; then
            ok address "$ip on $3 is with one of the other directors"
        else
            stop address "$ip is answered for by $mac on $3: take an address that nobody has"
        fi
    elif [ "$ip" != "$2" ]; then
        ok address "$2 brings its own network to $3"
    else
        stop address "$ip is in no network of $3 ($(networks_of "$3")): take one from there," \
            "or give its prefixLength in virtualIpaddress, where it is routed to here or a network of its own"
    fi
}

networks_of() { ip -o address show dev "$1" scope global 2>/dev/null | awk '{ print $4 }' | joined; }

# is_ours NAME IP: here, known since an earlier change, or in the adverts of who has its router's id.
is_ours() {
    owned_here "$2" || is_known "$2" || is_advertised "$1" "$2"
}

owned_here() { ip -o address show | grep -qF " $1/"; }

is_known() { [ -e "$ours" ] && [ -e "$routers" ] && sed 's|/.*||' "$routers" | grep -q "^address .* $1\$"; }

is_advertised() {
    setting instance | awk -v name="$1" -v ip="$2" '
        file == 1 { if ($1 == name) ours[$2, $3]; next }
        ($1, $2) in ours { for (i = 4; i <= NF; i++) found = found || $i == ip }
        END { exit !found }
    ' file=1 - file=2 "$heard"
}

# answers_for IP [INTERFACE]: MAC addresses.
answers_for() {
    awk -v ip="$1" -v interface="${2:-}" '
        $2 == ip && (interface == "" || $1 == interface) { print $3 }' "$answers"
}

# Whether a MAC address is that of a director that we know an address of.
is_peer() {
    setting peer | while read -r director; do answers_for "$director"; done | grep -qx "$1"
}
