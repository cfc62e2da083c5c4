# shellcheck shell=sh
# Comes when the other directors are changed: what this one has put off until then, being the owner.
postponed=/var/lib/pulumi-lvs/configure/postponed
[ -e "$postponed" ] || {
    say "has nothing left to change"
    exit 0
}
put_off=$(cat "$postponed")
bundle() { printf "%s\n" "$put_off"; }
