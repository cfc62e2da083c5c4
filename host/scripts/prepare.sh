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
        is_loaded "$module" && continue
        # shellcheck disable=SC2046  # words
        if complaint=$(modprobe "$module" $(options_of "$module") 2>&1 9>&-); then
            changed=yes
            echo "$module" >>"$state/modules"
        elif has_modules; then
            fail "kernel module $module cannot be loaded: $complaint"
        fi
    done
}

unload_modules() {
    [ -e "$state/modules" ] || return 0
    sed '1!G;h;$!d' "$state/modules" | while read -r module; do
        grep -qsxF "$module" /etc/modules-load.d/lvs*.conf || modprobe -r -q "$module" 9>&- || :
    done
}

modules() { bundle | sed -n '\|^file [0-7]* /etc/modules-load.d/|,/^[^ ]/{/^    /s/^ *//p;}'; }

# options_of MODULE: print its options for modprobe, whose own configuration file is not in place yet.
options_of() { bundle | sed -n "s/^    options $1 //p"; }
