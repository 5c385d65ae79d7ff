import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

_logger = logging.getLogger(__name__)


class ClientAgreementVersionMixin(models.AbstractModel):
    """How versions of an agreement follow each other: out of date, then replaced."""

    _name = "client.agreement.version.mixin"
    _description = "Versions of a Working Agreement"

    version = fields.Integer(default=1, readonly=True, copy=False, aggregator=None)
    previous_id = fields.Many2one(
        "client.agreement",
        string="Previous Version",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    next_ids = fields.One2many("client.agreement", "previous_id", string="Next Version")
    outdated_on = fields.Date(string="Changed On", readonly=True, copy=False)
    outdated_by_id = fields.Many2one(
        "res.partner",
        string="Changed Expectation Of",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Person whose expectation changed, at the client or on our side.",
    )
    outdated_reason = fields.Text(string="What Changed", readonly=True, copy=False)
    replaced_on = fields.Datetime(readonly=True, copy=False)
    review_reminded_on = fields.Date(
        readonly=True, copy=False, help="Date on which the salesperson was reminded of the review."
    )

    _previous_uniq = models.Constraint("UNIQUE(previous_id)", "There is already a newer version.")

    @api.depends("name", "version")
    def _compute_display_name(self):
        for agreement in self:
            agreement.display_name = self.env._(
                "%(name)s (version %(version)s)",
                name=agreement.name or "",
                version=agreement.version,
            )

    def action_expectation_changed(self):
        """Ask whose expectation changed, and how; see ``_mark_outdated``."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What changed?"),
            "res_model": "client.agreement.change",
            "view_mode": "form",
            "target": "new",
            "context": {"default_agreement_id": self.id},
        }

    def _mark_outdated(self, partner, reason, day, talk_day):
        """Mark as out of date: the expectation of ``partner`` changed. Plan a conversation."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "accepted":
            raise UserError(self.env._("Only an accepted agreement can be marked as out of date."))
        if not (reason or "").strip():
            raise UserError(self.env._("Please enter what changed."))
        if not day or day > fields.Date.context_today(self):
            raise UserError(self.env._("The date of the change cannot be in the future."))
        # sudo: evidence; the user may write the agreement, and the values were checked
        self.sudo().write(
            {
                "state": "outdated",
                "outdated_on": day,
                "outdated_by_id": partner.id,
                "outdated_reason": reason.strip(),
            }
        )
        self._schedule_on_holder(
            "client_health.mail_activity_type_agreement_talk",
            date_deadline=talk_day,
            note=plaintext2html(f"{partner.name}: {reason.strip()}"),
        )
        self._get_holder()._on_expectation_changed()

    def action_renew(self):
        """Open the next version: the one that is being written, or a new draft."""
        self.ensure_one()
        successor = self.next_ids or self._create_successor()
        return successor._get_form_action()

    def _create_successor(self):
        """Return a draft that says the same and will replace this version once accepted."""
        self.check_access("write")
        if self.state not in ("accepted", "outdated"):
            raise UserError(
                self.env._("A new version can be created only from an accepted agreement.")
            )
        # sudo: version and predecessor are evidence; the texts are those the user may read
        return self.sudo().copy(self._prepare_successor()).sudo(False)

    def _prepare_successor(self):
        return {
            "name": self.name,
            "version": self.version + 1,
            "previous_id": self.id,
            "date_review": self.default_get(["date_review"]).get("date_review"),
        }

    def _replace_previous(self):
        """Mark the version before as replaced, now that this one is accepted."""
        previous = self.previous_id.filtered(lambda agreement: agreement.state != "replaced")
        previous.write({"state": "replaced", "replaced_on": fields.Datetime.now()})

    def action_compare(self):
        """Show this version beside the one before."""
        self.ensure_one()
        older = self.previous_id or self.next_ids.previous_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare versions"),
            "res_model": "client.agreement.comparison",
            "view_mode": "form",
            "target": "new",
            "context": {
                "dialog_size": "extra-large",
                "default_agreement_id": (self if self.previous_id else self.next_ids or self).id,
                "default_older_id": older.id,
            },
        }

    def _get_form_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    def action_open(self):
        """Open the agreement from a list inside another form."""
        return self._get_form_action()

    @api.model
    def _get_review_domain(self):
        """Return the domain of agreements whose owner is to be reminded of the review."""
        today = fields.Date.context_today(self)
        return [
            ("state", "=", "accepted"),
            ("date_review", "<=", today),
            ("review_reminded_on", "=", False),
            "|",
            "&",
            ("relationship_id.active", "=", True),
            ("relationship_id.phase", "!=", "ended"),
            "&",
            ("relationship_id", "=", False),
            ("lead_id.active", "=", True),
        ]

    @api.model
    def _cron_remind_agreement_review(self, batch_size=100):
        """Remind the owners of agreements whose review is due, once per agreement."""
        domain = self._get_review_domain()
        remaining, last_id = self.search_count(domain), 0
        while due := self.search([("id", ">", last_id), *domain], limit=batch_size, order="id"):
            last_id = due[-1].id
            try:
                with self.env.cr.savepoint():
                    due._remind_review()
            except Exception:
                # a bad record must not keep the others waiting; it is tried again tomorrow
                _logger.exception("No reminders of the reviews of agreements %s", due.ids)
            remaining -= len(due)
            if not self.env["ir.cron"]._commit_progress(len(due), remaining=max(remaining, 0)):
                break

    def _remind_review(self):
        self._schedule_on_holder(
            "client_health.mail_activity_type_agreement_review",
            date_deadline=fields.Date.context_today(self),
        )
        # sudo: evidence; only our own cron comes here
        self.sudo().review_reminded_on = fields.Date.context_today(self)
