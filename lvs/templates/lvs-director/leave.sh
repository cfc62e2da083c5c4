# shellcheck shell=sh
# shellcheck disable=SC2154  # start.sh and main.sh set $scratch and $routers
# leave PID: stop keepalived. On its own it deletes its servers before its virtual IPs, and the kernel
# then resets clients that send in between. So its checker process is paused until the virtual IPs are
# gone. A director that is also a real server keeps them on lo.
leave() {
    checkers=$(cat /run/keepalived/checkers.pid /run/checkers.pid 2>/dev/null) || :
    grep -q "^PPid:[[:blank:]]*$1\$" "/proc/${checkers:-none}/status" 2>/dev/null || return 0
    awk '$1 == "address" { sub(/\/.*/, "", $4); print " " $4 "/" }' "$routers" >"$scratch/addresses"
    kill -STOP "$checkers"
    kill "$1"
    tries=100
    while [ "$tries" -gt 0 ] && has_addresses; do
        sleep 0.02
        tries=$((tries - 1))
    done
    kill -CONT "$checkers"
}

has_addresses() { ip -o address show | grep -v '^[0-9]*: lo ' | grep -qFf "$scratch/addresses"; }
