#!/bin/sh
# Checks infra/: `pnpm infra:check`. Renders the chart and reads the compose file with the tools that will read them, which
# are built by Go where they are not here, once a machine (about 3 minutes), and runs the tests beside this file. The
# suite runs those tests too, and skips by name what it has no tool for.
set -eu

tools=${XDG_CACHE_HOME:-$HOME/.cache}/numfleet-tools
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)

main() {
  mkdir -p "$tools"
  bring helm helm.sh/helm/v4/cmd/helm@v4.3.1
  # compose-go is what `docker compose` reads its files with.
  bring compose-spec github.com/compose-spec/compose-go/v2/cmd@v2.16.2
  command -v hadolint >/dev/null || echo "numfleet: hadolint is not here; the Dockerfile is not linted" >&2
  cd -- "$here/../.."
  exec node node_modules/vitest/vitest.mjs run scripts/infra
}

# bring NAME PACKAGE@VERSION
bring() {
  [ "$(cat "$tools/$1.version" 2>/dev/null)" != "$2" ] || return 0
  if ! command -v go >/dev/null; then
    echo "numfleet: $1 is built by Go, which is not here; what needs it is skipped" >&2
    return 0
  fi
  folder=$(mktemp -d "$tools/.new.XXXXXX")
  GOBIN=$folder go install "$2"
  mv -f -- "$folder"/* "$tools/$1"
  rmdir -- "$folder"
  echo "$2" >"$tools/$1.version"
}

main
