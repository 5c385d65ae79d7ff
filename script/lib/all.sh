# shellcheck shell=bash
# What every script begins with:  . "$(dirname "$(readlink -f "$0")")/lib/all.sh"
LIB=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=script/lib/common.sh
. "$LIB/common.sh"
# shellcheck source=script/lib/system.sh
. "$LIB/system.sh"
# shellcheck source=script/lib/odoo.sh
. "$LIB/odoo.sh"
# shellcheck source=script/lib/python.sh
. "$LIB/python.sh"
# shellcheck source=script/lib/node.sh
. "$LIB/node.sh"
# shellcheck source=script/lib/postgres.sh
. "$LIB/postgres.sh"
# shellcheck source=script/lib/database.sh
. "$LIB/database.sh"
