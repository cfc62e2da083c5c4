# shellcheck shell=sh
# Check this host before a change, and change nothing. A finding is a line of three columns: how bad
# it is (`stop`, `warn` or `ok`), its subject, and a sentence. `apply` fails with all findings that
# stop; `report` prints every finding.

# main VERB
main() {
    findings=$(check_host)
    case "$1" in
        report) printf '%s\nend\n' "$findings" ;;
        apply)
            findings_that warn | while read -r line; do say "$line"; done
            refusals=$(findings_that stop)
            [ -z "$refusals" ] || {
                echo "$refusals" | while read -r line; do say "$line"; done >&2
                exit 1
            }
            say "preflight passed"
            echo "machine $(machine_id)" || :
            ;;
    esac
}

# findings_that HOW: print the findings of a kind.
findings_that() { echo "$findings" | awk -F '\t' -v how="$1" '$1 == how { print $2 ": " $3 }'; }

# refuse SUBJECT SENTENCE…
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
    read_heads
    ours=$memory/$claim/configure/files
    interfaces=$(setting instance | cut -d ' ' -f 2 | sort -u)
    # Adverts take seconds to come, so everything else is checked meanwhile.
    [ -z "$interfaces" ] || {
        heard=$(mktemp) answers=$(mktemp)
        trap 'rm "$heard" "$answers"' EXIT
        probe_addresses >"$answers" &
        listen_for_adverts >"$heard" &
    }
    check_system
    check_distribution
    check_owner
    check_disk
    setting module | while read -r module; do check_module "$module"; done
    check_web_server
    [ "$claim" != director ] || check_manager
    [ -z "$interfaces" ] || {
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

# A distribution of the host's own that this program does not know is as good as the one in the plan.
check_distribution() {
    wanted=$(setting distribution)
    if [ -z "$wanted" ] || [ -z "$(distributions)" ] || has "$(distributions | words)" "$wanted"; then
        ok distribution "$(distributions | join_lines ' or ')"
    else
        refuse distribution "this host runs $(distributions | head -n 1), and the plan is for $wanted." \
            "Set its distribution to $(distributions | head -n 1)."
    fi
}

# Print the values of `distribution` that this host may have, the most exact one first.
distributions() {
    os_release=$(cat /etc/os-release 2>/dev/null) || :
    id=$(of_release ID)
    version=$(of_release VERSION_ID)
    major=${version%%.*}
    case "$id $version" in
        debian\ 1[123]) echo "debian$version" ;;
        ubuntu\ 2[24].04) echo "ubuntu$version" | tr -d . ;;
        rhel\ [789]* | ol\ [789]* | centos\ 7) echo "rhel$major" ;;
        almalinux\ [89]*) printf '%s\n' "alma$major" "rhel$major" ;;
        rocky\ [89]*) printf '%s\n' "rocky$major" "rhel$major" ;;
        centos\ 9) printf '%s\n' centosStream9 rhel9 ;;
        amzn\ 2023) echo amazon2023 ;;
        fedora\ *) echo fedora ;;
        openEuler\ *) echo openEuler ;;
    esac
}

# of_release NAME: print a value of /etc/os-release, with or without quotes.
of_release() {
    sed -n "s/^$1=['\"]\{0,1\}\([^'\"]*\).*/\1/p" <<END
$os_release
END
}

# Claims of other components on this host. The program compares the machines of all hosts.
check_owner() {
    reason=$(objection)
    if [ -n "$reason" ]; then
        refuse owner "this host is taken: $reason"
    else
        ok owner "this stack may set up this host"
    fi
    for other in $(claims); do
        [ "$other" = "$claim" ] || is_of_our_stack "$other" || [ -n "$reason" ] ||
            warn owner "this host is also $(described "$other")."
    done
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

# check_module MODULE: `install /bin/false` in a file of modprobe.d forbids a module.
check_module() {
    if ! how=$(modprobe -n -v "$1" 2>/dev/null) && ! is_loaded "$1"; then
        if has_modules; then
            refuse modules "the kernel $(uname -r) has no module $1. Install a kernel that has it."
        else
            warn modules "this host has no modules of its kernel $(uname -r), as in a container. The kernel itself must have $1."
        fi
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
        *) refuse ports "80 is in use by $listener, but demoPage needs it. Stop $listener, or omit demoPage." ;;
    esac
}

check_manager() {
    config=/etc/keepalived/keepalived.conf
    [ -e "$config" ] && [ ! -e "$ours" ] || return 0
    manager=$(sed -n '/^[[:blank:]]*[#!]/s/.*\b\(Ansible\|Puppet\|Chef\|Salt\|CFEngine\)\b.*/\1/Ip' "$config" | head -n 1)
    if [ -n "$manager" ]; then
        refuse manager "$manager manages $config. Remove this host from $manager first."
    else
        warn manager "$config exists. It is replaced, and destroy restores it."
    fi
}

# check_interface INTERFACE
check_interface() {
    if is_up "$1"; then
        ok interface "$1 is up"
    elif [ -e "/sys/class/net/$1" ]; then
        refuse interface "$1 is down. Bring it up."
    else
        refuse interface "$1 does not exist. Use one of: $(ip -br link | awk '{ sub(/@.*/, "", $1) } $1 != "lo" { print $1 }' | join_lines ', ')."
    fi
}

# is_up INTERFACE: Bit 0 of the flags is IFF_UP.
is_up() { read -r flags 2>/dev/null <"/sys/class/net/$1/flags" && [ $((flags & 1)) = 1 ]; }
