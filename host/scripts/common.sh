# shellcheck shell=sh disable=SC2086
# (SC2086: lists are words without blanks, and meant to be split.)
#
# How a step is installed: all of it, or nothing, since whatever goes wrong on the way is put back.
# The step's own script sets `step`, the name of the folder that remembers what the host was like,
# may set `note`, what is to be said in the end, and `scratch`, a file of its own that is not to
# stay; finds in `touched` the files that have become others, and defines
#   ready     refuse what cannot work; the new files are staged, nothing has changed yet (what
#             changes something nevertheless sets `changed`)
#   activate  make the live files take effect, be they new or put back
#   verify    fail unless they did; is also asked as a question, where `set -e` does not count
#   release   end what the files do, before they go for good; when that was cut off, some have gone
#   restored  make what was there before us take effect again
# and may define
#   defers    whether the step `deferred` carries out the whole change instead
# or set `deferral` to a sentence if the step `deferred` carries out a part of the change.

defers() { false; }

main() {
    state=/var/lib/pulumi-lvs/$step
    changing=
    changed=
    touched=
    # cp --parents of coreutils 9.1 finds its way from there only.
    cd /
    lock
    # Printed by a program once, and then by the shell itself.
    said=$(bundle)
    bundle() { printf '%s\n' "$said"; }
    read_settings
    paths=$(bundle | sed -n 's/^file [0-7]* //p' | words)
    staged=
    for path in $paths; do staged="$staged $path.lvs-new"; done
    installed=$(words_in "$state/files")
    trap '' PIPE
    trap 'exit 143' INT HUP
    trap 'say "$step was ended: by its limit of ten minutes, or by somebody" >&2; exit 143' TERM
    case "$1" in
        apply)
            trap 'undo' EXIT
            apply
            trap - EXIT
            ;;
        remove) remove ;;
    esac
}

# The kernel lets go of a lock when its holder ends, which `timeout` sees to.
lock() {
    exec 9>>/run/pulumi-lvs.lock </dev/null
    flock -w 120 9 ||
        fail "another change of this host is still running after 120 s: $(cat /run/pulumi-lvs.lock)"
    echo "$step, asked for from $(peer), since $(date -u +%FT%TZ), process $$" >/run/pulumi-lvs.lock
}

is_there() { [ -e "$1" ] || [ -L "$1" ]; }

# systemd would read all units anew, which takes seconds on a small machine, and is of no use before
# it next boots.
enable_unit() { systemctl is-enabled -q "$1" || systemctl enable -q --no-reload "$1"; }
disable_unit() { ! systemctl is-enabled -q "$1" 2>/dev/null || systemctl disable -q --no-reload "$1"; }

