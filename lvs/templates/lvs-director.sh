#!/bin/sh
# Load the director's nftables tables, /etc/lvs/director.nft, and open an existing firewall. Lines of
# /etc/lvs/firewall are «way protocol interface source destination ports». The ports of `input` are those
# of the destination, and the ports of `forward` those of the source. An opening is a rule with our name
# as its comment, or a policy of firewalld. It comes after the rules that refuse traffic by its address
# or port, and before those that refuse all the rest.
set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C

tables=/etc/lvs/director.nft
openings=/etc/lvs/firewall
routers=/var/lib/pulumi-lvs/vrrp.routers
# Marks what this script has added.
added=/run/lvs-director
name=pulumi-lvs

start() {
    load_tables
    open
}

open() {
    if firewalld_runs; then
        set_policies
    else
        read_iptables
        open_nftables
        for tool in iptables ip6tables; do open_iptables "$tool"; done
    fi
}

# Close all openings. The other tables stay, because they have nothing to do with the host's firewall.
stop() {
    openings=/dev/null
    load_tables
    open
}

remove() {
    tables=/dev/null
    stop
}

load_tables() {
    all_tables >"$scratch/tables"
    if [ -s "$scratch/tables" ]; then
        command -v nft >/dev/null || {
            echo "nft is missing, and this director needs tables in nftables. Install the package nftables." >&2
            exit 1
        }
        { table_deletions && cat "$scratch/tables"; } | nft -f -
        touch "$added.tables"
    elif [ -e "$added.tables" ]; then
        table_deletions | nft -f -
        rm "$added.tables"
    fi
}

table_deletions() { nft list tables | sed -n '/ pulumi_lvs$/s/^/delete /p'; }

all_tables() {
    [ ! -e "$tables" ] || cat "$tables"
    ! firewalld_runs || untracking
}

# Connection tracking does not see all packets of IPVS connections, and takes those under way for invalid.
# firewalld refuses invalid packets before it reads our policies. So these packets become untracked. The
# kernel untracks only packets that it has not assigned to a connection.
untracking() {
    for way in input forward; do echo "late $way inet|pulumi_lvs|untracked end"; done |
        nft_additions notrack >"$scratch/untracked"
    [ -s "$scratch/untracked" ] || return 0
    echo 'table inet pulumi_lvs {'
    echo 'chain untracked {'
    echo 'type filter hook prerouting priority -150; policy accept;'
    echo '}'
    echo '}'
    cat "$scratch/untracked"
}

# our_chains FILE: print the chains of our tables.
our_chains() {
    awk '
        $1 == "table" { table = $2 " " $3 }
        $1 == "chain" && table ~ / pulumi_lvs$/ { print "chain " $2 " of table " table }
    ' "$1"
}

open_nftables() {
    read_ruleset || return 0
    { closing; opening; } >"$scratch/change"
    [ ! -s "$scratch/change" ] || nft -f "$scratch/change"
}

# Fail if the host or its kernel has no nftables.
read_ruleset() { command -v nft >/dev/null && nft -a list ruleset >"$scratch/ruleset" 2>/dev/null; }

closing() {
    awk -v name="$name" '
        $1 == "table" { table = $2 " " $3 }
        $1 == "chain" { chain = $2 }
        $0 ~ "comment \"" name "\" # handle" { print "delete rule", table, chain, "handle", $NF }
    ' "$scratch/ruleset"
}

opening() { nft_rules | places | nft_additions "accept comment \"$name\""; }

# nft_additions VERDICT: read lines of `places`, and print the rules of our openings there.
nft_additions() {
    awk -v verdict="$1" '
        FNR == NR { count++; way[count] = $1; protocol[count] = $2; interface[count] = $3; source[count] = $4
            destination[count] = $5; ports[count] = $6; next }
        $1 == "refused" { next }
        {
            split($3, chain, "|")
            where = chain[1] " " chain[2] " " chain[3]
            where = $4 == "end" ? "add rule " where : "insert rule " where " position " $4
            for (i = 1; i <= count; i++)
                if (way[i] == $2 && belongs(source[i], chain[1]) && belongs(destination[i], chain[1]) &&
                    ($1 == "open" || protocol[i] ~ /^(tcp|sctp)$/))
                    print where, packets(i, $1), verdict
        }
        function belongs(address, family) {
            return address == "any" || family == "inet" || (family == "ip6") == (address ~ /:/)
        }
        function packets(i, part,    text) {
            if (interface[i] != "any") text = "iifname \"" interface[i] "\" "
            text = text end("saddr", source[i]) end("daddr", destination[i])
            if (ports[i] == "any") text = text "meta l4proto " protocol[i]
            else text = text protocol[i] " " (way[i] == "input" ? "d" : "s") "port " ports[i]
            if (part == "open") return text
            return text (protocol[i] == "tcp" ? " tcp flags & (syn | ack) != syn" : " ct state invalid")
        }
        function end(word, address) {
            return address == "any" ? "" : (address ~ /:/ ? "ip6 " : "ip ") word " " address " "
        }
    ' "$openings" -
}

