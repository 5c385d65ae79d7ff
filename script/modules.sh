# shellcheck shell=bash disable=SC2034
# The one list of Odoo modules the scripts work with.

# Same as "depends" in client_health/__manifest__.py.
DEPENDS="crm sale_timesheet"

# What the addon reads from when it is there; the tests and the demo want it there.
EXTRA="hr_expense purchase project calendar portal"
