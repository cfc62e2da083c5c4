#!/bin/sh
# A machine without its own kernel: `machine.sh BYTES STAND-INS NAME ADDRESS…` makes its disk from the
# files in ./tree, with the stand-ins over them, and switches it on. A line on stdin cuts the power and
# switches it on again. The machine ends with stdin, and its namespaces with it. stdout has the process
# id of each machine that is on.
set -eu
here=${0%/*} size=$1 stand_ins=$2
shift 2

mount -t tmpfs -o "size=$size,mode=755" disk run
cd run
mkdir changes work root below
# One path each: mount splits paths at colons.
mkdir lower stand-ins
mount --bind ../tree lower
mount --bind "$stand_ins" stand-ins
layers=stand-ins:lower
if [ -n "${COUNTED:-}" ]; then
    mkdir -p counted/usr/sbin
    # shellcheck disable=SC2086  # words
    perl -e 'symlink "/usr/lib/stand-in/counted", "counted/usr/sbin/$_" for @ARGV' $COUNTED
    mount -t overlay -o "lowerdir=$layers" below below
    layers=counted:$layers
fi
mount -t overlay -o "lowerdir=$layers,upperdir=changes,workdir=work" root root
[ -z "${COUNTED:-}" ] || mount --bind below root/mnt

while :; do
    setpriv --pdeathsig KILL unshare --mount --net --uts --pid --fork --kill-child sh "$here/powerOn.sh" "$@" &
    read -r _ || exit 0
    kill -KILL $!
    wait $! || :
done
