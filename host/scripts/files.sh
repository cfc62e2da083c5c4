# shellcheck shell=sh disable=SC2086,SC2154
# (SC2086: lists are words without blanks and are split on purpose. SC2154: transaction.sh sets them.)
#
# The files of a step: staged beside their targets, moved into place, saved and restored.

# exists PATH: Does a file exist, or a link to nothing?
exists() { [ -e "$1" ] || [ -L "$1" ]; }

# Record the staged files first: after a kill, the next plan may have other files.
record_staged() {
    { mkdir -p "$state" && printf '%s\n' $staged >>"$state/staged"; } ||
        fail "$state cannot be written. Make its file system writable, or free some space."
}

# Print the paths that somebody else than root can write a link beside: their folder, or one above it, is
# not root's alone.
exposed_paths() {
    folders=
    for path in $paths; do
        folder=${path%/*}
        while [ -n "$folder" ] && ! has "$folders" "$folder"; do
            folders="$folders $folder"
            folder=${folder%/*}
        done
    done
    open=$(find -H $folders -maxdepth 0 \( ! -user root -o -perm /022 \))
    for path in $paths; do
        for folder in $open; do
            case "$path" in "$folder"/*) echo "$path" && break ;; esac
        done
    done
}

# staged_at PATH: print where a file gets its content and mode. An exposed one gets them in our folder.
staged_at() { if has "$exposed" "$1"; then echo "$state/exposed$1"; else echo "$1.lvs-new"; fi; }

# `cp` removes the staged file before it writes, and so follows no link. With -T, `cp` and `mv` follow no link
# to a folder either.
place_exposed() {
    for path in $exposed; do
        cp -pT --remove-destination "$state/exposed$path" "$path.lvs-new" ||
            fail "the new files cannot be written. Free some disk space."
    done
}

# Write every file beside its target, so that a full disk is noticed before any file changes.
stage() {
    shared_directories=$(for other in $others; do words_in "$other/directories"; done)
    for path in $paths; do
        make_directory "${path%/*}"
        [ ! -d "$path" ] || fail "$path is a folder and must be a file. Move the folder away."
    done
    exposed=$([ -z "$paths" ] || exposed_paths | words)
    for path in $exposed; do mkdir -p "$state/exposed${path%/*}"; done
    modes=$(
        umask 077
        bundle | awk -v exposed=" $exposed" -v ours="$state/exposed" '
            function staged_at(path) { return index(exposed, " " path " ") ? ours path : path ".lvs-new" }
            /^(package|set|secret) / { next }
            /^file / {
                if (out) close(out)
                out = staged_at($3)
                printf "" > out
                files[$2] = files[$2] " " out
                next
            }
            { print substr($0, 5) > out }
            END { for (mode in files) print mode files[mode] }'
    ) || fail "the new files cannot be written. Free some disk space."
    [ -z "$modes" ] || echo "$modes" | while read -r mode files; do
        chmod "$mode" $files
    done
    stage_secrets
    place_exposed
}

# Copy the content of secret files from where the step `secret` has put it.
stage_secrets() {
    values secret | while read -r mode path digest reader; do
        [ -e "$secret_texts/$digest" ] ||
            fail "the secret content of $path is missing on this host. Set repair to a new word."
        new=$(staged_at "$path")
        (umask 077 && cp "$secret_texts/$digest" "$new") ||
            fail "the new files cannot be written. Free some disk space."
        [ -z "$reader" ] || give_group "$new" "$path" "$reader"
        chmod "$mode" "$new"
    done || exit 1
}

# give_group FILE PATH READER: let the group of a user read the file. `httpd` is the web server's user.
give_group() {
    [ "$3" != httpd ] || set -- "$1" "$2" "$(id -un www-data 2>/dev/null || echo apache)"
    group=$(id -gn "$3" 2>/dev/null) ||
        fail "this host has no user $3, and only this user may read the secret file $2. Create the user."
    chgrp "$group" "$1"
}

# make_directory FOLDER: record each new folder, so that destroy can remove it, and each that another
# component has made. A kill may follow right after the mkdir, hence the record comes first.
make_directory() {
    [ ! -d "$1" ] || has "$shared_directories" "$1" || return 0
    make_directory "${1%/*}"
    case "$1" in
        "$memory") ;;
        *) grep -sqxF "$1" "$state/directories" || echo "$1" >>"$state/directories" ;;
    esac
    [ -d "$1" ] || mkdir "$1"
}

# Print the live files whose content, mode or owner differs from the staged file.
outdated() {
    [ -n "$paths" ] || return 0
    { stat -c '%a-%u:%g %n' $paths $staged || :; sha256sum $paths $staged; } 2>/dev/null | awk '
        { is[$2] = is[$2] $1 }
        END { for (file in is) if (sub(/\.lvs-new$/, "", file) && is[file] != is[file ".lvs-new"]) print file }'
}

is_unchanged() { [ -e "$state/files" ] && [ "$paths" = "$installed" ] && [ -z "$outdated" ]; }

# Save each file and sysctl as it was before our first change, until destroy.
save_original() {
    [ -d "$state/found" ] || mkdir "$state/found"
    : >>"$state/known"
    known=$(words_in "$state/known")
    for path in $paths; do
        ! has "$known" "$path" || continue
        holder=$([ -z "$others" ] || holder_of "$path")
        if [ -n "$holder" ]; then
            # Another component has changed this file before us, and has the original.
            ! exists "$holder/found$path" || (cd "$holder/found" && cp -a --parents ".$path" "$state/found")
        elif exists "$path"; then
            cp -a --parents "$path" "$state/found"
        fi
        echo "$path" >>"$state/known"
    done
    save_original_sysctls
}

# Save the state that a failed change goes back to.
back_up() {
    rm -rf "$state/old"
    mkdir "$state/old"
    present=
    for path in $paths $installed; do
        has "$present" "$path" || ! exists "$path" || present="$present $path"
    done
    [ -z "$present" ] || cp -a --parents $present "$state/old"
    back_up_sysctls
    sync_files
    printf '%s\n' $paths $installed >"$state/changing"
}

# restore_file COPIES PATH: copy the file back from the folder COPIES. Delete it if it has no copy.
restore_file() {
    if exists "$state/$1$2"; then
        cp -aT --remove-destination "$state/$1$2" "$2.lvs-new"
        mv -fT "$2.lvs-new" "$2"
    else
        rm -f "$2"
    fi
}

# restore_original PATH: restore the file from before our first change, unless another component has it.
restore_original() { is_held "$1" || restore_file found "$1"; }

# Write files to the disk, on each file system that has some of them.
sync_files() {
    folders=
    for path in $paths $installed; do
        folder=${path%/*}
        has "$folders" "$folder" || [ ! -d "$folder" ] || folders="$folders $folder"
    done
    sync -f "$memory" $folders
}

# After a power cut each file is whole, either old or new. An unchanged file keeps its date, because
# systemd compares dates.
swap() {
    sync_files
    for path in $outdated; do
        touched="$touched $path"
        mv -fT "$path.lvs-new" "$path"
    done
    for path in $installed; do
        has "$paths" "$path" || {
            touched="$touched $path"
            restore_original "$path"
        }
    done
    load_sysctls
    # shellcheck disable=SC2046  # words
    [ -z "$paths" ] || label $(words_in "$state/directories") $paths
    label_copies $installed
}

# Keep copies for `lvs check`; of a secret file its mode and a checksum only. A full disk must not spoil the former
# copies, so the new ones are written beside them.
record_applied() {
    rm -rf "$state/applied.new"
    mkdir "$state/applied.new"
    if [ -n "$secret_paths" ]; then
        (umask 077 && sha256sum $secret_paths >"$state/sums.new")
        mv -f "$state/sums.new" "$state/sums"
        cp -a --attributes-only --parents $secret_paths "$state/applied.new"
    else
        rm -f "$state/sums"
    fi
    readable=
    for path in $paths; do has "$secret_paths" "$path" || readable="$readable $path"; done
    [ -z "$readable" ] || cp -a --parents $readable "$state/applied.new"
    setting repair >"$state/repaired"
    keep_program
    for path in $paths; do echo "$path"; done >"$state/files.new"
    rm -rf "$state/applied"
    mv "$state/applied.new" "$state/applied"
    mv -f "$state/files.new" "$state/files"
}
