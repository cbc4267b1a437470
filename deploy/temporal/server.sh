#!/bin/sh
# Temporal reads its password from the environment only; this puts it there from the secret, in this process alone.
set -eu

POSTGRES_PWD="$(cat /run/secrets/temporal_db_password)"
export POSTGRES_PWD
exec /etc/temporal/entrypoint.sh
