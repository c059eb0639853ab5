#!/bin/sh
# Makes what the stack keeps secret, one file each: make-secrets.sh [DIRECTORY], else ./secrets here.
#
# What is there already stays as it is, so it can be run again after an upgrade. The directory is
# closed to everybody else (0700). Its files can be read by whom they are mounted for: a container
# has another user than you, and sees the file, not the directory.
set -eu

directory=${1:-$(dirname "$0")/secrets}
mkdir -p "$directory"
chmod 0700 "$directory"

random() {
    # 160 bits. The beginning is for Phoenix, which asks for one letter of each kind in a password.
    printf 'Kk1-%s' "$(od -An -N20 -tx1 /dev/urandom | tr -d ' \n')"
}

keep() {
    # The value is given by standard input; a file appears whole or not at all.
    if [ -e "$directory/$1" ]; then
        echo "kept  $directory/$1"
        return
    fi
    cat >"$directory/.$1"
    chmod 0444 "$directory/.$1"
    mv "$directory/.$1" "$directory/$1"
    echo "made  $directory/$1"
}

for name in \
    agents_token watch_token \
    postgres_password phoenix_database_password mlflow_database_password \
    phoenix_secret phoenix_admin_secret phoenix_admin_password \
    mlflow_secret_key mlflow_admin_password; do
    random | keep "$name"
done

# What watch shows to the servers. An account of its own is better: docs/team.md says how.
keep phoenix_api_key <"$directory/phoenix_admin_secret"
keep mlflow_watch_password <"$directory/mlflow_admin_password"
