from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...const import (
    ACTIVITY_AGREEMENT_CONVERSATION,
    ACTIVITY_AGREEMENT_REVIEW,
    ACTIVITY_ASK_VALUE,
    ACTIVITY_FIT,
    ACTIVITY_HEALTH,
    MONEY_GROUP,
)
from ...engine import stage_rules

# Once notice is given, nothing of what asks how to go on: until the last day, the rest does
GOING_ON = (
    ACTIVITY_AGREEMENT_CONVERSATION,
    ACTIVITY_AGREEMENT_REVIEW,
    ACTIVITY_ASK_VALUE,
    ACTIVITY_FIT,
    ACTIVITY_HEALTH,
)
# What the addon plans; what colleagues planned by hand stays theirs
OURS = ("client_step", "client_opinion", "client_conversation")
# Where it plans that: on the client, and on records of it that have it as ``relationship_id``
PLANNED_ON = ("client.agreement", "client.feedback", "client.issue", "client.goal")


class ClientRelationship(models.Model):
    """Adds to the client its decision sheets and its offboardings."""

    _name = "client.relationship"
    _inherit = ["client.relationship"]

    decision_ids = fields.One2many(
        "client.decision", "relationship_id", string="Decisions", groups=MONEY_GROUP
    )
    offboarding_ids = fields.One2many(
        "client.offboarding", "relationship_id", string="Offboardings"
    )
    offboarding_id = fields.Many2one(
        "client.offboarding", string="Open Offboarding", compute="_compute_offboarding"
    )
    offboarding_notice_date = fields.Date(string="Notice Given On", compute="_compute_offboarding")
    offboarding_last_day = fields.Date(string="Last Day", compute="_compute_offboarding")
    offboarding_is_late = fields.Boolean(string="Past the Last Day", compute="_compute_offboarding")

    @api.depends("offboarding_ids.state", "offboarding_ids.notice_date", "offboarding_ids.last_day")
    def _compute_offboarding(self):
        open_states = self.env["client.offboarding"]._open_states
        for relationship in self:
            offboarding = relationship.offboarding_ids.filtered(
                lambda one: one.state in open_states
            )[:1]
            relationship.offboarding_id = offboarding
            relationship.offboarding_notice_date = offboarding.notice_date
            relationship.offboarding_last_day = offboarding.last_day
            relationship.offboarding_is_late = offboarding.is_late

    def _move_stage(self, stage, reason):
        moved = super()._move_stage(stage, reason)
        if stage.phase in (stage_rules.OFFBOARD, stage_rules.ENDED):
            moved._end_planned(stage.phase)
        return moved

    def _end_planned(self, phase):
        """Cancel what the addon planned with clients that go, and say so in their discussions.

        When notice is given, only what asks how to go on; at the end, all of it, and the drafts of
        updates. What a colleague planned by hand, invoices and hours remain.
        """
        # sudo: reminders of colleagues are cancelled as well; that these clients may be moved was
        # checked by the move
        clients = self.sudo()
        cancelled = clients._get_planned(phase)
        drafts = self.env["client.update"].sudo()
        if phase == stage_rules.ENDED:
            domain = Domain("relationship_id", "in", self.ids) & Domain("state", "=", "draft")
            drafts = drafts.search(domain & Domain("kind", "!=", "farewell"))
        lines = {client.id: [] for client in self}
        for model, activities in cancelled.grouped("res_model").items():
            holders = clients.env[model].browse(activities.mapped("res_id"))
            path = "id" if model == self._name else "relationship_id.id"
            owners = {holder.id: holder.mapped(path)[0] for holder in holders}
            for activity in activities:
                name = activity.summary or activity.activity_type_id.name
                lines[owners[activity.res_id]].append(f"{name} ({activity.user_id.name})")
        for draft in drafts:
            lines[draft.relationship_id.id].append(self.env._("Draft: %s", draft.name))
        cancelled.unlink()
        drafts.write({"active": False})
        self._log_cancelled(lines)

    def _log_cancelled(self, lines):
        """Say in the discussions what was cancelled; ``lines``: {client id: [text]}."""
        bodies = {
            client_id: Markup("<p>%s</p><ul>%s</ul>")
            % (
                self.env._("Cancelled, as the client goes:"),
                Markup().join(Markup("<li>%s</li>") % line for line in found),
            )
            for client_id, found in lines.items()
            if found
        }
        if bodies:
            self.browse(bodies)._message_log_batch(bodies)

    def _get_planned(self, phase):
        """Return the open activities that end with the phase, of these clients.

        The plan of the stage that they have come to has just been made, and is what is to be done.
        """
        Activity = self.env["mail.activity"]
        own = Domain("res_model", "=", self._name) & Domain("res_id", "in", self.ids)
        own &= Domain("client_stage_id", "not in", self.stage_id.ids)
        if phase == stage_rules.OFFBOARD:
            types = [self.env.ref(xmlid, raise_if_not_found=False) for xmlid in GOING_ON]
            ids = [found.id for found in types if found]
            return Activity.search(own & Domain("activity_type_id", "in", ids))
        for model in PLANNED_ON:
            records = self.env[model].search([("relationship_id", "in", self.ids)])
            own |= Domain("res_model", "=", model) & Domain("res_id", "in", records.ids)
        planned = Domain("activity_type_id.category", "in", OURS) | Domain(
            "activity_type_id.client_is_automatic", "=", True
        )
        return Activity.search(own & planned)

    def action_view_decision(self):
        """Open the decision sheet: live, until the decision."""
        if not self:
            raise UserError(self.env._("Please open the decision sheet from a client."))
        self.ensure_one()
        sheet = self.env["client.decision"]._open_sheet(self)
        return sheet._get_records_action(name=self.env._("Decision sheet"))

    def action_view_offboarding(self):
        """Open the offboarding that runs, or else the last one."""
        self.ensure_one()
        offboardings = self.offboarding_ids.sorted(lambda one: (one.state != "open", -one.id))
        return offboardings[:1]._get_records_action()
