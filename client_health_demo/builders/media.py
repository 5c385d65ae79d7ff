"""Advertising that is bought for a client and passed on as it is: neither income nor our cost."""

from datetime import datetime, time, timedelta

from odoo.fields import Command

from . import when
from .past import set_created


def build_media(scene):
    """Post the bills of the media that ``invoices.py`` passes on, on the same clearing account."""
    scene.company.client_pass_through_account_ids |= scene.account("media")
    rows = sorted(
        (
            (when.workdays(scene.today, month)[11], client, media)
            for client in scene.stories
            for media in client.media
            for month in media.months
        ),
        key=lambda row: row[0],
    )
    rows = [row for row in rows if row[0] > scene.locked_until]
    bills = scene.env["account.move"].create([_prepare_bill(scene, *row) for row in rows])
    bills.action_post()
    set_created(bills, [datetime.combine(day, time(11)) for day, *_rest in rows])
    scene.bills += bills


def _prepare_bill(scene, day, client, media):
    project = scene.projects[client.key, media.project]
    return {
        "move_type": "in_invoice",
        "partner_id": scene.ref(f"vendor_{media.vendor}").id,
        "company_id": scene.company.id,
        "invoice_date": day,
        "date": day,
        "invoice_date_due": day + timedelta(days=30),
        "ref": f"{media.vendor[:3].upper()}-{day:%y%m}",
        "invoice_line_ids": [
            Command.create(
                {
                    "name": f"{media.label}: media",
                    "quantity": 1,
                    "price_unit": media.spend,
                    "account_id": scene.account("media").id,
                    "tax_ids": [Command.clear()],
                    "analytic_distribution": {str(project.account_id.id): 100},
                }
            )
        ],
    }
