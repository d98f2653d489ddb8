#!/bin/sh
# Makes the virtual environment $1 with exactly the packages of the lock file $2, and this project in editable mode.
# $3 names a Python; empty: the first that scripts/pythons.sh finds. Uses uv where it is installed, else pip.
set -eu
venv=$1 lock=$2 python=${3:-}

found=$(sh scripts/pythons.sh ${python:+"$python"} | sed -n '1s/^[^ ]* //p')
if [ -z "$found" ]; then
    echo "No Python 3.11, 3.12 or 3.13 found${python:+ at PYTHON=$python}. Install one, or name it: make <target> PYTHON=/path/to/python3.12" >&2
    exit 1
fi

if command -v uv >/dev/null 2>&1; then with=uv; else with=pip; fi
echo "Setting up $venv from $lock with $("$found" --version) and $with (once; 1 to 5 minutes, about 2 GB) ..."
rm -rf "$venv"
if [ $with = uv ]; then
    uv venv --quiet --python "$found" "$venv"
    uv pip sync --quiet --python "$venv/bin/python" --require-hashes "$lock"
    uv pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation --editable .
else
    "$found" -m venv "$venv"
    # the lock names every package; without --no-deps, pip 23 looks for extras that it cannot find in it
    "$venv/bin/python" -m pip install -qq --no-deps --require-hashes --requirement "$lock"
    "$venv/bin/python" -m pip install -qq --no-deps --no-build-isolation --editable .
    "$venv/bin/python" -m compileall -q -j 0 "$venv/lib" >/dev/null 2>&1 || true  # some packages ship templates that are not Python
fi
echo "Ready: $venv"
