#!/bin/sh
# Loads the director's tables, /etc/lvs/director.nft, and opens the host's own firewall, where it has
# one, for what /etc/lvs/firewall lists: lines «way protocol address ports», where `input` is to the
# address and `forward` from it. An opening is a rule before all others with our name as comment, or
# with firewalld a policy.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C

tables=/etc/lvs/director.nft
openings=/etc/lvs/firewall
routers=/var/lib/pulumi-lvs/vrrp.routers
# What this has made, as far as that cannot be seen.
made=/run/lvs-director
name=pulumi-lvs

start() {
    load_tables
    open
}

open() {
    if firewalld_runs; then
        set_policies
    else
        open_nftables
        open_iptables iptables
        open_iptables ip6tables
    fi
}

# Without openings, all that opens closes. The tables stay: who stops a firewall does not mean them.
stop() {
    openings=/dev/null
    open
}

remove() {
    stop
    tables=/dev/null
    load_tables
}

load_tables() {
    if [ -s "$tables" ]; then
        { forget_tables && cat "$tables"; } | nft -f -
        touch "$made.tables"
    elif [ -e "$made.tables" ]; then
        forget_tables | nft -f -
        rm "$made.tables"
    fi
}

forget_tables() { nft list tables | sed -n '/ pulumi_lvs$/s/^/delete /p'; }

open_nftables() {
    read_ruleset || return 0
    { closing; opening; } >"$paper/change"
    [ ! -s "$paper/change" ] || nft -f "$paper/change"
}

# Without nftables, in the host or in its kernel, there is no ruleset.
read_ruleset() { command -v nft >/dev/null && nft -a list ruleset >"$paper/ruleset" 2>/dev/null; }

closing() {
    awk -v name="$name" '
        $1 == "table" { table = $2 " " $3 }
        $1 == "chain" { chain = $2 }
        $0 ~ "comment \"" name "\" # handle" { print "delete rule", table, chain, "handle", $NF }
    ' "$paper/ruleset"
}

# Every chain that packets come in or go through by, but for those of iptables, which has to be able
# to read them, and of programs that open and close for themselves.
opening() {
    awk -v name="$name" '
        FNR == NR { count++; way[count] = $1; protocol[count] = $2; address[count] = $3; ports[count] = $4; next }
        $1 == "table" { family = $2; table = $3 }
        $1 == "chain" { chain = $2 }
        $1 == "type" && $2 == "filter" && $4 ~ /^(input|forward)$/ && family ~ /^(ip|ip6|inet)$/ &&
            table !~ /^(pulumi_lvs|keepalived|firewalld|f2b-table)$/ && chain !~ /^[A-Z]+$/ {
            for (i = count; i > 0; i--)
                if (way[i] == $4 && belongs(address[i], family))
                    print "insert rule", family, table, chain, packets(i), "accept comment \"" name "\""
        }
        function belongs(address, family) {
            return address == "any" || family == "inet" || (family == "ip6") == (address ~ /:/)
        }
        function packets(i,    to, text) {
            to = way[i] == "input" ? "d" : "s"
            if (address[i] != "any") text = (address[i] ~ /:/ ? "ip6 " : "ip ") to "addr " address[i] " "
            if (ports[i] == "any") return text "meta l4proto " protocol[i]
            return text protocol[i] " " to "port " ports[i]
        }
    ' "$openings" "$paper/ruleset"
}

open_iptables() {
    has_iptables "$1" || return 0
    {
        echo '*filter'
        iptables_closing "$1"
        iptables_opening "$1"
        echo COMMIT
    } >"$paper/change"
    "$1-restore" --noflush <"$paper/change"
}

# A firewall of iptables: rules, or chains that let nothing through.
has_iptables() {
    command -v "$1" >/dev/null || return 1
    case "$("$1" -V)" in
        *nf_tables*) ;;
        # To ask would load the module that holds one.
        *) [ -s "/proc/net/${1%tables}_tables_names" ] || return 1 ;;
    esac
    "$1" -S | grep -q -e '^-A' -e '^-P .* DROP'
}

iptables_closing() { "$1" -S | sed -n "/--comment \"*$name/s/^-A/-D/p"; }

