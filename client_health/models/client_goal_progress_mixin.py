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
        help="Agreed: both sides said yes. From then on the client sees the goal on its portal, "
        "without what it brings us.",
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
        aggregator=None, tracking=True, help="Where we started, in the unit of the goal."
    )
    target = fields.Float(
        default=100,
        aggregator=None,
        tracking=True,
        help="Where we want to be. Less than the baseline is fine: complaints go down.",
    )
    actual = fields.Float(
        aggregator=None, copy=False, tracking=True, help="Where we are, as last measured."
    )
    date_measured = fields.Date(
        string="Measured On",
        compute="_compute_date_measured",
        store=True,
        readonly=False,
        copy=False,
        help="Empty: nobody has measured yet, and the progress is unknown. It is set with a new "
        "figure; to measure an actual of 0, give the date.",
    )
    unit = fields.Char(default="%", help="What is counted: %, bookings a month, complaints …")
    progress = fields.Float(
        string="Progress (%)",
        compute="_compute_progress",
        store=True,
        aggregator=None,
        help="How much of the way from baseline to target is done. Below 0 it got worse. "
        "It says nothing before the goal was measured.",
    )
    date_schedule = fields.Date(
        string="On Schedule Until",
        compute="_compute_progress",
        store=True,
        help="Without further progress, the goal is behind from the next day on.",
    )
    time_gone = fields.Float(
        string="Time Gone (%)",
        compute="_compute_time_gone",
        help="How much of the time between start and end is over.",
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
        help="Of agreed goals. Behind: progress is more than 10 points short of the time gone. "
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
        """Return how much of the way is done, None when nobody measured."""
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
                        "The goal “%s” starts where it wants to go: baseline and target are the "
                        "same. Please say what is to change.",
                        goal.name,
                    )
                )

    def _get_way_text(self):
        """Return what moved, in words; empty when nobody measured."""
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
