# shellcheck shell=sh
# shellcheck disable=SC2154  # director.sh sets $config, $scratch, $scripts and $version, transaction.sh $secret_paths
# A test of the staged configuration, before keepalived reads it.

# keepalived's test accepts any text as a regular expression. While it runs, it uses the memory of a wrong
# one that it has freed. Two options allow for more than grep does.
wrong_expressions() {
    ! grep -q '^ *regex ' "$config.lvs-new" || ! is_expression . || awk '
        sub(/^ *regex "/, "") { sub(/"$/, ""); gsub(/\\\\/, "\\"); expression = $0; next }
        /^ *regex_options .*(alt_bsux|allow_empty_class)/ { expression = "" }
        /}/ { if (expression != "" && !seen[expression]++) print expression; expression = "" }
    ' "$config.lvs-new" | while IFS= read -r expression; do
        is_expression "$expression" || echo "$expression"
    done
}

# is_expression TEXT: Is a text a regular expression, of bytes or of characters? Fails for any text if grep
# cannot tell.
is_expression() {
    for locale in C C.UTF-8; do
        status=0
        LC_ALL=$locale grep -qP -- "$1" /dev/null 2>/dev/null || status=$?
        [ "$status" -gt 1 ] || return 0
    done
    return 1
}

# keepalived up to 2.1.5 exits with 0 after most errors, but prints all of them. The scripts that the
# configuration names must exist, so the test uses their staged files and those of its secret lines.
test_configuration() {
    test_with "s|$scripts/[^ \"]*|&.lvs-new|g; s|^ *include ./secret_.*|&.lvs-new|"
    # 2.2.5 to 2.2.7 terminate themselves when they check a script that runs as another user than root.
    # Before that, they complain about users that do not exist. So test the rest with root as the user.
    [ "$status:$complaint" != 143: ] || test_with "s#^\( *\(script_user\|user\)\) .*#\1 root#
        s#^\(.*\"$scripts/[^\"]*\"\) .*#\1 root#; s#$scripts/[^ \"]*#&.lvs-new#g; s#^ *include ./secret_.*#&.lvs-new#"
    [ "$status:$complaint" != 0: ] || return 0
    complaint=$(echo "$complaint" | sed 's/\.lvs-[a-z]*//g' | awk '!seen[$0]++' | hide_secrets | join_lines)
    fail "keepalived $version refuses the configuration (status $status): $complaint"
}

# Hide the words of the secret lines in the lines of stdin.
hide_secrets() {
    secret_lines=$(for path in $secret_paths; do
        case "$path" in *.conf) echo "$path.lvs-new" ;; esac
    done | words)
    # shellcheck disable=SC2086  # words
    awk '
        function hide(word,    at) {
            while (length(word) > 3 && (at = index($0, word)))
                $0 = substr($0, 1, at - 1) "***" substr($0, at + length(word))
        }
        FILENAME != "-" { lines[++count] = $0; next }
        {
            for (i = 1; i <= count; i++) {
                total = split(lines[i], words)
                for (j = 1; j <= total; j++) hide(words[j])
                total = split(lines[i], words, /[^A-Za-z0-9]+/)
                for (j = 1; j <= total; j++) hide(words[j])
            }
            print
        }' $secret_lines -
}

# test_with SED: test the staged configuration after an edit.
test_with() {
    sed "$1" "$config.lvs-new" >"$scratch" || fail "the configuration cannot be tested. Free some disk space."
    status=0
    # The shell itself would report a signal.
    { complaint=$(keepalived -t -f "$scratch" 2>&1 >/dev/null); } 2>/dev/null || status=$?
    rm "$scratch"
}
