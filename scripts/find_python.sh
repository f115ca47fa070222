#!/bin/sh
# Print the first Python 3.11 or newer that can make a virtual environment.
for name in ${PYTHON:-} python3.11 python3.12 python3.13 python3.14 python3 python; do
    path=$(command -v "$name" 2>/dev/null) || continue
    if "$path" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        printf '%s\n' "$path"
        exit 0
    fi
done
echo "No Python 3.11 or newer with venv was found (Debian: apt-get install python3-venv)." >&2
exit 1
