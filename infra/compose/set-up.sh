#!/bin/sh
# Makes what a fleet needs in secret, once: set-up.sh [FOLDER], default `secrets` beside this file. What is there is left
# as it is. One folder a service, with that service's own and nothing else: compose mounts them, and for Kubernetes each
# becomes a Secret (docs/deployment.md). POSTGRES and REDIS say where the services find them, host:port; PROXY is the URL of
# your own proxy, if the crawlers are to go through one.
set -eu
umask 077

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
secrets=${1:-$here/secrets}
postgres=${POSTGRES:-postgres:5432}
redis=${REDIS:-redis:6379}

set_up() {
  mkdir -p "$secrets"
  # Everyone who can get in may read: the services have a user of their own. Who can get in, this folder decides.
  chmod 0700 "$secrets"
  NUMFLEET_KEYS_DIR=$secrets/keys "$here/../../numfleet" keys generate

  password owner
  keep postgres/password "$(cat "$secrets/passwords/owner")"
  keep migrate/database-url "postgres://numfleet_owner:$(cat "$secrets/passwords/owner")@$postgres/numfleet"
  for service in scheduler sink console; do
    password "$service"
    keep "migrate/numfleet_$service" "$(cat "$secrets/passwords/$service")"
    keep "$service/database-url" \
      "postgres://numfleet_$service:$(cat "$secrets/passwords/$service")@$postgres/numfleet"
  done

  password redis
  for service in scheduler sink console crawler; do password "redis-$service"; done
  keep redis/users.acl "$(redis_users)"
  keep redis/redis.conf "$(redis_conf)"
  keep migrate/redis-url "redis://:$(cat "$secrets/passwords/redis")@$redis/0"
  for service in scheduler sink console crawler; do
    keep "$service/redis-url" "redis://$service:$(cat "$secrets/passwords/redis-$service")@$redis/0"
  done

  keep console/console-token "$(random)"
  [ -z "${PROXY:-}" ] || keep crawler/proxy-url "$PROXY"

  # Who may hold which key (ARCHITECTURE.md, "Zones"). The database is tied to all of them when it is migrated.
  keys crawler sealing-public url page
  keys scheduler url audit
  keys sink sealing-private number-index number-storage suppression url page
  keys console number-index number-storage suppression url page
  keys migrate sealing-public sealing-private number-index number-storage url page audit suppression

  find "$secrets" -mindepth 1 -type d -exec chmod 0755 {} +
  find "$secrets" -type f -exec chmod 0444 {} +
  echo "$secrets is ready. Back up $secrets/keys: without them nothing that is stored opens."
}

password() {
  keep "passwords/$1" "$(random)"
}

# 43 characters that need no escaping in a URL.
random() {
  head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'
}

keep() {
  [ ! -e "$secrets/$1" ] || return 0
  mkdir -p "$(dirname -- "$secrets/$1")"
  printf '%s\n' "$2" >"$secrets/$1.new"
  mv "$secrets/$1.new" "$secrets/$1"
}

# What the queue needs: nothing evicted, and little lost when it falls; Postgres is the truth either way.
redis_conf() {
  cat <<CONF
aclfile /run/secrets/numfleet/users.acl
dir /data
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
protected-mode yes
CONF
}

# Each service is a user of its own, with the rights of its role and no more.
redis_users() {
  echo "user default on >$(cat "$secrets/passwords/redis") ~* &* +@all"
  for service in scheduler sink console crawler; do
    sed -n "s/^\(user $service on >\)@$service@/\1$(cat "$secrets/passwords/redis-$service")/p" "$here/../redis/users.acl"
  done
}

keys() {
  service=$1
  shift
  for key in "$@"; do
    keep "$service/$key.key" "$(cat "$secrets/keys/$key.key")"
  done
}

set_up
