# shellcheck shell=sh disable=SC2154
# (SC2154: record.sh and transaction.sh set $memory and $state.)
#
# SELinux: the labels of files, keepalived's boolean, and denials. Programs that SELinux confines do not get
# descriptor 9, because a file that they may not use is a denial as well.

is_enforcing() { [ "$(getenforce 2>/dev/null)" = Enforcing ]; }

# label PATH…: give files and folders the labels of their places. SELinux lets systemd and keepalived start
# a program only if its label is right. A kernel with SELinux may run without a policy. Then nothing says
# what the labels are.
label() {
    command -v restorecon >/dev/null && [ $# -gt 0 ] || return 0
    complaint=$(restorecon -i "$@" 2>&1 9>&-) || ! is_enforcing || fail "cannot label files: $complaint"
}

# label_copies PATH…: label files that came back from our folder. A copy keeps the label of its file until
# somebody labels the whole host. Then the copy gets the label of our folder.
label_copies() {
    command -v restorecon >/dev/null && [ $# -gt 0 ] || return 0
    # shellcheck disable=SC2046  # words
    label $(stat -c '%C %n' "$memory" "$@" 2>/dev/null | awk '
        { split($1, label, ":") }
        NR == 1 { folder = label[3] }
        NR > 1 && folder != "" && label[3] == folder { print $2 }')
}

# SELinux forbids keepalived to connect to ports that belong to no service it knows.
allow_checks() {
    is_enforcing || return 0
    getsebool keepalived_connect_any 2>/dev/null | grep -q off || return 0
    touch "$state/selinux"
    # SELinux denies its children a pipe of ours, so it prints its own complaint.
    setsebool -P keepalived_connect_any on 9>&- ||
        fail "SELinux forbids keepalived's checks of unusual ports, and \`setsebool -P keepalived_connect_any on\`" \
            "fails with status $?. Run it by hand to see why."
}

restore_checks() { [ ! -e "$state/selinux" ] || setsebool -P keepalived_connect_any off 9>&-; }

# Begin to look for denials. A host without the program ausearch has no audit log to search.
watch_denials() { ! command -v ausearch >/dev/null || watched_from=$(date +%s); }

# new_denials PREFIX: print the denials since then.
new_denials() { [ -z "${watched_from:-}" ] || denials "$watched_from" "$1"; }

# denials SECONDS PREFIX: print what SELinux has denied keepalived, its scripts or the web server since that
# time, but not before yesterday. Only the last three, because a health check repeats every few seconds.
denials() {
    command -v ausearch >/dev/null && is_enforcing || return 0
    # Without --input-logs, ausearch would read the log from stdin.
    ausearch --input-logs --raw -m AVC,USER_AVC -ts yesterday 2>/dev/null | awk -v since="$1" -v prefix="$2" '
        !/^type=(USER_)?AVC / || !/avc: +denied / || / permissive=1/ { next }
        !/keepalived|httpd|apache2|lvs-/ { next }
        {
            time = $0
            sub(/^[^(]*\(/, "", time)
            if (time + 0 < since) next
            sub(/.*avc: +denied +/, "")
            sub(/ for +pid=[0-9]+/, "")
            sub(/ permissive=0.*/, "")
            gsub(/[^ -~]/, "?")
            line = substr($0, 1, 300)
            if (!seen[line]++) lines[++count] = line
        }
        END { for (i = count > 3 ? count - 2 : 1; i <= count; i++) print prefix "SELinux denied", lines[i] }'
}
