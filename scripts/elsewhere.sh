#!/bin/sh
# Runs the quick tests on the Pythons 3.11 to 3.13 that this machine has beside the interpreter $1: on `all` of them, or on
# the `next`, which is another one with each commit. Each has its environment in build/. Says which are missing.
set -eu
mine=$(sh scripts/pythons.sh "$1" | cut -d ' ' -f 1) which=$2

have=$(sh scripts/pythons.sh)
set --
for version in 3.11 3.12 3.13; do
    if [ "$version" = "$mine" ]; then continue; fi
    python=$(echo "$have" | sed -n "/^$version /{s///p;q}")
    if [ -n "$python" ]; then set -- "$@" "$python"; else
        echo "Python $version is missing, on PATH and in pyenv's folder: no tests run on it here."
    fi
done
if [ "$which" = next ] && [ $# -gt 1 ]; then
    shift $(($(git rev-list --count HEAD 2>/dev/null || echo 0) % $#))
    set -- "$1"
fi

failed=
for python; do
    version=${python##*/python}
    echo "The quick tests on Python $version:"
    make --no-print-directory test-quick VENV="build/python-$version" PYTHON="$python" || failed="$failed $version"
done
if [ -n "$failed" ]; then
    echo "The quick tests failed on Python$failed." >&2
    exit 1
fi
