#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs once, when the cluster is new (/docker-entrypoint-initdb.d): a database for each service, the
# role that owns it and migrates, and the role that serves. Nobody else may connect. Passwords come
# from files; none stands in a command line or in the log.
set -eu

for name in participation ledger reporting; do
    psql -XAtq -v ON_ERROR_STOP=1 -v name="$name" -v owner="${name}_owner" \
        --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-postgres}" <<SQL
SET log_min_error_statement = 'panic';
SET log_statement = 'none';
\\set password \`cat /run/secrets/${name}_password\`
\\set owner_password \`cat /run/secrets/${name}_owner_password\`
CREATE ROLE :"owner" LOGIN PASSWORD :'owner_password';
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"owner";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"name" TO :"name";
SQL
done
psql -XAtq -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" \
    --dbname "${POSTGRES_DB:-postgres}" <<SQL
REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC;
SQL
