# shellcheck shell=sh
# Report the state of this host, and change nothing.
#
# `status` prints facts. A fact is a line of words, and its first word is its kind:
#   host NAME
#   kernel RELEASE
#   uptime SECONDS
#   clock SECONDS                      since 1970
#   keepalived VERSION                 if it is installed
#   step NAME SECONDS                  time of the last apply, changed or not, since 1970
#   deferred [proof]                   the host deferred a change, or only its proof, and that is not done
#   unit NAME ACTIVE ENABLED           in systemd's words
#   complaint UNIT SENTENCE            output of the unit's own check
#   router NAME INTERFACE ID STATE     active with all its virtual IPs, backup with none, or split
#   address NAME DEVICE IP STATE       a virtual IP, with its router or `-`: here or absent
#   rule RULE                          a line of the plan's IPVS table, ipvs.rules
#   masquerade RULE                    a rule of the plan for a FULLNAT server, of director.nft
#   service RATES RULE                 a service of the kernel's IPVS table
#   server ACTIVE INACTIVE RATES RULE  a server of that table, with its connections
# RATES are five numbers per second: connections, packets in and out, bytes in and out.
#
# `check` prints the facts `router` and `address`, and all differences from the applied state. A setting
# `applied` names a file that the stack's state has for this host, by its digest and path. `diff`
# prints the differences between the bundle's files and the live ones. A difference is a line `drift
# SUBJECT` and a unified diff, indented like the files of a bundle.
#
# With a setting `role`, `director` or `realServer`, the report is about that role of a machine that has
# both. Every report ends with the line `end`. One without it is not whole.
lists=/etc/lvs/real-servers
tables=/etc/lvs/director.nft

# main VERB
main() {
    read_heads
    case "$1" in
        status) status ;;
        check) check ;;
        diff) differences ;;
    esac
    echo end
}

status() {
    system
    steps
    unit_facts
    complaints
    virtual_ips
    ! has_rules || sed 's/^/rule /' "$rules"
    ! has_rules || [ ! -e "$tables" ] || sed -n 's/^ *\(.* masquerade\)$/masquerade \1/p' "$tables"
    ! has_rules || live_table
}

# is_about ROLE
is_about() { role=$(setting role) && [ "${role:-$1}" = "$1" ]; }

has_rules() { is_about director && [ -e "$rules" ]; }
has_routers() { is_about director && [ -e "$routers" ]; }

# Print the folders of the steps that the report is about.
own_steps() {
    case "$(setting role)" in
        director) all_steps | grep "^$memory/director/" ;;
        realServer) all_steps | grep "^$memory/real-servers/" ;;
        *) all_steps ;;
    esac
}

system() {
    echo "host $(uname -n)"
    echo "kernel $(uname -r)"
    echo "uptime $(cut -d . -f 1 /proc/uptime)"
    echo "clock $(date +%s)"
    ! is_about director || keepalived_version | sed 's/^/keepalived /'
}

steps() {
    for folder in $(own_steps); do
        [ ! -e "$folder/files" ] || echo "step ${folder##*/} $(stat -c %Y "$folder/files")"
        # Older versions called a deferred change postponed.
        if is_unproved "$folder"; then
            echo "deferred proof"
        elif has_deferred "$folder"; then
            echo deferred
        fi
    done
}

# has_deferred STEP_FOLDER
has_deferred() { [ -e "$1/deferred" ] || [ -e "$1/postponed" ]; }

# is_unproved STEP_FOLDER: A director that defers a proof has applied its change.
is_unproved() { grep -qsx 'set proof deferred' "$1/deferred"; }

# Print the units that must run on this host.
units() {
    ! has_rules || printf '%s\n' keepalived lvs-director
    [ -z "$(own_lines)" ] || echo lvs-real-server
    ! is_about realServer || ! cat "$memory"/real-servers/*/configure/files 2>/dev/null | grep -qx /var/www/html/index.html ||
        if [ -e /usr/sbin/apache2 ]; then echo apache2; else echo httpd; fi
}

# unit_state UNIT: print `active enabled` if all is well.
unit_state() {
    active=$(systemctl is-active "$1" 2>/dev/null) || :
    enabled=$(systemctl is-enabled "$1" 2>/dev/null) || :
    echo "${active:-unknown} ${enabled:-absent}"
}

unit_facts() { units | while read -r unit; do echo "unit $unit $(unit_state "$unit")"; done; }

complaints() {
    denials 0 "complaint audit "
    for unit in $(is_about director && echo lvs-director) $(is_about realServer && echo lvs-real-server); do
        [ -x "/usr/local/sbin/$unit" ] || continue
        complaint=$("/usr/local/sbin/$unit" check 2>&1) || complaint=$(echo "$complaint" | join_lines)
        [ -z "$complaint" ] || echo "$complaint" | sed "s/^/complaint $unit /"
    done
}

virtual_ips() {
    read_addresses=$(ip -o address show)
    ! has_routers || states | awk '
        file == 1 { state[$1] = $2; next }
        $1 == "instance" { print "router", $2, $3, $4, state[$2] }
    ' file=1 - file=2 "$routers"
    own_addresses | while read -r name device ip; do
        if addresses_for "$name" "$device" | grep -qF " $ip/"; then
            echo "address $name $device $ip here"
        else
            echo "address $name $device $ip absent"
        fi
    done
}

# addresses_for INSTANCE INTERFACE: print the addresses among which a virtual IP must be. A director may
# have it on an interface with a MAC address of its own. A real server on the same machine has it on lo.
addresses_for() {
    case "$1" in
        -) host_addresses | grep "^[0-9]*: $2 " || : ;;
        *) host_addresses | grep -v '^[0-9]*: lo ' ;;
    esac
}

# Print the lines of all lists of real servers. Older versions had one list.
own_lines() { ! is_about realServer || cat /etc/lvs/real-server "$lists"/*.conf 2>/dev/null | awk '!seen[$0]++'; }

# Print `NAME DEVICE IP` of each virtual IP that this host may have, now or after a failover.
own_addresses() {
    ! has_routers || sed -n 's|^address \([^ ]* [^ ]* [^ /]*\).*|\1|p' "$routers"
    own_lines |
        sed -n 's|^address \([^ /]*\)[^ ]* \([^ ]*\)$|- \2 \1|p'
}

# All lists of ipvsadm have the same order, and their numbers at the end of a line.
live_table() {
    has_ipvs || return 0
    { table; echo counts; ipvsadm -Ln; echo rates; ipvsadm -Ln --rate --exact; } | awk '
        part == "" && /^-/ { rule[++count] = $0 }
        /^(counts|rates)$/ { part = $1; place = 0 }
        /^(TCP|UDP|SCTP|FWM) / || (place && $1 == "->") {
            place++
            if (part == "counts") connections[place] = $(NF - 1) " " $NF " "
            else rates[place] = $(NF - 4) " " $(NF - 3) " " $(NF - 2) " " $(NF - 1) " " $NF " "
        }
        END {
            for (i = 1; i <= count; i++)
                if (rule[i] ~ /^-A/) print "service " rates[i] rule[i]
                else print "server " connections[i] rates[i] rule[i]
        }'
}
