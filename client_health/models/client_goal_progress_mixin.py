from math import isfinite

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..engine.results import progress as engine

# How far ahead a new goal looks.
HORIZONS = {"period": relativedelta(months=3), "big": relativedelta(years=3)}


class ClientGoalProgressMixin(models.AbstractModel):
    """How far a goal is: its figures, its time, and how it stands today.

    The arithmetic is in ``engine/results/progress.py``. What changes from day to day is not
    stored; what it is searched by is.
    """

    _name = "client.goal.progress.mixin"
    _description = "Progress of a Client Goal"

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
        string="Start", required=True, default=fields.Date.context_today, tracking=True
    )
    date_end = fields.Date(
        string="End",
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
        today = fields.Date.context_today(self)
        for goal in self:
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
        today = fields.Date.context_today(self)
        for goal in self:
            dated = goal.date_start and goal.date_end
            goal.time_gone = dated and 100 * float(
                engine.get_time_share(goal.date_start, goal.date_end, today)
            )

    @api.depends("state", "date_schedule", "progress", "date_measured", "date_end")
    def _compute_standing(self):
        today = fields.Date.context_today(self)
        domains = self._get_standing_domains(today)
        self.standing = False
        for standing, domain in domains.items():
            self.filtered_domain(domain).standing = standing

    @api.model
    def _search_standing(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = self._get_standing_domains(fields.Date.context_today(self))
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
                raise ValidationError(self.env._("The goal “%s” ends before it starts.", goal.name))

    @api.constrains("baseline", "target", "actual")
    def _check_figures(self):
        for goal in self:
            if not all(isfinite(figure) for figure in (goal.baseline, goal.target, goal.actual)):
                raise ValidationError(
                    self.env._("The figures of the goal “%s” are not numbers.", goal.name)
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