# Print the chains and rules of nftables, as `places` reads them. Chains of iptables are left out, because
# iptables must be able to read them. So are those of programs that manage their own rules.
nft_rules() {
    awk -v name="$name" -v skipped="${1:-firewalld}" -v iptables="$(iptables_families)" '
        $1 == "table" { family = $2; table = $3; next }
        $1 == "chain" { chain = $2; next }
        family !~ /^(ip|ip6|inet)$/ { next }
        table == "filter" && chain ~ /^[A-Z]+$/ && index(iptables, family " ") { next }
        table ~ "^(pulumi_lvs|keepalived|f2b-table|" skipped ")$" { next }
        $1 == "type" {
            if ($2 == "filter" && $4 ~ /^(input|forward)$/)
                print "chain", key(), $4, (/policy drop;/ ? "drop" : "accept")
            next
        }
        !/ # handle [0-9]+$/ || $0 ~ "comment \"" name "\" #" { next }
        {
            place = $NF
            rule = $0
            sub(/^[ \t]*/, "", rule)
            sub(/ # handle [0-9]+$/, "", rule)
            text = rule
            gsub(/ ?(comment|log prefix) "[^"]*"/, "", text)
            gsub(/ ?counter packets [0-9]+ bytes [0-9]+/, "", text)
            gsub(/"/, "", text)
            sub(/reject with .*/, "reject", text)
            jumps = targets(text)
            gsub(/icmp[a-z0-9-]* : [^,}]*/, "", text)
            kind = "other"
            named = text ~ /[sd]addr|[sd]port|@|vrrp|proto(col)? 112|icmp|igmp|fib |mark|skuid/
            if (text ~ /(^| )(drop|reject)([ ,]|$)/)
                kind = named ? "named" : is_late(text) ? "late" : "refuse"
            if (named && kind != "named") jumps = ""
            print "rule", key(), place, kind, (kind == "named" ? matches(text) : jumps) "\t" rule
        }
        function key() { return family "|" table "|" chain }
        function is_late(text) {
            if (text ~ /ct state (vmap|\{? ?[a-z, ]*(invalid|untracked))/) return text !~ /new/
            return text ~ /tcp flags/ && text !~ /(flags|==) syn( |$)/
        }
        # Print the chains to which a rule leads, with a blank before each.
        function targets(text,    found) {
            while (match(text, /(jump|goto) [^ ,}]+/)) {
                found = found " " substr(text, RSTART + 5, RLENGTH - 5)
                text = substr(text, RSTART + RLENGTH)
            }
            return found
        }
        # Print `field=value,value` for each match, and `more` for those that we cannot read.
        function matches(text,    found, words, count, i, field) {
            sub(/ ?(drop|reject).*$/, "", text)
            while (match(text, /\{[^}]*\}/)) {
                field = substr(text, RSTART + 1, RLENGTH - 2)
                gsub(/ /, "", field)
                text = substr(text, 1, RSTART - 1) field substr(text, RSTART + RLENGTH)
            }
            count = split(text, words, " ")
            for (i = 1; i <= count; i++) {
                field = words[i]
                if (field ~ /^(iif|iifname)$/) field = "interface"
                else if (field ~ /^(ip|ip6)$/ && words[i + 1] ~ /^[sd]addr$/) field = words[++i]
                else if (field ~ /^(tcp|udp|sctp)$/ && words[i + 1] ~ /^[sd]port$/) {
                    found = found " protocol=" field
                    field = words[++i]
                } else if (field == "th" && words[i + 1] ~ /^[sd]port$/) field = words[++i]
                else if (field words[i + 1] ~ /^(metal4proto|ipprotocol)$/) { field = "protocol"; i++ }
                else { found = found " more"; continue }
                found = found " " field "=" words[++i]
            }
            return found
        }
    ' "$scratch/ruleset"
}

