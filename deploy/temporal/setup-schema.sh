#!/bin/sh
# Creates Temporal's two databases and brings their schemas to the release of this image. Every step may be repeated.
# The tool reads SQL_HOST, SQL_PORT, SQL_USER and SQL_PASSWORD.
set -eu

for database in temporal temporal_visibility; do
  tool="temporal-sql-tool --plugin postgres12 --ep $SQL_HOST --port $SQL_PORT --user $SQL_USER --db $database"
  schema=${database#temporal_}
  $tool create
  $tool setup-schema --version 0.0
  $tool update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/$schema/versioned"
done
