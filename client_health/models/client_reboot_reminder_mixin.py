import logging

from odoo import api, fields, models
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

ACTIVITY = "client_health.mail_activity_type_reboot"


class ClientRebootReminderMixin(models.AbstractModel):
    """Reminders of a reboot: halfway to its deadline, at the deadline, and when it can be decided.

    A date per reminder records that it was given, so none is given twice, and a run that was
    interrupted continues where it stopped. A deadline that is put off is reminded of again.
    """

    _name = "client.reboot.reminder.mixin"
    _description = "Reminders of a Reboot"

    date_halfway = fields.Date(compute="_compute_date_halfway", store=True)
    date_reminded_halfway = fields.Date(readonly=True, copy=False)
    date_reminded_deadline = fields.Date(readonly=True, copy=False)
    is_overdue = fields.Boolean(
        string="Past the Deadline", compute="_compute_is_overdue", search="_search_is_overdue"
    )

    @api.depends("date_start", "date_deadline")
    def _compute_date_halfway(self):
        for reboot in self:
            start, end = reboot.date_start, reboot.date_deadline
            reboot.date_halfway = start and end and start + (end - start) / 2

    @api.depends("state", "date_deadline")
    def _compute_is_overdue(self):
        overdue = self.filtered_domain(self._get_overdue_domain())
        overdue.is_overdue = True
        (self - overdue).is_overdue = False

    @api.model
    def _search_is_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        overdue = self._get_overdue_domain()
        return Domain.OR([overdue] * (True in value) + [~overdue] * (False in value))

    @api.model
    def _get_overdue_domain(self):
        today = fields.Date.context_today(self)
        return Domain("state", "in", self._open_states) & Domain("date_deadline", "<", today)

    @api.model
    def _get_reminder_domains(self):
        """Return {field that notes the reminder: domain of the reboots to remind of today}."""
        today = fields.Date.context_today(self)
        live = Domain("state", "in", self._open_states) & Domain(
            "relationship_id.active", "=", True
        )
        ended = Domain("date_deadline", "<=", today)
        never = Domain("date_reminded_deadline", "=", False)
        return {
            "date_reminded_halfway": live
            & ~ended
            & Domain("state", "=", "running")
            & Domain("date_halfway", "<=", today)
            & Domain("date_reminded_halfway", "=", False),
            "date_reminded_deadline": live & ended & never,
        }

    @api.model
    def _cron_follow_reboots(self, batch_size=100):
        """Remind of open reboots, and mark those that wait for a decision; every night."""
        domains = self._get_reminder_domains()
        domain = Domain.OR([*domains.values(), Domain("state", "=", "running")])
        remaining, last_id = self.search_count(domain), 0
        while reboots := self.search(
            Domain("id", ">", last_id) & domain, limit=batch_size, order="id"
        ):
            last_id = reboots[-1].id
            reboots._follow_each(domains)
            remaining -= len(reboots)
            if not self.env["ir.cron"]._commit_progress(len(reboots), remaining=max(remaining, 0)):
                break

    def _follow_each(self, domains):
        """Follow all at once; where one of them fails, the others don't wait for it."""
        try:
            with self.env.cr.savepoint():
                self._follow(domains)
        except Exception:
            if len(self) > 1:
                for reboot in self:
                    reboot._follow_each(domains)
                return
            # it is tried again tomorrow
            _logger.exception("The reboot %s could not be followed", self.id)

    def _follow(self, domains):
        today = fields.Date.context_today(self)
        for fname, domain in domains.items():
            due = self.filtered_domain(domain)
            due._remind(fname)
            due.sudo().write({fname: today})  # sudo: evidence; only our own cron comes here
        self._await_decision()

    def _await_decision(self):
        """Mark those that can be decided: all points are done, or the deadline has passed."""
        today = fields.Date.context_today(self)
        running = self.filtered(lambda reboot: reboot.state == "running")
        complete = running.filtered(lambda reboot: reboot.done_count == 5)
        over = running.filtered(lambda reboot: reboot.date_deadline < today)
        # sudo: evidence; what the records show decides, not the current user
        (complete | over).sudo().write({"state": "awaiting"})
        (complete - over)._remind("complete")

    @api.model
    def _get_reminder_texts(self):
        return {
            "date_reminded_halfway": self.env._("Half of the time for the reboot is over"),
            "date_reminded_deadline": self.env._("The deadline of the reboot has passed: renewed?"),
            "complete": self.env._("All five points of the reboot are done: renewed?"),
            "decide": self.env._("Decide: renewed, or is there nothing left to gain?"),
        }

    def _remind(self, kind, person=None):
        """Give one activity per reboot to ``person``, else to its responsible; batched."""
        # all names at once: each activity notes the name of its record, one by one
        self.mapped("display_name")
        for user, reboots in self.grouped(lambda reboot: reboot._get_reminded(person)).items():
            reminded = reboots.with_context(mail_activity_quick_update=True, lang=user.lang)
            reminded.activity_schedule(
                ACTIVITY, user_id=user.id, summary=reminded._get_reminder_texts()[kind]
            )

    def _get_reminded(self, person=None):
        """Return the first active user of: person, owner of the reboot, of the client, team leader.

        Without any of them, the current user.
        """
        relationship = self.relationship_id
        nobody = self.env["res.users"]
        people = (
            person or nobody,
            self.user_id,
            relationship.user_id,
            relationship.team_id.user_id,
        )
        return next((user for user in people if user.active), self.env.user)
