# Sourced after bin/packages.sh: one private PostgreSQL cluster that belongs to a directory.
# shellcheck shell=bash
# In:  CLUSTER_DIR (made if missing), CLUSTER_FAST=1 for a throw-away cluster without fsync.
# Out: CLUSTER_PORT, CLUSTER_URL (the administrator's).

CLUSTER_PORT=
CLUSTER_URL=

# PostgreSQL refuses to run as root: there its programs run as the user postgres.
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && exec setpriv --reuid=postgres --regid=postgres --clear-groups -- env HOME=/ "$@")
    else
        "$@"
    fi
}

cluster_is_running() { as_postgres "$PG_BIN/pg_ctl" -D "$CLUSTER_DIR/data" status >/dev/null 2>&1; }

cluster_start() {
    mkdir -p "$CLUSTER_DIR"
    [ "$(id -u)" -eq 0 ] && chown postgres:postgres "$CLUSTER_DIR"
    chmod 700 "$CLUSTER_DIR"
    if [ ! -s "$CLUSTER_DIR/data/PG_VERSION" ]; then cluster_create; fi
    local have want
    have=$(as_postgres cat "$CLUSTER_DIR/data/PG_VERSION") want=$(basename "$(dirname "$PG_BIN")")
    if [ "$have" != "$want" ]; then
        local twin=/usr/lib/postgresql/$have/bin
        [ -x "$twin/postgres" ] || fail "$CLUSTER_DIR was made by PostgreSQL $have, which is not installed"
        PG_BIN=$twin
    fi
    local password
    password=$(as_postgres cat "$CLUSTER_DIR/password")
    if cluster_is_running; then
        # What a killed run left behind is still ours: keep using it.
        CLUSTER_PORT=$(as_postgres sed -n 4p "$CLUSTER_DIR/data/postmaster.pid" | tr -d ' ')
    else
        CLUSTER_PORT=$(free_port "${CLUSTER_PORT_FROM:-55432}")
        # A session of its own, so that Ctrl-C reaches the server first and PostgreSQL last.
        as_postgres setsid "$PG_BIN/pg_ctl" -D "$CLUSTER_DIR/data" -l "$CLUSTER_DIR/log" -w -t 60 -s \
            -o "-p $CLUSTER_PORT -c unix_socket_directories= -c shared_buffers=$(buffers_mb)MB" start >/dev/null 2>&1 9>&- \
            || { as_postgres tail -n 5 "$CLUSTER_DIR/log" >&2; fail "PostgreSQL did not start"; }
    fi
    CLUSTER_URL="postgres://postgres:$password@127.0.0.1:$CLUSTER_PORT/voronka"
    if ! PGPASSWORD=$password "$PG_BIN/psql" -h 127.0.0.1 -p "$CLUSTER_PORT" -U postgres -d voronka \
        -qAtc 'SELECT 1' >/dev/null 2>&1; then
        PGPASSWORD=$password "$PG_BIN/createdb" -h 127.0.0.1 -p "$CLUSTER_PORT" -U postgres voronka
    fi
}

# A quarter of the machine's memory: the catalogue of a thousand companies, 0.42 GB, must stay in it.
buffers_mb() {
    if [ "${CLUSTER_FAST:-0}" = 1 ]; then
        echo 128
    else
        awk '/^MemTotal:/ { mb = int($2 / 4096); print (mb < 128 ? 128 : mb > 2048 ? 2048 : mb) }' /proc/meminfo
    fi
}

cluster_create() {
    as_postgres bash -c 'umask 077; printf "%s\n" "$1" >"$2/password"' _ "$(random_hex)" "$CLUSTER_DIR"
    # Under another name until it is whole: an interrupted initdb leaves no cluster.
    local fresh=$CLUSTER_DIR/data.new
    as_postgres rm -rf "$fresh" "$CLUSTER_DIR/data"
    as_postgres "$PG_BIN/initdb" -D "$fresh" -U postgres -E UTF8 --locale=C.UTF-8 \
        --auth=scram-sha-256 --pwfile="$CLUSTER_DIR/password" --no-instructions \
        >"${CLUSTER_LOG:-/dev/null}" 2>&1 || fail "initdb failed in $CLUSTER_DIR"
    local settings="listen_addresses = '127.0.0.1'
max_connections = 100
max_locks_per_transaction = 512
jit = off
log_min_messages = warning
log_line_prefix = '%m [%p] %u '
"
    if [ "${CLUSTER_FAST:-0}" = 1 ]; then
        settings+="fsync = off
synchronous_commit = off
full_page_writes = off
"
    fi
    printf '%s' "$settings" | as_postgres tee -a "$fresh/postgresql.conf" >/dev/null
    as_postgres mv "$fresh" "$CLUSTER_DIR/data"
}

cluster_stop() {
    [ -n "${CLUSTER_DIR:-}" ] || return 0
    if cluster_is_running; then
        as_postgres "$PG_BIN/pg_ctl" -D "$CLUSTER_DIR/data" -m fast -w -t 60 -s stop >/dev/null 2>&1 \
            || as_postgres "$PG_BIN/pg_ctl" -D "$CLUSTER_DIR/data" -m immediate -w -s stop || true
    fi
}
