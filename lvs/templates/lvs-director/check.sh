# shellcheck shell=sh
# shellcheck disable=SC2154  # start.sh and main.sh set $scratch, $tables and $openings
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

refusals() { all_places | refused; }

all_places() {
    [ ! -s "$scratch/ruleset" ] || nft_rules none | places
    for tool in iptables ip6tables; do
        ! has_iptables "$tool" || iptables_rules "$tool" | places
    done
}

refused() {
    sed -n 's/^refused \([^ ]*\) [^ ]* [^ ]* \(.*\)\t\(.*\)/the firewall refuses \1 \2 by a rule of its own: \3/p'
}

# Read openings, and print what refuses them: rules that name their packets, and then rules and policies that
# refuse all the rest.
explain() {
    openings=$scratch/openings
    cat >"$openings"
    read_iptables
    read_ruleset || : >"$scratch/ruleset"
    all_places >"$scratch/places"
    refused <"$scratch/places"
    cut -d ' ' -f 1 "$openings" | sort -u | while read -r way; do
        sed -n "s/^open $way [^ ]* [^\t]*\t\(.*\)/the firewall refuses $way packets that no rule accepts: \1/p" "$scratch/places"
    done
}
