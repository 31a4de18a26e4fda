# Sourced by bin/run, bin/test and bin/bench: system packages, and where Swift and PostgreSQL are.
# shellcheck shell=bash

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# phase NAME : what begins now ends the phase before it; `phase ''` ends the last one. A script that calls another hands
# PHASES on.
PHASES=${PHASES:-} phase_name='' phase_began=0
phase() {
    [ -z "$phase_name" ] || PHASES+="$((SECONDS - phase_began)) $phase_name"$'\n'
    phase_name=$1 phase_began=$SECONDS
}

# print_phases : how long each took, in seconds.
print_phases() {
    printf '%s' "$PHASES" | awk '{ all += $1; printf "%6d s ", $1; $1 = ""; print $0 } END { printf "%6d s  together\n", all }'
}

# need_packages NAME... : installs what is missing, after saying what.
need_packages() {
    local missing=() name
    command -v dpkg-query >/dev/null || {
        say "this is not Debian or Ubuntu; making no attempt to install: $*"
        return 0
    }
    for name in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)" = installed ] \
            || missing+=("$name")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    local sudo=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "please install as root first: apt-get install ${missing[*]}"
        sudo=(sudo)
        say "system packages are missing and will be installed with sudo: ${missing[*]}"
    else
        say "installing system packages: ${missing[*]}"
    fi
    "${sudo[@]}" apt-get update -qq || say "apt-get update failed; trying with the lists at hand"
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 \
        || fail "apt-get could not install: ${missing[*]}"
}

# find_swift : puts the toolchain on PATH.
find_swift() {
    local place
    command -v swift >/dev/null && return 0
    for place in /opt/swift/bin /opt/swift/usr/bin "$HOME/.local/share/swiftly/bin" /usr/local/swift/usr/bin; do
        if [ -x "$place/swift" ]; then
            export PATH="$place:$PATH"
            return 0
        fi
    done
    fail "Swift 6.3 is not installed (see https://www.swift.org/install/linux/) or not on PATH"
}

# find_postgres : sets PG_BIN to the newest installed server's programs, 15 or later.
find_postgres() {
    local place best=0 version
    PG_BIN=
    for place in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin; do
        [ -x "$place/initdb" ] || continue
        version=$("$place/initdb" --version | sed -E 's/[^0-9]*([0-9]+).*/\1/')
        if [ "$version" -ge 15 ] && [ "$version" -gt "$best" ]; then best=$version PG_BIN=$place; fi
    done
    [ -n "$PG_BIN" ] || fail "no PostgreSQL 15 or newer found under /usr/lib/postgresql"
}

# is_port_busy PORT
is_port_busy() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port FROM : prints the first free loopback port.
free_port() {
    local port=$1
    while is_port_busy "$port"; do port=$((port + 1)); done
    echo "$port"
}

random_hex() { od -An -N"${1:-24}" -tx1 /dev/urandom | tr -d ' \n'; }
