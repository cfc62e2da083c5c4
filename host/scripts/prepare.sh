# shellcheck shell=sh
# Packages (NAME, or NAME=VERSION), kernel modules and the user of scripts. The package manager runs only if something is
# missing.
step=prepare

# This step changes the host before any file changes, so it saves the original state here.
ready() {
    save_original
    record_services
    restore_dropped_services
    load_modules
    install_packages
    record_names
    add_script_user
}

activate() { :; }

verify() {
    note="has $(packages | while read -r name; do version "$name"; done | join_lines ', ')"
    wanted=$(options_of ip_vs | sed 's/conn_tab_bits=//')
    live=$(cat /sys/module/ip_vs/parameters/conn_tab_bits 2>/dev/null) || :
    [ "${wanted:-$live}" = "$live" ] ||
        note="$note; conn_tab_bits stays $live until the next reboot, which loads ip_vs again"
}

stop_services() { :; }

after_restore() {
    while read -r name enabled active; do
        restore_service "$name" "$enabled" "$active"
    done <"$state/services"
    ! bundle | grep -q '^package [^ ]* purge$' || purge_packages
    unload_modules
    remove_script_user
}

# A new package may start its service. destroy stops the services that did not run before.
record_services() {
    touch "$state/services"
    services | while read -r name; do
        ! grep -q "^$name " "$state/services" || continue
        # Another component may have found the service before us.
        ! found_by_others "$name" >>"$state/services" || continue
        enabled=$(systemctl is-enabled "$name" 2>/dev/null) || :
        active=$(systemctl is-active "$name" 2>/dev/null) || :
        echo "$name ${enabled:-absent} ${active:-absent}" >>"$state/services"
    done
}

# found_by_others NAME: print the state in which another component has found a service.
found_by_others() {
    for folder in $others; do
        ! grep -s "^$1 " "$folder/services" || return 0
    done
    return 1
}

services() { packages | sed 's/=.*//; s/^golang-github-//'; }

# A package that the plan no longer has stays installed. Its service returns to its original state.
restore_dropped_services() {
    ours=$(services | words)
    gone=$(while read -r line; do has "$ours" "${line%% *}" || echo "$line"; done <"$state/services")
    [ -n "$gone" ] || return 0
    changed=yes
    echo "$gone" | while read -r name enabled active; do
        restore_service "$name" "$enabled" "$active"
        sed -i "/^$name /d" "$state/services"
    done
}

# restore_service NAME ENABLED ACTIVE, unless another component needs the service.
restore_service() {
    ! found_by_others "$1" >/dev/null || return 0
    case "$2" in
        enabled) enable_unit "$1" ;;
        *) disable_unit "$1" || : ;;
    esac
    case "$3" in
        active) systemctl start "$1" ;;
        *) systemctl stop "$1" 2>/dev/null || : ;;
    esac
}

# A system user without login, without a home, and with a group of its own.
add_script_user() {
    user=$(setting systemUser)
    [ -n "$user" ] && ! id -u "$user" >/dev/null 2>&1 || return 0
    changed=yes
    echo "$user" >"$state/user"
    complaint=$(useradd --system --user-group --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin "$user" 2>&1 9>&-) || fail "user $user cannot be created: $complaint"
}

remove_script_user() {
    [ -e "$state/user" ] && id -u "$(cat "$state/user")" >/dev/null 2>&1 || return 0
    complaint=$(userdel "$(cat "$state/user")" 2>&1 9>&-) ||
        say "user $(cat "$state/user") could not be removed: $complaint"
}

load_modules() {
    for module in $(modules); do
        is_loaded "$module" || {
            changed=yes
            # shellcheck disable=SC2046  # words
            complaint=$(modprobe "$module" $(options_of "$module") 2>&1 9>&-) ||
                fail "kernel module $module cannot be loaded: $complaint"
            echo "$module" >>"$state/modules"
        }
    done
}

unload_modules() {
    [ -e "$state/modules" ] || return 0
    sed '1!G;h;$!d' "$state/modules" | while read -r module; do
        grep -qsxF "$module" /etc/modules-load.d/lvs*.conf || modprobe -r -q "$module" 9>&- || :
    done
}

modules() { bundle | sed -n '\|^file [0-7]* /etc/modules-load.d/|,/^[^ ]/{/^    /s/^ *//p;}'; }

# Options for modprobe: its own configuration file is not in place yet.
options_of() { bundle | sed -n "s/^    options $1 //p"; }

# A module that is built into the kernel needs no loading.
is_loaded() {
    [ -e "/sys/module/$1" ] || grep -q "/$1\.ko" "/lib/modules/$(uname -r)/modules.builtin" 2>/dev/null
}

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
