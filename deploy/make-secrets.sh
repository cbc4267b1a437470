#!/bin/sh
# Makes the passwords that docker-compose.yml hands to its services. A password that exists is kept.
set -eu

# The files are mounted into containers whose users differ, so each is readable; the directory is not.
directory="$(dirname "$0")/secrets"
chmod 700 "$directory"

for name in postgres_password temporal_db_password cordon_db_password; do
  file="$directory/$name"
  [ -s "$file" ] && continue
  # No newline: some readers take the file as it is. Hexadecimal is safe in every URL and template.
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n' > "$file.new"
  chmod 644 "$file.new"
  mv "$file.new" "$file"
done
