#!/bin/sh
# owned-child.sh COMMAND [ARGUMENT…]: runs it for as long as our standard input stays open. Whoever started us holds the
# other end of that pipe and never writes: when it wants the command to end it closes it, and when it is killed, by
# kill -9 too, the kernel does. So no npm goes on writing after a set-up that is no more.

# Ctrl-C reaches the whole group; it is the owner who decides, and we stay until the command is gone.
trap '' INT HUP

exec 3<&0
"$@" </dev/null 3<&- &
command=$!
{
  read -r _ <&3
  # npm catches this and tidies up for seconds; our folders are thrown away or repaired by the next set-up anyway.
  kill -TERM "$command"
  sleep 1
  kill -KILL "$command"
} >/dev/null 2>&1 &
watch=$!

wait "$command"
code=$?
kill "$watch" 2>/dev/null
exit "$code"
