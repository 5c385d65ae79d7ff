from datetime import datetime, time, timedelta

from odoo import Command, fields

from ...engine.health import signals
from ..common import ClientHealthCommon


def set_created(records, moment):
    """Say that records were entered at another moment: Odoo always says "now"."""
    records.flush_recordset()
    records.env.cr.execute(
        f'UPDATE "{records._table}" SET create_date = %s WHERE id IN %s', (moment, records._ids)
    )
    records.invalidate_recordset(["create_date"], flush=False)
    return records


class SignalCommon(ClientHealthCommon):
    """Blue Harbour in two companies, with a contact each side may write to, and a stranger.

    The company works Monday to Friday, 8 to 12 and 13 to 17, in UTC. ``today`` is the day on which
    signals are read unless a test says otherwise.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()
        cls.today = cls.now.date()
        cls.calendar = cls._create_calendar("UTC")
        cls.company.resource_calendar_id = cls.calendar
        cls.elena = cls._create_contact("Elena Marsh", cls.client_partner)
        cls.us = cls.owner.partner_id
        cls.project = cls._create_work(cls.client_partner, cls.company)
        cls.task = cls.project.task_ids
        cls.abroad = cls.env["res.company"].create({"name": "Northlight Abroad"})
        cls.abroad.resource_calendar_id.tz = "UTC"
        cls.abroad.client_closing_lag = 0
        cls.env.user.company_ids |= cls.abroad
        cls.owner.company_ids |= cls.abroad
        cls.relationship_abroad = cls._create_relationship(
            cls.client_partner, company_id=cls.abroad.id
        )
        cls.project_abroad = cls._create_work(cls.client_partner, cls.abroad)
        cls.other = cls._create_clients(1)
        set_created(cls.task | cls.project_abroad.task_ids, cls._ago(days=900))

    @classmethod
    def _create_calendar(cls, tz):
        return cls.env["resource.calendar"].create(
            {
                "name": "Office hours",
                "tz": tz,
                "attendance_ids": [
                    Command.create(
                        {
                            "name": period,
                            "dayofweek": str(day),
                            "hour_from": start,
                            "hour_to": end,
                            "day_period": period,
                        }
                    )
                    for day in range(5)
                    for period, start, end in (("morning", 8, 12), ("afternoon", 13, 17))
                ],
            }
        )

    @classmethod
    def _create_contact(cls, name, partner):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "parent_id": partner.id,
                "email": f"{name.split()[0].lower()}@blueharbour.example.com",
            }
        )

    @classmethod
    def _create_work(cls, partner, company):
        project = cls.env["project.project"].create(
            {"name": "Website", "partner_id": partner.id, "company_id": company.id}
        )
        cls.env["project.task"].create({"name": "Booking", "project_id": project.id})
        return project

    @classmethod
    def _ago(cls, days=0, hours=0):
        return cls.now - timedelta(days=days, hours=hours)

    @classmethod
    def _say(cls, author, record=None, created=None, to=None, **vals):
        """Put a message on a record; ``created``: when Odoo received it, an hour ago by default."""
        record = cls.task if record is None else record
        created = created or cls._ago(hours=1)
        message = cls.env["mail.message"].create(
            {
                "model": record._name,
                "res_id": record.id,
                "author_id": author.id,
                "email_from": author.email_formatted if author else "nobody@nowhere.example.com",
                "message_type": "email" if author not in (cls.us, cls.env.user.partner_id)
                else "comment",
                "subtype_id": cls.env.ref("mail.mt_comment").id,
                "body": "<p>Hello?</p>",
                "date": created,
                "partner_ids": [Command.set((to or author.browse()).ids)],
                **vals,
            }
        )  # fmt: skip
        return set_created(message, created)

    @classmethod
    def _log(cls, kind, created=None, relationship=None, **vals):
        """Write down a feedback, on the day on which it was said."""
        created = created or cls._ago(hours=1)
        feedback = cls.env["client.feedback"].create(
            {
                "relationship_id": (relationship or cls.relationship).id,
                "kind": kind,
                "text": "As they said it",
                "date": created,
                **vals,
            }
        )
        return set_created(feedback, created)

    def _read(self, code, relationship=None, as_of=None):
        """Return the reading of one relationship, or None when nothing is said about it."""
        relationship = relationship or self.relationship
        readings, errors = signals.read(self.env, relationship, as_of or self.today, [code])
        self.assertFalse(errors)
        return readings[relationship.id].get(code)

    def _value(self, code, relationship=None, as_of=None):
        reading = self._read(code, relationship, as_of)
        return reading and reading.value

    @classmethod
    def _noon(cls, days=0):
        """Return noon of a day that many days ago."""
        return datetime.combine(cls.today - timedelta(days=days), time(12))
