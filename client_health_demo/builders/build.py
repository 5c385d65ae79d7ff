"""Builds the demo agency, chapter by chapter."""

import logging
from datetime import date

from .activities import build_activities
from .agreements import build_agreements
from .bills import build_bills, build_expenses
from .branch import build_branch
from .currencies import build_currencies
from .deals import build_deals
from .deferrals import build_deferrals
from .deposits import build_deposits
from .feedback import build_feedback
from .fit import build_fit
from .health import build_health
from .invoices import build_invoices
from .media import build_media
from .meetings import build_meetings, build_outcomes
from .offboardings import build_offboardings, freeze_decisions
from .orders import build_orders
from .overheads import build_overheads
from .payments import build_payments
from .projects import build_projects, close_projects, hand_over_projects
from .questions import build_questions
from .reboots import build_reboots
from .relationships import build_relationships
from .requests import build_requests
from .results import build_results, build_value_reports
from .scene import Scene
from .talk import build_conversation
from .timesheets import build_timesheets
from .updates import build_updates
from .write_offs import build_write_offs

_logger = logging.getLogger(__name__)

WORK = (build_deals, build_currencies, build_projects, build_orders, build_timesheets)
MONEY = (
    build_deposits,
    build_invoices,
    build_deferrals,
    build_bills,
    build_media,
    build_expenses,
    build_write_offs,
    build_payments,
    build_branch,
)
CARE = (
    hand_over_projects,
    build_overheads,
    build_meetings,
    build_relationships,
    build_outcomes,
    build_activities,
    build_agreements,
    build_fit,
    build_requests,
    build_results,
    build_conversation,
    build_feedback,
    build_updates,
    build_questions,
    build_reboots,
    build_offboardings,
    close_projects,
)


def build(env):
    """Build the stories that are not in the database yet; a second run adds nothing."""
    scene = Scene(env)
    if not scene.stories:
        return
    for chapter in (*WORK, *(MONEY if _has_accounting(scene) else ()), *CARE):
        chapter(scene)
        scene.env.flush_all()
    for company in scene.env["res.company"].search([]):
        scene.env["client.profitability"]._rebuild(company)
    build_value_reports(scene)
    freeze_decisions(scene)
    build_health(scene)


def _has_accounting(scene):
    """Without a chart of accounts the agency has work and no money: better than no demo."""
    company = scene.company
    locks = ("fiscalyear_lock_date", "tax_lock_date", "sale_lock_date", "purchase_lock_date",
             "hard_lock_date")  # fmt: skip
    scene.locked_until = max([date.min, *(company[name] for name in locks if company[name])])
    if not company.chart_template:
        _logger.warning("%s has no chart of accounts: demo without invoices.", company.name)
    return bool(company.chart_template)
