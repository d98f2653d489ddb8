#!/bin/sh
# Puts in place what the tests need of the system: bubblewrap (the grader's sandbox) and Chromium (pages in a browser).
# Does nothing where both are there; installs Debian's packages where it may (root, or sudo without a password); else it
# stops with the one command to type.
set -eu

has() { command -v "$1" >/dev/null 2>&1; }

missing=
has bwrap || missing="bubblewrap"
has chromium || has chromium-browser || missing="${missing:+$missing }chromium"
if [ -z "$missing" ]; then exit 0; fi

if [ "$(uname -s)" != Linux ]; then
    echo "Note: $missing not found. The grader's sandbox is for Linux only (on Windows: WSL); its tests will fail here." >&2
    exit 0
fi
if ! has apt-get; then
    echo "The tests need $missing: install it with your system's package manager, then try again." >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then as_root=; elif has sudo && sudo -n true 2>/dev/null; then as_root="sudo -n"; else
    echo "The tests need $missing. Type this, then try again:" >&2
    echo "    sudo apt-get install --yes --no-install-recommends $missing" >&2
    exit 1
fi

echo "Installing $missing with apt-get (once) ..."
export DEBIAN_FRONTEND=noninteractive
install() { $as_root apt-get install --quiet --yes --no-install-recommends $missing </dev/null; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# the lists of packages may be missing or old on a fresh machine
if ! install >"$log" 2>&1 && ! { $as_root apt-get update --quiet && install; } >"$log" 2>&1; then
    cat "$log" >&2
    echo "apt-get could not install $missing; see above." >&2
    exit 1
fi