# start_at_boot UNIT…: whether all of them do.
start_at_boot() { [ "$(systemctl is-enabled "$@" 2>/dev/null | grep -cx enabled)" = $# ]; }

# end_unit UNIT: one of ours for good, though its file may have gone. systemd does not stop a unit that
# has failed, and remembers the failure.
end_unit() {
    systemctl stop "$1" 2>/dev/null || :
    systemctl disable -q --no-reload "$1" 2>/dev/null || :
    systemctl reset-failed "$1" 2>/dev/null || :
}

# As their files are now.
reread_units() {
    case "$touched" in
        */etc/systemd/system/*) systemctl daemon-reload ;;
    esac
}

# start_unit UNIT: a unit of ours.
start_unit() {
    enable_unit "$1"
    systemctl reload-or-restart "$1" 2>/dev/null ||
        fail "$1 fails: $(journalctl -q -b -t "$1" -o cat -n 3 | joined)"
}

# Fails unless the kernel has the settings of our sysctl files, which are as sysctl prints them.
settings_in_force() {
    for path in $paths; do
        case "$path" in
            /etc/sysctl.d/*) differing=$(settings_unlike "$path" | joined) ;;
            *) continue ;;
        esac
        [ -z "$differing" ] || fail "a kernel setting is not ours: $differing"
    done
}

apply() {
    put_right
    note_staged
    stage
    ready
    outdated=$(outdated | words)
    if [ -z "$changed" ] && unchanged && (patience=0 && verify) >/dev/null 2>&1; then
        clean
        [ -n "${deferral:-}" ] || rm -f "$state/deferred"
        touch "$state/files"
        setting resource >"$state/resource"
        say "$step unchanged${deferral:+: $deferral}"
        announce_deferral
        return
    fi
    if defers; then
        say "$deferral"
        announce_deferral
        clean
        return
    fi
    remember
    keep
    changing=yes
    swap
    activate
    let_go
    verify
    applied
    changing=
    clean
    sync
    say "${note:-$step applied}"
    announce_deferral
}

digest_of() { sha256sum <"$1" | cut -d ' ' -f 1; }

# Keep the change for the step `deferred`.
defer() {
    bundle >"$state/deferred"
    deferral=$1
}

# A line for the program, which passes the digest to the step `deferred`.
announce_deferral() { [ -z "${deferral:-}" ] || echo "deferred $(digest_of "$state/deferred")" || :; }

# Copies, for whoever asks later what has changed since; of a secret, which stands in one place only,
# what tells whether it is the same. What may not fit on the disk is written beside what it replaces.
applied() {
    rm -rf "$state/applied.new"
    mkdir "$state/applied.new"
    if [ "$step" = secret ]; then
        (umask 077 && sha256sum $paths >"$state/sums.new")
        mv -f "$state/sums.new" "$state/sums"
    elif [ -n "$paths" ]; then
        cp -a --parents $paths "$state/applied.new"
    fi
    setting repair >"$state/repaired"
    setting resource >"$state/resource"
    for path in $paths; do echo "$path"; done >"$state/files.new"
    rm -rf "$state/applied"
    mv "$state/applied.new" "$state/applied"
    mv -f "$state/files.new" "$state/files"
    [ -n "${deferral:-}" ] || rm -f "$state/deferred"
}

# The files beside our targets, of which another plan's step, should we be killed, has not all.
note_staged() {
    { mkdir -p "$state" && printf '%s\n' $staged >>"$state/staged"; } ||
        fail "$state cannot be written to"
}

# Each file is written beside its target, so all the space is taken before the first one changes.
stage() {
    for path in $paths; do
        make_directory "${path%/*}"
        [ ! -d "$path" ] || fail "a folder is in the place of the file $path"
    done
    (
        umask 077
        bundle | awk '
            /^(package|set) / { next }
            /^file / { if (out) close(out); out = $3 ".lvs-new"; printf "" > out; next }
            { print substr($0, 5) > out }'
    ) || fail "the new files cannot be written beside the old ones"
    bundle | awk '
        /^file / { files[$2] = files[$2] " " $3 ".lvs-new" }
        END { for (mode in files) print mode files[mode] }
    ' | while read -r mode files; do
        chmod "$mode" $files
    done
}

# Directories that we make are noted, so that they can go again; before they are made, for we may be
# killed right after.
make_directory() {
    [ ! -d "$1" ] || return 0
    make_directory "${1%/*}"
    case "$1" in
        /var/lib/pulumi-lvs | "$state") ;;
        *)
            mkdir -p "$state"
            grep -sqxF "$1" "$state/directories" || echo "$1" >>"$state/directories"
            ;;
    esac
    mkdir "$1"
}

# The files that are not as they are to be: in what they hold, in mode or in owner.
outdated() {
    [ -n "$paths" ] || return 0
    { stat -c '%a-%u %n' $paths $staged || :; sha256sum $paths $staged; } 2>/dev/null | awk '
        { is[$2] = is[$2] $1 }
        END { for (file in is) if (sub(/\.lvs-new$/, "", file) && is[file] != is[file ".lvs-new"]) print file }'
}

unchanged() { [ -e "$state/files" ] && [ "$paths" = "$installed" ] && [ -z "$outdated" ]; }

# What was found before our first change of a file or of a kernel setting is kept until destroy.
remember() {
    mkdir -p "$state/found"
    touch "$state/known" "$state/sysctl.found"
    known=$(words_in "$state/known")
    for path in $paths; do
        ! has "$known" "$path" || continue
        ! is_there "$path" || cp -a --parents "$path" "$state/found"
        echo "$path" >>"$state/known"
    done
    known=$(sed 's/ = .*//' "$state/sysctl.found" | words)
    for key in $(settings_of $staged); do
        ! has "$known" "$key" || continue
        found=$(sysctl "$key" 2>/dev/null) ||
            fail "the kernel has no setting $key: leave it out for this host"
        echo "$found" >>"$state/sysctl.found"
    done
}

# What a failed change goes back to.
keep() {
    rm -rf "$state/old"
    mkdir "$state/old"
    present=
    for path in $paths $installed; do
        has "$present" "$path" || ! is_there "$path" || present="$present $path"
    done
    [ -z "$present" ] || cp -a --parents $present "$state/old"
    keys=$(settings_of $staged $installed)
    [ -z "$keys" ] || sysctl -e $keys >"$state/sysctl.old"
    sync
    printf '%s\n' $paths $installed >"$state/changing"
}

# A change that was killed between its beginning and its end is taken back first.
put_right() {
    [ -e "$state/changing" ] || return 0
    say "an earlier change was cut off, and is taken back"
    back_out
    set -e
    undoing=
    for path in $touched; do
        has "$installed" "$path" || installed="$installed $path"
    done
    changed=yes
    clean
}

# As things were before a change that has begun. What the new files of a first change do is ended
# while they are there to do so. Addresses go before the kernel's settings that keep them silent.
back_out() {
    undoing=yes
    set +e
    [ -e "$state/files" ] || release
    touched=$(words_in "$state/changing")
    for path in $touched; do
        put_back old "$path"
    done
    [ ! -e "$state/files" ] || activate
    [ ! -e "$state/sysctl.old" ] || sysctl -e -q -p "$state/sysctl.old"
}

# The kernel settings that the sysctl files among some files name.
settings_of() {
    for file in "$@"; do
        case "$file" in
            /etc/sysctl.d/*) [ ! -e "$file" ] || sed 's/ *=.*//' "$file" ;;
        esac
    done
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

# A power cut leaves whole files, old or new, and once we have reported success the new ones. What
# is the same stays the same file: systemd, for one, goes by the date.
swap() {
    sync
    for path in $outdated; do
        touched="$touched $path"
        mv -f "$path.lvs-new" "$path"
    done
    for path in $installed; do
        has "$paths" "$path" || {
            touched="$touched $path"
            put_back found "$path"
        }
    done
    for path in $paths; do
        case "$path" in
            /etc/sysctl.d/*) sysctl -q -p "$path" ;;
        esac
    done
    # SELinux lets programs start what lies in their folder under its label.
    ! command -v restorecon >/dev/null || [ -z "$paths" ] || restorecon $paths
}

# A kernel setting that is ours no more is again what was found.
let_go() {
    ours=$(settings_of $paths | words)
    for key in $keys; do
        has "$ours" "$key" || grep -F "$key = " "$state/sysctl.found" | sysctl -e -q -p -
    done
}

undo() {
    status=$?
    trap - EXIT
    trap '' TERM INT HUP
    undoing=yes
    set +e
    [ -z "$changing" ] || back_out
    clean
    if [ ! -e "$state/files" ]; then
        # What has not been touched must not be restarted either.
        [ -z "$changing$changed" ] || restored
        forget
    elif [ -n "$changing" ]; then
        if (undoing= && verify); then back=", and serves"; else back=", and is not in force either"; fi
    fi
    [ -z "$changing" ] || say "what was there before is back in place${back:-}" >&2
    exit "$status"
}

clean() {
    # shellcheck disable=SC2046  # words
    rm -rf $staged $(words_in "$state/staged") ${scratch:-} "$state/staged" "$state/changing" \
        "$state/old" "$state/sysctl.old" "$state/applied.new" "$state/sums.new" "$state/files.new"
}

remove() {
    # A first apply that was cut off before its change has files beside their targets, and folders.
    if [ ! -e "$state/known" ]; then
        clean
        forget
        say "$step is not there"
        return
    fi
    # A host that has another name in the stack by now was set up by that before this one goes.
    by=$(cat "$state/resource" 2>/dev/null) || :
    if [ "${by:-$(setting resource)}" != "$(setting resource)" ]; then
        say "$step stays: it is ${by}'s by now"
        return
    fi
    clean
    release
    for path in $(words_in "$state/known"); do
        put_back found "$path"
    done
    # A device may have gone, and its settings with it.
    sysctl -e -q -p "$state/sysctl.found" || say "some kernel settings are not as they were found"
    restored
    forget
    sync
    say "$step removed"
}

forget() {
    [ ! -e "$state/directories" ] || sed '1!G;h;$!d' "$state/directories" | while read -r path; do
        [ ! -d "$path" ] || rmdir --ignore-fail-on-non-empty "$path"
    done
    rm -rf "$state"
    [ ! -d "${state%/*}" ] || rmdir --ignore-fail-on-non-empty "${state%/*}"
}
