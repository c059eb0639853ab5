-- A role and its databases for each server; run once, on an empty PostgreSQL, as its superuser.
-- Containers do it by themselves. Elsewhere: SECRETS=/etc/midspan/secrets psql -f databases.sql
\set ON_ERROR_STOP on
\set phoenix_password `cat "${SECRETS:-/run/secrets}/phoenix_database_password"`
\set mlflow_password `cat "${SECRETS:-/run/secrets}/mlflow_database_password"`

CREATE ROLE phoenix LOGIN PASSWORD :'phoenix_password';
CREATE ROLE mlflow LOGIN PASSWORD :'mlflow_password';

CREATE DATABASE phoenix OWNER phoenix;
CREATE DATABASE mlflow OWNER mlflow;
CREATE DATABASE mlflow_auth OWNER mlflow;

-- Each role into its own databases alone.
REVOKE CONNECT ON DATABASE phoenix, mlflow, mlflow_auth FROM PUBLIC;
