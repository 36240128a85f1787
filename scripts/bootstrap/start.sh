#!/bin/sh
# npm start: the demo, or whatever was given after `npm start --`. Every hand-over is an exec, so that the signals
# that npm passes on reach the fleet itself.
set -eu
cd -- "$(dirname -- "$0")/../.."

if [ $# -eq 0 ] || { [ $# -eq 1 ] && [ "$1" = --exit ]; }; then
  exec ./numfleet demo "$@"
fi
exec ./numfleet "$@"