# Read lines `chain KEY WAY POLICY` and `rule KEY PLACE KIND WORDS⇥TEXT`, and print where our rules go:
#   open WAY KEY PLACE     before a rule that refuses all the rest, or at the end
#   late WAY KEY PLACE     before a rule that refuses packets of connections which the firewall has not
#                          tracked: IPVS handles them outside of it. The packets that begin one stay out.
#   refused WAY KEY LINE⇥RULE    a rule that refuses an opening by its address or port
places() {
    awk -v openings="$openings" '
        BEGIN { while ((getline line <openings) > 0) opening[++wanted] = line }
        $1 == "chain" { base[++bases] = $2; hook[$2] = $3; policy[$2] = $4; next }
        {
            n = ++count[$2]
            place[$2, n] = $3
            kind[$2, n] = $4
            tab = index($0, "\t")
            text[$2, n] = substr($0, tab + 1)
            $0 = substr($0, 1, tab - 1)
            key = $2
            $1 = $2 = $3 = $4 = ""
            words[key, n] = $0
        }
        END { for (i = 1; i <= bases; i++) walk(hook[base[i]], base[i], policy[base[i]]) }
        function walk(way, key, policy,    n, i, list, many, prefix, is_late) {
            if ((way, key) in seen) return
            seen[way, key]
            prefix = key
            sub(/[^|]*$/, "", prefix)
            for (n = 1; n <= count[key]; n++) {
                if (kind[key, n] == "named") {
                    report(way, key, n)
                    continue
                }
                if (kind[key, n] == "refuse") {
                    print "open", way, key, place[key, n]
                    return
                }
                if (kind[key, n] == "late" && !is_late) {
                    print "late", way, key, place[key, n]
                    is_late = 1
                }
                many = split(words[key, n], list, " ")
                for (i = 1; i <= many; i++) walk(way, prefix list[i], "")
            }
            if (policy == "drop") print "open", way, key, "end"
        }
        function report(way, key, n,    i, field) {
            for (i = 1; i <= wanted; i++) {
                split(opening[i], field, " ")
                if (field[1] == way && covers(words[key, n], field))
                    print "refused", way, key, opening[i] "\t" text[key, n]
            }
        }
        # Do the matches of a rule hold for all packets of an opening?
        function covers(matches, field,    list, many, i, pair, own) {
            many = split(matches, list, " ")
            for (i = 1; i <= many; i++) {
                if (split(list[i], pair, "=") != 2) return 0
                own = pair[1] == "protocol" ? field[2] : pair[1] == "interface" ? field[3] : ""
                if (pair[1] == "saddr") own = field[4]
                if (pair[1] == "daddr") own = field[5]
                if (pair[1] == (field[1] == "input" ? "dport" : "sport")) own = field[6]
                if (own == "" || own == "any" || !has_one(pair[2], own)) return 0
            }
            return 1
        }
        function has_one(list, own,    each, many, i) {
            many = split(list, each, ",")
            for (i = 1; i <= many; i++) if (has(each[i], own)) return 1
            return 0
        }
        function has(value, own,    part, mine) {
            if (value == own || value == "vrrp" && own == 112) return 1
            if (value ~ /^[0-9]+[-:][0-9]+$/) {
                split(value, part, /[-:]/)
                if (split(own, mine, "-") < 2) mine[2] = mine[1]
                return part[1] + 0 <= mine[1] + 0 && mine[2] + 0 <= part[2] + 0
            }
            if (value !~ /^[0-9.]+\/[0-9]+$/ || own !~ /^[0-9.]+$/) return 0
            split(value, part, "/")
            return int(number(part[1]) / 2 ^ (32 - part[2])) == int(number(own) / 2 ^ (32 - part[2]))
        }
        function number(address,    byte) {
            split(address, byte, ".")
            return ((byte[1] * 256 + byte[2]) * 256 + byte[3]) * 256 + byte[4]
        }
    '
}

# Print the families whose table `filter` in nftables belongs to iptables, each with a blank after it.
iptables_families() {
    ! grep -qs '^-P' "$scratch/iptables.nft" || printf 'ip '
    ! grep -qs '^-P' "$scratch/ip6tables.nft" || printf 'ip6 '
}

# List the rules of iptables once, because it is slow on a host with many rules: in iptables.nft if they
# stand in nftables too, otherwise in iptables.legacy.
read_iptables() {
    for tool in iptables ip6tables; do
        command -v "$tool" >/dev/null || continue
        case "$("$tool" -V)" in
            *nf_tables*) kind=nft ;;
            # `iptables -S` would load the module of its tables. Files of /proc have no size.
            *)
                grep -qs . "/proc/net/${tool%tables}_tables_names" || continue
                kind=legacy
                ;;
        esac
        "$tool" -S >"$scratch/$tool.$kind" 2>/dev/null || :
    done
}

