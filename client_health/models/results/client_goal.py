from math import isfinite

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...engine.clock import get_today
from ...engine.results import progress as engine
from ...tools import format_day
from ..common.client_word_mixin import NO_WORD

CLOSED_STATES = ("reached", "missed", "dropped")
# How far ahead a new goal looks.
HORIZONS = {"period": relativedelta(months=3), "big": relativedelta(years=3)}


class ClientGoal(models.Model):
    """What a client and we want to reach together, and what it brings to each side.

    How far it is follows from figures and dates (``engine/results/progress.py``). What changes from
    day to day is computed and has a search method; it is not stored.
    """

    _name = "client.goal"
    _description = "Client Goal"
    _inherit = [
        "client.accomplishment.source.mixin",
        "client.word.mixin",
        "client.record.mixin",
        "client.protected.mixin",
        "client.internal.thread.mixin",
        "mail.activity.mixin",
    ]
    _order = "date_end, id"
    _check_company_auto = True

    name = fields.Char(string="Goal", required=True, tracking=True)
    active = fields.Boolean(default=True)
    date_agreed = fields.Date(
        string="Agreed On",
        compute="_compute_dates_of_state",
        store=True,
        precompute=True,
        copy=False,
        help="Last day on which both sides agreed. Set by the state.",
        protected=True,
    )
    agreed_by_id = fields.Many2one(
        "res.partner",
        compute="_compute_dates_of_state",
        store=True,
        precompute=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
        help="The contact who agreed for the client.",
        protected=True,
    )
    word_source = fields.Selection(compute="_compute_dates_of_state", store=True, precompute=True)
    word_trace = fields.Char(compute="_compute_dates_of_state", store=True, precompute=True)
    word_partner_id = fields.Many2one(
        compute="_compute_dates_of_state", store=True, precompute=True
    )
    date_closed = fields.Date(
        string="Closed On",
        compute="_compute_dates_of_state",
        store=True,
        precompute=True,
        copy=False,
        protected=True,
    )
    benefit_client = fields.Text(
        string="Benefit for the Client",
        tracking=True,
        help="In words that the client would use. Shown to the client.",
    )
    benefit_us = fields.Text(
        string="Benefit for Us",
        tracking=True,
        help="Why it is also good for us. Never shown to the client.",
    )
    benefit_side = fields.Selection(
        [
            ("both", "Both sides"),
            ("client", "Only the client"),
            ("us", "Only us"),
            ("none", "None named"),
        ],
        string="Benefits",
        compute="_compute_benefit_side",
        store=True,
        index=True,
        help="A good goal benefits both sides. A goal with a benefit for one side only is flagged.",
    )
    date_discussed = fields.Date(
        string="Last Discussed",
        copy=False,
        tracking=True,
        help="The last day on which this big goal was discussed with the client.",
    )
    is_stale = fields.Boolean(
        string="Not Discussed for a Year",
        compute="_compute_is_stale",
        search="_search_is_stale",
        help="A big goal that was not discussed for a year may be outdated.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        index=True,
        check_company=True,
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
    )
    client_owner_id = fields.Many2one(
        "res.partner",
        string="Responsible at the Client",
        tracking=True,
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        domain="[('commercial_partner_id', '=', partner_id), ('is_company', '=', False)]",
    )
    project_id = fields.Many2one(
        "project.project",
        index="btree_not_null",
        check_company=True,
        ondelete="set null",
        domain="[('partner_id.commercial_partner_id', '=', partner_id),"
        " ('is_template', '=', False)]",
    )
    milestone_id = fields.Many2one(
        "project.milestone",
        index="btree_not_null",
        ondelete="set null",
        domain="[('project_id.partner_id.commercial_partner_id', '=', partner_id)]",
    )
    state = fields.Selection(
        [
            ("draft", "To agree"),
            ("agreed", "Agreed"),
            ("reached", "Reached"),
            ("missed", "Missed"),
            ("dropped", "Dropped"),
        ],
        required=True,
        default="draft",
        tracking=True,
        index=True,
        group_expand=True,
        help="Agreed: both sides agreed. The client then sees the goal on the portal, without the "
        "benefit for us.",
    )
    horizon = fields.Selection(
        [("period", "This period"), ("big", "Big goal, next three years")],
        required=True,
        default="period",
        tracking=True,
    )
    date_start = fields.Date(
        string="Start",
        required=True,
        default=lambda self: get_today(self.env.company),
        tracking=True,
    )
    date_end = fields.Date(
        string="Until",
        required=True,
        compute="_compute_date_end",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        index=True,
    )
    baseline = fields.Float(
        aggregator=None, tracking=True, help="Value at the start, in the unit of the goal."
    )
    target = fields.Float(
        default=100,
        aggregator=None,
        tracking=True,
        help="Value to reach. It can be lower than the baseline, for example fewer complaints.",
    )
    actual = fields.Float(
        aggregator=None, copy=False, tracking=True, help="Value as last measured."
    )
    date_measured = fields.Date(
        string="Measured On",
        compute="_compute_date_measured",
        store=True,
        readonly=False,
        copy=False,
        help="Empty: not measured yet, so the progress is unknown. Set automatically with a new "
        "value; to record a value of 0, enter the date.",
    )
    unit = fields.Char(default="%", help="What is counted: %, bookings a month, complaints …")
    progress = fields.Float(
        string="Progress (%)",
        compute="_compute_progress",
        store=True,
        aggregator=None,
        help="Share of the way from baseline to target that is done. Negative: it got worse. Not "
        "meaningful before the first measurement.",
    )
    date_schedule = fields.Date(
        string="On Schedule Until",
        compute="_compute_progress",
        store=True,
        help="Without further progress, the goal is behind from the day after.",
    )
    time_gone = fields.Float(
        string="Time Elapsed (%)",
        compute="_compute_time_gone",
        help="Share of the time between start and end that has passed.",
    )
    standing = fields.Selection(
        [
            (engine.UNKNOWN, "Not measured"),
            (engine.ON_TRACK, "On track"),
            (engine.BEHIND, "Behind"),
            ("overdue", "Overdue"),
            (engine.MET, "Target met"),
        ],
        compute="_compute_standing",
        search="_search_standing",
        help="For agreed goals. Behind: progress is more than 10 points below the time elapsed. "
        "Overdue: the end has passed and the target is not met.",
    )

    # Agreement, benefit and big goals

    @api.depends("state")
    def _compute_dates_of_state(self):
        """Of a goal that is open again, who agreed before says nothing any more."""
        for goal in self:
            today = get_today(goal.company_id or self.env.company)
            agreed, closed = goal.date_agreed, goal.date_closed
            goal.date_closed = (closed or today) if goal.state in CLOSED_STATES else False
            if goal.state == "agreed":
                agreed = agreed or today
            goal.date_agreed = agreed
            goal.update({name: goal[name] for name in ("agreed_by_id", *NO_WORD)})
            if goal.state == "draft":
                goal.update({**NO_WORD, "agreed_by_id": False, "date_agreed": False})

    @api.depends("benefit_client", "benefit_us")
    def _compute_benefit_side(self):
        sides = {(True, True): "both", (True, False): "client", (False, True): "us"}
        for goal in self:
            named = tuple(
                bool((text or "").strip()) for text in (goal.benefit_client, goal.benefit_us)
            )
            goal.benefit_side = sides.get(named, "none")

    @api.depends("horizon", "state", "date_discussed")
    def _compute_is_stale(self):
        self.is_stale = False
        self.filtered_domain(self._get_stale_domain()).is_stale = True

    @api.model
    def _search_is_stale(self, operator, value):
        if operator != "in":
            return NotImplemented
        stale = self._get_stale_domain()
        return Domain.OR([stale] * (True in value) + [~stale] * (False in value))

    @api.model
    def _get_stale_domain(self):
        today = get_today(self.env.company)
        return self._get_big_domain() & (
            Domain("date_discussed", "=", False)
            | Domain("date_discussed", "<", today - engine.STALE_AFTER)
        )

    @api.model
    def _get_big_domain(self):
        """Return the domain of the big goals that still stand."""
        return Domain("horizon", "=", "big") & Domain("state", "in", ("draft", "agreed"))

    @api.model
    def _get_live_domain(self):
        """Return the domain of goals that both sides work on today."""
        today = get_today(self.env.company)
        return Domain("state", "=", "agreed") & Domain("date_end", ">=", today)

    @api.depends("relationship_id")
    def _compute_user_id(self):
        responsible = self.relationship_id._get_responsible()
        for goal in self:
            goal.user_id = goal.user_id or responsible.get(goal.relationship_id)

    @api.model
    def _get_client_links(self):
        return {
            "project_id": ("partner_id.commercial_partner_id",),
            "milestone_id": ("project_id.partner_id.commercial_partner_id",),
            "client_owner_id": ("commercial_partner_id",),
            "agreed_by_id": ("commercial_partner_id",),
        }

    @api.constrains("date_measured", "date_discussed")
    def _check_past_dates(self):
        today = self._get_latest_today()
        for goal in self:
            if max(goal.date_measured or today, goal.date_discussed or today) > today:
                raise ValidationError(
                    self.env._(
                        "The dates of “%s” for measurement and discussion cannot be in the "
                        "future. Please enter days that were.",
                        goal.name,
                    )
                )

    # States

    def action_agree(self):
        """Ask who agreed, when and how; the first time, or again after the goal was adjusted."""
        self.ensure_one()
        self.check_access("write")
        return self.env["client.word.note"]._get_action(self)

    def _agree(self, contact=None, source=False, day=None):
        """Both sides agree. Without a contact and a way it is our own word only."""
        self.write({"state": "agreed"})
        for company, goals in self.grouped("company_id").items():
            date = day or get_today(company)
            words = self._prepare_words(goals.relationship_id, source, date)
            said = {"date_agreed": date, "agreed_by_id": contact.id if contact else False}
            for client, same in goals.grouped("relationship_id").items():
                # sudo: evidence; the first line has checked that the user may write
                same.sudo().write({**words[client], **said})

    @api.depends("date_agreed", "word_trace", "word_partner_id", "partner_id")
    def _compute_word_is_own(self):
        for goal in self.sudo():  # only whether something shows it
            goal.word_is_own = bool(goal.date_agreed) and not goal._is_word_shown(goal.partner_id)

    def action_reach(self):
        self.write({"state": "reached"})

    def action_miss(self):
        self.write({"state": "missed"})

    def action_drop(self):
        self.write({"state": "dropped"})

    def action_plan_conversation(self):
        """The client was asked about its big goals today."""
        for company, goals in self.grouped("company_id").items():
            goals.write({"date_discussed": get_today(company)})

    # Becoming an accomplishment

    @api.model
    def _get_accomplishment_field(self):
        return "goal_id"

    def _get_accomplishment_relationship(self):
        return self.relationship_id

    def _is_accomplished(self):
        return self.state == "reached"

    def _prepare_accomplishment(self):
        values = super()._prepare_accomplishment()
        return dict(
            values,
            date=self.date_closed,
            milestone_id=self.milestone_id.id,
            description=self._get_way_text(),
            value_words=self.benefit_client,
        )

    # Progress: figures, time and standing

    @api.depends("horizon", "date_start")
    def _compute_date_end(self):
        for goal in self:
            if not goal.date_end and goal.horizon and goal.date_start:
                goal.date_end = goal.date_start + HORIZONS[goal.horizon]

    @api.onchange("horizon")
    def _onchange_horizon(self):
        if self.horizon and self.date_start:
            self.date_end = self.date_start + HORIZONS[self.horizon]

    @api.depends("actual")
    def _compute_date_measured(self):
        for goal in self:
            today = get_today(goal.company_id or self.env.company)
            goal.date_measured = today if goal.actual or goal.date_measured else False

    @api.depends("baseline", "target", "actual", "date_measured", "date_start", "date_end")
    def _compute_progress(self):
        for goal in self:
            share = goal._get_share()
            goal.progress = 100 * (share or 0)
            goal.date_schedule = (
                goal.date_start
                and goal.date_end
                and engine.get_schedule_date(goal.date_start, goal.date_end, share)
            )

    def _get_share(self):
        """Return how much of the way is done, None without a measurement."""
        self.ensure_one()
        actual = self.actual if self.date_measured else None
        return engine.get_share(self.baseline, self.target, actual)

    @api.depends("date_start", "date_end")
    def _compute_time_gone(self):
        today = get_today(self.env.company)
        for goal in self:
            dated = goal.date_start and goal.date_end
            goal.time_gone = dated and 100 * float(
                engine.get_time_share(goal.date_start, goal.date_end, today)
            )

    @api.depends("state", "date_schedule", "progress", "date_measured", "date_end")
    def _compute_standing(self):
        today = get_today(self.env.company)
        domains = self._get_standing_domains(today)
        self.standing = False
        for standing, domain in domains.items():
            self.filtered_domain(domain).standing = standing

    @api.model
    def _search_standing(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = self._get_standing_domains(get_today(self.env.company))
        found = Domain.OR(domains[standing] for standing in value if standing in domains)
        return found | Domain("state", "!=", "agreed") if False in value else found

    @api.model
    def _get_standing_domains(self, today):
        """Return {standing: domain}; the domains exclude each other.

        The stored ``date_schedule`` says the same as ``engine.get_standing``, for any day.
        """
        agreed = Domain("state", "=", "agreed")
        measured = Domain("date_measured", "!=", False)
        met = measured & Domain("progress", ">=", 100)
        over = Domain("date_end", "<", today)
        behind = Domain("date_schedule", "<", today)
        going = agreed & ~met & ~over
        return {
            engine.UNKNOWN: going & ~measured,
            engine.ON_TRACK: going & measured & ~behind,
            engine.BEHIND: going & measured & behind,
            "overdue": agreed & ~met & over,
            engine.MET: agreed & met,
        }

    @api.constrains("date_start", "date_end")
    def _check_period(self):
        for goal in self:
            if goal.date_end < goal.date_start:
                raise ValidationError(
                    self.env._(
                        "The goal “%(goal)s” ends before it starts, on %(start)s. Please choose a "
                        "later day under “Until”.",
                        goal=goal.name,
                        start=format_day(self.env, goal.date_start),
                    )
                )

    @api.constrains("baseline", "target", "actual")
    def _check_figures(self):
        for goal in self:
            if not all(isfinite(figure) for figure in (goal.baseline, goal.target, goal.actual)):
                raise ValidationError(
                    self.env._(
                        "The figures of the goal “%s” are not numbers. Please enter baseline,"
                        " target and actual.",
                        goal.name,
                    )
                )
            if goal.baseline == goal.target:
                raise ValidationError(
                    self.env._(
                        "The goal “%s” cannot be measured: baseline and target are the same. "
                        "Please enter what should change.",
                        goal.name,
                    )
                )

    def _get_way_text(self):
        """Return what moved, in words; empty without a measurement."""
        if not self.date_measured:
            return False
        figures = {name: f"{self[name]:g}" for name in ("baseline", "actual", "target")}
        figures["unit"] = self.unit or ""
        if self.state in ("draft", "agreed"):
            return self.env._(
                "From %(baseline)s to %(actual)s %(unit)s; the target is %(target)s %(unit)s.",
                **figures,
            )
        return self.env._(
            "From %(baseline)s to %(actual)s %(unit)s; the target was %(target)s %(unit)s.",
            **figures,
        )
