#!/bin/sh
# Makes the environment .venv in this folder, once, then opens JupyterLab, or runs what is named:
#   sh start.sh
#   sh start.sh anomaly-labs progress
# PYTHON=/path/to/python3 names the Python to take.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
pythons="@PYTHONS@"
venv=$here/.venv
python=$venv/bin/python
state=$(cat "$here/requirements.lock" "$here"/*.whl | cksum | cut -d ' ' -f 1)

find_python() {
    if [ -n "${PYTHON:-}" ]; then set -- "$PYTHON"; else set -- $(printf 'python%s ' $pythons) python3 python; fi
    for candidate; do
        version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
        case " $pythons " in *" $version "*) echo "$candidate"; return ;; esac
    done
    echo "No Python of version $pythons found${PYTHON:+ at PYTHON=$PYTHON}. Install one, or name it: PYTHON=/path/to/python3 sh start.sh" >&2
    return 1
}

set_up() {
    found=$(find_python)
    echo "Setting up .venv with $("$found" --version); once, 1 to 5 minutes ..."
    rm -rf "$venv"
    if ! "$found" -m venv "$venv"; then
        echo "This Python makes no environments. On Debian or Ubuntu: sudo apt-get install python3-venv" >&2
        exit 1
    fi
    set -- --no-index --find-links "$here/wheels"
    [ -d "$here/wheels" ] || set --
    export PIP_DISABLE_PIP_VERSION_CHECK=1
    "$python" -m pip install -qq --no-deps --require-hashes "$@" --requirement "$here/requirements.lock"
    "$python" -m pip install -qq --no-deps --no-index "$here"/anomaly_labs-*.whl
    echo "$state" >"$venv/ready"
}

unset PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME
[ "$(cat "$venv/ready" 2>/dev/null)" = "$state" ] || set_up
export ANOMALY_LABS_DATA="${ANOMALY_LABS_DATA:-$here/data}"
@PATHS@export PATH="$venv/bin:$PATH"
# JupyterLab without the panels of those who make courses, and without news
for found in "$venv"/lib/python3*/site-packages/anomaly_labs/jupyter; do
    export JUPYTER_CONFIG_PATH="$found${JUPYTER_CONFIG_PATH:+:$JUPYTER_CONFIG_PATH}"
done
if [ $# -gt 0 ]; then exec "$@"; fi
cd "$here"
exec "$python" -m jupyterlab
