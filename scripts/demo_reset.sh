#!/bin/sh
# Throw the demo's database and files away; keys and password stay, so that `make demo` prints the same accounts.
set -eu
cd "$(dirname "$0")/.."
if [ -n "${DATABASE_URL:-}" ]; then
    echo "demo-reset: DATABASE_URL names a database; only the demo's own SQLite file is thrown away" >&2
    exit 1
fi
data=${DATA_DIR:-data}
rm -rf "$data"/db.sqlite3 "$data"/db.sqlite3-wal "$data"/db.sqlite3-shm "$data"/evidence "$data"/cache
echo "The demo college is gone; make demo makes it anew."