# list_iptables TOOL: print its chains and rules.
list_iptables() { cat "$scratch/$1."* 2>/dev/null || :; }

open_iptables() {
    has_iptables "$1" || return 0
    {
        echo '*filter'
        iptables_closing "$1"
        iptables_opening "$1"
        echo COMMIT
    } >"$scratch/change"
    "$1-restore" --noflush <"$scratch/change"
}

# Does iptables have rules, or chains that drop by default?
has_iptables() { grep -qs -e '^-A' -e '^-P .* DROP' "$scratch/$1."*; }

iptables_closing() { list_iptables "$1" | sed -n "/--comment \"*$name/s/^-A/-D/p"; }

# From the last place to the first, because a new rule moves those after it.
iptables_opening() {
    iptables_rules "$1" | places | awk -v name="$name" -v tool="$1" '
        FNR == NR { line[++count] = $0; next }
        $1 == "refused" { next }
        {
            split($3, chain, "|")
            for (i = 1; i <= count; i++) {
                split(line[i], word, " ")
                if (word[1] == $2 && belongs(word[4]) && belongs(word[5]) &&
                    ($1 == "open" || word[2] ~ /^(tcp|sctp)$/))
                    rule[++rules] = ($4 == "end" ? "-A " chain[2] : "-I " chain[2] " " $4) packets(word, $1) \
                        " -m comment --comment " name " -j ACCEPT"
            }
        }
        END { for (i = rules; i > 0; i--) print rule[i] }
        function belongs(address) { return address == "any" || (address ~ /:/) == (tool == "ip6tables") }
        function packets(word, part,    text) {
            sub(/\*/, "+", word[3])
            sub(/-/, ":", word[6])
            text = option("-i", word[3]) option("-s", word[4]) option("-d", word[5]) " -p " word[2]
            text = text option(word[1] == "input" ? "--dport" : "--sport", word[6])
            if (part == "open") return text
            return text (word[2] == "tcp" ? " ! --tcp-flags SYN,ACK SYN" : " -m conntrack --ctstate INVALID")
        }
        function option(name, value) { return value == "any" ? "" : " " name " " value }
    ' "$openings" -
}

# iptables_rules TOOL: print its chains and rules, as `places` reads them.
iptables_rules() {
    list_iptables "$1" | awk -v name="$name" '
        $1 == "-P" && $2 ~ /^(INPUT|FORWARD)$/ { print "chain", "|" $2, tolower($2), tolower($3) }
        $1 != "-A" || $0 ~ "--comment \"?" name { next }
        {
            verdict = ""
            for (i = 3; i < NF; i++) if ($i ~ /^-[jg]$/) verdict = $(i + 1)
            named = / -[sd] |port |ports |--match-set |--mac-source |--mark |rpfilter|addrtype/ ||
                / -p (112|vrrp|icmp|ipv6-icmp|igmp) /
            kind = "other"
            if (verdict ~ /^(DROP|REJECT)$/)
                kind = named ? "named" : /INVALID|--tcp-flags/ && !/NEW/ ? "late" : "refuse"
            words = kind == "named" ? matches() : named ? "" : " " verdict
            print "rule", "|" $2, ++number[$2], kind, words "\t" $0
        }
        function matches(    found, i) {
            for (i = 3; $i != "-j"; i++)
                if ($i == "-i") found = found " interface=" $(++i)
                else if ($i == "-s") found = found " saddr=" whole($(++i))
                else if ($i == "-d") found = found " daddr=" whole($(++i))
                else if ($i == "-p") found = found " protocol=" $(++i)
                else if ($i ~ /^--[sd]ports?$/) found = found " " substr($i, 3, 5) "=" $(++i)
                else if ($i == "-m" && $(i + 1) ~ /^(tcp|udp|sctp|multiport|comment)$/) i++
                else found = found " more"
            return found
        }
        function whole(address) { sub(/\/(32|128)$/, "", address); return address }
    '
}

firewalld_runs() { systemctl is-active -q firewalld 2>/dev/null; }

# Policies are files, so they stay after a reload of firewalld.
set_policies() {
    changed=
    set_policy input HOST
    set_policy forward ANY
    [ -z "$changed" ] || firewall-cmd -q --reload
}

set_policy() {
    live=/etc/firewalld/policies/$name-$1.xml
    policy "$1" "$2" >"$scratch/change"
    if grep -q '<rule' "$scratch/change"; then
        cmp -s "$scratch/change" "$live" || install_policy
    elif [ -e "$live" ]; then
        rm "$live"
        changed=yes
    fi
}

