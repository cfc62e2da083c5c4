# shellcheck shell=sh
# Functions that every script on a host uses. On a small host a process takes milliseconds, so the shell
# itself reads short texts. host/bundle.ts lists the parts of each script. It joins
# them below the function `bundle`, and ends with a call of `main` with a verb such as `apply`.
set -eu
umask 022
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive

# Content of secret files, from the step `secret`.
# shellcheck disable=SC2034  # files.sh and drift.sh use it.
secret_texts=/var/lib/pulumi-lvs/secrets

# say WORD…: print a line about this host.
# `|| :` because a closed SSH connection must not end a step halfway.
say() { echo "$(uname -n): $*" || :; }

# fail WORD…: print the reason, and end the step.
# A rollback continues after a failure.
fail() {
    say "$*" >&2
    [ -n "${undoing:-}" ] || exit 1
}

newline='
'

# join_lines [SEPARATOR]: print the lines of stdin as one line.
join_lines() {
    IFS= read -r joined || [ -n "$joined" ] || return 0
    while IFS= read -r next || [ -n "$next" ]; do joined=$joined${1:-; }$next; done
    printf '%s\n' "$joined"
}

# Print the lines of stdin as a list of words.
words() { while IFS= read -r one || [ -n "$one" ]; do printf '%s ' "$one"; done; }
# words_in FILE
words_in() { [ ! -e "$1" ] || words <"$1"; }

# has LIST WORD
has() { case " $1 " in *" $2 "*) ;; *) return 1 ;; esac; }

# keys_in FILE: print the keys of a file of sysctls. Somebody may have edited it: `sysctl` sets what has a =.
keys_in() { while read -r key _ || [ -n "$key" ]; do echo "${key%%=*}"; done <"$1"; }

# differing_sysctls FILE: print the sysctls whose value differs from our file, which has the form that
# `sysctl` prints.
differing_sysctls() {
    [ -s "$1" ] || return 0
    # shellcheck disable=SC2046  # words
    sysctl $(keys_in "$1") | sed 's/\t/ /g' | grep -vxFf "$1" || :
}

# Is a module part of the kernel, or loaded? Then it needs no loading.
is_loaded() {
    [ -e "/sys/module/$1" ] || grep -q "/$1\.ko" "/lib/modules/$(uname -r)/modules.builtin" 2>/dev/null
}

# Has this host the modules of its kernel? A container has none, so nothing tells the kernel's features.
has_modules() { [ -e "/lib/modules/$(uname -r)" ]; }

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

# Keep the lines of the bundle that are neither content nor packages, and the claim of our component.
read_heads() {
    heads=$newline$(bundle | grep -E '^(set|file|secret) ' || :)$newline
    claim=$(setting claim)
}

# values OF: print the rest of each such line that begins with these words.
values() {
    rest=$heads
    while :; do
        case "$rest" in *"$newline$1 "*) rest=${rest#*"$newline$1 "} ;; *) return 0 ;; esac
        printf '%s\n' "${rest%%"$newline"*}"
        rest=$newline${rest#*"$newline"}
    done
}

# setting NAME: print the values of a setting of the bundle, one a line.
setting() { values "set $1"; }

# Print the address from which the SSH session comes. sudo removes SSH_CONNECTION from its
# environment, hence the search among the parent processes.
ssh_client() {
    process=$$
    client=${SSH_CONNECTION:-}
    client=${client%% *}
    while [ -z "$client" ] && [ "$process" -gt 1 ]; do
        client=$(tr '\0' '\n' <"/proc/$process/environ" | sed -n 's/^SSH_CONNECTION=\([^ ]*\).*/\1/p')
        process=$(sed -n 's/^PPid:[[:blank:]]*//p' "/proc/$process/status")
    done
    echo "${client%\%*}"
}
