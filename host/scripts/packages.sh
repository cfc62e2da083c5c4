# shellcheck shell=sh
# shellcheck disable=SC2154  # transaction.sh sets $state and $others
# Install and remove packages with the package manager of the host.

if command -v apt-get >/dev/null; then
    packages() {
        bundle | awk '/^package / {
            sub(/^golang-github-/, "", $2)
            print $2 == "httpd" ? "apache2" : $2
        }'
    }
    version() { dpkg-query -W -f '${Package} ${Version}\n' "${1%%=*}"; }
    is_installed() {
        status=$(dpkg-query -W -f '${db:Status-Status}=${Version}' "${1%%=*}" 2>/dev/null) || return 1
        case "$1" in
            *=*) [ "$status" = "installed=${1#*=}" ] ;;
            *) [ "${status%%=*}" = installed ] ;;
        esac
    }
    every_package() { dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort; }
    install() { apt update && apt install --no-install-recommends --allow-downgrades "$@"; }
    purge() { apt purge "$@"; }
    # removed_with PACKAGE…: print the packages that apt would remove, or install instead, with these.
    removed_with() { apt-get -s purge "$@" 2>/dev/null | awk '$1 ~ /^(Purg|Remv|Inst)$/ { print $2 }'; }
    # Print the packages that apt would remove itself when nothing needs them. Somebody may have marked
    # a package to stay.
    unmarked() { apt-mark showauto; }
    # apt-get has an option to wait for the lock of dpkg, but none for the lock of the package lists.
    apt() {
        give_up=$(($(seconds) + 120))
        until apt-get -q -y -o DPkg::Lock::Timeout=120 -o Acquire::http::Timeout=10 \
            -o Acquire::Retries=1 "$@" >"$log" 2>&1; do
            grep -q 'Could not get lock' "$log" || return 1
            [ "$(seconds)" -lt "$give_up" ] || return 1
            sleep 1
        done
    }
else
    packages() { bundle | awk '/^package / { print $2 }'; }
    version() { rpm -q --qf '%{NAME} %{VERSION}-%{RELEASE}\n' "${1%%=*}"; }
    is_installed() { rpm -q "$(dashed "$1")" >/dev/null; }
    # dashed NAME=VERSION…: spell packages as dnf and rpm do.
    dashed() { echo "$1" | sed 's/=/-/g'; }
    every_package() { rpm -qa --qf '%{NAME}\n' | sort; }
    # shellcheck disable=SC2046  # one word a package
    install() { "$(dnf_or_yum)" $(quiet) -y install $(dashed "$*") >"$log" 2>&1; }
    # A quiet dnf does not say that a version lock or a module stream hides a package. yum is quiet, because it
    # otherwise prints other lines after its error.
    quiet() { command -v dnf >/dev/null || echo -q; }
    purge() { "$(dnf_or_yum)" -q -y --setopt=clean_requirements_on_remove=0 remove "$@" >"$log" 2>&1; }
    removed_with() {
        rpm -e --test "$@" 2>&1 | sed -n 's/.* is needed by (installed) //p' | while read -r package; do
            rpm -q --qf '%{NAME}\n' "$package"
        done
    }
    # Only dnf knows marks.
    unmarked() { cat "$state/packages.added"; }
    dnf_or_yum() { command -v dnf || command -v yum; }
fi

missing() { packages | while read -r name; do is_installed "$name" || echo "$name"; done; }

install_packages() {
    missing=$(missing)
    [ -n "$missing" ] || return 0
    changed=yes
    log=$state/packages.log
    every_package >"$state/scratch"
    say "installs $(echo "$missing" | join_lines ', ')"
    # shellcheck disable=SC2086  # one word a package
    install $missing 9>&- || fail "cannot install $(echo "$missing" | join_lines ', '): $(reasons)"
    # yum succeeds if it could install only some of the packages.
    missing=$(missing | join_lines ', ')
    [ -z "$missing" ] || fail "cannot install $missing: $(reasons)"
    every_package | comm -13 "$state/scratch" - >>"$state/packages.added"
    rm -f "$log" "$state/scratch"
}

names() { packages | sed 's/=.*//'; }

# Record the packages that this component has ever needed, for others that share the host.
record_names() {
    names=$({ names && cat "$state/packages.named" 2>/dev/null; } | sort -u)
    [ -z "$names" ] || echo "$names" >"$state/packages.named"
}

# Print the packages that other components on this host need.
needed_by_others() { for folder in $others; do cat "$folder/packages.named" 2>/dev/null || :; done; }

purge_packages() {
    [ -s "$state/packages.added" ] || return 0
    log=$state/packages.log
    scratch=$state/scratch
    choose_unneeded
    kept=$(sort -u "$state/packages.added" | grep -vxFf "$scratch" | while read -r name; do
        ! is_installed "$name" || echo "$name"
    done | join_lines ', ')
    [ -z "$kept" ] || say "keeps packages that other packages need, or that somebody marked to keep: $kept"
    [ -s "$scratch" ] || return 0
    # shellcheck disable=SC2046  # one word a package
    purge $(cat "$scratch") 9>&- || say "some packages could not be removed: $(reasons)"
}

# List the packages that this step added, without those that something else has come to need. apt marks
# the packages that we named, as if somebody wanted them to stay.
choose_unneeded() {
    { names && unmarked && cat "$state/packages.named" 2>/dev/null; } >"$scratch.ours" || :
    needed_by_others >"$scratch.theirs"
    sort -u "$state/packages.added" | grep -xFf "$scratch.ours" | grep -vxFf "$scratch.theirs" | while read -r name; do
        ! is_installed "$name" || echo "$name"
    done >"$scratch"
    # shellcheck disable=SC2046  # one word a package
    while [ -s "$scratch" ] && takes_others $(cat "$scratch"); do
        while read -r name; do takes_others "$name" || echo "$name"; done <"$scratch" >"$scratch.free"
        # Several packages together may be what something needs.
        cmp -s "$scratch.free" "$scratch" && : >"$scratch.free"
        mv "$scratch.free" "$scratch"
    done
    rm -f "$scratch.ours" "$scratch.theirs"
}

# takes_others PACKAGE…: Would the removal take packages that are not on the list?
takes_others() { removed_with "$@" | grep -qvxFf "$scratch"; }

# Print the errors of the package manager, or else its last lines.
reasons() { { grep '^E:' "$log" || tail -n 3 "$log"; } | join_lines; }
