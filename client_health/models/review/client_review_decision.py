from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...const import ACTIVITY_REVIEW_DECISION, MONEY_GROUP
from ...engine.clock import get_today
from ...engine.health import scoring

# A decision is carried out before the next review, when nobody says otherwise.
DAYS_TO_DO = 14


class ClientReviewDecision(models.Model):
    """What was decided about a client in a review: by whom it is done, and until when.

    It becomes an activity on the client, and is done when that activity is marked as done: never
    because somebody says so here. The next review shows it, and what the score did since.
    """

    _name = "client.review.decision"
    _description = "Review Decision"
    _inherit = ["client.record.mixin"]
    _order = "date desc, id desc"

    name = fields.Char(string="Decision", required=True)
    user_id = fields.Many2one(
        "res.users",
        string="Owner",
        required=True,
        index="btree_not_null",
        default=lambda self: self.env.user,
        ondelete="restrict",
        check_company=True,
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
        help="The user who carries it out: it becomes an activity of this user.",
    )
    date = fields.Date(
        string="Decided On",
        required=True,
        index=True,
        default=lambda self: get_today(self.env.company),
    )
    date_deadline = fields.Date(
        string="Due On",
        required=True,
        default=lambda self: get_today(self.env.company) + timedelta(days=DAYS_TO_DO),
    )
    activity_id = fields.Many2one(
        "mail.activity",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        protected=True,
    )
    state = fields.Selection(
        [("open", "Open"), ("done", "Done"), ("dropped", "Dropped")],
        compute="_compute_state",
        store=True,
        index=True,
        help="Done: its activity was marked as done. Dropped: its activity was cancelled.",
    )
    date_done = fields.Date(string="Done On", compute="_compute_state", store=True)
    is_overdue = fields.Boolean(string="Overdue", compute="_compute_is_overdue")
    score_then = fields.Integer(
        compute="_compute_scores",
        aggregator=None,
        help="Score of the client when it was decided; empty when it was not known.",
    )
    score_change = fields.Integer(
        string="Change Since",
        compute="_compute_scores",
        aggregator=None,
        help="What the score did since, in points. A change beside a decision is no proof that "
        "the one caused the other.",
    )
    scores_known = fields.Boolean(compute="_compute_scores")

    @api.depends("activity_id.active", "activity_id.date_done")
    def _compute_state(self):
        for decision in self:
            activity = decision.activity_id
            decision.state = "dropped" if not activity else "open" if activity.active else "done"
            decision.date_done = activity.date_done if decision.state == "done" else False

    @api.depends("state", "date_deadline")
    def _compute_is_overdue(self):
        for decision in self:
            today = get_today(decision.company_id or self.env.company)
            deadline = decision.date_deadline
            decision.is_overdue = decision.state == "open" and deadline and deadline < today

    @api.depends("date", "relationship_id")
    @api.depends_context("uid")
    def _compute_scores(self):
        scores = self._get_scores()
        for decision in self:
            then, now = scores.get(decision, (None, None))
            decision.scores_known = None not in (then, now)
            decision.score_then = then or 0
            decision.score_change = now - then if decision.scores_known else 0

    def _get_scores(self):
        """Return {decision: (score when it was decided, score now)} as shown; None: unknown.

        One query per day of decisions: a review has one.
        """
        Snapshot = self.env["client.health.snapshot"]
        sees_money = self.env.user.has_group(MONEY_GROUP)
        fname = "health_score" if sees_money else "health_score_shared"
        found = {}
        for day, decisions in self.filtered("date").grouped("date").items():
            clients = decisions.relationship_id
            snapshots = Snapshot._get_scores(clients, day)
            for decision in decisions:
                client = decision.relationship_id
                then = snapshots.get(client._origin.id, {}).get("score")
                now = client[fname] if client.health_known else None
                found[decision] = tuple(
                    None if score is None else scoring.get_shown(score) for score in (then, now)
                )
        return found

    @api.constrains("date")
    def _check_date(self):
        if any(decision.date > decision._get_latest_today() for decision in self):
            raise ValidationError(
                self.env._("A decision cannot be made in the future. Please check its date.")
            )

    # Its activity

    @api.model_create_multi
    def create(self, vals_list):
        decisions = super().create(vals_list)
        decisions._plan()
        return decisions

    def write(self, vals):
        result = super().write(vals)
        if not vals.keys().isdisjoint(("name", "user_id", "date_deadline")):
            for decision in self.filtered(lambda one: one.state == "open"):
                decision.activity_id.write(decision._prepare_activity())
        return result

    def unlink(self):
        self.filtered(lambda one: one.state == "open").activity_id.unlink()
        return super().unlink()

    def _plan(self):
        """Make an activity of each decision, for its owner."""
        Relationship = self.env["client.relationship"]
        kind = self.env.ref(ACTIVITY_REVIEW_DECISION, raise_if_not_found=False)
        kind = kind or Relationship._default_activity_type()
        for user, decisions in self.grouped("user_id").items():
            clients = decisions.relationship_id
            clients._add_followers(dict.fromkeys(clients, user))
        common = {
            "activity_type_id": kind.id,
            "res_model_id": self.env["ir.model"]._get_id("client.relationship"),
            "automated": True,
        }
        activities = (
            self.env["mail.activity"]
            .with_context(mail_activity_quick_update=True)
            .create(
                [
                    {**common, "res_id": one.relationship_id.id, **one._prepare_activity()}
                    for one in self
                ]
            )
        )
        for decision, activity in zip(self, activities, strict=True):
            # sudo: a protected field; the user has just created the decision
            decision.sudo().activity_id = activity

    def _prepare_activity(self):
        self.ensure_one()
        return {
            "summary": self.name,
            "user_id": self.user_id.id,
            "date_deadline": self.date_deadline,
        }

    # What the next review shows

    @api.model
    def _get_of_last_review(self, relationships):
        """Return what was decided on the last day of decisions, and whatever is still open."""
        here = [("relationship_id", "in", relationships.ids)]
        today = get_today(relationships[:1].company_id or self.env.company)
        last = self.search([*here, ("date", "<", today)], limit=1).date
        return self.search([*here, "|", ("state", "=", "open"), ("date", "=", last)])

    def _get_review_rows(self):
        """Return the rows of the sheet of decisions, see ``report/review/decisions.py``."""
        words = dict(self._fields["state"]._description_selection(self.env))
        scores = self._get_scores()
        rows = []
        for decision in self:
            then, now = scores[decision]
            rows.append(
                {
                    "client": decision.relationship_id.display_name,
                    "decision": decision.name,
                    "owner": decision.user_id.name,
                    "deadline": decision.date_deadline,
                    "date": decision.date,
                    "state": self.env._("Overdue")
                    if decision.is_overdue
                    else words[decision.state],
                    "score_then": then,
                    "score_now": now,
                    "change": None if None in (then, now) else now - then,
                    "client_id": decision.relationship_id.id,
                    "decision_id": decision.id,
                }
            )
        return rows
