# shellcheck shell=sh
# shellcheck disable=SC2154  # start.sh and main.sh set $scratch, $name and $openings
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
        $1 == "-P" && $2 ~ /^(INPUT|FORWARD|OUTPUT)$/ { print "chain", "|" $2, tolower($2), tolower($3) }
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
                if ($i ~ /^-[io]$/) found = found " interface=" $(++i)
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
