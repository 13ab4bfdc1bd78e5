#!/bin/sh
# Makes the database and the three roles that share it:
#   ticketing_migrate   owns the database and changes tables (init_site, migrate)
#   ticketing_app       web, worker and beat: reads and writes rows, changes no table
#   ticketing_readonly  people and reports
# What each may do with each table is granted by init_site, after every migration.
#
# The db container runs it at its first start. Run it again to change a password (psql must reach the server as a
# superuser; PGHOST and PGPORT say where):
#   MIGRATE_DB_PASSWORD=… APP_DB_PASSWORD=… READONLY_DB_PASSWORD=… sh deploy/postgres-roles.sh
# In the container: docker compose exec db sh /docker-entrypoint-initdb.d/10-roles.sh
set -e

: "${MIGRATE_DB_PASSWORD:?is missing}" "${APP_DB_PASSWORD:?is missing}" "${READONLY_DB_PASSWORD:?is missing}"

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set database="${POSTGRES_DB:-ticketing}" \
    --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
-- From the environment, because a command line can be read by everybody on the machine.
\getenv migrate_password MIGRATE_DB_PASSWORD
\getenv app_password APP_DB_PASSWORD
\getenv readonly_password READONLY_DB_PASSWORD

-- The server logs DDL, slow and failed statements with their text; these hold passwords.
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';

SELECT format('CREATE ROLE %I', name)
  FROM unnest(ARRAY['ticketing_migrate', 'ticketing_app', 'ticketing_readonly']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
ALTER ROLE ticketing_migrate LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  PASSWORD :'migrate_password';
ALTER ROLE ticketing_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  PASSWORD :'app_password';
ALTER ROLE ticketing_readonly LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
  PASSWORD :'readonly_password';

-- Grants are the fence; these two keep an honest mistake small.
ALTER ROLE ticketing_readonly SET default_transaction_read_only = on;
ALTER ROLE ticketing_readonly SET statement_timeout = '120s';

SELECT format('CREATE DATABASE %I', :'database')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database')
\gexec
ALTER DATABASE :"database" OWNER TO ticketing_migrate;
REVOKE CONNECT ON DATABASE :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO ticketing_migrate, ticketing_app, ticketing_readonly;

\connect :database
ALTER SCHEMA public OWNER TO ticketing_migrate;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO ticketing_app, ticketing_readonly;
SQL
