from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine.feedback import repair
from . import (
    client_internal_thread_mixin,  # noqa: F401  it has to be there before
    client_mending_mixin,  # noqa: F401  as well
)
from .client_confirmation_mixin import CONFIRMATION_FIELDS


class ClientIssue(models.Model):
    """A problem or bottleneck with a client: the cause behind several complaints.

    The progress of the repair is never ticked by hand: see ``client.mending.mixin``.
    """

    _name = "client.issue"
    _description = "Client Issue"
    _inherit = [
        "client.belonging.mixin",
        "client.child.mixin",
        "client.confirmation.mixin",
        "client.evidence.mixin",
        "client.internal.thread.mixin",
        "client.mending.mixin",
        "mail.activity.mixin",
    ]
    _evidence_fields = CONFIRMATION_FIELDS | {"state", "closed_date", "closing_note"}
    _order = "state desc, severity desc, date desc, id desc"

    name = fields.Char(required=True, tracking=True)
    kind = fields.Selection(
        [("issue", "Issue"), ("bottleneck", "Bottleneck")],
        required=True,
        default="issue",
        help="An issue hurts the client now. A bottleneck holds up what you want to reach.",
    )
    severity = fields.Selection(
        [("1", "Minor"), ("2", "Serious"), ("3", "Severe")],
        required=True,
        default="2",
        tracking=True,
        help="Severe: we may lose the client over it.",
    )
    side = fields.Selection(
        [(repair.OURS, "Ours"), (repair.THEIRS, "Theirs"), (repair.SHARED, "Shared")],
        string="On Whose Side",
        tracking=True,
        help="Side of the cause. We apologise whichever side is at fault, and acknowledge our "
        "part.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        check_company=True,
        domain="[('share', '=', False)]",
        help="The person in charge of the repair.",
    )
    date = fields.Date(
        string="Since",
        required=True,
        default=fields.Date.context_today,
        help="When it was first noticed.",
    )
    project_id = fields.Many2one(
        "project.project",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        domain="[('partner_id', 'child_of', partner_id)]",
    )
    root_cause = fields.Text(tracking=True, help="The real issue behind the smaller ones.")
    feedback_ids = fields.One2many("client.feedback", "issue_id", string="Symptoms")
    hypothesis_ids = fields.One2many("client.hypothesis", "issue_id", string="Hypotheses")
    update_ids = fields.One2many("client.update", "issue_id", string="Client Updates")
    closing_note = fields.Char(readonly=True, copy=False, help="Why it was given up.")

    @api.depends("relationship_id")
    def _compute_user_id(self):
        for issue in self:
            issue.user_id = issue.user_id or issue.relationship_id.user_id

    @api.model
    def _get_client_links(self):
        return {"project_id": ("partner_id.commercial_partner_id",)}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_told(self):
        if any(update.state == "sent" for update in self.update_ids):
            raise UserError(
                self.env._(
                    "An issue with client updates cannot be deleted. Please close it instead."
                )
            )

    @api.model
    def _group_feedback(self, feedback):
        """Return the issue of some feedback: the one that part of it has, or a new one."""
        if len(feedback.relationship_id) != 1:
            raise UserError(
                self.env._(
                    "An issue belongs to one client. Please select feedback of one client only."
                )
            )
        if len(feedback.issue_id) > 1:
            raise UserError(
                self.env._(
                    "This feedback already belongs to several issues: %s. Please select feedback "
                    "of one issue only.",
                    ", ".join(feedback.issue_id.mapped("name")),
                )
            )
        issue = feedback.issue_id or self.create(self._prepare_from_feedback(feedback))
        feedback.issue_id = issue
        return issue

    @api.model
    def _prepare_from_feedback(self, feedback):
        first = feedback.sorted("date")[:1]
        text = " ".join(first.text.split())
        project = feedback.project_id
        return {
            "relationship_id": feedback.relationship_id.id,
            "name": f"{text[:77]}…" if len(text) > 78 else text,
            "date": fields.Datetime.context_timestamp(feedback, first.date).date(),
            "project_id": project.id if len(project) == 1 else False,
        }

    def action_write_apology(self):
        return self._open_draft("apology")

    def action_ask_confirmation(self):
        return self._open_draft("repair")

    def _open_draft(self, kind):
        """Open the unsent update of this kind, or a new one made of its template."""
        self.ensure_one()
        update = self.update_ids.filtered(lambda upd: upd.kind == kind and upd.state == "draft")
        if not update:
            update = self.env["client.update"].create(self._prepare_update(kind))
            update.action_use_template()
        return {
            "type": "ir.actions.act_window",
            "res_model": "client.update",
            "res_id": update[:1].id,
            "views": [(False, "form")],
        }

    def _prepare_update(self, kind):
        """Write to the author of the complaint; without one, to the client's own address."""
        contacts = self.feedback_ids.contact_id.filtered(lambda partner: partner.active)
        contacts = contacts.filtered("email") or self.partner_id.filtered("email")
        return {
            "relationship_id": self.relationship_id.id,
            "issue_id": self.id,
            "kind": kind,
            "name": self.name,
            "recipient_ids": contacts.ids,
        }

    def action_close(self):
        """Close what is repaired; what is missing is named."""
        for issue in self:
            missing = issue._get_missing_steps()
            if missing:
                raise UserError(
                    Markup("{}\n\n{}").format(
                        self.env._("“%s” is not repaired yet. Still missing:", issue.name),
                        "\n".join(f"• {label}" for label in missing),
                    )
                )
        self._set_state("closed")

    def action_give_up(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_issue_give_up_action"
        )
        return dict(action, context={"default_issue_ids": self.ids})

    def action_reopen(self):
        self._set_state("open")

    def _give_up(self, reason):
        """Close without a repair: the client is gone, or it was none. Up to a manager."""
        if not self.relationship_id._is_client_manager():
            raise UserError(
                self.env._(
                    "Only a manager can give up a repair. Please ask a manager, with a reason."
                )
            )
        if not (reason or "").strip():
            raise UserError(self.env._("Please enter why the repair is given up."))
        self._set_state("dropped", reason)

    def _set_state(self, state, note=False):
        self.check_access("write")
        closed = fields.Datetime.now() if state != "open" else False
        # sudo: evidence fields; the caller may write the issues and has checked the steps
        self.sudo().write({"state": state, "closed_date": closed, "closing_note": note})
