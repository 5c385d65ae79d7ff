from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import MONEY_GROUP
from ...engine.clock import get_day, get_now, get_today
from ...engine.correspondence import waiting
from ...engine.feedback import repair

STEP_FIELDS = {step: f"is_{step}" for step in repair.STEPS}


class ClientIssue(models.Model):
    """A problem or bottleneck with a client: the cause behind several complaints.

    Its repair has six steps (``engine/feedback/repair.py``), computed from the records and never
    ticked. Recognised: the cause is written, and on whose side it lies. Apologised: an apology was
    sent. Answered: no message of the client waits, nor any complaint of the issue. Fixed: a
    hypothesis proved true, and its task is done. Acknowledged: we acknowledged our part to the
    client. Confirmed: the client said so on the page that we sent, or a colleague recorded it with
    its proof, a mail or a signed paper. That answers and resolves the complaints of the issue: the
    client says that the cause is gone.
    """

    _name = "client.issue"
    _description = "Client Issue"
    _inherit = [
        "client.record.mixin",
        "client.protected.mixin",
        "client.deletion.mixin",
        "client.internal.thread.mixin",
        "client.activity.mixin",
        "mail.activity.mixin",
    ]
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
        default=lambda self: get_today(self.env.company),
        help="When it was first noticed.",
    )
    project_id = fields.Many2one(
        "project.project",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        domain="[('partner_id', 'child_of', partner_id)]",
    )
    client_revenue_share = fields.Float(
        related="relationship_id.client_revenue_share", groups=MONEY_GROUP
    )
    # each user reads the names of their own clients alone
    referred_names = fields.Char(related="relationship_id.referred_names", related_sudo=False)
    root_cause = fields.Text(
        tracking=True, help="The real issue behind the smaller ones.", reason=True
    )
    feedback_ids = fields.One2many("client.feedback", "issue_id", string="Symptoms")
    hypothesis_ids = fields.One2many("client.hypothesis", "issue_id", string="Hypotheses")
    update_ids = fields.One2many("client.update", "issue_id", string="Client Updates")
    closing_note = fields.Char(
        readonly=True, copy=False, help="Why it was given up.", protected=True
    )
    is_recognised = fields.Boolean(string="Recognised", compute="_compute_steps")
    is_apologised = fields.Boolean(string="Apologised", compute="_compute_steps")
    is_answered = fields.Boolean(string="Answered", compute="_compute_steps")
    is_fixed = fields.Boolean(string="Cause Fixed", compute="_compute_steps")
    is_acknowledged = fields.Boolean(string="Acknowledged", compute="_compute_steps")
    is_confirmed = fields.Boolean(string="Confirmed by the Client", compute="_compute_steps")
    progress = fields.Float(
        string="Repair", compute="_compute_steps", help="Steps of the repair that are done."
    )
    state = fields.Selection(
        [("open", "Open"), ("closed", "Repaired"), ("dropped", "Given up")],
        required=True,
        default="open",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        protected=True,
    )
    closed_date = fields.Datetime(string="Closed On", readonly=True, copy=False, protected=True)
    apology_date = fields.Datetime(string="Apologised On", compute="_compute_apology_date")
    apology_days = fields.Integer(
        string="Days until We Apologised",
        compute="_compute_apology_date",
        help="From the first complaint to the first apology, or to today if there is none.",
    )
    confirmed_date = fields.Datetime(
        string="Confirmed On", readonly=True, copy=False, protected=True
    )
    confirmed_by_id = fields.Many2one(
        "res.partner",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        protected=True,
    )
    confirmed_note = fields.Text(
        string="In the Client's Words", readonly=True, copy=False, protected=True
    )
    confirmed_by_client = fields.Boolean(
        string="Confirmed Online",
        readonly=True,
        copy=False,
        help="The client confirmed on the portal page. Otherwise a colleague recorded it, with a "
        "proof.",
        protected=True,
    )
    # No attachment: those can be written by all writers of the record.
    confirmed_proof = fields.Binary(
        string="Proof", attachment=False, readonly=True, copy=False, protected=True
    )
    confirmed_proof_name = fields.Char(readonly=True, copy=False, protected=True)
    confirmed_user_id = fields.Many2one(
        "res.users",
        string="Recorded By",
        readonly=True,
        copy=False,
        protected=True,
    )

    @api.depends("relationship_id")
    def _compute_user_id(self):
        responsible = self.relationship_id._get_responsible()
        for issue in self:
            issue.user_id = issue.user_id or responsible.get(issue.relationship_id)

    @api.model
    def _get_client_links(self):
        return {"project_id": ("partner_id.commercial_partner_id",)}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_told(self):
        sent = any(update.state == "sent" for update in self.update_ids)
        if sent or self.filtered("confirmed_date"):
            raise UserError(
                self.env._(
                    "An issue with client updates, or confirmed by the client, cannot be deleted. "
                    "Please close it instead."
                )
            )

    # From feedback to an issue

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
            "date": get_day(first.company_id, first.date),
            "project_id": project.id if len(project) == 1 else False,
        }

    # Updates for the client

    def action_write_apology(self):
        return self._open_update("apology")

    def action_ask_confirmation(self):
        return self._open_update("repair")

    def _open_update(self, kind):
        self.ensure_one()
        return self.update_ids._open_draft(self._prepare_update(kind))

    def _prepare_update(self, kind):
        """Write to the author of the complaint; without one, to the client's own address.

        Whether it is repaired is asked of those who got the apology.
        """
        apologies = self.update_ids.filtered(
            lambda update: update.kind == "apology" and update.state == "sent"
        )
        apologised = self._filter_reachable(apologies.recipient_ids)
        contacts = (
            (kind == "repair" and apologised)
            or self._filter_reachable(self.feedback_ids.contact_id)
            or self.partner_id.filtered("email")
        )
        return {
            "relationship_id": self.relationship_id.id,
            "issue_id": self.id,
            "kind": kind,
            "name": self.name,
            "recipient_ids": contacts.ids,
        }

    def _filter_reachable(self, contacts):
        """Return those who can be written to: who left the client since cannot."""
        return contacts.filtered(
            lambda contact: (
                contact.active
                and contact.email
                and contact.commercial_partner_id == self.partner_id
            )
        )

    # Closing

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

    # Steps of the repair

    @api.depends(
        "side",
        "root_cause",
        "confirmed_date",
        "feedback_ids.state",
        "update_ids.state",
        "update_ids.kind",
        "update_ids.acknowledgement",
        "hypothesis_ids.verdict",
        "hypothesis_ids.task_state",
    )
    def _compute_steps(self):
        by_client = waiting.read_waiting(
            self.env, self.relationship_id._origin, get_now(), in_person=True
        )
        for issue in self:
            done = issue._get_done_steps(by_client.get(issue.relationship_id._origin.id))
            needed = repair.get_needed(issue.side)
            issue.progress = 100 * len([step for step in needed if step in done]) / len(needed)
            for step, fname in STEP_FIELDS.items():
                issue[fname] = step in done

    def _get_done_steps(self, open_discussions):
        """Return the set of steps that the records show as done."""
        sent = self.update_ids.filtered(lambda update: update.state == "sent")
        shown = {
            repair.RECOGNISED: bool((self.root_cause or "").strip() and self.side),
            repair.APOLOGISED: any(update.kind == "apology" for update in sent),
            repair.ANSWERED: not open_discussions
            and not any(line.state == "open" for line in self.feedback_ids),
            repair.FIXED: any(
                hypothesis.verdict == "confirmed" and hypothesis.task_state == "1_done"
                for hypothesis in self.hypothesis_ids
            ),
            repair.ACKNOWLEDGED: any(update.acknowledgement for update in sent),
            repair.CONFIRMED: bool(self.confirmed_date),
        }
        return {step for step, done in shown.items() if done}

    @api.depends("date", "feedback_ids.date", "update_ids.state", "update_ids.sent_date")
    def _compute_apology_date(self):
        for issue in self:
            sent = issue.update_ids.filtered(
                lambda update: update.kind == "apology" and update.state == "sent"
            )
            issue.apology_date = min(sent.mapped("sent_date"), default=False)
            last = issue.apology_date or fields.Datetime.now()
            company = issue.company_id or self.env.company
            told = min(issue.feedback_ids.mapped("date"), default=False)
            days = [told and get_day(company, told), issue.date]
            first = min(filter(None, days), default=False)
            issue.apology_days = (get_day(company, last) - first).days if first else 0

    def _get_missing_steps(self):
        """Return what the repair still lacks, in plain words, in the order of the steps."""
        self.ensure_one()
        done = {step for step, fname in STEP_FIELDS.items() if self[fname]}
        labels = self._get_step_labels()
        return [labels[step] for step in repair.get_missing(self.side, done)]

    @api.model
    def _get_step_labels(self):
        return {
            repair.RECOGNISED: self.env._("Recognised: record the cause and the responsible side."),
            repair.APOLOGISED: self.env._("Apologised: send the client an apology."),
            repair.ANSWERED: self.env._(
                "Answered: messages or complaints of the client are waiting for an answer, or were "
                "answered by mail only. The colleague who did confirms it with a reaction to the "
                "message."
            ),
            repair.FIXED: self.env._("Cause fixed: no hypothesis is confirmed with its task done."),
            repair.ACKNOWLEDGED: self.env._("Acknowledged: acknowledge our part to the client."),
            repair.CONFIRMED: self.env._("Confirmed: ask the client whether it is repaired."),
        }

    # Confirmation by the client

    def _confirm_by_client(self, partner, note, asked_by):
        """The client confirms online; the caller has made sure that it is ``partner``.

        ``asked_by``: the user who sent the question.
        """
        self._write_confirmation(
            {"confirmed_by_client": True, **self._prepare_confirmation(partner, note)},
            asked_by,
        )

    def _confirm_with_proof(self, partner, note, moment, proof, proof_name):
        """A colleague records a confirmation given elsewhere; a proof is required."""
        self.check_access("write")
        if not proof:
            raise UserError(
                self.env._(
                    "Please attach the proof: the mail or the paper with the client's confirmation."
                )
            )
        if moment > fields.Datetime.now():
            raise UserError(
                self.env._(
                    "The date of a confirmation cannot be in the future. Please enter when it was"
                    " given."
                )
            )
        self._write_confirmation(
            {
                **self._prepare_confirmation(partner, note),
                "confirmed_date": moment,
                "confirmed_proof": proof,
                "confirmed_proof_name": proof_name,
                "confirmed_user_id": self.env.user.id,
            },
            self.env.user,
        )

    def _prepare_confirmation(self, partner, note):
        client = self.relationship_id.partner_id
        if partner.commercial_partner_id != client:
            raise UserError(
                self.env._(
                    "%(partner)s cannot confirm for %(client)s. Please choose a contact of the "
                    "client.",
                    partner=partner.display_name,
                    client=client.display_name,
                )
            )
        return {
            "confirmed_date": fields.Datetime.now(),
            "confirmed_by_id": partner.id,
            "confirmed_note": note,
        }

    def _write_confirmation(self, values, user):
        self.ensure_one()
        if self.confirmed_date:
            raise UserError(
                self.env._("The client has already confirmed it. Please reload the page.")
            )
        # sudo: evidence fields; both callers have made sure whose word it is
        self.sudo().write(values)
        self._resolve_feedback(user)

    def _resolve_feedback(self, user):
        """What was complained of before the client confirmed the repair is answered by it."""
        # sudo: whoever may take the confirmation closes the complaints that it is about, even
        # those that they could not reword
        lines = self.sudo().feedback_ids.filtered(
            lambda line: line.state in ("open", "answered") and line.date <= self.confirmed_date
        )
        lines._set_resolved(
            self.env._(
                "“%(issue)s” is repaired, as %(contact)s confirmed.",
                issue=self.name,
                contact=self.confirmed_by_id.name,
            ),
            self.confirmed_date,
            user,
        )
        lines._drop_proposal()
