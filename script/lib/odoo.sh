# shellcheck shell=bash
# Odoo itself: a checkout of the user's own, or Debian's package, unpacked.
# Sets ODOO_HOME (the folder that holds the Python package "odoo"), ODOO_ADDONS
# (a further addons folder, or nothing) and ODOO_ID (what template databases depend on).

ensure_odoo() {
    ODOO_ADDONS=
    if [ -n "${ODOO_SRC:-}" ]; then
        use_checkout
    else
        use_debian_package
    fi
}

use_checkout() {
    [ -f "$ODOO_SRC/odoo/release.py" ] ||
        die "ODOO_SRC=$ODOO_SRC is not an Odoo checkout (no odoo/release.py in it)." "Point it at the folder that holds odoo-bin."
    grep -q 'version_info = (19, 0' "$ODOO_SRC/odoo/release.py" ||
        die "ODOO_SRC=$ODOO_SRC is not Odoo 19.0." "Check out its branch 19.0."
    ODOO_HOME=$(cd "$ODOO_SRC" && pwd -P)
    [ ! -d "$ODOO_HOME/addons" ] || ODOO_ADDONS=$ODOO_HOME/addons
    local head
    head=$(git -C "$ODOO_HOME" rev-parse HEAD 2>/dev/null || cat "$ODOO_HOME/odoo/release.py")
    ODOO_ID="checkout $ODOO_HOME $head"
}

use_debian_package() {
    unpacked_odoo
    if [ -z "$ODOO_HOME" ]; then
        fetch_debian_package
        unpacked_odoo
    fi
    ODOO_ID=$(basename "$ODOO_HOME")
}

# The newest one in the cache; script/clean makes room for a newer one.
unpacked_odoo() {
    mkdir -p "$CACHE/odoo"
    ODOO_HOME=$(find "$CACHE/odoo" -mindepth 2 -maxdepth 2 -name .complete -printf '%h\n' | sort | tail -n 1)
}

# The addresses apt reads from, this release's own first: whichever mirror the
# machine uses has sid too. Works without root, network or package lists.
apt_mirrors() {
    local codename
    codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-sid}")
    apt-get update --print-uris 2>/dev/null | sed -n "s/^'\\([^']*\\)\\/dists\\/\\([^/]*\\)\\/.*/\\2 \\1/p" |
        awk -v own="$codename" '{print ($1 == own ? 0 : 1), $2}' | sort -s -u -k1,1n -k2 | awk '!seen[$2]++ {print $2}'
}

# apt with lists, cache and sources of its own, so that nothing of the machine's
# changes and no root is needed. $1 is its folder.
private_apt() {
    local folder=$1
    shift
    "$1" -o Dir::State="$folder" -o Dir::State::status=/dev/null -o Dir::Cache="$folder/cache" \
        -o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=- \
        -o Acquire::Languages=none -o APT::Sandbox::User="$(id -un)" "${@:2}"
}

fetch_debian_package() {
    local no_apt="Get Odoo 19.0 yourself (a git checkout of its branch 19.0 will do) and start again with ODOO_SRC=/path/to/odoo."
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
        die "This system has no apt, so Debian's odoo-19 can't be had here." "$no_apt"
    rm -rf "$CACHE/tmp/apt"
    mkdir -p "$CACHE/tmp/apt/lists/partial" "$CACHE/tmp/apt/cache/archives/partial"
    at_exit 'rm -rf "$CACHE/tmp/apt"'
    run_step "Downloading Debian's odoo-19 (about 130 MB)" \
        "If the lines above speak of the network or of a mirror, mend that and start again. If apt doesn't offer odoo-19 here (it is in Debian's sid): ${no_apt,}" \
        "$CACHE/log/odoo-download.log" download_debs "$CACHE/tmp/apt"
    run_step "Unpacking Odoo" "Is the disk full? See df -h $CACHE; then start again." \
        "$CACHE/log/odoo-unpack.log" unpack_odoo "$CACHE/tmp/apt"
    rm -rf "$CACHE/tmp/apt"
}

download_debs() {
    local folder=$1 mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg signed=
    [ ! -f "$keyring" ] || signed="[signed-by=$keyring] "
    cd "$folder" || return 1
    while read -r mirror; do
        echo "deb $signed$mirror sid main" >sources.list
        private_apt "$folder" apt-get update || continue
        private_apt "$folder" apt-get download odoo-19 libjs-jquery && return 0
    done < <(apt_mirrors)
    echo "None of the mirrors that this machine's apt uses offers odoo-19."
    return 1
}

# Of Odoo's translations the big European ones stay (de, en, es, fr, nl, pt and their
# regional variants); the others would be 600 MB of 1.2 GB.
DROPPED_TRANSLATIONS=('[!defnp]*.po' 'd[!e]*.po' 'e[!ns]*.po' 'f[!r]*.po' 'n[!l]*.po' 'p[!t]*.po' '??[!_.]*.po')

unpack_odoo() {
    local folder=$1 deb name new web
    deb=$(ls "$folder"/odoo-19_*.deb)
    name=$(basename "$deb" .deb)
    new=$CACHE/odoo/$name
    rm -rf "$new"
    mkdir -p "$new"
    # Only the package "odoo": beside it lies a useless copy of the addons.
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$new" --no-same-owner --no-wildcards-match-slash \
        "${DROPPED_TRANSLATIONS[@]/#/--exclude=}" --strip-components=5 ./usr/lib/python3/dist-packages/odoo || return 1
    web=$new/odoo/addons/web/static
    # What Debian replaced by links into other packages: jQuery comes from its package,
    # the icon font lies beside its link, and nothing loads the rest.
    rm "$web/lib/jquery/jquery.js"
    dpkg-deb --fsys-tarfile "$folder"/libjs-jquery_*.deb |
        tar -xO ./usr/share/javascript/jquery/jquery.js >"$web/lib/jquery/jquery.js" || return 1
    find "$new" -xtype l -delete
    ln -s fontawesome-webfont.woff "$web/src/libs/fontawesome/fonts/fontawesome-webfont.ttf"
    # The blur of video backgrounds, which Debian left out while the backend's bundle
    # still asks for it: an empty file is enough to load every page.
    mkdir -p "$new/odoo/addons/mail/static/lib/selfie_segmentation"
    : >"$new/odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    touch "$new/.complete"
}
