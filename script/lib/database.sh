# shellcheck shell=bash
# Databases. From slow to fast, each copied from the one before:
#   the template   Odoo's modules with demo data; minutes, once per Odoo and server
#   the addon's    plus client_health and the web client's bundles; seconds, once per state of
#                  the addon, for all clones that have that state
#   the story's    plus client_health_demo; once per state of both addons and day
#   a run's own    a copy of one of these two, dropped at the end
# And apart from them the bare template: the addon's dependencies without demo data.

DB_PREFIX=ch_$(hash_of "$CACHE")
CLONE_ID=$(hash_of "$CLONE")

odoo() { "$VENV/bin/python" -m odoo "$@"; }

# Everything a run needs: Odoo, Python, the server, their settings. Call it locked.
ensure_base() {
    ensure_python
    ensure_odoo
    ensure_venv venv requirements.txt
    ensure_postgres
    export PYTHONPATH=$ODOO_HOME
    mkdir -p "$DATA_DIR"
    TEMPLATE_RC=$DATA_DIR/template-$(hash_of "$ODOO_HOME").conf
    write_settings "$TEMPLATE_RC" "$ODOO_ADDONS"
    ODOO_RC=$DATA_DIR/clone-$(hash_of "$CLONE $ODOO_HOME").conf
    export ODOO_RC
    write_settings "$ODOO_RC" "$CLONE${ODOO_ADDONS:+,$ODOO_ADDONS}"
    # For what the scripts start, and what it starts in turn.
    export CLIENT_HEALTH_ODOO="$VENV/bin/python -m odoo" CLIENT_HEALTH_ODOO_RC=$ODOO_RC CLIENT_HEALTH_DATA_DIR=$DATA_DIR
    local key
    key=$(hash_of "$ODOO_ID" "$PG_MAJOR" "$DEPENDS" "$EXTRA")
    TEMPLATE=${DB_PREFIX}_full_$key
    BARE_TEMPLATE=${DB_PREFIX}_bare_$key
}

# write_settings FILE ADDONS-PATH
write_settings() {
    {
        echo "[options]"
        echo "data_dir = $DATA_DIR"
        [ -z "$2" ] || echo "addons_path = $2"
        echo "screenshots = $CLONE/.screenshots"
        echo "http_interface = 127.0.0.1"
        echo "list_db = False"
        echo "max_cron_threads = 0"
        echo "limit_time_real = 1200"
    } >"$1.$$"
    mv "$1.$$" "$1"
}

database_exists() { db exists "$1"; }

# Of before the story was an addon of its own: nothing upgrades it, as there are no migrations
# before the first release.
is_outdated() { db knows "$1" client_health.demo_user_ana; }

copy_database() {
    db copy "$1" "$2"
    rm -rf "$DATA_DIR/filestore/$2"
    mkdir -p "$DATA_DIR/filestore"
    # Files are never changed once stored, so links do.
    [ ! -d "$DATA_DIR/filestore/$1" ] || cp -al "$DATA_DIR/filestore/$1" "$DATA_DIR/filestore/$2"
}

rename_database() {
    rm -rf "$DATA_DIR/filestore/$2"
    [ ! -d "$DATA_DIR/filestore/$1" ] || mv "$DATA_DIR/filestore/$1" "$DATA_DIR/filestore/$2"
    db rename "$1" "$2"
}

drop_database() {
    db drop "$1"
    rm -rf "$DATA_DIR/filestore/$1"
}

comma() { printf '%s' "$*" | tr -s ' ' ','; }

# build_template NAME ODOO-OPTION…: a half-made one keeps another name and goes away.
build_template() {
    local new=$1_new
    drop_database "$new" &&
        ODOO_RC=$TEMPLATE_RC odoo -d "$new" --stop-after-init --no-http "${@:2}" &&
        ODOO_RC=$TEMPLATE_RC build_bundles "$new" &&
        rename_database "$new" "$1"
}

# What the browser loads. Most of it stays the same when the addon is installed.
build_bundles() { odoo shell -d "$1" --no-http --log-level=warn <"$CLONE/script/lib/bundles.py"; }

ensure_template() {
    database_exists "$TEMPLATE" || run_step "Making the database template with Odoo's demo data (about 90 s, once)" \
        "Start again; if it fails at the same place, script/clean and another start fetch everything anew." \
        "$CACHE/log/template.log" build_template "$TEMPLATE" -i "$(comma "$DEPENDS" "$EXTRA")" --with-demo
}

ensure_templates() {
    if ! database_exists "$TEMPLATE" && ! database_exists "$BARE_TEMPLATE"; then
        run_step "Making two database templates, with Odoo's demo data and without (about 2 minutes, once)" \
            "Start again; if it fails at the same place, script/clean and another start fetch everything anew." \
            "$CACHE/log/template.log" build_both_templates
    fi
    ensure_template
    database_exists "$BARE_TEMPLATE" || run_step "Making the database template without demo data (about 50 s, once)" \
        "Start again; if it fails at the same place, script/clean and another start fetch everything anew." \
        "$CACHE/log/bare-template.log" build_bare_template
}

