#!/bin/sh
# Fetch the front-end assets that package-lock.json names, with the machine's Node or one from PyPI; --omit leaves
# out what only tests need.
set -eu
cd "$(dirname "$0")/.."

works() {
    command -v npm >/dev/null 2>&1 &&
        node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 18)' >/dev/null 2>&1
}

if ! works; then
    PATH="$PWD/.venv/bin:$PATH"
    works || .venv/bin/python -m pip install --quiet --require-hashes -r requirements/node.txt
fi
npm ci "$@" --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null
