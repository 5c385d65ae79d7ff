"""Bad debts: what of an invoice will never come in, as the bookkeeper enters it."""

from datetime import datetime, time

from odoo.fields import Command

from . import when
from .past import set_created


def build_write_offs(scene):
    """Write a part of the client's last invoice off; the payments then pay the rest of it."""
    for client in scene.stories:
        for write_off in client.write_offs:
            day = when.workdays(scene.today, write_off.month)[9]
            invoices = scene.invoices[client.key].filtered(
                lambda move, day=day: (
                    move.state == "posted"
                    and move.move_type == "out_invoice"
                    and move.invoice_date < day
                )
            )
            if invoices and day > scene.locked_until:
                _write_off(scene, invoices.sorted("invoice_date")[-1], write_off, day)


def _write_off(scene, invoice, write_off, day):
    [receivable] = invoice.line_ids.filtered(
        lambda line: line.account_id.account_type == "asset_receivable"
    )
    entry = scene.env["account.move"].create(
        {
            "move_type": "entry",
            "company_id": scene.company.id,
            "date": day,
            "ref": f"{invoice.name}: {write_off.reason}",
            "line_ids": [
                Command.create(
                    {
                        "name": write_off.reason,
                        "account_id": account.id,
                        "partner_id": invoice.commercial_partner_id.id,
                        "balance": balance,
                    }
                )
                for account, balance in (
                    (scene.account("bad_debts"), write_off.amount),
                    (receivable.account_id, -write_off.amount),
                )
            ],
        }
    )
    entry.action_post()
    set_created(entry, [datetime.combine(day, time(17))])
    credit = entry.line_ids.filtered(lambda line: line.account_id == receivable.account_id)
    (receivable + credit).reconcile()
