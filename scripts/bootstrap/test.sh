#!/bin/sh
# npm test: sets up, then runs the tests (all, or those that the arguments name, as for `vitest run`). The last line
# is `N passed, N failed`, with `, N skipped` when there are any.
set -eu
cd -- "$(dirname -- "$0")/../.."

. scripts/bootstrap/machine-node.sh
"$machine_node" scripts/bootstrap/set-up.mjs
scripts/bootstrap/bring-test-programs.sh
exec .runtime/bin/node node_modules/vitest/vitest.mjs run "$@"
