# shellcheck shell=bash
# Virtual environments in the cache, one per list of pins and Python.

# Odoo 19 runs on 3.10 to 3.13; our pins begin with 3.11.
find_python() {
    local name
    for name in python3 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
            PYTHON=$(command -v "$name")
            return 0
        fi
    done
    return 1
}

ensure_python() {
    if ! command -v python3 >/dev/null; then
        need_packages "Python" python3 python3-venv
    fi
    find_python || die "No Python 3.11, 3.12 or 3.13 was found; this is $(python3 --version)." \
        "Install one of them, so that python3.13 (or .12, .11) is on the PATH."
    if ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
        need_packages "Python's venv module" "python3-venv"
        "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ||
            die "$PYTHON still can't make virtual environments." "Install the package that holds its venv module, such as $(basename "$PYTHON")-venv."
    fi
}

# make_venv FOLDER LIST: uv, itself pinned, installs the list three times as fast as pip.
make_venv() {
    rm -rf "$1"
    "$PYTHON" -m venv "$1" || return 1
    "$1/bin/python" -m pip install --quiet --no-cache-dir --require-hashes -r "$CLONE/script/requirements-uv.txt" &&
        UV_NO_CACHE=1 "$1/bin/uv" pip install --python "$1/bin/python" --require-hashes -r "$2" ||
        "$1/bin/python" -m pip install --no-cache-dir --require-hashes -r "$2" || return 1
    touch "$1/.complete"
}

# ensure_venv NAME LIST sets VENV.
ensure_venv() {
    local list=$CLONE/script/$2
    VENV=$CACHE/$1/$(hash_of "$("$PYTHON" -c 'import sys; print(sys.version, sys.executable)')$(cat "$list")")
    [ -f "$VENV/.complete" ] || run_step "Installing the Python packages of $2" \
        "Look at the lines above: is the package index that pip uses reachable? Then start again." \
        "$CACHE/log/$1.log" make_venv "$VENV" "$list"
}