build_bare_template() { build_template "$BARE_TEMPLATE" -i "$(comma "$DEPENDS")"; }

# Loading modules keeps one core busy: two at once use two.
build_both_templates() {
    local bare
    build_bare_template >"$CACHE/log/bare-template.log" 2>&1 &
    bare=$!
    build_template "$TEMPLATE" -i "$(comma "$DEPENDS" "$EXTRA")" --with-demo || return 1
    wait "$bare" || { tail -n 20 "$CACHE/log/bare-template.log"; return 1; }
}

# addon_key ADDON…: what a database with these depends on: all their files but the Python tests.
addon_key() {
    local files
    files=$(cd "$CLONE" && find "$@" -type f -not -path '*/__pycache__/*' -not -path '*/tests/*.py' \
        -exec sha256sum {} + | LC_ALL=C sort -k2)
    hash_of "$TEMPLATE" "$files"
}
story_key() { addon_key client_health client_health_demo; }
# The story ends on the day on which it is installed, so yesterday's is not used again.
story_database() { echo "${DB_PREFIX}_story_$(hash_of "$(story_key)" "$(date -u +%F)")"; }

# Odoo knows a bundle by the times of its files. Of another clone, or after a branch and back, they
# differ: what was built then is built anew, by each test that wants it.
static_times() {
    hash_of "$(cd "$CLONE" && find client_health/static -type f -printf '%p %T@\n' | LC_ALL=C sort)"
}
bundles_mark() { echo "$DATA_DIR/bundles/$1"; }
remember_bundles() {
    mkdir -p "$DATA_DIR/bundles"
    static_times >"$(bundles_mark "$1")"
}
# ensure_bundles COPY DATABASE: builds them in a copy where those of the original are not this clone's.
ensure_bundles() {
    [ "$(cat "$(bundles_mark "$2")" 2>/dev/null)" = "$(static_times)" ] ||
        run_step "Building what the browser loads" "Look at the lines above." "$CACHE/log/bundles.log" build_bundles "$1"
}

# Sets ADDON_DB: the template with client_health installed. Nobody may connect to it.
ensure_addon_database() {
    ensure_template
    ADDON_KEY=$(addon_key client_health)
    ADDON_DB=${DB_PREFIX}_addon_$ADDON_KEY
    ADDON_LOG=$CACHE/log/addon-install-$ADDON_KEY.log
    remember_clone_databases
    ensure_installed client_health "$ADDON_DB" "$TEMPLATE" "$ADDON_LOG" "Installing client_health"
}

# Sets STORY_DB: the addon's with client_health_demo. Nobody may connect to it.
ensure_story_database() {
    ensure_addon_database
    STORY_DB=$(story_database)
    STORY_LOG=$CACHE/log/story-install-${STORY_DB##*_}.log
    ensure_installed client_health_demo "$STORY_DB" "$ADDON_DB" "$STORY_LOG" "Installing client_health_demo, the story"
}

# What this clone uses, so that no other clone drops it.
remember_clone_databases() {
    mkdir -p "$DATA_DIR/clones"
    printf '%s\n%s\n%s\n' "$ADDON_DB" "$(story_database)" "$CLONE" >"$DATA_DIR/clones/$CLONE_ID"
}

# ensure_installed ADDON DATABASE SOURCE LOG TEXT: makes DATABASE, unless it is there, from SOURCE.
ensure_installed() {
    [ -f "$CLONE/$1/__manifest__.py" ] ||
        die "There is no addon in $CLONE/$1." "Is the clone complete? git status tells."
    if ! database_exists "$2" || [ ! -f "$4" ]; then
        drop_unused_addon_databases
        run_step "$5" "Mend what the log says of $1, then start again." "$4" install_addon "$1" "$2" "$3"
        remember_bundles "$2"
    fi
}

# Those of no clone that is still there.
drop_unused_addon_databases() {
    local name addon story folder file used=''
    for file in "$DATA_DIR/clones"/*; do
        { read -r addon && read -r story && read -r folder; } <"$file" || continue
        if [ -d "$folder" ]; then used="$used $addon $story"; else rm -f "$file"; fi
    done
    for name in $(db list "${DB_PREFIX}_addon_") $(db list "${DB_PREFIX}_story_"); do
        case "$used " in *" $name "*) continue ;; esac
        drop_database "$name"
        rm -f "$CACHE/log/addon-install-${name##*_}.log" "$CACHE/log/story-install-${name##*_}.log" \
            "$(bundles_mark "$name")"
    done
}

install_addon() {
    local new=$2_new
    drop_database "$new" &&
        copy_database "$3" "$new" &&
        odoo -d "$new" -i "$1" --stop-after-init --no-http &&
        build_bundles "$new" &&
        rename_database "$new" "$2"
}

# make_run_database NAME SOURCE: a run's own copy, gone at its end. Sets RUN_DB.
make_run_database() {
    RUN_DB=${DB_PREFIX}_$1_$$
    copy_database "$2" "$RUN_DB"
    at_exit_later "drop_database $RUN_DB"
}
