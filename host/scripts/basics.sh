# shellcheck shell=sh
# What all scripts that are sent to a host have in common.
set -eu
umask 022
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive

# A client that has gone away must not end the work halfway.
say() { echo "$(uname -n): $*" || :; }

# What is taken back is taken back as far as it goes.
fail() {
    say "$*" >&2
    [ -n "${undoing:-}" ] || exit 1
}

# joined: the lines of stdin as one, to be read; words: as one, to be taken apart again.
joined() { sed ':a;N;$!ba;s/\n/; /g'; }
words() { tr '\n' ' '; }
words_in() { [ ! -e "$1" ] || words <"$1"; }

# has LIST WORD
has() { case " $1 " in *" $2 "*) ;; *) return 1 ;; esac; }

# The kernel settings that are otherwise than a sysctl file of ours says, which is as sysctl prints.
settings_unlike() {
    [ -s "$1" ] || return 0
    # shellcheck disable=SC2046  # words
    sysctl $(sed 's/ *=.*//' "$1") | sed 's/\t/ /g' | grep -vxFf "$1" || :
}

# within SECONDS COMMAND: whether the command succeeds before the time is up, and where nothing is
# about to change, at once.
within() {
    patient=${patience:-$1}
    deadline=
    shift
    until "$@"; do
        now=$(date +%s)
        : "${deadline:=$((now + patient))}"
        [ "$now" -lt "$deadline" ] || return 1
        sleep 0.2
    done
}

read_settings() { settings=$(bundle | sed -n 's/^set //p'); }

# setting NAME: what the bundle says of it, a line each time that it does; nothing when it does not.
setting() {
    sed -n "s/^$1 //p" <<END
$settings
END
}

# Who is at the other end of the SSH session; sudo does not pass that on.
peer() {
    process=$$
    while [ "$process" -gt 1 ]; do
        found=$(tr '\0' '\n' <"/proc/$process/environ" | sed -n 's/^SSH_CONNECTION=\([^ ]*\).*/\1/p')
        [ -z "$found" ] || break
        process=$(sed -n 's/^PPid:[[:blank:]]*//p' "/proc/$process/status")
    done
    echo "${found%\%*}"
}
