# shellcheck shell=sh
# The step `deferred`: carry out the change that this host deferred in the step `configure` of the same
# `pulumi up`. A change that an earlier, failed `up` left behind has another digest and stays. The change
# keeps this script to undo the step `configure`, so with `remove` nothing is different.
is_requested() { [ "$(setting deferred)" = "$(digest_of "$deferred")" ]; }

read_heads
deferred=$memory/$claim/configure/deferred
# SSH reports an error to the sender unless the script reads its input to the end.
if [ "$1" = remove ]; then
    :
elif [ -e "$deferred" ] && is_requested; then
    change=$(sed '/^set defer\(IfActive\|Removal\) /d; s/^set proof deferred$/set proof required/' "$deferred")
    bundle() { printf "%s\n" "$change"; }
else
    main() { say "nothing deferred"; }
fi
