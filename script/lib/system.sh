# shellcheck shell=bash
# Debian packages: the only things that are installed on the machine itself.

SYSTEM_CERTIFICATES=/etc/ssl/certs/ca-certificates.crt

# need_packages WHY PACKAGE…: installs them as root, or says how to, and then of all at once.
need_packages() {
    local why=$1 command
    shift
    if ! command -v apt-get >/dev/null; then
        die "$why is missing, and this system has no apt-get." "Install what corresponds to Debian's packages: $*"
    fi
    if [ "$(id -u)" != 0 ]; then
        die "$why is missing." "Install what demo, test and lint need, once:
    sudo apt-get update && sudo apt-get install -y --no-install-recommends $(missing_packages)
Then start this script again."
    fi
    command="apt-get install -y --no-install-recommends $*"
    say "$why is missing: installing Debian's $* on this machine"
    run_step "Reading Debian's package lists" "Look at the lines above: is the machine online?" \
        "$CACHE/log/apt-update.log" apt-get update
    # shellcheck disable=SC2086
    run_step "Installing $*" "Run it by hand to see more:  $command" \
        "$CACHE/log/apt-install.log" env DEBIAN_FRONTEND=noninteractive $command
}

# README.rst names them too. Those whose programs aren't there; a Node.js that didn't come from Debian brings its npm.
missing_packages() {
    local missing=()
    find_python && "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3 python3-venv)
    find_browser
    [ -n "$BROWSER" ] || missing+=(chromium fonts-liberation)
    have_node || missing+=(nodejs npm)
    command -v wkhtmltopdf >/dev/null || missing+=(wkhtmltopdf)
    echo "${missing[*]}"
}

# Odoo's PDFs. All else works without it, and says so: no reason to stop.
mention_pdf() {
    command -v wkhtmltopdf >/dev/null ||
        say "No PDF can be made here, as wkhtmltopdf is missing:  sudo apt-get install --no-install-recommends wkhtmltopdf"
}

have_node() { command -v node >/dev/null && command -v npm >/dev/null; }

find_browser() {
    BROWSER=$(command -v google-chrome || command -v chromium || command -v chromium-browser || true)
}

ensure_browser() {
    find_browser
    [ -n "$BROWSER" ] || need_packages "A browser for the tours (Chromium)" chromium fonts-liberation
    find_browser
    [ -n "$BROWSER" ] || die "Chromium still isn't there." "Install Debian's package chromium and look at what it says."
}
