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

# Makes uv and pip believe the system's list of certificates, where the user hasn't said
# otherwise: where a proxy signs TLS anew, only that one knows it.
trust_system_certificates() {
    [ -f "$SYSTEM_CERTIFICATES" ] || return 0
    export UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-1}
    "$1" -m pip config list | grep -q '\.cert=' || export PIP_CERT=${PIP_CERT:-$SYSTEM_CERTIFICATES}
}

# make_venv FOLDER LIST: uv, itself pinned, installs the list three times as fast as pip.
make_venv() {
    local folder=$1 list=$2
    rm -rf "$folder"
    "$PYTHON" -m venv "$folder" || return 1
    trust_system_certificates "$folder/bin/python"
    if ! install_by_uv; then
        echo "uv couldn't install the packages (see above); now pip tries."
        "$folder/bin/python" -m pip install --no-cache-dir --require-hashes -r "$list" || return 1
    fi
    touch "$folder/.complete"
}

install_by_uv() {
    "$folder/bin/python" -m pip install --quiet --no-cache-dir --require-hashes -r "$CLONE/script/requirements-uv.txt" &&
        UV_NO_CACHE=1 "$folder/bin/uv" pip install --python "$folder/bin/python" --require-hashes -r "$list"
}

# ensure_venv NAME LIST sets VENV.
ensure_venv() {
    local list=$CLONE/script/$2
    VENV=$CACHE/$1/$(hash_of "$("$PYTHON" -c 'import sys; print(sys.version, sys.executable)')$(cat "$list")")
    [ -f "$VENV/.complete" ] || run_step "Installing the Python packages of $2" \
        "The lines above say why neither uv nor pip could install them. Is the machine online, and its package index reachable? Does a proxy sign TLS anew whose certificate isn't in $SYSTEM_CERTIFICATES? Then start again." \
        "$CACHE/log/$1.log" make_venv "$VENV" "$list"
}

# ensure_addons NAME LIST sets ADDONS: a folder of addons that others publish as Python packages.
# Each comes without what it depends on, as Odoo itself isn't on PyPI.
ensure_addons() {
    local list=$CLONE/script/$2 folder
    folder=$CACHE/addons/$1-$(hash_of "$(cat "$list")")
    ADDONS=$folder/odoo/addons
    [ -f "$folder/.complete" ] || run_step "Fetching the addons of $2" \
        "The lines above say why pip couldn't fetch them. Is the machine online, and its package index reachable? Then start again." \
        "$CACHE/log/addons.log" fetch_addons "$folder" "$list"
}

fetch_addons() {
    rm -rf "$1"
    trust_system_certificates "$VENV/bin/python"
    "$VENV/bin/python" -m pip install --no-deps --no-cache-dir --require-hashes --target "$1" -r "$2" || return 1
    touch "$1/.complete"
}