# policy WAY ZONE: print the policy of firewalld for packets to the host, or for forwarded packets. Its
# priority places it after the rules of all zones, and before a zone refuses the rest. firewalld has no
# rule for an interface.
policy() {
    echo '<?xml version="1.0" encoding="utf-8"?>'
    echo '<policy priority="100" target="CONTINUE">'
    echo "  <short>LVS</short><ingress-zone name=\"ANY\"/><egress-zone name=\"$2\"/>"
    awk -v way="$1" '
        $1 == way {
            port = way == "input" ? "port" : "source-port"
            address = $4 == "any" ? $5 : $4
            rule = "  <rule" (address == "any" ? "" : " family=\"" (address ~ /:/ ? "ipv6" : "ipv4") "\"") ">\n"
            if ($4 != "any") rule = rule "    <source address=\"" $4 "\"/>\n"
            if ($5 != "any") rule = rule "    <destination address=\"" $5 "\"/>\n"
            if ($6 == "any") rule = rule "    <protocol value=\"" $2 "\"/>\n"
            else rule = rule "    <" port " port=\"" $6 "\" protocol=\"" $2 "\"/>\n"
            if (!seen[rule]++) print rule "    <accept/>\n  </rule>"
        }' "$openings"
    echo '</policy>'
}

install_policy() {
    [ -d /usr/lib/firewalld/policies ] || {
        echo "firewalld before 0.9 has no policies. Open it by hand, and set openFirewall: false." >&2
        exit 1
    }
    mkdir -p "${live%/*}"
    cp "$scratch/change" "$live"
    changed=yes
}

# leave PID: stop keepalived. On its own it deletes its servers before its virtual IPs, and the kernel
# then resets clients that send in between. So its checker process is paused until the virtual IPs are
# gone. A director that is also a real server keeps them on lo.
leave() {
    checkers=$(cat /run/keepalived/checkers.pid /run/checkers.pid 2>/dev/null) || :
    grep -q "^PPid:[[:blank:]]*$1\$" "/proc/${checkers:-none}/status" 2>/dev/null || return 0
    awk '$1 == "address" { sub(/\/.*/, "", $4); print " " $4 "/" }' "$routers" >"$scratch/addresses"
    kill -STOP "$checkers"
    kill "$1"
    tries=100
    while [ "$tries" -gt 0 ] && has_addresses; do
        sleep 0.02
        tries=$((tries - 1))
    done
    kill -CONT "$checkers"
}

has_addresses() { ip -o address show | grep -v '^[0-9]*: lo ' | grep -qFf "$scratch/addresses"; }

# Fail and print the first thing that is missing. If nothing is missing, print a sentence for each opening
# that a rule of the host refuses.
check() {
    read_iptables
    read_ruleset || : >"$scratch/ruleset"
    all_tables >"$scratch/tables"
    our_chains "$scratch/tables" >"$scratch/wanted"
    our_chains "$scratch/ruleset" >"$scratch/present"
    missing=$(grep -vxFf "$scratch/present" "$scratch/wanted" | head -n 1)
    [ -z "$missing" ] || {
        echo "missing: $missing"
        return 1
    }
    firewalld_runs || has_openings || {
        echo "the firewall lacks openings of $openings"
        return 1
    }
    refusals
}

has_openings() {
    [ ! -s "$scratch/ruleset" ] || is_open "$(closing)" "$(opening)" || return 1
    for tool in iptables ip6tables; do
        ! has_iptables "$tool" || is_open "$(iptables_closing "$tool")" "$(iptables_opening "$tool")" || return 1
    done
}

# Are there as many rules with our name as openings?
is_open() { [ "$(count_lines "$1")" = "$(count_lines "$2")" ]; }

count_lines() { echo "$1" | grep -c .; }

refusals() {
    {
        [ ! -s "$scratch/ruleset" ] || nft_rules none | places
        for tool in iptables ip6tables; do
            ! has_iptables "$tool" || iptables_rules "$tool" | places
        done
    } | sed -n 's/^refused \([^ ]*\) [^ ]* [^ ]* \(.*\)\t\(.*\)/the firewall refuses \1 \2 by a rule of its own: \3/p'
}

# A folder of its own, because a check may run at the same time.
scratch=/run/lvs-director.scratch/$$
# A process that was killed may have left its folder.
for folder in /run/lvs-director.scratch/*; do [ -d "/proc/${folder##*/}" ] || rm -rf "$folder"; done
mkdir -p "$scratch"
trap 'rm -r "$scratch"; rmdir /run/lvs-director.scratch 2>/dev/null || :' EXIT
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
