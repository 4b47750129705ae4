#!/bin/sh
# What this project uses of the official mariadb image: MARIADB_* variables, or MYSQL_* ones of the same
# meaning, that make the accounts of a server without any. Its empty databases are in the image.
set -eu

variable() {
  eval "printf '%s' \"\${MARIADB_$1:-\${MYSQL_$1:-}}\""
}

quoted() {
  printf "'%s'" "$(printf '%s' "$1" | sed "s/[\\\\']/\\\\&/g")"
}

root_password=$(variable ROOT_PASSWORD)
if [ -n "$(variable RANDOM_ROOT_PASSWORD)" ]; then
  root_password=$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')
  echo "GENERATED ROOT PASSWORD: $root_password"
elif [ -z "$root_password" ] && [ -z "${MARIADB_ALLOW_EMPTY_ROOT_PASSWORD:-${MYSQL_ALLOW_EMPTY_PASSWORD:-}}" ]; then
  echo "Database is uninitialized and password option is not specified: you need to specify one of" \
    "MARIADB_ROOT_PASSWORD, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD" >&2
  exit 1
fi
user=$(variable USER)
database=$(variable DATABASE)

umask 077
{
  echo "SET PASSWORD FOR root@localhost = PASSWORD($(quoted "$root_password"));"
  echo "DROP USER root@127.0.0.1, root@'::1';"
  echo "CREATE USER root@'%' IDENTIFIED BY $(quoted "$root_password");"
  echo "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;"
  if [ -n "$database" ]; then
    echo "CREATE DATABASE \`$database\`;"
  fi
  if [ -n "$user" ]; then
    echo "CREATE USER $(quoted "$user")@'%' IDENTIFIED BY $(quoted "$(variable PASSWORD)");"
    if [ -n "$database" ]; then
      echo "GRANT ALL ON \`$database\`.* TO $(quoted "$user")@'%';"
    fi
  fi
} > /tmp/accounts.sql

program=$1
shift
exec "$program" --no-defaults --user=root --datadir=/var/lib/mysql --socket=/run/mysqld.sock \
  --innodb-log-file-size=4M --skip-name-resolve --init-file=/tmp/accounts.sql "$@"
