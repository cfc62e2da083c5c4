# shellcheck shell=sh
# A folder of its own, because a check may run at the same time.
scratch=/run/lvs-director.scratch/$$
# A process that was killed may have left its folder.
for folder in /run/lvs-director.scratch/*; do [ -d "/proc/${folder##*/}" ] || rm -rf "$folder"; done
mkdir -p "$scratch"
trap 'rm -r "$scratch"; rmdir /run/lvs-director.scratch 2>/dev/null || :' EXIT
case "${1:-}" in
    start | reload) start ;;
    stop) stop ;;
    remove) remove ;;
    check) check ;;
    explain) explain ;;
    leave) leave "$2" ;;
    *)
        echo "usage: lvs-director start|reload|stop|remove|check|explain|leave PID" >&2
        exit 2
        ;;
esac
