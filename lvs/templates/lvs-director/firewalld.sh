# shellcheck shell=sh
# shellcheck disable=SC2154  # start.sh and main.sh set $scratch, $name and $openings
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
