from datetime import timedelta

from odoo import Command, fields

from ..profitability.common_money import MoneyCommon, month_ago


class OffboardingCommon(MoneyCommon):
    """The client costs more than it brings in: 2,000 of revenue, 100 hours at 40 an hour.

    The other client brings in 9,000 for 20 hours, and came through the first. Nothing is open:
    no task, no order, no draft.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.relationship = cls._create_relationship(cls.client, cls.owner, date_start=month_ago(30))
        cls.other_relationship = cls._create_relationship(
            cls.other_client, cls.owner, referred_by_id=cls.client.id
        )
        cls.other_project = cls._create_project("Shop", cls.other_client)
        for month, amount, hours in ((2, 1500, 60), (3, 500, 40)):
            cls._invoice(cls.client, [(amount, {cls.project: 100})], month_ago(month))
            cls._spend(cls.project, hours, month_ago(month))
        cls._invoice(cls.other_client, [(9000, {cls.other_project: 100})], month_ago(2))
        cls._spend(cls.other_project, 20, month_ago(2))
        cls.Ledger._rebuild(cls.company)
        cls.elena = cls.env["res.partner"].create(
            {
                "name": "Elena Marsh",
                "parent_id": cls.client.id,
                "email": "elena@blueharbour.example.com",
            }
        )
        cls.now = fields.Datetime.now()

    @classmethod
    def _offboard(cls, user=None):
        cls._move(cls.relationship, "offboard", user=user or cls.manager)
        return cls.relationship.offboarding_ids.filtered(lambda one: one.state == "open")

    @classmethod
    def _meet(cls, guests=None, hours=-2):
        start = cls.now + timedelta(hours=hours)
        return cls.env["calendar.event"].create(
            {
                "name": "End of our cooperation",
                "start": start,
                "stop": start + timedelta(hours=1),
                "partner_ids": [Command.set((guests or cls.elena).ids)],
            }
        )

    @classmethod
    def _complete(cls, offboarding):
        """Do everything, each thing where it is done."""
        offboarding.event_id = cls._meet()
        cls.project.active = False
        for line in offboarding.line_ids.filtered(lambda line: line.kind == "access"):
            line.with_user(cls.owner).action_done()
        cls._thank(offboarding)
        cls._give_notice(offboarding)
        offboarding.invalidate_recordset()

    @classmethod
    def _give_notice(cls, offboarding):
        reason = cls.env["client.offboarding.reason"].create({"name": "Price"})
        today = fields.Date.today()
        offboarding.write({"reason_ids": reason.ids, "notice_date": today, "last_day": today})

    @classmethod
    def _thank(cls, offboarding, user=None):
        action = offboarding.with_user(user or cls.owner).action_write_farewell()
        update = cls.env["client.update"].with_user(user or cls.owner).browse(action["res_id"])
        update.body = "<p>Dear Elena, thank you for everything.</p>"
        update.action_send()
        return update
