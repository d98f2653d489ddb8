#!/bin/sh
# Resolves requirements-gpu.lock first (RAPIDS is the pickier half), then requirements.lock to the same versions.
set -eu
options="--quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes
    --no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade"
uv pip compile $options --extra gpu --extra dev --extra site pyproject.toml --output-file requirements-gpu.lock
uv pip compile $options --extra cpu --extra dev --extra site --constraint requirements-gpu.lock pyproject.toml \
    --output-file requirements.lock
