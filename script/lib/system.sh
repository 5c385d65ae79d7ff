# shellcheck shell=bash
# Debian packages: the only things that are installed on the machine itself.

# need_packages WHY PACKAGE…: installs them as root, or says how to.
need_packages() {
    local why=$1 command
    shift
    command="apt-get install -y --no-install-recommends $*"
    if ! command -v apt-get >/dev/null; then
        die "$why is missing, and this system has no apt-get." "Install what corresponds to Debian's packages: $*"
    fi
    if [ "$(id -u)" != 0 ]; then
        die "$why is missing." "Run:  sudo $command
            (and sudo apt-get update before it, if apt doesn't know the packages). Then start this script again."
    fi
    say "$why is missing: installing Debian's $* on this machine"
    run_step "Reading Debian's package lists" "Look at the lines above: is the machine online?" \
        "$CACHE/log/apt-update.log" apt-get update
    # shellcheck disable=SC2086
    run_step "Installing $*" "Run it by hand to see more:  $command" \
        "$CACHE/log/apt-install.log" env DEBIAN_FRONTEND=noninteractive $command
}

find_browser() {
    BROWSER=$(command -v google-chrome || command -v chromium || command -v chromium-browser || true)
}

ensure_browser() {
    find_browser
    [ -n "$BROWSER" ] || need_packages "A browser for the tours (Chromium)" chromium fonts-liberation
    find_browser
    [ -n "$BROWSER" ] || die "Chromium still isn't there." "Install Debian's package chromium and look at what it says."
}
