#!/bin/sh
# Serve the demo college on this machine; run again, it serves what is there.
set -eu
cd "$(dirname "$0")/.."
umask 077
data=${DATA_DIR:-data}
mkdir -p "$data"

# Made once and kept, so that signed-in people and the printed password outlive a restart.
keep() {
    [ -s "$data/$1" ] || .venv/bin/python -c "import secrets; print(secrets.token_urlsafe($2))" >"$data/$1"
    cat "$data/$1"
}

SECRET_KEY=${SECRET_KEY:-$(keep secret_key 50)}
DEMO_PASSWORD=${DEMO_PASSWORD:-$(keep demo_password 9)}
export SECRET_KEY DEMO_PASSWORD

.venv/bin/python manage.py migrate --verbosity 0
.venv/bin/python manage.py seal_trail >/dev/null
.venv/bin/python manage.py load_demo
printf '\nThe demo college is at http://127.0.0.1:%s/ (stop it with Ctrl-C).\n\n' "${PORT:-8000}"
# Large files are prepared beside the site, by a worker that ends with it.
TASK_BACKEND=${TASK_BACKEND:-database}
export TASK_BACKEND
if [ "$TASK_BACKEND" = database ]; then
    .venv/bin/python manage.py take_up_files >/dev/null
    .venv/bin/python manage.py db_worker --no-reload --interval 2 >"$data/worker.log" 2>&1 &
    worker=$!
    (while kill -0 $$ && sleep 1; do :; done; kill "$worker") >/dev/null 2>&1 &
fi
exec .venv/bin/gunicorn pairing_site.wsgi:application \
    --bind "127.0.0.1:${PORT:-8000}" --workers 2 --threads 4 --log-level warning
