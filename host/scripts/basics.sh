# shellcheck shell=sh
# Functions that every script on a host uses. host/bundle.ts lists the parts of each script. It joins
# them below the function `bundle`, and ends with a call of `main` with a verb such as `apply`.
set -eu
umask 022
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive

# Content of secret files, from the step `secret`.
# shellcheck disable=SC2034  # files.sh and drift.sh use it.
secret_texts=/var/lib/pulumi-lvs/secrets

# `|| :` because a closed SSH connection must not end a step halfway.
say() { echo "$(uname -n): $*" || :; }

# A rollback continues after a failure.
fail() {
    say "$*" >&2
    [ -n "${undoing:-}" ] || exit 1
}

# join_lines [SEPARATOR]: print the lines of stdin as one line.
join_lines() { sed ":a;N;\$!ba;s|\n|${1:-; }|g"; }

# Print the lines of stdin as a list of words.
words() { tr '\n' ' '; }
words_in() { [ ! -e "$1" ] || words <"$1"; }

# has LIST WORD
has() { case " $1 " in *" $2 "*) ;; *) return 1 ;; esac; }

# Print the sysctls whose value differs from our file, which has the form that `sysctl` prints.
differing_sysctls() {
    [ -s "$1" ] || return 0
    # shellcheck disable=SC2046  # words
    sysctl $(sed 's/ *=.*//' "$1") | sed 's/\t/ /g' | grep -vxFf "$1" || :
}

# Print the seconds since the boot: a step of the wall clock must not end a wait.
seconds() { cut -d . -f 1 /proc/uptime; }

# within SECONDS COMMAND: repeat the command until it succeeds, for at most that time. $patience
# replaces the time where nothing is about to change.
within() {
    patient=${patience:-$1}
    deadline=
    shift
    until "$@"; do
        now=$(seconds)
        : "${deadline:=$((now + patient))}"
        [ "$now" -lt "$deadline" ] || return 1
        sleep 0.2
    done
}

read_settings() { settings=$(bundle | sed -n 's/^set //p'); }

# setting NAME: print the values of a setting of the bundle, one a line.
setting() {
    sed -n "s/^$1 //p" <<END
$settings
END
}

# Print the address from which the SSH session comes. sudo removes SSH_CONNECTION from its
# environment, hence the search among the parent processes.
ssh_client() {
    process=$$
    while [ "$process" -gt 1 ]; do
        client=$(tr '\0' '\n' <"/proc/$process/environ" | sed -n 's/^SSH_CONNECTION=\([^ ]*\).*/\1/p')
        [ -z "$client" ] || break
        process=$(sed -n 's/^PPid:[[:blank:]]*//p' "/proc/$process/status")
    done
    echo "${client%\%*}"
}
