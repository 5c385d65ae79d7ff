"""Payments: when each client pays, and that we pay our suppliers."""

import random
from datetime import datetime, time, timedelta

from . import when
from .past import set_created
from .projects import at_hour

SUPPLIERS_LATE = (-8, 4)


def build_payments(scene):
    """Register what was paid until today and match it with its documents, in one go."""
    scene.journal = scene.env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", scene.company.id)], limit=1
    )
    if not scene.journal:
        return
    _use_credits(scene)
    due = [
        (move, day)
        for move, day in [*_get_customer_days(scene), *_get_supplier_days(scene)]
        if day < scene.today and move.amount_residual > 0
    ]
    due.sort(key=lambda pair: pair[1])
    payments = scene.env["account.payment"].create(
        [_prepare_payment(scene, move, day) for move, day in due]
    )
    payments.action_post()
    set_created(payments, [datetime.combine(day, time(8)) for _move, day in due])
    _match(scene, zip([move for move, _day in due], payments.move_id, strict=True))


def _match(scene, pairs):
    """Reconcile the receivable or payable lines of each pair of entries, when both were there."""
    plan = [_get_open_lines(*pair) for pair in pairs]
    scene.env["account.move.line"]._reconcile_plan(plan)
    lines = scene.env["account.move.line"].union(*plan)
    matched = lines.matched_debit_ids | lines.matched_credit_ids
    set_created(matched, [at_hour(match.max_date) for match in matched])


def _get_open_lines(*moves):
    lines = moves[0].line_ids.union(*[move.line_ids for move in moves])
    return lines.filtered(
        lambda line: line.account_id.account_type in ("asset_receivable", "liability_payable")
    )


def _use_credits(scene):
    """Set each credit note off against the invoice that came after it."""
    pairs = []
    for moves in scene.invoices.values():
        posted = moves.filtered(lambda move: move.state == "posted").sorted("invoice_date")
        for note in posted.filtered(lambda move: move.move_type == "out_refund"):
            later = posted.filtered(
                lambda move, note=note: (
                    move.move_type == "out_invoice" and move.invoice_date > note.invoice_date
                )
            )
            if later:
                pairs.append((later[0], note))
    _match(scene, pairs)


def _get_customer_days(scene):
    """Yield (invoice, day of its payment) as the client's habit says."""
    for client in scene.stories:
        moves = scene.invoices[client.key] + scene.deposit_moves.get(
            client.key, scene.invoices[client.key].browse()
        )
        first, last = client.pays_late
        oldest = max(project.start for project in client.projects)
        rng = random.Random(client.key)
        for move in moves.sorted("invoice_date"):
            if move.state != "posted" or move.move_type != "out_invoice":
                continue
            month = when.months_between(scene.today, move.invoice_date)
            share = (oldest - month) / max(1, oldest - 1)
            late = first + (last - first) * share**1.5 if share > 0 else first
            yield move, _next_workday(move.invoice_date_due, late + rng.randint(-1, 1))


def _get_supplier_days(scene):
    rng = random.Random("suppliers")
    for move in scene.bills:
        yield move, _next_workday(move.invoice_date_due, rng.randint(*SUPPLIERS_LATE))


def _next_workday(day, days):
    day += timedelta(days=round(days))
    while not when.is_workday(day):
        day += timedelta(days=1)
    return day


def _prepare_payment(scene, move, day):
    customer = move.move_type == "out_invoice"
    return {
        "payment_type": "inbound" if customer else "outbound",
        "partner_type": "customer" if customer else "supplier",
        "partner_id": move.commercial_partner_id.id,
        "amount": move.amount_residual,
        "currency_id": move.currency_id.id,
        "date": day,
        "journal_id": scene.journal.id,
        "memo": move.name if customer else move.ref,
    }
