# shellcheck shell=sh
# Sent in front of every step's own script. A step is either installed or not: whatever goes wrong
# on the way there is put back. The step's script sets `step`, the name of the folder that remembers
# what the host was like, and defines
#   ready     refuse what cannot work; the new files are staged, nothing has changed yet (what
#             changes something nevertheless sets `changed`)
#   activate  make the live files take effect, be they new or put back
#   verify    fail unless they did; is also asked as a question, where `set -e` does not count
#   release   end what the files do, before they go for good
#   restored  make what was there before us take effect again
set -eu
umask 022
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive

main() {
    state=/var/lib/pulumi-lvs/$step
    changing=
    changed=
    exec 9>/run/pulumi-lvs.lock </dev/null
    flock -w 120 9 || fail "another change of this host is still running after 120 s"
    trap '' PIPE
    trap 'exit 143' TERM INT HUP
    case "$1" in
        apply) apply ;;
        remove) remove ;;
    esac
}

# A client that has gone away must not end the work halfway.
say() { echo "$(uname -n): $1" || :; }

fail() {
    say "$*" >&2
    exit 1
}

# joined: the lines of stdin as one.
joined() { sed ':a;N;$!ba;s/\n/; /g'; }

# within SECONDS COMMAND: whether the command succeeds before the time is up.
within() {
    deadline=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -lt "$deadline" ] || return 1
        sleep 0.2
    done
}

files() { bundle | sed -n 's/^file [0-7]* //p'; }

# What this step has installed by its last run.
installed() { cat "$state/files" 2>/dev/null || :; }

all_files() { { files; installed; } | sort -u; }

is_there() { [ -e "$1" ] || [ -L "$1" ]; }

apply() {
    trap 'undo' EXIT
    stage
    ready
    if [ -z "$changed" ] && unchanged && (verify) >/dev/null 2>&1; then
        clean
        say "$step unchanged"
        return
    fi
    remember
    keep
    changing=yes
    swap
    activate
    verify
    changing=
    files >"$state/files"
    clean
    sync
    say "$step applied${note:+: $note}"
}

# Each file is written beside its target, so all the space is taken before the first one changes.
stage() {
    files | while read -r path; do
        make_directory "$(dirname "$path")"
    done
    (
        umask 077
        bundle | awk '
            /^package / { next }
            /^file / { if (out) close(out); out = $3 ".lvs-new"; printf "" > out; next }
            { print substr($0, 5) > out }'
    ) || fail "the new files cannot be written beside the old ones"
    bundle | sed -n 's/^file //p' | while read -r mode path; do
        chown 0:0 "$path.lvs-new"
        chmod "$mode" "$path.lvs-new"
    done
}

# Directories that we make are noted, so that they can go again.
make_directory() {
    [ ! -d "$1" ] || return 0
    make_directory "$(dirname "$1")"
    mkdir "$1"
    case "$1" in
        /var/lib/pulumi-lvs | "$state") ;;
        *)
            mkdir -p "$state"
            echo "$1" >>"$state/directories"
            ;;
    esac
}

unchanged() {
    [ -e "$state/files" ] || return 1
    [ "$(files)" = "$(installed)" ] || return 1
    files | while read -r path; do
        cmp -s "$path" "$path.lvs-new" || exit 1
        [ "$(stat -c '%a %u' "$path")" = "$(stat -c '%a %u' "$path.lvs-new")" ] || exit 1
    done
}

# What was found before our first change of a file or of a kernel setting is kept until destroy.
remember() {
    mkdir -p "$state/found"
    touch "$state/known" "$state/sysctl.found"
    files | while read -r path; do
        ! grep -qxF "$path" "$state/known" || continue
        copy_to found "$path"
        echo "$path" >>"$state/known"
    done
    settings .lvs-new | while read -r key; do
        grep -q "^$key = " "$state/sysctl.found" || sysctl "$key" >>"$state/sysctl.found"
    done
}

# What a failed change goes back to.
keep() {
    rm -rf "$state/old"
    all_files | while read -r path; do
        copy_to old "$path"
    done
    { settings ''; settings .lvs-new; } | sort -u | while read -r key; do
        sysctl "$key"
    done >"$state/sysctl.old"
}

# The kernel settings that our live files name; with .lvs-new the staged ones.
settings() {
    all_files | grep '^/etc/sysctl.d/' | while read -r path; do
        [ ! -e "$path$1" ] || sed 's/ *=.*//' "$path$1"
    done
}

copy_to() {
    is_there "$2" || return 0
    mkdir -p "$state/$1$(dirname "$2")"
    cp -a "$2" "$state/$1$2"
}

# put_back KIND PATH: the file as it is kept under KIND, or no file where there was none.
put_back() {
    if is_there "$state/$1$2"; then
        cp -a "$state/$1$2" "$2.lvs-new"
        mv -f "$2.lvs-new" "$2"
    else
        rm -f "$2"
    fi
}

# A power cut leaves whole files, old or new, and once we have reported success the new ones.
swap() {
    sync
    files | while read -r path; do
        mv -f "$path.lvs-new" "$path"
    done
    installed | while read -r path; do
        files | grep -qxF "$path" || put_back found "$path"
    done
    files | grep '^/etc/sysctl.d/' | while read -r path; do
        sysctl -q -p "$path"
    done
}

undo() {
    status=$?
    trap - EXIT
    trap '' TERM INT HUP
    set +e
    if [ -n "$changing" ]; then
        all_files | while read -r path; do
            put_back old "$path"
        done
        sysctl -q -p "$state/sysctl.old"
    fi
    clean
    if [ ! -e "$state/files" ]; then
        [ -z "$changing" ] || release
        restored
        forget
    elif [ -n "$changing" ]; then
        activate
        (verify) || say "and the old configuration is not in force either"
    fi
    [ -z "$changing" ] || say "what was there before is back in place" >&2
    exit "$status"
}

clean() {
    files | while read -r path; do
        rm -f "$path.lvs-new"
    done
    rm -rf "$state/old" "$state/sysctl.old"
}

remove() {
    if [ ! -e "$state/known" ]; then
        say "$step is not there"
        return
    fi
    release
    while read -r path; do
        put_back found "$path"
    done <"$state/known"
    sysctl -q -p "$state/sysctl.found"
    restored
    forget
    sync
    say "$step removed"
}

forget() {
    [ ! -e "$state/directories" ] || sed '1!G;h;$!d' "$state/directories" | while read -r path; do
        rmdir --ignore-fail-on-non-empty "$path"
    done
    rm -rf "$state"
    rmdir --ignore-fail-on-non-empty /var/lib/pulumi-lvs
}
