# shellcheck shell=sh
# Comes when the other directors are changed: what this host has put off until then, a director for
# it was the owner, a real server for they might have sent to it. Something else that it put off in
# an up that failed has no turn.
postponed=/var/lib/pulumi-lvs/configure/postponed

is_asked_for() { bundle | grep -qx "set postponed $(sha256sum <"$postponed" | cut -d ' ' -f 1)"; }

# Whoever sends is told of an error when what is sent is not read to its end.
if [ -e "$postponed" ] && is_asked_for; then
    put_off=$(sed '/^set \(owner\|leaving\)Last /d' "$postponed")
    bundle() { printf "%s\n" "$put_off"; }
else
    main() { say "has nothing left to change"; }
fi
