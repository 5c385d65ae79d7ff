from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...const import ACTIVITY_FIT, USER_GROUP
from ...engine import fit
from ...engine.clock import get_today
from ...tools import format_day
from .client_fit_criterion import RED_FLAG


class ClientFitMixin(models.AbstractModel):
    """Answers the fit questions on a record: an opportunity, or a round with a client.

    ``fit_sheet`` is what the form shows and takes back: all questions, answered or not, in one
    JSON value, made by one query for all records. Only what was changed is written:
    ``{"columns": [{"title", "date", "state"}], "questions": [{"id", "name", "answer", "saved",
    "before", …}]}``, where ``saved`` is the answer in the database and ``before`` has one answer
    per column.
    """

    _name = "client.fit.mixin"
    _description = "Fit Questions"
    _inherit = ["client.protected.mixin"]

    # The model says with which field its answers point at it.
    fit_answer_ids = fields.One2many(
        "client.fit.answer", string="Fit Answers", copy=False, groups=USER_GROUP
    )
    fit_sheet = fields.Json(
        string="Fit Questions",
        compute="_compute_fit_sheet",
        inverse="_inverse_fit_sheet",
        exportable=False,
        groups=USER_GROUP,
    )
    fit_state = fields.Selection(
        [
            (fit.FIT, "Fit"),
            (fit.UNKNOWN, "Not enough known"),
            (fit.NOT_FIT, "Not a fit"),
            (fit.DEAL_BREAKER, "Deal breaker"),
        ],
        string="Fit",
        compute="_compute_fit",
        store=True,
        index=True,
        copy=False,
        groups=USER_GROUP,
        help="Result of the answers. Not enough is known while less than 60 % of the questions, "
        "by weight, are answered. It is a fit from 60 % of the points. A deal breaker "
        "counts from its first answer. Open questions and \u201cDon't know\u201d do not "
        "count.",
        protected=True,
    )
    fit_known = fields.Float(
        string="Fit Known (%)",
        compute="_compute_fit",
        store=True,
        copy=False,
        digits=(16, 0),
        aggregator="avg",
        groups=USER_GROUP,
        help="The share of the fit questions, by weight, that is answered.",
        protected=True,
    )
    fit_red_flags = fields.Integer(
        string="Red Flags",
        compute="_compute_fit",
        store=True,
        copy=False,
        groups=USER_GROUP,
        help="How many red flags were seen, in part or in full.",
        protected=True,
    )
    fit_score = fields.Float(
        compute="_compute_fit_score",
        digits=(16, 0),
        groups=USER_GROUP,
        help="Points of the answered questions, in percent. Not meaningful while not enough is "
        "known.",
    )
    fit_progress = fields.Char(
        string="Fit Answers Given", compute="_compute_fit_score", groups=USER_GROUP
    )
    fit_waiver = fields.Text(
        string="Won All the Same Because",
        copy=False,
        groups=USER_GROUP,
        help="Reason for winning the opportunity although the answers showed no fit, or nothing "
        "was answered.",
    )
    fit_note = fields.Text(
        string="Observations",
        copy=False,
        groups=USER_GROUP,
        help="Examples behind the answers, in a few words.",
    )

    @api.depends("fit_answer_ids.answer", "fit_answer_ids.criterion_id")
    def _compute_fit(self):
        # without answers no question is read: most opportunities have none, and imports make many
        answered = self.filtered("fit_answer_ids")
        nothing = fit.assess([])
        for record, result in [
            *answered._assess_fit(),
            *((record, nothing) for record in self - answered),
        ]:
            record.fit_state = result.state
            record.fit_known = result.known
            record.fit_red_flags = result.red_flags

    @api.depends("fit_answer_ids.answer", "fit_answer_ids.criterion_id")
    def _compute_fit_score(self):
        for record, result in self._assess_fit():
            record.fit_score = result.score or 0
            record.fit_progress = self.env._(
                "%(answered)s of %(total)s answered", answered=result.answered, total=result.total
            )

    @api.depends("fit_answer_ids.answer", "fit_answer_ids.criterion_id")
    @api.depends_context("lang")
    def _compute_fit_sheet(self):
        asked = self.env["client.fit.criterion"]._get_asked()
        columns = self._get_fit_columns()
        for record in self:
            record.fit_sheet = record._prepare_fit_sheet(asked, columns.get(record, []))

    def _inverse_fit_sheet(self):
        for record in self:
            commands = record._prepare_fit_commands()
            if commands:
                record.fit_answer_ids = commands
        # What was just written is what is saved now: the sheet is to be read again.
        self.invalidate_recordset(["fit_sheet"], flush=False)

    @api.onchange("fit_sheet")
    def _onchange_fit_sheet(self):
        """Judge while the answers are clicked, before they are saved."""
        self.fit_answer_ids = self._prepare_fit_commands()

    def _assess_fit(self):
        """Yield (record, ``fit.Fit``) for each record; the questions are read once."""
        if not self:
            return
        asked = self.env["client.fit.criterion"]._get_asked()
        for record in self:
            given = {line.criterion_id: line.answer for line in record.fit_answer_ids}
            criteria = record._get_fit_criteria(asked)
            yield (
                record,
                fit.assess(
                    [
                        fit.Answer(
                            given.get(criterion),
                            criterion.weight,
                            criterion.section == RED_FLAG,
                            criterion.deal_breaker,
                        )
                        for criterion in criteria
                    ]
                ),
            )

    def _get_fit_criteria(self, asked):
        """Return the questions of this record: those asked today; overridden where they differ."""
        return asked

    def _get_fit_columns(self):
        """Return {record: [earlier records of this mixin to compare with]}; see ``fit_sheet``."""
        return {}

    def _get_fit_answers(self):
        """Return {question id: answer}."""
        self.ensure_one()
        return {line.criterion_id.id: line.answer for line in self.fit_answer_ids}

    def _prepare_fit_sheet(self, asked, columns):
        self.ensure_one()
        given = self._get_fit_answers()
        saved = self._origin._get_fit_answers() if self._origin else {}
        before = [column._get_fit_answers() for column in columns]
        sections = dict(asked._fields["section"]._description_selection(self.env))
        return {
            "columns": [column._prepare_fit_column() for column in columns],
            "questions": [
                {
                    "id": criterion.id,
                    "name": criterion.name,
                    "hint": criterion.hint or "",
                    "section": sections[criterion.section],
                    "red_flag": criterion.section == RED_FLAG,
                    "deal_breaker": criterion.deal_breaker,
                    "answer": given.get(criterion.id, ""),
                    "saved": saved.get(criterion.id, ""),
                    "before": [answers.get(criterion.id, "") for answers in before],
                }
                for criterion in self._get_fit_criteria(asked)
            ],
        }

    def _prepare_fit_column(self):
        """Return how this record is shown as a column beside later answers."""
        raise NotImplementedError

    def _prepare_fit_commands(self):
        """Return the commands that write what was changed on the sheet, and nothing else."""
        self.ensure_one()
        lines = {line.criterion_id.id: line._origin.id for line in self.fit_answer_ids}
        commands = []
        for question in (self.fit_sheet or {}).get("questions", []):
            answer, line_id = question.get("answer"), lines.get(question["id"])
            if answer == question.get("saved", ""):
                continue
            if line_id and answer:
                commands.append(Command.update(line_id, {"answer": answer}))
            elif line_id:
                commands.append(Command.delete(line_id))
            elif answer:
                commands.append(Command.create({"criterion_id": question["id"], "answer": answer}))
        return commands


