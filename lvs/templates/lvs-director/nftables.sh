# shellcheck shell=sh disable=SC2119,SC2120  # check.sh gives nft_rules an argument
# shellcheck disable=SC2154  # start.sh and main.sh set $scratch, $name and $openings
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
            if ($2 == "filter" && $4 ~ /^(input|forward|output)$/)
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
                if (field ~ /^[io]if(name)?$/) field = "interface"
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
