#!/bin/sh
# Runs once, when the volume is new: one role for each user of the database, each the owner of its own databases only.
set -eu

psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\set temporal_password `cat /run/secrets/temporal_db_password`
\set cordon_password `cat /run/secrets/cordon_db_password`

CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE ROLE cordon LOGIN PASSWORD :'cordon_password';

CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;
CREATE DATABASE cordon OWNER cordon;

-- By default every role may connect to every database.
REVOKE CONNECT ON DATABASE temporal, temporal_visibility, cordon FROM PUBLIC;
SQL
