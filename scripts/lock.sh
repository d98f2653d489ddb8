#!/bin/sh
# Resolves requirements-gpu.lock first (RAPIDS is the pickier half), then requirements.lock to the same versions.
set -eu
options="--quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes
    --no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade"
others="--extra scale --extra desk --extra site --extra dev"
uv pip compile $options --extra gpu $others pyproject.toml --output-file requirements-gpu.lock
uv pip compile $options --extra cpu $others --constraint requirements-gpu.lock pyproject.toml \
    --output-file requirements.lock
