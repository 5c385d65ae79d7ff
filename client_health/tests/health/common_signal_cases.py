from datetime import date, datetime, time, timedelta

from odoo import Command
from odoo.tools import SQL

from .common_signals import SignalCommon, set_created

TOUGH = "client_health.mail_activity_type_tough_conversation"


class SignalCases(SignalCommon):
    """Records of all kinds for any client, in the company or abroad, at any moment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.far_colleague = cls._create_user("far", "client_health.group_client_user")
        cls.far_colleague.write(
            {"company_ids": [Command.set(cls.abroad.ids)], "company_id": cls.abroad.id}
        )
        cls.paid = {cls.company: cls._pay_in_time(cls.company)}

    @classmethod
    def _pay_in_time(cls, company):
        """Three invoices, paid on the day on which they were due, long ago."""
        partner = cls.env["res.partner"].create({"name": "Prompt Payers", "is_company": True})
        relationship = cls._create_relationship(
            partner, cls._get_colleague(company), company_id=company.id
        )
        day = date(2024, 6, 3)
        invoices = cls.env["account.move"].union(
            *(cls._invoice(relationship, day, date_due=day) for _number in range(3))
        )
        journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
        )
        register = cls.env["account.payment.register"].with_company(company)
        payments = register.with_context(
            active_model="account.move", active_ids=invoices.ids
        ).create({"payment_date": day, "journal_id": journal.id, "group_payment": True})
        moves = payments._create_payments().move_id
        matched = invoices.line_ids.matched_credit_ids
        for records in (invoices, moves, matched):
            set_created(records, datetime.combine(day, time(1)))
        return invoices

    @classmethod
    def _get_colleague(cls, company):
        return cls.owner if company == cls.company else cls.far_colleague

    @classmethod
    def _set(cls, records, **vals):
        """Write what no form would let pass."""
        records.flush_recordset()
        for name, value in vals.items():
            cls.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE id IN %s",
                    SQL.identifier(records._table),
                    SQL.identifier(name),
                    value,
                    records._ids,
                )
            )
        records.invalidate_recordset(flush=False)
        return records

    # records of a client

    @classmethod
    def _get_contact(cls, relationship):
        return relationship.partner_id.child_ids[:1] or cls._create_contact(
            "Vera Stone", relationship.partner_id
        )

    @classmethod
    def _start_task(cls, relationship, **vals):
        """Return an old task in the client's project."""
        partner, company = relationship.partner_id, relationship.company_id
        project = cls.env["project.project"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", company.id)], limit=1
        )
        if project:
            task = project.task_ids.create({"name": "Booking", "project_id": project.id})
        else:
            task = cls._create_work(partner, company).task_ids
        task.write(vals)
        return set_created(task, datetime(2024, 1, 1))

    @classmethod
    def _hear(cls, relationship, moment, task=None, author=None, **vals):
        """The client writes."""
        author = cls._get_contact(relationship) if author is None else author
        return cls._say(author, task or cls._start_task(relationship), moment, **vals)

    @classmethod
    def _write(cls, relationship, moment, task=None, **vals):
        """We write to the client."""
        us = cls._get_colleague(relationship.company_id).partner_id
        vals = {"to": cls._get_contact(relationship), "message_type": "comment", **vals}
        return cls._say(us, task or cls._start_task(relationship), moment, **vals)

    @classmethod
    def _question(cls, relationship, moment, answered=None):
        """We ask a contact how our work is going."""
        # sudo: no user makes one
        asked = (
            cls.env["client.feedback.request"]
            .sudo()
            .create(
                {
                    "relationship_id": relationship.id,
                    "contact_id": cls._get_contact(relationship).id,
                    "scale": "numbers",
                    "sent_date": moment,
                    "answered_date": answered,
                    "grade": 8,
                    "state": "answered" if answered else "waiting",
                }
            )
        )
        return set_created(asked, moment)

    def _meet(self, relationship, moment, **vals):
        colleague = self._get_colleague(relationship.company_id)
        partners = self._get_contact(relationship) | colleague.partner_id
        event = (
            self.env["calendar.event"]
            .with_context(no_mail_to_attendees=True)
            .create(
                {
                    "name": "Review",
                    "start": moment - timedelta(minutes=5),
                    "stop": moment,
                    "user_id": colleague.id,
                    "partner_ids": [Command.set(partners.ids)],
                    **vals,
                }
            )
        )
        return set_created(event, moment - timedelta(days=10))

    def _call(self, relationship, moment):
        user = self._get_colleague(relationship.company_id)
        relationship.user_id = user
        activity = relationship.activity_schedule("mail.mail_activity_data_call", user_id=user.id)
        return set_created(activity.with_user(user)._action_done(feedback="Yes")[0], moment)

    @classmethod
    def _agree(cls, relationship, accepted, created=None, **vals):
        """An agreement that was accepted at a moment."""
        agreement = cls.env["client.agreement"].create({"relationship_id": relationship.id})
        # sudo: evidence, which only the methods of the agreement write
        agreement.sudo().write(
            {
                "state": "accepted",
                "proposed_on": accepted,
                "accepted_on": accepted,
                "date_review": date(2999, 1, 1),
                "proposal_end": date(2999, 1, 1),
                **vals,
            }
        )
        return set_created(agreement, created or accepted - timedelta(days=9))

    @classmethod
    def _work(cls, relationship, day, hours=10, created=None, **vals):
        """A timesheet, of work that was our own idea unless ``requested_by`` says otherwise."""
        task = cls._start_task(relationship, requested_by=vals.pop("requested_by", "us"))
        company = relationship.company_id
        employee = cls.env["hr.employee"].create({"name": "Ada", "company_id": company.id})
        line = cls.env["account.analytic.line"].create(
            {
                "name": "Work",
                "project_id": task.project_id.id,
                "task_id": task.id,
                "employee_id": employee.id,
                "unit_amount": hours,
                "date": day,
                **vals,
            }
        )
        return set_created(line, created or datetime.combine(day, time.min) - timedelta(days=9))

    @classmethod
    def _book(cls, relationship, day, **vals):
        """A row of the ledger in the month of a day: 60 percent of margin, 100 an hour."""
        values = {"revenue": 1000, "labour_cost": 400, "hours": 10, **vals}
        return cls.env["client.profitability"].create(
            {
                "company_id": relationship.company_id.id,
                "partner_id": relationship.partner_id.id,
                "relationship_id": relationship.id,
                "date": day.replace(day=1),
                **values,
            }
        )

    @classmethod
    def _invoice(cls, relationship, day, date_due=None, created=None, post=True, **line):
        company = relationship.company_id
        values = {"name": "Work", "price_unit": 100, "tax_ids": [Command.clear()], **line}
        move = (
            cls.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": relationship.partner_id.id,
                    "company_id": company.id,
                    "invoice_date": day,
                    "date": day,
                    "invoice_date_due": date_due or day,
                    "invoice_payment_term_id": False,
                    "invoice_line_ids": [Command.create(values)],
                }
            )
        )
        if post:
            move.action_post()
        return set_created(move, created or datetime.combine(day, time.min) - timedelta(days=9))

    def _owe(self, relationship, due, **vals):
        """An open invoice of a client that uses to pay on the day: the paid ones become its own."""
        paid = self.paid[relationship.company_id]
        client = relationship.partner_id
        self._set(paid, partner_id=client.id, commercial_partner_id=client.id)
        self._set(paid.line_ids, partner_id=client.id)
        return self._invoice(relationship, vals.pop("day", due), date_due=due, **vals)

    @classmethod
    def _judge(cls, relationship, day, created=None, value="4"):
        pulse = cls.env["client.pulse"].create(
            {
                "relationship_id": relationship.id,
                "user_id": cls.owner.id,
                "date": day,
                "value": value,
                "comment": "They said why",
            }
        )
        return set_created(pulse, created or datetime.combine(day, time.min) - timedelta(days=9))

    @classmethod
    def _plan_conversation(cls, relationship, deadline, created=None):
        activity = relationship.activity_schedule(
            TOUGH, date_deadline=deadline, user_id=cls.owner.id
        )
        early = datetime.combine(deadline, time.min) - timedelta(days=9)
        return set_created(activity, created or early)

    @classmethod
    def _promise(cls, relationship, day, sent=None):
        """Promise an update for a day, drafted two days before it."""
        update = cls.env["client.update"].create(
            {
                "relationship_id": relationship.id,
                "kind": "status",
                "name": "How we are getting on",
                "promised_date": day,
            }
        )
        if sent:
            # sudo: evidence, which only the methods of the update write
            update.sudo().write({"state": "sent", "sent_date": sent, "sent_day": sent.date()})
        set_created(update, datetime.combine(day - timedelta(days=2), time(4)))
        return update

    @classmethod
    def _aim(cls, relationship, agreed, created=None, **vals):
        """A goal that is reached in time."""
        goal = cls.env["client.goal"].create(
            {
                "name": "More bookings",
                "relationship_id": relationship.id,
                "date_start": agreed,
                "date_end": agreed + timedelta(days=300),
                "state": "agreed",
                "actual": 120,
                "date_measured": agreed,
                **vals,
            }
        )
        # sudo: evidence, which only the methods of the goal write
        goal.sudo().date_agreed = agreed
        return set_created(goal, created or datetime.combine(agreed, time.min) - timedelta(days=9))

    @classmethod
    def _set_milestone(cls, relationship, deadline, reached=None, created=None):
        milestone = cls.env["project.milestone"].create(
            {
                "name": "Go live",
                "project_id": cls._start_task(relationship).project_id.id,
                "deadline": deadline,
                "is_reached": bool(reached),
            }
        )
        if reached:
            milestone.reached_date = reached
        early = datetime.combine(deadline, time.min) - timedelta(days=30)
        return set_created(milestone, created or early)

    @classmethod
    def _note_issue(cls, relationship, day, closed=None):
        issue = cls.env["client.issue"].create(
            {"name": "Broken promises", "relationship_id": relationship.id, "date": day}
        )
        if closed:
            # sudo: evidence, which only the methods of the issue write
            issue.sudo().write({"state": "closed", "closed_date": closed})
        return set_created(issue, datetime.combine(day, time.min) - timedelta(days=9))

    @classmethod
    def _owe_one(cls, relationship, day, done=None, created=None, **vals):
        """A duty of the client, due on a day; ``done``: the day on which it said that it is."""
        duty = cls.env["client.duty"].create(
            {
                "relationship_id": relationship.id,
                "name": "Photographs",
                "date_deadline": day,
                **vals,
            }
        )
        if done:
            moment = datetime.combine(done, time(12))
            # sudo: evidence, which only the portal and the methods of the duty write
            duty.sudo().write({"state": "done", "done_date": moment})
        return set_created(duty, created or datetime.combine(day, time.min) - timedelta(days=30))