iptables_opening() {
    awk -v name="$name" -v tool="$1" '
        $3 == "any" || ($3 ~ /:/) == (tool == "ip6tables") { line[++count] = $0 }
        END {
            for (i = count; i > 0; i--) {
                split(line[i], word, " ")
                chain = word[1] == "input" ? "INPUT" : "FORWARD"
                to = word[1] == "input" ? "d" : "s"
                sub(/-/, ":", word[4])
                print "-I " chain (word[3] == "any" ? "" : " -" to " " word[3]) " -p " word[2] \
                    (word[4] == "any" ? "" : " --" to "port " word[4]) \
                    " -m comment --comment " name " -j ACCEPT"
            }
        }' "$openings"
}

firewalld_runs() { systemctl is-active -q firewalld 2>/dev/null; }

# Policies are files, which outlive a reload of firewalld and go when the files do.
set_policies() {
    changed=
    set_policy input HOST
    set_policy forward ANY
    [ -z "$changed" ] || firewall-cmd -q --reload
}

set_policy() {
    live=/etc/firewalld/policies/$name-$1.xml
    policy "$1" "$2" >"$paper/change"
    if grep -q '<rule' "$paper/change"; then
        cmp -s "$paper/change" "$live" || install_policy
    elif [ -e "$live" ]; then
        rm "$live"
        changed=yes
    fi
}

# policy WAY ZONE: the openings of one way, to the host itself or through it, as firewalld has them.
policy() {
    echo '<?xml version="1.0" encoding="utf-8"?>'
    echo '<policy priority="-100" target="CONTINUE">'
    echo "  <short>LVS</short><ingress-zone name=\"ANY\"/><egress-zone name=\"$2\"/>"
    awk -v way="$1" '
        $1 == way {
            end = way == "input" ? "destination" : "source"
            port = way == "input" ? "port" : "source-port"
            family = $3 ~ /:/ ? "ipv6" : "ipv4"
            print "  <rule" ($3 == "any" ? "" : " family=\"" family "\"") ">"
            if ($3 != "any") print "    <" end " address=\"" $3 "\"/>"
            if ($4 == "any") print "    <protocol value=\"" $2 "\"/>"
            else print "    <" port " port=\"" $4 "\" protocol=\"" $2 "\"/>"
            print "    <accept/>\n  </rule>"
        }' "$openings"
    echo '</policy>'
}

install_policy() {
    [ -d /usr/lib/firewalld/policies ] || {
        echo "firewalld before 0.9 has no policies: open it by hand, and set openFirewall: false" >&2
        exit 1
    }
    mkdir -p "${live%/*}"
    cp "$paper/change" "$live"
    changed=yes
}

# leave PID: ends keepalived, which by itself takes its servers out of the kernel before its virtual
# IPs go, and so has whoever sends in between reset. Who looks after the servers stands still until
# another director is sent to.
leave() {
    checkers=$(cat /run/keepalived/checkers.pid /run/checkers.pid 2>/dev/null) || :
    grep -q "^PPid:[[:blank:]]*$1\$" "/proc/${checkers:-none}/status" 2>/dev/null || return 0
    awk '$1 == "address" { sub(/\/.*/, "", $4); print " " $4 "/" }' "$routers" >"$paper/addresses"
    kill -STOP "$checkers"
    kill "$1"
    tries=100
    while [ "$tries" -gt 0 ] && ip -o address show | grep -qFf "$paper/addresses"; do
        sleep 0.02
        tries=$((tries - 1))
    done
    kill -CONT "$checkers"
}

# Whether all is as it is to be; says what is not.
check() {
    [ ! -s "$tables" ] || nft list tables | grep -q ' pulumi_lvs$' || {
        echo "not loaded: $tables"
        return 1
    }
    ! firewalld_runs || return 0
    ! read_ruleset || is_open "$(closing)" "$(opening)"
    for tool in iptables ip6tables; do
        ! has_iptables "$tool" || is_open "$(iptables_closing "$tool")" "$(iptables_opening "$tool")"
    done
}

# Whether as many rules have our name as there are to be.
is_open() {
    [ "$(echo "$1" | grep -c .)" = "$(echo "$2" | grep -c .)" ] || {
        echo "the firewall is not open for $openings"
        return 1
    }
}

# Scratch paper, of its own: somebody may ask for a check meanwhile.
paper=$(mktemp -d /run/lvs-director.XXXXXX)
trap 'rm -r "$paper"' EXIT
case "${1:-}" in
    start | reload) start ;;
    stop) stop ;;
    remove) remove ;;
    check) check ;;
    leave) leave "$2" ;;
    *)
        echo "usage: lvs-director start|reload|stop|remove|check|leave PID" >&2
        exit 2
        ;;
esac
