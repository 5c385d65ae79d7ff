# shellcheck shell=bash
# npm's packages, pinned in script/node: prettier and eslint for script/lint, and among the
# devDependencies what a test reads, such as axe-core: in $NODE/node_modules once ensure_node has run.

ensure_node() {
    have_node || need_packages "Node.js, for prettier and eslint," nodejs npm
    local folder=$CLONE/script/node
    NODE=$CACHE/node/$(hash_of "$(node --version)$(cat "$folder"/*)")
    [ -f "$NODE/.complete" ] || run_step "Installing prettier and eslint" \
        "Look at the lines above: does npm reach its registry? Then start again." "$CACHE/log/node.log" install_node "$folder"
}

install_node() {
    rm -rf "$NODE"
    mkdir -p "$NODE"
    # Node.js that isn't Debian's has a list of its own.
    [ ! -f "$SYSTEM_CERTIFICATES" ] || export NODE_EXTRA_CA_CERTS=${NODE_EXTRA_CA_CERTS:-$SYSTEM_CERTIFICATES}
    cp "$1"/* "$NODE"
    (cd "$NODE" && npm ci --ignore-scripts --no-audit --no-fund --cache "$CACHE/tmp/npm") || return 1
    rm -rf "$CACHE/tmp/npm"
    touch "$NODE/.complete"
}
