#!/bin/sh
# What a container runs: start.sh APP [ARGUMENT…], one of the bundles beside this file.
set -eu

# A core dump would hold plain numbers; so would a heap, which the inspector shows that SIGUSR1 opens.
ulimit -c 0
# A worker is known by its name, so no two may have the same; a container's host name is its own.
NUMFLEET_SERVICE_NAME=${NUMFLEET_SERVICE_NAME:-$(printf '%s-%s' "$1" "$(hostname)" | tr -c 'a-z0-9-' '-' | cut -c1-63)}
export NUMFLEET_SERVICE_NAME

app=$1
shift
exec node --disable-sigusr1 "$(dirname -- "$0")/$app/main.js" "$@"
