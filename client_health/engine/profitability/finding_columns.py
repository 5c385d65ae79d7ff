"""The columns of a finding: what it is about, and the records that explain and mend it."""

from odoo.tools import SQL

RECORDS = (
    "project_id",
    "task_id",
    "account_id",
    "employee_id",
    "move_id",
    "general_account_id",
    "partner_id",
    "other_partner_id",
)
COLUMNS = ("kind", "company_id", "date", "amount", "hours", *RECORDS)


def select_records(**columns):
    """Return the expressions of RECORDS: those given, else NULL."""
    return SQL(", ").join(
        SQL(columns[name]) if name in columns else SQL("NULL::int") for name in RECORDS
    )
