# shellcheck shell=sh
# The step `deferred`: carry out the change that this host deferred in the step `configure` of the same
# `pulumi up`. A change that an earlier, failed `up` left behind has another digest and stays. With the
# setting `proveActive` a director also compares what it sends with what it hears, because another director
# has deferred its proof. An earlier proof of its own does not count then. The change keeps this script to
# undo the step `configure`, so with `remove` nothing is different.
is_requested() { [ "$(setting deferred)" = "$(digest_of "$deferred")" ]; }

read_heads
deferred=$memory/$claim/configure/deferred
testimony=$(setting proveActive)
[ -z "$testimony" ] || rm -f "$memory/$claim/configure/alone"
# SSH reports an error to the sender unless the script reads its input to the end.
if [ "$1" = remove ]; then
    :
elif [ -e "$deferred" ] && is_requested; then
    change=$(
        sed '/^set defer\(IfActive\|Removal\) /d; s/^set proof deferred$/set proof required/' "$deferred"
        [ -z "$testimony" ] || echo "set proveActive $testimony"
    )
    bundle() { printf "%s\n" "$change"; }
else
    main() {
        note="nothing deferred"
        state=$memory/$claim/configure
        prove
        say "$note"
    }
fi
