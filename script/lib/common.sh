# shellcheck shell=bash
# Where things lie, how the scripts talk, and how they end.

CLONE=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck source=script/modules.sh
. "$CLONE/script/modules.sh"

# root's cache is not under /root: where user namespaces are refused, the
# database server runs as "nobody" and has to reach its files (lib/postgres.sh).
if [ -n "${CLIENT_HEALTH_CACHE:-}" ]; then
    CACHE=$CLIENT_HEALTH_CACHE
elif [ "$(id -u)" = 0 ]; then
    CACHE=/var/cache/client-health
else
    CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/client-health
fi

say() { printf '%s\n' "$*" >&2; }

# die PROBLEM WHAT-TO-DO
die() {
    printf '\nERROR: %s\n' "$1" >&2
    [ -z "${2:-}" ] || printf 'What to do: %s\n' "$2" >&2
    exit 1
}

# The comment at the top of a script is its help.
print_help() { sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"; }

# help_if_asked ARGUMENT…: before anything is made.
help_if_asked() {
    local argument
    for argument in "$@"; do
        case $argument in -h | --help)
            print_help
            exit 0
            ;;
        esac
    done
}

usage() {
    print_help >&2
    exit 2
}

hash_of() { printf '%s' "$*" | sha256sum | cut -c1-8; }

# Commands to run at the end, newest first, however the script ends. Those that may take long
# go on by themselves after Ctrl-C.
AT_EXIT=()
AT_EXIT_LATER=()
at_exit() { AT_EXIT=("$*" "${AT_EXIT[@]}"); }
at_exit_later() { AT_EXIT_LATER=("$*" "${AT_EXIT_LATER[@]}"); }
run_at_exit() {
    local rc=$?
    trap '' INT TERM HUP
    # First of all: what still runs holds the lock that others wait for.
    end_step || true
    end_child || true
    unlock_cache
    run_commands "${AT_EXIT[@]}"
    if [ "$rc" = 130 ]; then
        run_commands "${AT_EXIT_LATER[@]}" </dev/null >/dev/null 2>&1 &
    else
        run_commands "${AT_EXIT_LATER[@]}"
    fi
    exit "$rc"
}
run_commands() {
    local command
    for command in "$@"; do eval "$command" || true; done
}
trap run_at_exit EXIT
# Nothing may end a script without a word.
trap 'say "ERROR: stopped at ${BASH_SOURCE[0]##*/} line $LINENO: $BASH_COMMAND"' ERR
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# end_processes SECONDS PID…: asks them to end, and makes them after so many seconds.
# A PID with a minus before it is a process group.
end_processes() {
    local seconds=$1 try pid
    shift
    kill -- "$@" 2>/dev/null || return 0
    for ((try = 0; try < seconds * 10; try++)); do
        kill -0 -- "$@" 2>/dev/null || return 0
        sleep 0.1
    done
    # One by one: the first that is gone must not save the others.
    for pid in "$@"; do kill -9 -- "$pid" 2>/dev/null || true; done
}

# A process and all that it started.
process_tree() {
    local child
    printf '%s\n' "$1"
    # shellcheck disable=SC2013
    for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do process_tree "$child"; done
}

# run_child COMMAND…: as in the foreground, but Ctrl-C ends it within seconds whatever it is at.
# (A shell waits for a foreground command before it hears of Ctrl-C itself.)
run_child() {
    local rc=0
    env --default-signal=INT,QUIT "$@" <&0 &
    CHILD=$!
    wait "$CHILD" || rc=$?
    CHILD=
    return "$rc"
}
CHILD=
end_child() {
    [ -n "$CHILD" ] || return 0
    local tree
    mapfile -t tree < <(process_tree "$CHILD")
    end_processes 2 "${tree[@]}"
}

