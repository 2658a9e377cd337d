#!/usr/bin/env bash
# Write requirements.lock and requirements-validator.lock with uv ($UV): for Python 3.11 and later on any system, so that
# `.venv/bin/pip install --require-hashes -r requirements.lock` takes the very files that were looked at, or none.
set -euo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."

lock() {
  "${UV:-uv}" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
    --custom-compile-command "make lock" "${@:2}" -o "$1"
}

# The validator asks for other versions, in an environment of its own.
files=()
for file in requirements*.txt; do [ "$file" = requirements-validator.txt ] || files+=("$file"); done
lock requirements.lock "${files[@]}"
lock requirements-validator.lock requirements-validator.txt
