from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import html2plaintext

from ...const import ACTIVITY_CONFIRM_ANSWER, STRAINS
from ...engine.clock import get_now
from ...engine.correspondence import waiting
from ...engine.feedback.repair import TO_ANSWER
from ..common.client_job_failure import JobRun

RATINGS = [
    ("1", "1 – very unhappy"),
    ("2", "2 – unhappy"),
    ("3", "3 – so-so"),
    ("4", "4 – happy"),
    ("5", "5 – delighted"),
]
# The words of others, which no user may change
WORDS = frozenset(
    ("relationship_id", "contact_id", "user_id", "date", "text", "rating", "strain", "question")
)


class ClientFeedback(models.Model):
    """One statement of a client, or of a colleague about a client: a line of the feedback log.

    Most lines are recorded by one of us. The words of clients, and of colleagues who were asked,
    are theirs: others may classify a line, not reword it.

    Complaints and concerns wait for an answer. When it was given, by which user and in which words
    is never typed in: ``_set_answered`` and ``_set_resolved`` record it, and ``_cron_find_answers``
    finds it in the discussion.
    """

    _name = "client.feedback"
    _description = "Client Feedback"
    _inherit = [
        "client.record.mixin",
        "client.protected.mixin",
        "client.deletion.mixin",
        "client.internal.thread.mixin",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"

    kind = fields.Selection(
        [
            ("praise", "Praise"),
            ("complaint", "Complaint"),
            ("price_pressure", "Price pressure"),
            ("scope_change", "Scope change"),
            ("value", "Value in their words"),
            ("concern", "Concern"),
            ("team", "Team input"),
        ],
        required=True,
        index=True,
        tracking=True,
        help="Complaints and concerns need an answer. Team input is feedback of a colleague about "
        "the client.",
    )
    text = fields.Text(required=True, help="As close to their own words as you can.")
    rating = fields.Selection(
        RATINGS, tracking=True, help="How happy they sounded. Leave it empty if unknown."
    )
    strain = fields.Selection(
        STRAINS,
        string="How Demanding",
        help="How demanding this client is for the colleague who answers.",
    )
    question = fields.Char(readonly=True, help="Question to the colleague.", protected=True)
    date = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    channel = fields.Selection(
        [
            ("mail", "E-mail"),
            ("call", "Phone call"),
            ("video", "Video call"),
            ("visit", "Face to face"),
            ("portal", "Portal"),
            ("request", "Feedback request"),
        ],
        help="How it reached us.",
    )
    contact_id = fields.Many2one(
        "res.partner",
        string="From",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('id', 'child_of', partner_id)]",
        help="Contact of the client who gave the feedback.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Recorded By",
        default=lambda self: self.env.user,
        index="btree_not_null",
        ondelete="restrict",
        domain="[('share', '=', False)]",
        help="User who recorded it; for team input, the colleague who gave it.",
    )
    given_by_client = fields.Boolean(
        string="Written by the Client",
        readonly=True,
        copy=False,
        help="The client wrote this on the portal. The text cannot be changed.",
        protected=True,
    )
    project_id = fields.Many2one(
        "project.project",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        domain="[('partner_id', 'child_of', partner_id)]",
    )
    task_id = fields.Many2one(
        "project.task",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        domain="[('project_id.partner_id', 'child_of', partner_id)]",
    )
    event_id = fields.Many2one(
        "calendar.event", string="Meeting", index="btree_not_null", ondelete="set null"
    )
    message_id = fields.Many2one(
        "mail.message",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )
    issue_id = fields.Many2one(
        "client.issue",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        domain="[('relationship_id', '=', relationship_id)]",
        tracking=True,
        help="The issue behind it: several complaints may have one cause.",
    )
    state = fields.Selection(
        [
            ("noted", "Noted"),
            ("open", "To answer"),
            ("answered", "Answered"),
            ("resolved", "Resolved"),
        ],
        compute="_compute_state",
        store=True,
        index=True,
        tracking=True,
        help="Complaints and concerns need an answer and a resolution; other feedback is only "
        "noted.",
        protected=True,
    )
    answered_date = fields.Datetime(
        string="First Answer", readonly=True, copy=False, protected=True
    )
    answered_by_id = fields.Many2one("res.users", readonly=True, copy=False, protected=True)
    answer = fields.Text(string="Our Answer", readonly=True, copy=False, protected=True)
    # An answer that came in by mail: anybody can write a mail in the name of a colleague.
    proposed_answer_id = fields.Many2one(
        "mail.message",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        protected=True,
    )
    proposed_answer = fields.Text(
        string="Possible Answer",
        readonly=True,
        copy=False,
        help="Came in by mail, where the sender isn't certain. It counts once the colleague "
        "confirms it.",
        protected=True,
    )
    proposed_date = fields.Datetime(readonly=True, copy=False, protected=True)
    proposed_by_id = fields.Many2one(
        "res.users",
        string="Mail in the Name of",
        readonly=True,
        copy=False,
        protected=True,
    )
    rejected_answer_id = fields.Integer(
        readonly=True,
        copy=False,
        help="Message that, like all before it, was no answer.",
        protected=True,
    )
    resolved_date = fields.Datetime(string="Resolved On", readonly=True, copy=False, protected=True)
    resolved_by_id = fields.Many2one("res.users", readonly=True, copy=False, protected=True)
    resolution = fields.Text(readonly=True, copy=False, protected=True)

    _strain_of_colleagues = models.Constraint(
        "CHECK(strain IS NULL OR kind = 'team')",
        "Only team input can state how demanding a client is. Please choose the kind “Team input”.",
    )

    @api.model
    def default_get(self, fields_list):
        """Fill in what is known from the linked message, meeting, task or project."""
        values = super().default_get(fields_list)
        known = self.env["client.feedback.source"]._prepare_feedback(values)
        asked = {name for name in fields_list if f"default_{name}" not in self.env.context}
        return {**values, **{name: known[name] for name in known if name in asked}}

    @api.depends("kind", "text")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for feedback in self:
            text = " ".join((feedback.text or "").split())
            short = f"{text[:57]}…" if len(text) > 58 else text
            parts = (kinds.get(feedback.kind), short)
            feedback.display_name = ": ".join(filter(None, parts)) or self.env._("New")

    @api.constrains("date")
    def _check_date(self):
        if any(feedback.date > fields.Datetime.now() for feedback in self):
            raise ValidationError(
                self.env._(
                    "The date of feedback cannot be in the future. Please enter when it was said."
                )
            )

    @api.model
    def _get_client_links(self):
        return {
            "contact_id": ("commercial_partner_id",),
            "project_id": ("partner_id.commercial_partner_id",),
            "task_id": (
                "project_id.partner_id.commercial_partner_id",
                "partner_id.commercial_partner_id",
            ),
            "issue_id": ("relationship_id.partner_id",),
        }

    # The words of others

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_own_words()
        return lines

    def write(self, vals):
        self._check_words(vals)
        result = super().write(vals)
        if not vals.keys().isdisjoint(("kind", "user_id")):
            self._check_own_words()
        return result

    def _check_own_words(self):
        """Refuse team input in the name of another: it is never invented, nor put into words."""
        others = self.filtered(lambda line: line.kind == "team" and line.user_id != self.env.user)
        if others and not self.env.su:
            raise UserError(
                self.env._(
                    "Team input is given by each colleague in their own name. Please ask %s for "
                    "an opinion.",
                    ", ".join(others.user_id.mapped("name")) or self.env._("a colleague"),
                )
            )

    def _check_words(self, vals):
        """Refuse to change the words of others."""
        if self.env.su:
            return
        for feedback in self:
            is_team = feedback.kind == "team"
            locked = WORDS | {"kind"} if is_team else WORDS
            if not locked.isdisjoint(vals) and (
                feedback.given_by_client or (is_team and feedback.user_id != self.env.user)
            ):
                raise UserError(
                    self.env._(
                        "These are the words of %s, which stay as they were said. Please classify"
                        " or answer them instead.",
                        (feedback.contact_id or feedback.user_id).display_name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_given_by_client(self):
        if any(feedback.given_by_client for feedback in self):
            raise UserError(
                self.env._(
                    "Feedback written by a client cannot be deleted. Please classify it instead."
                )
            )

    # Issue and source

    def action_group_in_issue(self):
        """Put the selected lines under one issue: the cause behind several complaints."""
        issue = self.env["client.issue"]._group_feedback(self)
        return issue._get_records_action(context={})

    def action_open_source(self):
        """Open the discussion, meeting or task from which the line came."""
        self.ensure_one()
        message = self.message_id
        if message and message.model and message.res_id:
            source = self.env[message.model].browse(message.res_id)
        else:
            source = self.event_id or self.task_id or self.project_id
        return source._get_records_action(context={})

    # Answer and resolution

    @api.depends("kind", "answered_date", "resolved_date")
    def _compute_state(self):
        for feedback in self:
            if feedback.kind not in TO_ANSWER:
                feedback.state = "noted"
            elif feedback.resolved_date:
                feedback.state = "resolved"
            else:
                feedback.state = "answered" if feedback.answered_date else "open"

    def action_answer(self):
        return self._ask_answer()

    def action_resolve(self):
        return self._ask_answer(default_resolved=True)

    def _ask_answer(self, **context):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_health.client_feedback_answer_action"
        )
        return dict(action, context={"default_feedback_ids": self.ids, **context})

    def _set_answered(self, answer, moment=None, user=None):
        """Record our first answer; later ones don't change when we answered first."""
        moment = moment or fields.Datetime.now()
        self.check_access("write")
        self._check_moment(moment)
        # sudo: evidence fields; the caller may write the lines, checked above
        self.sudo().filtered(lambda feedback: not feedback.answered_date).write(
            {
                "answered_date": moment,
                "answered_by_id": (user or self.env.user).id,
                "answer": answer,
            }
        )
        self.relationship_id._close_low_answers()

    def _set_resolved(self, resolution, moment=None, user=None):
        moment = moment or fields.Datetime.now()
        self._set_answered(resolution, moment, user)
        # sudo: evidence fields; _set_answered checked that the caller may write the lines
        self.sudo().filtered(lambda feedback: not feedback.resolved_date).write(
            {
                "resolved_date": moment,
                "resolved_by_id": (user or self.env.user).id,
                "resolution": resolution,
            }
        )

    def _check_moment(self, moment):
        if moment > fields.Datetime.now():
            raise UserError(
                self.env._(
                    "The date of an answer cannot be in the future. Please enter when it was given."
                )
            )
        if any(moment < feedback.date for feedback in self):
            raise UserError(
                self.env._(
                    "An answer cannot be older than its feedback. Please enter a later date."
                )
            )
        if any(feedback.kind not in TO_ANSWER for feedback in self):
            raise UserError(
                self.env._(
                    "Only complaints and concerns need an answer. Please select those alone."
                )
            )

    def _find_answers(self):
        """Look whether what came in a message was answered in its discussion meanwhile.

        What a colleague wrote in Odoo counts. A mail is proposed to the colleague whose name it
        bears: the sender of a mail can be forged.
        """
        now = get_now()
        messages = self._get_own_messages()
        answers = waiting.read_answers(self.env, messages.ids, now, in_person=True)
        users = self._get_users_by_partner(answers)
        for feedback in self.filtered(lambda line: line.message_id.id in answers):
            moment, partner_id, message_id = answers[feedback.message_id.id]
            feedback._set_answered(
                self._read_answer(message_id), max(moment, feedback.date), users.get(partner_id)
            )
        self.filtered(lambda line: line.state == "open")._propose_answers(now)

    def _propose_answers(self, now):
        after = {line.message_id.id: line.rejected_answer_id for line in self}
        messages = self._get_own_messages()
        answers = waiting.read_answers(self.env, messages.ids, now, after=after)
        users = self._get_users_by_partner(answers)
        proposed = self.browse()
        for feedback in self.filtered(lambda line: line.message_id.id in answers):
            moment, partner_id, message_id = answers[feedback.message_id.id]
            if feedback.proposed_answer_id.id == message_id:
                continue
            # sudo: evidence fields; a proposal counts for nothing yet
            feedback.sudo().write(
                {
                    "proposed_answer_id": message_id,
                    "proposed_answer": self._read_answer(message_id),
                    "proposed_date": max(moment, feedback.date),
                    "proposed_by_id": users.get(partner_id, self.env["res.users"]).id,
                }
            )
            proposed |= feedback
        proposed._ask_confirmations()

    def _ask_confirmations(self):
        """Ask the colleague whose name the mail bears, or the responsible where that's no reader"""
        responsible = self._get_responsible()
        for feedback in self:
            user = feedback.proposed_by_id
            may_read = user.active and feedback._filter_reaching(user.partner_id)
            feedback.with_context(mail_activity_quick_update=True).activity_schedule(
                ACTIVITY_CONFIRM_ANSWER,
                user_id=(user if may_read else responsible[feedback]).id,
            )

    @api.model
    def _read_answer(self, message_id):
        # sudo: our own answer to a message that a line was made of
        return html2plaintext(self.env["mail.message"].sudo().browse(message_id).body or "")

    @api.model
    def _get_users_by_partner(self, answers):
        """Return {partner id: user} of those who answered, former colleagues too."""
        partner_ids = [partner_id for _moment, partner_id, _message in answers.values()]
        # sudo: only who answered
        users = self.env["res.users"].sudo().with_context(active_test=False)
        found = users.search([("partner_id", "in", partner_ids)]).grouped("partner_id")
        return {partner.id: user[:1] for partner, user in found.items()}

    def action_confirm_answer(self):
        """Take the mail as one's own answer."""
        self.ensure_one()
        self.check_access("read")
        if not self.proposed_answer or self.state != "open":
            raise UserError(
                self.env._(
                    "There is no answer to confirm. Please enter what was answered with the "
                    "button Answer."
                )
            )
        if self.proposed_by_id != self.env.user:
            raise UserError(
                self.env._(
                    "Only %s can confirm this answer. Please enter what was answered with the "
                    "button Answer.",
                    self.proposed_by_id.name or self.env._("its author"),
                )
            )
        # sudo: evidence fields; the words are the user's own, who just said so
        self.sudo()._set_answered(self.proposed_answer, self.proposed_date, self.env.user)
        self._drop_proposal()

    def action_reject_answer(self):
        """The mail is no answer, or not from the colleague."""
        self.ensure_one()
        if self.proposed_by_id != self.env.user:
            self.check_access("write")
        # sudo: evidence field; only which message is not looked at again
        self.sudo().rejected_answer_id = self.proposed_answer_id.id
        self._drop_proposal()

    def _drop_proposal(self):
        # sudo: evidence fields and the question about them; it was answered just now
        self.sudo().write(
            {
                "proposed_answer_id": False,
                "proposed_answer": False,
                "proposed_date": False,
                "proposed_by_id": False,
            }
        )
        self.sudo().activity_unlink([ACTIVITY_CONFIRM_ANSWER])

    def _get_own_messages(self):
        """Return the messages of the lines, as far as those who made the lines may read them."""
        return self.env["mail.message"].union(
            *(
                lines.message_id.with_user(author)._filtered_access("read").with_env(self.env)
                for author, lines in self.grouped("create_uid").items()
            )
        )

    @api.model
    def _cron_find_answers(self):
        JobRun(self.env, "ir_cron_client_feedback").do_all(
            self.search([("state", "=", "open"), ("message_id", "!=", False)]),
            lambda lines: lines._find_answers(),
        )
