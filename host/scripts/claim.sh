# shellcheck shell=sh disable=SC2154
# (SC2154: record.sh sets $memory.)
#
# The end of a component on a host: undo all of its steps. If another component has the host or gets it
# back, or nothing is there, at most the record changes.
step=removal

main() {
    # A closed SSH connection must not end the removal between two steps.
    trap '' PIPE
    read_heads
    lock
    if [ ! -e "$memory/$claim/record" ]; then
        say "nothing to remove"
    elif [ "$(recorded "$claim" urn)" != "$(setting urn)" ]; then
        forget_former
        say "nothing removed: this host is $(described "$claim") now"
    elif [ -n "$(recorded "$claim" former)" ]; then
        hand_back
        say "nothing removed: this host is $(described "$claim") again"
    else
        remove_claim "$claim"
        say "removed"
    fi
}