BEFORE_SIGNING = "before_signing"


class ClientFitRound(models.Model):
    """The fit questions, asked once about one client: before signing, and again later.

    Winning an opportunity makes the round *before signing* from its answers, and locks it.
    """

    _name = "client.fit.round"
    _description = "Fit Round"
    _inherit = ["client.record.mixin", "client.fit.mixin"]
    _order = "date desc, id desc"

    fit_answer_ids = fields.One2many(inverse_name="round_id")
    fit_waiver = fields.Text(readonly=True, protected=True)
    flag_ids = fields.One2many(
        "client.fit.answer",
        "round_id",
        string="Red Flags Seen",
        domain=[("flagged", "=", True)],
        help="When one of them comes true, enter the date. It shows which flags matter.",
    )
    reason = fields.Selection(
        [
            (BEFORE_SIGNING, "Before signing"),
            ("reboot", "Reboot"),
            ("expectation", "Expectation changed"),
            ("check", "Regular check"),
            ("returned", "Came back"),
        ],
        required=True,
        default="check",
    )
    date = fields.Date(
        required=True,
        readonly=True,
        default=lambda self: get_today(self.env.company),
        protected=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Asked By",
        readonly=True,
        default=lambda self: self.env.user,
        index=True,
        protected=True,
    )
    lead_id = fields.Many2one(
        "crm.lead",
        string="Opportunity",
        index=True,
        ondelete="set null",
        readonly=True,
        check_company=True,
        protected=True,
    )

    @api.depends("reason", "date")
    def _compute_display_name(self):
        reasons = dict(self._fields["reason"]._description_selection(self.env))
        for fit_round in self:
            parts = [reasons.get(fit_round.reason), format_day(self.env, fit_round.date)]
            fit_round.display_name = ", ".join(part for part in parts if part)

    @api.model_create_multi
    def create(self, vals_list):
        rounds = super().create(vals_list)
        rounds._check_not_signed()
        return rounds

    def write(self, vals):
        if set(vals) - {"flag_ids"}:
            self._check_not_signed()
        result = super().write(vals)
        if "reason" in vals:
            self._check_not_signed()
        answered = self.filtered(lambda one: one.fit_state != fit.UNKNOWN)
        if "fit_sheet" in vals and answered:
            answered.relationship_id.activity_unlink([ACTIVITY_FIT])
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_signed(self):
        self._check_not_signed()

    def _check_not_signed(self):
        """The round before signing is made by winning; it and its answers stay as they are, for a
        later comparison.
        """
        if not self.env.su and any(one.reason == BEFORE_SIGNING for one in self):
            raise UserError(
                self.env._(
                    "Answers from before signing are taken from the won opportunity and cannot be "
                    "changed. Please start a new round, and compare."
                )
            )

    def _get_fit_criteria(self, asked):
        """A question that was answered then and is archived now is still shown and counted."""
        return (asked | self.fit_answer_ids.criterion_id)._in_sections()

    def _get_fit_columns(self):
        """Compare with the answers before signing, and with the round before this one."""
        earlier = self.search(
            [("relationship_id", "in", self.relationship_id.ids)], order="date, id"
        )
        by_client = earlier.grouped("relationship_id")
        return {
            one: one._get_compared(by_client.get(one.relationship_id, self.browse()))
            for one in self
        }

    def _get_compared(self, rounds):
        """Return the round before signing and the last one before this, the oldest first."""
        self.ensure_one()
        mine = self._origin
        older = rounds.filtered(
            lambda one: one != mine and (one.date, one.id) < (self.date, mine.id or float("inf"))
        )
        return older.filtered(lambda one: one.reason == BEFORE_SIGNING)[:1] | older[-1:]

    def _prepare_fit_column(self):
        return {
            "title": dict(self._fields["reason"]._description_selection(self.env))[self.reason],
            "date": format_day(self.env, self.date),
            "state": self.fit_state,
            "answers": self.fit_progress,
        }
