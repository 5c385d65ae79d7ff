"""Reads working schedules and agreements; returns the team's hours per month, and those agreed."""

from odoo.fields import Domain

from .. import stage_rules

WEEKS_PER_MONTH = 52 / 12
# What counts as agreed: an agreement that is out of date is still worked by until it is replaced.
IN_FORCE = ("accepted", "outdated")


def get_team_hours(env, companies):
    """Return {company id: working hours per month}; a company of which nothing is known is absent.

    The hours are those of the working schedules of the active employees. Employees without a
    schedule are not counted: their hours are unknown.
    """
    rows = env["hr.employee"]._read_group(
        [
            ("company_id", "in", companies.ids),
            ("current_version_id.resource_calendar_id", "!=", False),
        ],
        ["company_id", "current_version_id.resource_calendar_id"],
        ["__count"],
    )
    hours = {}
    for company, calendar, count in rows:
        month = count * calendar.hours_per_week * WEEKS_PER_MONTH
        hours[company.id] = hours.get(company.id, 0) + month
    return {company_id: total for company_id, total in hours.items() if total}


def get_agreed_hours(env, companies):
    """Return {company id: hours per month agreed with the clients it still has}."""
    live = Domain("relationship_id.active", "=", True) & Domain(
        "relationship_id.phase", "!=", stage_rules.ENDED
    )
    # Not linked to a client yet: an opportunity that was not lost (a lost one is archived).
    pending = Domain("relationship_id", "=", False) & Domain("lead_id.active", "=", True)
    rows = env["client.agreement"]._read_group(
        Domain("company_id", "in", companies.ids)
        & Domain("state", "in", IN_FORCE)
        & (live | pending),
        ["company_id"],
        ["hours_month:sum"],
    )
    return {company.id: hours for company, hours in rows}
