"""Customer invoices and credit notes: true documents, posted, on the accounts of the projects."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from odoo.fields import Command

from ..stories import CLIENTS
from ..stories.kinds import FEE, HOURS, MILESTONES, YEARLY
from . import when
from .past import set_columns, set_created
from .projects import at_hour
from .scene import AHEAD
from .timesheets import get_billable_hours


class Document(NamedTuple):
    """A document to make: ``lines`` are values of its lines, ``hours`` the timesheets it bills."""

    client: object
    day: object
    lines: list
    kind: str = "out_invoice"
    draft: bool = False
    hours: object = None
    ref: str = ""


def build_invoices(scene):
    """Make and post all documents, oldest first, so that their numbers follow the calendar."""
    documents = [
        document
        for client, number, project in scene.each_project()
        for document in _get_documents(scene, client, number, project)
    ]
    for client in scene.stories:
        documents += [*_get_credits(scene, client), *_get_media(scene, client)]
    documents = sorted(
        (document for document in documents if document.day > scene.locked_until),
        key=lambda document: (document.day, document.client.key),
    )
    moves = scene.env["account.move"].create(
        [_prepare_move(scene, document) for document in documents]
    )
    posted = moves.browse(
        move.id for move, document in zip(moves, documents, strict=True) if not document.draft
    )
    posted.action_post()
    set_created(moves, [datetime.combine(document.day, time(17)) for document in documents])
    _link_hours(zip(moves, documents, strict=True))
    scene.invoices = {client.key: moves.browse() for client in scene.stories}
    for move, document in zip(moves, documents, strict=True):
        scene.invoices[document.client.key] += move


def build_deposits(scene):
    """Invoice the down payments of the orders and post them; keep their order lines."""
    scene.deposits = {}
    scene.deposit_moves = {}
    for client, number, project in scene.each_project():
        day = scene.start_of(client, project) + timedelta(days=1)
        if not project.deposit or day <= scene.locked_until:
            continue
        order = scene.sale_lines[client.key, number].order_id
        wizard = scene.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids
        )
        wizard.create(
            {"advance_payment_method": "percentage", "amount": project.deposit}
        ).create_invoices()
        move = order.invoice_ids
        move.write({"invoice_date": day, "date": day, "invoice_date_due": day + timedelta(days=14)})
        move.action_post()
        set_created(move, at_hour(day))
        scene.deposits[client.key, number] = order.order_line.filtered(
            lambda line: line.is_downpayment and not line.display_type
        )
        scene.deposit_moves[client.key] = move


def _get_documents(scene, client, number, project):
    makers = {
        HOURS: _get_hour_documents,
        FEE: _get_fee_documents,
        MILESTONES: _get_milestones,
        YEARLY: _get_yearly_documents,
    }
    maker = makers.get(project.billing)
    yield from maker(scene, client, number, project) if maker else ()


def _get_hour_documents(scene, client, number, project):
    line = scene.sale_lines[client.key, number]
    found = get_billable_hours(
        scene, (client.key, number), lambda day: when.months_between(scene.today, day)
    )
    for month, (total, records) in found.items():
        if not month or (month == 1 and project.last_month == "open"):
            continue
        name = f"{project.label}, {when.month_start(scene.today, month):%B %Y}: {total:g} hours"
        lines = [_prepare_line(line, name, total, project.price, _get_discount(project, month))]
        yield Document(
            client,
            when.last_workday(scene.today, month),
            lines + _get_hosting(scene, client, number, project, month),
            draft=month == 1 and project.last_month == "draft",
            hours=records,
        )


def _get_fee_documents(scene, client, number, project):
    line = scene.sale_lines[client.key, number]
    for month in range(project.start, max(project.end, 1) - 1, -1):
        name = f"{project.label}, {when.month_start(scene.today, month):%B %Y}"
        yield Document(
            _get_payer(client, project, month),
            when.last_workday(scene.today, month),
            [_prepare_line(line, name, 1, project.price)],
        )


def _get_payer(client, project, month):
    """Return whose project it was in a month: a project can change hands."""
    for key, since in project.handed_to.items():
        if month <= since:
            return next(other for other in CLIENTS if other.key == key)
    return client


def _get_yearly_documents(scene, client, number, project):
    """One invoice a year, on the first working day of the first month that it pays for."""
    line = scene.sale_lines[client.key, number]
    for month in get_years(project):
        lines = [_prepare_line(line, project.label, 1, project.price)]
        yield Document(client, when.workdays(scene.today, month)[0], lines)


def get_years(project):
    """Return the first month of each year of a project that is paid a year ahead."""
    return range(project.start, 0, -12)


def _get_milestones(scene, client, number, project):
    """One invoice per milestone that was reached; the first gives the down payment back."""
    line = scene.sale_lines[client.key, number]
    back = scene.deposits.get((client.key, number))
    reached = [milestone for milestone in project.milestones if milestone.reached is not None]
    for milestone in sorted(reached, key=lambda milestone: -milestone.reached):
        name = f"{project.label}: {milestone.name} ({milestone.percent} %)"
        lines = [_prepare_line(line, name, milestone.percent / 100, project.price)]
        if back:
            lines.append(back._prepare_invoice_line(quantity=-1.0))
            back = None
        yield Document(client, scene.day(milestone.reached - 1), lines)


def _get_hosting(scene, client, number, project, month):
    """Return the yearly line for hosting: no project, so no analytic account."""
    if number or not client.hosting or month == project.start or (project.start - 1 - month) % 12:
        return []
    return [
        {
            "product_id": scene.ref("product_hosting").id,
            "quantity": 1,
            "price_unit": client.hosting,
            "analytic_distribution": False,
        }
    ]


def _get_discount(project, month):
    """Return the discount in percent that was last agreed before a month."""
    agreed = reversed(project.discounts.items())
    return next((percent for since, percent in agreed if month <= since), 0)


def _get_credits(scene, client):
    for credit in client.credits:
        line = scene.sale_lines[client.key, credit.project]
        values = _prepare_line(line, credit.reason, 1, credit.amount)
        del values["sale_line_ids"]
        day = when.workdays(scene.today, credit.month)[12]
        yield Document(client, day, [values], kind="out_refund", ref=credit.reason)


def _get_media(scene, client):
    """Media spend on a clearing account, as the bill said, and our fee for buying it."""
    for media in client.media:
        line = scene.sale_lines[client.key, media.project]
        for month in media.months:
            fee = _prepare_line(line, f"{media.label}: our fee", 1, media.fee)
            del fee["sale_line_ids"]
            spend = {
                **fee,
                "product_id": False,
                "name": f"{media.label}: media, at cost",
                "price_unit": media.spend,
                "account_id": scene.account("media").id,
                "tax_ids": [Command.clear()],
            }
            yield Document(client, when.last_workday(scene.today, month), [spend, fee])


def _prepare_line(sale_line, name, quantity, price, discount=0):
    return {
        "product_id": sale_line.product_id.id,
        "name": name,
        "quantity": quantity,
        "price_unit": price,
        "discount": discount,
        "sale_line_ids": [Command.link(sale_line.id)],
        "analytic_distribution": sale_line.analytic_distribution,
    }


def _prepare_move(scene, document):
    term = scene.env.ref("account.account_payment_term_30days", raise_if_not_found=False)
    client = document.client
    values = scene.prepare_move(
        document.kind,
        document.day,
        scene.client(client.key),
        document.lines,
        invoice_user_id=scene.user(client.owner).id,
        ref=document.ref or False,
    )
    if document.kind == "out_refund":
        values["invoice_date_due"] = document.day
    elif document.day + timedelta(days=30) >= scene.today:
        # nobody has paid it yet, and it does not turn overdue by itself
        values["invoice_date_due"] = document.day + timedelta(days=30 + AHEAD)
    elif term:
        values["invoice_payment_term_id"] = term.id
    else:
        values["invoice_date_due"] = document.day + timedelta(days=30)
    if client.currency:
        values["currency_id"] = scene.pricelists[client.currency].currency_id.id
    return values


def _link_hours(pairs):
    """Say of each hour which invoice billed it.

    By SQL: Odoo only sets it when the invoice is made from the order, one order at a time.
    """
    for move, document in pairs:
        if document.hours:
            set_columns(document.hours, {"timesheet_invoice_id": [move.id] * len(document.hours)})
