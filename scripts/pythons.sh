#!/bin/sh
# Prints the Pythons of this machine that the project runs on, one a line: version, space, path. Those on PATH come first,
# then pyenv's; each the newest first. Given $1, only what starts as $1.
set -u

# of a virtual environment, which is about to be deleted maybe, the Python that it was made with
ask='import os, sys
version = "%d.%d" % sys.version_info[:2]
if (3, 11) <= sys.version_info[:2] <= (3, 13):
    print(version, os.path.join(sys.base_prefix, "bin", "python" + version))'

if [ $# = 0 ]; then
    set -- python3.13 python3.12 python3.11 python3 python
    for version in 3.13 3.12 3.11; do
        set -- "$@" "${PYENV_ROOT:-${HOME:-}/.pyenv}/versions/$version".*/bin/python
    done
fi
for python; do
    "$python" -c "$ask" 2>/dev/null
done
true
