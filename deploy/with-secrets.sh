#!/bin/sh
# Runs a command that reads secrets from its environment: with-secrets.sh COMMAND ...
#
# Each file that is named like a variable (PHOENIX_SECRET) becomes that variable, for this command
# alone. Containers find theirs in /run/secrets, units of systemd in $CREDENTIALS_DIRECTORY.
set -eu

for file in "${CREDENTIALS_DIRECTORY:-/run/secrets}"/[A-Z]*; do
    [ -e "$file" ] || continue
    value=$(cat "$file")
    if [ -z "$value" ]; then
        echo "with-secrets: $file is empty" >&2
        exit 1
    fi
    export "${file##*/}=$value"
done

exec "$@"