# run_step TEXT HINT LOG COMMAND… runs one long step with its output in LOG. On a
# terminal a line counts its seconds; elsewhere a line is printed now and then.
run_step() {
    local text=$1 hint=$2 log=$3 start=$SECONDS next=15 shown="" child rc=0
    shift 3
    mkdir -p "$(dirname "$log")"
    [ -t 2 ] || say "… $text"
    # In a process group of its own, so that a script that ends takes all of it along.
    set -m
    "$@" >"$log" 2>&1 </dev/null &
    child=$!
    set +m
    STEP_CHILD=$child
    while kill -0 "$child" 2>/dev/null; do
        if [ -t 2 ]; then
            if [ "$SECONDS" != "$shown" ]; then
                shown=$SECONDS
                printf '\r\033[K… %s  %s s  %s' "$text" $((SECONDS - start)) "$(last_sign "$log")" >&2
            fi
        elif ((SECONDS - start >= next)); then
            say "    still: $text, $((SECONDS - start)) s $(last_sign "$log")"
            next=$((next + 15))
        fi
        sleep 0.2
    done
    wait "$child" || rc=$?
    STEP_CHILD=
    if [ "$rc" = 0 ]; then
        [ ! -t 2 ] || printf '\r\033[K' >&2
        say "✓ $text ($((SECONDS - start)) s)"
        return 0
    fi
    [ ! -t 2 ] || printf '\r\033[K' >&2
    say "✗ $text: failed. From $log:"
    show_log "$log" >&2
    die "$text failed (exit code $rc)." "$hint"
}
STEP_CHILD=
end_step() { [ -z "$STEP_CHILD" ] || end_processes 1 "-$STEP_CHILD"; }

# The end of a log, and what before it looks like a cause, without Python's underlining.
show_log() {
    local lines
    mapfile -t lines < <(grep -v '\^\^\^' "$1")
    if ((${#lines[@]} > 30)); then
        printf '%s\n' "${lines[@]:0:${#lines[@]}-30}" |
            grep -iE -m 10 '(^|[^a-z])(error|caused by|fatal|failed|refused|denied|unknown)' | cut -c1-300 | sed 's/^/    /' || true
        echo "    …"
        lines=("${lines[@]: -30}")
    fi
    printf '    %s\n' "${lines[@]}"
}

# How far Odoo's loading of modules has come, if LOG is one of Odoo's.
last_sign() {
    tail -c 100000 "$1" 2>/dev/null | grep -oE 'Loading module [a-z0-9_]+ \([0-9]+/[0-9]+\)' | tail -n 1 || true
}

prepare_cache() {
    case $CACHE in /*) ;; *) die "CLIENT_HEALTH_CACHE=$CACHE is not an absolute path." "Give a full path, starting with /." ;; esac
    mkdir -p "$CACHE/log" "$CACHE/tmp" 2>/dev/null ||
        die "The cache folder $CACHE can't be written." "Set CLIENT_HEALTH_CACHE to a folder of yours, or mend its rights."
    local free
    free=$(df -Pk "$CACHE" | awk 'NR==2 {print int($4 / 1024)}')
    if [ ! -d "$CACHE/odoo" ] && [ "$free" -lt 3000 ]; then
        die "Only $free MB are free for $CACHE; about 2 GB are needed." "Make room, or set CLIENT_HEALTH_CACHE to a folder on another disk."
    fi
    # This machine may forbid .pyc files; Odoo then starts twice as slowly.
    unset PYTHONDONTWRITEBYTECODE
    # Odoo would take it as the database to open.
    unset PGDATABASE
}

# One run at a time prepares the cache. The lock is let go with unlock_cache, or
# by the kernel when the script ends.
lock_cache() {
    exec 9>>"$CACHE/lock"
    if ! flock -n 9; then
        say "… another run is preparing $CACHE; waiting for it"
        flock 9
    fi
}
unlock_cache() { exec 9>&-; }

# Temporary files of a run go to the cache and away at the end.
use_private_tmp() {
    RUN_TMP=$(mktemp -d "$CACHE/tmp/run.XXXXXX")
    at_exit 'rm -rf "$RUN_TMP"'
    # Chromium puts a socket there, whose path must stay short.
    [ ${#RUN_TMP} -gt 60 ] || export TMPDIR=$RUN_TMP
}

# Programs that write to the home folder (Chromium) get one in the cache; the
# database client still finds its files in the real one.
use_private_home() {
    [ ! -f "$HOME/.pgpass" ] || export PGPASSFILE=${PGPASSFILE:-$HOME/.pgpass}
    [ ! -f "$HOME/.pg_service.conf" ] || export PGSERVICEFILE=${PGSERVICEFILE:-$HOME/.pg_service.conf}
    mkdir -p "$CACHE/home"
    export HOME=$CACHE/home
    unset XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME
}
