# shellcheck shell=sh
# Comes when the other directors are changed: what this one has put off until then, being the owner.
# Something else that it put off in an up that failed has no turn.
postponed=/var/lib/pulumi-lvs/configure/postponed

is_asked_for() { bundle | grep -qx "set postponed $(sha256sum <"$postponed" | cut -d ' ' -f 1)"; }

if [ ! -e "$postponed" ] || ! is_asked_for; then
    say "has nothing left to change"
    exit 0
fi
put_off=$(sed '/^set ownerLast /d' "$postponed")
bundle() { printf "%s\n" "$put_off"; }
