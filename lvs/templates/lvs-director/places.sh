# shellcheck shell=sh
# shellcheck disable=SC2154  # start.sh and main.sh set $openings
# Read lines `chain KEY WAY POLICY` and `rule KEY PLACE KIND WORDS⇥TEXT`, and print where our rules go:
#   open WAY KEY PLACE⇥RULE      before a rule that refuses all the rest, or at the end
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
                    print "open", way, key, place[key, n] "\t" text[key, n]
                    return
                }
                if (kind[key, n] == "late" && !is_late) {
                    print "late", way, key, place[key, n]
                    is_late = 1
                }
                many = split(words[key, n], list, " ")
                for (i = 1; i <= many; i++) walk(way, prefix list[i], "")
            }
            if (policy == "drop") print "open", way, key, "end\tpolicy drop"
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
