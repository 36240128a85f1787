# Sourced in the project's folder: finds the Node that the set-up is to run on, as $machine_node. The machine's own
# comes first: what lies in .runtime may be of another machine, when the folder is shared or was copied.
if command -v node >/dev/null 2>&1; then
  machine_node=node
elif [ -x .runtime/bin/node ]; then
  machine_node=.runtime/bin/node
else
  echo 'numfleet: error [node-missing] there is no Node on PATH; install Node 20 or newer (it comes with npm), then run the same command again' >&2
  exit 1
fi
