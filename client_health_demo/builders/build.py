"""Builds the demo agency, chapter by chapter."""

import logging
from datetime import date

from . import (
    agreements,
    bills,
    clients,
    currencies,
    deals,
    entries,
    feedback,
    fit,
    health,
    invoices,
    meetings,
    offboardings,
    orders,
    payments,
    projects,
    questions,
    reboots,
    results,
    signing,
    talk,
    timesheets,
    updates,
)  # fmt: skip
from .scene import Scene

_logger = logging.getLogger(__name__)

WORK = (
    deals.build_deals, currencies.build_currencies, projects.build_projects, orders.build_orders,
    timesheets.build_timesheets,
)  # fmt: skip
MONEY = (
    invoices.build_deposits, invoices.build_invoices, entries.build_deferrals, bills.build_bills,
    bills.build_expenses, entries.build_write_offs, payments.build_payments, entries.build_branch,
)  # fmt: skip
CARE = (
    projects.hand_over_projects, currencies.build_overheads, meetings.build_meetings,
    clients.build_relationships, meetings.build_outcomes, meetings.build_activities,
    agreements.build_agreements, fit.build_fit, projects.build_requests, results.build_results,
    talk.build_conversation, feedback.build_feedback, updates.build_updates,
    questions.build_questions, clients.build_people, reboots.build_reboots,
    offboardings.build_offboardings, projects.close_projects,
)  # fmt: skip


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
    results.build_value_reports(scene)
    offboardings.freeze_decisions(scene)
    signing.sign(scene)
    health.build_health(scene)
    meetings.settle_activities(scene)


def _has_accounting(scene):
    """Without a chart of accounts the agency has work and no money: better than no demo."""
    company = scene.company
    locks = ("fiscalyear_lock_date", "tax_lock_date", "sale_lock_date", "purchase_lock_date",
             "hard_lock_date")  # fmt: skip
    scene.locked_until = max([date.min, *(company[name] for name in locks if company[name])])
    if not company.chart_template:
        _logger.warning("%s has no chart of accounts: demo without invoices.", company.name)
    return bool(company.chart_template)
