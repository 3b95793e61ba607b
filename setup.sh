#!/bin/sh
# Create .venv and install SLQ into it.  Usage: ./setup.sh [dev]
# Uses uv where it can be had, else pip. Building llama.cpp takes about three minutes, once.
set -eu
cd "$(dirname "$0")"
want=${1:-run}
stamp=.venv/.installed-$want

fail() { printf 'setup: %s\n' "$1" >&2; exit 1; }

python=${PYTHON:-python3}
command -v "$python" >/dev/null 2>&1 || fail "Python 3.11 or newer is needed; none found. On Debian: apt-get install python3 python3-venv"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or newer is needed; $("$python" --version) found. Set PYTHON=/path/to/python3"

# An installation for development is one for running too.
if [ "$want" = run ] && [ -f .venv/.installed-dev ]; then stamp=.venv/.installed-dev; fi
if [ -f "$stamp" ] && [ "$stamp" -nt pyproject.toml ] && [ "$stamp" -nt constraints.txt ]; then exit 0; fi

command -v c++ >/dev/null 2>&1 || command -v g++ >/dev/null 2>&1 || command -v clang++ >/dev/null 2>&1 ||
  fail "a C++ compiler is needed to build llama.cpp; none found. On Debian: apt-get install g++"

if [ "$want" = dev ]; then target='.[dev]'; else target=.; fi
[ -x .venv/bin/python ] || "$python" -m venv .venv ||
  fail "python3 -m venv failed. On Debian: apt-get install python3-venv"

with_pip() { .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@"; }
with_uv() { VIRTUAL_ENV=$PWD/.venv "$uv" pip install --quiet "$@"; }

# uv resolves in seconds what takes pip minutes; where it cannot be had or cannot install, pip does it alone.
uv=$(command -v uv || true)
if [ -z "$uv" ] && { [ -x .venv/bin/uv ] || with_pip 'uv>=0.9'; }; then uv=.venv/bin/uv; fi

echo "setup: installing (building llama.cpp takes about three minutes the first time)"
if [ -z "$uv" ] || ! with_uv --constraint constraints.txt --editable "$target"; then
  with_pip --constraint constraints.txt --editable "$target"
fi
touch "$stamp"
echo "setup: done"
