#!/bin/sh
# Runs a command that cannot outlive its owner (I10).
#
#   guard.sh COMMAND [ARGUMENT…]
#
# The owner starts this detached and holds the write end of a pipe, the lifeline. When the owner dies, by kill -9 too,
# the kernel closes it; the command's whole process group then gets a signal and, after a bound, SIGKILL.
# The lifeline is descriptor 3 or, where none can be handed over (Playwright uses 3 and 4 itself), a FIFO.
#
#   NUMFLEET_LIFELINE       the FIFO; the owner keeps it open for reading and writing
#   NUMFLEET_GUARD_COMMAND  the command, where the caller can give arguments only
#   NUMFLEET_GUARD_SIGNAL   the first signal, default TERM
#   NUMFLEET_GUARD_GRACE    seconds between it and SIGKILL, default 3
#   NUMFLEET_GUARD_CLEANUP  a folder to remove when the group is dead, however it ended
#
# The command takes this script's place (exec), so that its pid, its status and its signals are the owner's to see.
# A watcher stays behind, in a session of its own, out of reach of what is sent to the group. It holds no descriptor of
# the command's, and learns from a second pipe, which the command inherits as descriptor 9, that the command has ended.
set -u

guard() {
  # As leader of a group; exec keeps the pid. Where there is no setsid (macOS) the owner must have started it detached.
  kill -s 0 -- "-$$" 2>/dev/null || exec setsid "$0" "$@"
  # A core dump would hold plaintext (I3).
  ulimit -c 0

  # Opening for both directions first never blocks, should the owner already be gone.
  if [ -n "${NUMFLEET_LIFELINE:-}" ]; then
    exec 6<>"$NUMFLEET_LIFELINE" 8<"$NUMFLEET_LIFELINE" 6<&-
  else
    exec 8<&3 3<&-
  fi
  trap 'exit 143' HUP INT TERM # from here on there is a folder to give back
  trap '[ -z "${pipes:-}" ] || rm -rf -- "$pipes"' EXIT
  pipes=$(mktemp -d "${TMPDIR:-/tmp}/numfleet-guard.XXXXXX") || exit 71
  mkfifo "$pipes/alive" || exit 71
  exec 6<>"$pipes/alive" 7<"$pipes/alive" 9>"$pipes/alive" 6<&-
  rm -r "$pipes"
  trap - HUP INT TERM EXIT

  # Twice removed: not a child that the command would have to reap.
  (start_watcher </dev/null >/dev/null 2>&1 3>&- 4>&- 9>&-) || exit 71

  [ -z "${NUMFLEET_GUARD_COMMAND:-}" ] || set -- "$NUMFLEET_GUARD_COMMAND" "$@"
  unset NUMFLEET_LIFELINE NUMFLEET_GUARD_COMMAND NUMFLEET_GUARD_SIGNAL NUMFLEET_GUARD_GRACE NUMFLEET_GUARD_CLEANUP
  exec "$@" 7<&- 8<&-
}

# The argument is for whoever looks at the list of processes.
start_watcher() {
  NUMFLEET_GUARDED_GROUP=$$
  export NUMFLEET_GUARDED_GROUP
  if command -v setsid >/dev/null; then
    setsid "$0" "watching group $$" &
  else
    set -m # macOS: job control gives the watcher a process group
    "$0" "watching group $$" &
  fi
}

watch() {
  { until_closed <&8; end_group; } &
  until_closed <&7
  send KILL # what the command left behind in its group
  finish
}

until_closed() {
  while read -r _; do :; done
}

end_group() {
  send "${NUMFLEET_GUARD_SIGNAL:-TERM}"
  sleep "${NUMFLEET_GUARD_GRACE:-3}"
  send KILL
  # `watch` goes on as soon as the group is dead, and ends this. Only a process that left the group gets here.
  sleep 1
  finish
}

send() {
  kill -s "$1" -- "-$NUMFLEET_GUARDED_GROUP" 2>/dev/null
}

finish() {
  [ -z "${NUMFLEET_GUARD_CLEANUP:-}" ] || rm -rf -- "$NUMFLEET_GUARD_CLEANUP"
  kill -s KILL -- "-$$" # the watcher itself, with a `sleep` that may still run
}

if [ -n "${NUMFLEET_GUARDED_GROUP:-}" ]; then
  watch
else
  guard "$@"
fi
