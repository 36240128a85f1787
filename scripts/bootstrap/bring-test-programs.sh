#!/bin/sh
# Brings what only the tests want and no registry of npm has, from Debian's packages: redis-server and prometheus (with
# promtool). Where that cannot be done it says so and ends well: the tests that need them are skipped, or fail where
# CI=true. Nothing is left running. The argument, for the test of this script, is the folder of policy-rc.d.
set -u
policy=${1:-/usr/sbin}/policy-rc.d

missing=
for program in redis-server prometheus promtool; do
  command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done
[ -n "$missing" ] || exit 0

say() {
  echo "numfleet: $*" >&2
}
give_up() {
  say "without$missing ($1): the tests that need them are skipped, or fail where CI=true"
  exit 0
}

command -v apt-get >/dev/null 2>&1 || give_up 'there is no apt-get; install them by hand'
if [ "$(id -u)" = 0 ]; then
  as_root=
elif sudo -n true 2>/dev/null; then
  as_root='sudo -n'
else
  give_up "only root may install them: apt-get install redis-server prometheus"
fi

packages=
for package in redis-server prometheus; do
  case "$package $missing" in
    'redis-server '*redis-server* | 'prometheus '*prom*) packages="$packages $package" ;;
  esac
done
say "bringing$packages with apt-get, for the tests"

# Debian's packages start their daemons when installed, unless this script says no (101), and at the next boot.
[ -e "$policy" ] || {
  printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null && $as_root chmod 755 "$policy"
  trap '$as_root rm -f "$policy"' EXIT
  trap 'exit 143' HUP INT TERM
}
options='-qq -o Acquire::Retries=1 -o Acquire::http::Timeout=15 -o Acquire::https::Timeout=15 -o DPkg::Lock::Timeout=60'
$as_root timeout 120 apt-get $options update >/dev/null 2>&1 || say 'apt-get update failed; trying with what it knows'
$as_root timeout 300 env DEBIAN_FRONTEND=noninteractive apt-get $options -y --no-install-recommends install $packages \
  >/dev/null 2>&1 || give_up "apt-get install$packages failed; is this machine offline?"
if command -v systemctl >/dev/null 2>&1; then
  $as_root systemctl disable --now $packages >/dev/null 2>&1
fi
exit 0
