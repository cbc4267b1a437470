#!/bin/sh
# Brings Temporal's tables to the version of this image. Harmless to repeat; a newer image migrates.
set -eu

SQL_PASSWORD="$(cat /run/secrets/temporal_db_password)"
export SQL_PASSWORD

migrate() {
  database="$1" schema="$2"
  set -- --plugin postgres12 --ep postgresql --port 5432 --user temporal --db "$database"
  temporal-sql-tool "$@" setup-schema --version 0.0
  temporal-sql-tool "$@" update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/$schema/versioned"
}

migrate temporal temporal
migrate temporal_visibility visibility
