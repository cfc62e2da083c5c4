# shellcheck shell=sh
# Whose this host is. Each component that sets up this host has a folder, its claim, with the state of
# its steps and a record:
#   director                           the director, at most one
#   real-servers/PROJECT.STACK.NAME    a real server; several share a host, and their addresses add up
# A machine that is both has one of each.
# A record has the lines `format NUMBER`, `urn URN` and `machine MACHINE-ID`. A director's
# record also has its name in the cluster, `member NAME`. If a component has taken the host over from one of
# the same member, a line `former URN` names the former component until Pulumi removes it.
memory=/var/lib/pulumi-lvs
format=2

claims() {
    for record in "$memory"/director/record "$memory"/real-servers/*/record; do
        [ -e "$record" ] || continue
        record=${record#"$memory/"}
        echo "${record%/record}"
    done
}

# recorded CLAIM KEY
recorded() {
    [ ! -e "$memory/$1/record" ] || while read -r key value; do
        [ "$key" != "$2" ] || printf '%s\n' "$value"
    done <"$memory/$1/record"
}

machine_id() { [ ! -e /etc/machine-id ] || join_lines </etc/machine-id; }

# role_of CLAIM
role_of() { case "$1" in director) echo director ;; *) echo "real server" ;; esac }

# stack_of URN: print `PROJECT/STACK`. A URN is urn:pulumi:STACK::PROJECT::TYPES::NAME.
stack_of() {
    stack=${1#urn:pulumi:}
    project=${stack#*::}
    echo "${project%%::*}/${stack%%::*}"
}

# described CLAIM: print the component that has a claim.
described() {
    owner=$(recorded "$1" urn)
    echo "the $(role_of "$1") ${owner##*::} of the stack $(stack_of "$owner")"
}

# is_of_our_stack CLAIM
is_of_our_stack() { [ "$(stack_of "$(recorded "$1" urn)")" = "$(stack_of "$(setting urn)")" ]; }

# Print why this component may not set up this host, or nothing.
objection() {
    for other in $(claims); do
        reason=$(objection_to "$other")
        [ -z "$reason" ] || { echo "$reason" && return; }
    done
}

# objection_to CLAIM
objection_to() {
    made=$(recorded "$1" format)
    case "$made" in
        '' | *[!0-9]* | ??????????*)
            [ -n "$(setting adopt)" ] || echo "the record $memory/$1/record is damaged." \
                "Set adopt on this member to take the host over."
            return
            ;;
    esac
    if [ "$made" -gt "$format" ]; then
        echo "a newer version of pulumi-lvs has set up this host. Use that version, or a later one."
    elif [ -n "$(setting adopt)" ]; then
        :
    elif [ "$(recorded "$1" machine)" != "$(machine_id)" ]; then
        echo "the record names another machine, so the disk of this host is a copy." \
            "Set adopt on this member to take the host over."
    elif ! is_of_our_stack "$1" && ! is_shared "$1"; then
        echo "$(described "$1") has set up this host. Destroy that component," \
            "or set adopt on this member to take the host over."
    fi
}

# is_shared CLAIM: Can our component and that one have this host at the same time?
is_shared() { [ "$(role_of "$1")" = "real server" ] && [ "$(role_of "$claim")" = "real server" ]; }

# Make this host ours. A component of the same stack takes it over: it has a new name or a new parent.
claim_host() {
    record=$(
        printf 'format %s\nurn %s\nmachine %s\n' "$format" "$(setting urn)" "$(machine_id)"
        [ -z "$(setting member)" ] || echo "member $(setting member)"
        [ -n "$(setting adopt)" ] || former_components
    )
    [ "$record" != "$(cat "$memory/$claim/record" 2>/dev/null)" ] || return 0
    owner=$(recorded "$claim" urn)
    [ -z "$owner" ] || [ "$owner" = "$(setting urn)" ] || say "takes over from $(described "$claim")"
    { mkdir -p "$memory/$claim" && echo "$record" | write_record; } || {
        drop_empty_claim "$claim"
        fail "$memory cannot be written. Make its file system writable, or free some space."
    }
}

# Print lines for the components that Pulumi may go back to: those that had this host before ours and are
# not removed. A director of another member name may still exist on another host. An alias of ours is no
# component.
former_components() {
    [ "$(recorded "$claim" member)" = "$(setting member)" ] || return 0
    for urn in $(recorded "$claim" former) $(recorded "$claim" urn); do
        has "$(setting urn) $(setting alias | words)" "$urn" || echo "former $urn"
    done
}

# Replace the record by stdin.
write_record() {
    { cat >"$memory/$claim/record.new" && mv -f "$memory/$claim/record.new" "$memory/$claim/record"; } || {
        rm -f "$memory/$claim/record.new"
        return 1
    }
}

# Forget our component, which Pulumi removes after another one has taken this host over from it.
forget_former() {
    ! recorded "$claim" former | grep -qxF "$(setting urn)" ||
        grep -vxF "former $(setting urn)" "$memory/$claim/record" | write_record
}

# Give this host back to the component that ours has taken it over from. Pulumi removes ours first if an `up`
# was interrupted and its change was undone.
hand_back() {
    former=$(recorded "$claim" former | tail -n 1)
    grep -vxF "former $former" "$memory/$claim/record" | while read -r key value; do
        [ "$key" != urn ] || value=$former
        echo "$key $value"
    done | write_record
}

# Print the claims that end with this change. A director that becomes a real server only must not forward
# any longer: its packets could come back to it. A real server that becomes a director stays until the
# end of the `up`, because the other directors still send to it. What ours adopts stays until ours is
# configured, because clients use its addresses.
replaced_claims() {
    for other in $(claims); do
        [ "$other" != "$claim" ] || continue
        if is_of_our_stack "$other"; then
            [ "$other" != director ] || [ -n "$(setting alsoDirector)" ] || echo "$other"
        elif [ -n "$(setting adopt)" ] && [ "$step" = configure ]; then
            echo "$other"
        fi
    done
}

# End what the plan no longer has: steps of our own claim, and claims that ours replaces.
end_others() {
    [ "$step" != configure ] || for dropped in secret prepare; do
        [ ! -e "$memory/$claim/$dropped/program" ] || has "$(setting earlier | words)" "$dropped" ||
            LOCKED=yes sh "$memory/$claim/$dropped/program" remove
    done
    for other in $(replaced_claims); do
        say "removes $(described "$other")"
        remove_claim "$other"
    done
}

# remove_claim CLAIM: undo the steps of a claim, the last one first, each with the script that has
# applied it.
remove_claim() {
    for done_step in configure secret prepare; do
        program=$memory/$1/$done_step/program
        [ ! -e "$program" ] || LOCKED=yes sh "$program" remove
    done
    drop_empty_claim "$1"
}

# drop_empty_claim CLAIM: forget a claim that has no step any more.
drop_empty_claim() {
    for folder in "$memory/$1"/*/; do
        [ ! -d "$folder" ] || return 0
    done
    rm -f "$memory/$1/record"
    (cd "$memory" && rmdir --ignore-fail-on-non-empty -p "$1" 2>/dev/null) || :
    [ ! -d "$memory" ] || rmdir --ignore-fail-on-non-empty "$memory"
}

# Print the folders of the steps of all components. Older versions had one folder for each step.
all_steps() {
    for folder in "$memory"/prepare/ "$memory"/secret/ "$memory"/configure/ "$memory"/director/*/ "$memory"/real-servers/*/*/; do
        [ ! -d "$folder" ] || echo "${folder%/}"
    done
}

# holder_of PATH: print the step of another component that has this file too.
holder_of() {
    for holder in $others; do
        ! has "$(words_in "$holder/files")" "$1" || { echo "$holder" && return; }
    done
}

# is_held PATH: Does another component have this file too?
is_held() { [ -n "$others" ] && [ -n "$(holder_of "$1")" ]; }
