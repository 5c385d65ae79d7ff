from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import NO_ACCESS
from odoo.tools import formatLang

from ...const import ACTIVITY_TOUGH_CONVERSATION, MONEY_GROUP
from ...engine import stage_rules
from ...engine.clock import get_today
from ...engine.decision import balance
from ...engine.profitability import scenario
from ...tools import format_day

KEEP, RAISE, LEAVE = CHOICES = ("keep", "raise", "leave")
# The decision, which cannot be changed afterwards
FROZEN = frozenset(("choice", "reason"))
# A sheet that was seen longer ago shows another year.
SEEN_DAYS = 30


class ClientDecision(models.Model):
    """The decision about a client: keep the terms, raise the rate or end the relationship.

    Until then its sheet is live, see ``client_decision_sheet.py``; with the decision, the figures
    of that day are stored. For users who may see money; without discussion and activities, so that
    no figure gets into a mail.
    """

    _name = "client.decision"
    _description = "Decision about a Client"
    _inherit = ["client.record.mixin", "client.protected.mixin", "client.deletion.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    # A decision stays with its client.
    relationship_id = fields.Many2one(protected=True)
    state = fields.Selection(
        [("open", "Open"), ("decided", "Decided")],
        required=True,
        default="open",
        readonly=True,
        copy=False,
        index=True,
        protected=True,
    )
    date = fields.Date(
        string="As Of",
        required=True,
        readonly=True,
        default=lambda self: get_today(self.env.company),
        help="The figures are those of the 12 full months before this day.",
        protected=True,
    )
    choice = fields.Selection(
        [
            (KEEP, "Keep the terms"),
            (RAISE, "Raise the rate"),
            (LEAVE, "End the relationship"),
        ],
        string="Decision",
        copy=False,
    )
    reason = fields.Text(copy=False, help="Your reasons, for later reference.", reason=True)
    seen_by_ids = fields.Many2many("res.users", readonly=True, copy=False, protected=True)
    seen_date = fields.Datetime(string="Last Seen On", readonly=True, copy=False, protected=True)
    decided_by_id = fields.Many2one(
        "res.users", readonly=True, copy=False, ondelete="restrict", protected=True
    )
    decided_date = fields.Datetime(string="Decided On", readonly=True, copy=False, protected=True)
    # Behind no field access: it names clients that a reader of this one may not see.
    figures = fields.Json(groups=NO_ACCESS, copy=False, protected=True)

    @api.depends("relationship_id")
    def _compute_display_name(self):
        for decision in self:
            decision.display_name = self.env._(
                "Decision about %s", decision.relationship_id.display_name or ""
            )

    def write(self, vals):
        if not FROZEN.isdisjoint(vals) and any(decision.state == "decided" for decision in self):
            raise UserError(
                self.env._("A decision cannot be changed. Please open a new sheet instead.")
            )
        return super().write(vals)

    def _get_figures(self):
        """Return the figures of each sheet: stored ones, or those of today."""
        # sudo: no group may read the field; the sheet shows what the reader may see of it
        kept = {sheet.id: sheet.sudo().figures for sheet in self if sheet.state == "decided"}
        live = self.filtered(lambda sheet: sheet.state == "open").relationship_id
        found = self._read_figures(live, get_today(self.env.company))
        return {
            sheet.id: kept[sheet.id] if sheet.id in kept else found[sheet.relationship_id.id]
            for sheet in self
        }

    @api.model
    def _open_sheet(self, relationship):
        """Return the sheet of a client that is not decided yet, marked as seen by the user."""
        if not self.env.user.has_group(MONEY_GROUP):
            raise AccessError(
                self.env._(
                    "Only users who may see the profitability of clients can open this sheet."
                )
            )
        relationship.check_access("read")
        # sudo: evidence; that the user may see the client and its money was just checked
        sheets = self.sudo().search(
            [("relationship_id", "=", relationship.id), ("state", "=", "open")], limit=1
        ) or self.sudo().create({"relationship_id": relationship.id})
        sheets.write({"seen_by_ids": [(4, self.env.user.id)], "seen_date": fields.Datetime.now()})
        return sheets.sudo(False)

    @api.model
    def _get_unseen(self, relationships):
        """Return the clients whose sheet the user has not looked at lately.

        The superuser has no eyes: what it moves was decided elsewhere.
        """
        if self.env.su:
            return relationships.browse()
        since = fields.Datetime.now() - timedelta(days=SEEN_DAYS)
        seen = self.search(
            [
                ("relationship_id", "in", relationships.ids),
                ("seen_by_ids", "in", self.env.user.ids),
                ("seen_date", ">=", since),
            ]
        )
        return relationships - seen.relationship_id

    def action_decide(self):
        """Freeze the sheet with the decision, and do what follows from it."""
        self.ensure_one()
        self.check_access("write")
        self._check_ready()
        relationship = self.relationship_id
        if self.choice == LEAVE and relationship.stage_id.phase != stage_rules.OFFBOARD:
            stage = relationship.stage_id._get_first_stage(stage_rules.OFFBOARD)
            # the move freezes this sheet, as every sheet of a leaving client
            relationship.write({"stage_id": stage.id, "stage_reason": self.reason})
            return relationship.action_view_offboarding()
        self._freeze({relationship.id: self})
        self._tell()
        return True

    def _check_ready(self):
        if self.state == "decided":
            raise UserError(self.env._("This has already been decided. Please open a new sheet."))
        if not self.choice:
            raise UserError(self.env._("Please choose one of the three decisions."))
        if not (self.reason or "").strip():
            raise UserError(
                self.env._("Please enter a reason: your colleagues will want to know it in a year.")
            )

    def _tell(self):
        """Post in the client's internal discussion that it was decided; no figure, no reason."""
        choices = dict(self._fields["choice"]._description_selection(self.env))
        relationship = self.relationship_id
        relationship._message_log(body=self.env._("Decision: %s.", choices[self.choice]))
        if self.choice == RAISE:
            relationship._schedule_activities(
                relationship._get_responsible(),
                ACTIVITY_TOUGH_CONVERSATION,
                summary=self.env._("Discuss the rate"),
            )

    @api.model
    def _freeze_for_leaving(self, relationships, reason):
        """Freeze a sheet of each client with the decision to leave; return {relationship id:
        it}."""
        # sudo: evidence; the right to offboard these clients was checked by the move
        sheets = self.sudo().search(
            [("relationship_id", "in", relationships.ids), ("state", "=", "open")]
        )
        by_client = {sheet.relationship_id.id: sheet for sheet in sheets}
        missing = [rel.id for rel in relationships if rel.id not in by_client]
        new = self.sudo().create([{"relationship_id": rel_id} for rel_id in missing])
        by_client.update(zip(missing, new, strict=True))
        for sheet in by_client.values():
            sheet.write({"choice": LEAVE, "reason": sheet.reason or reason})
        self._freeze(by_client)
        return by_client

    @api.model
    def _freeze(self, by_client):
        relationships = self.env["client.relationship"].browse(by_client)
        today = get_today(relationships.company_id[:1])
        figures = self._read_figures(relationships, today)
        for relationship_id, sheet in by_client.items():
            # sudo: evidence; the caller has checked that the user may decide
            sheet.sudo().write(
                {
                    "state": "decided",
                    "date": today,
                    "figures": figures[relationship_id],
                    "decided_by_id": self.env.user.id,
                    "decided_date": fields.Datetime.now(),
                }
            )

    def _get_period(self, start, end):
        first = format_day(self.env, start, date_format="MMM y")
        last = format_day(self.env, end - timedelta(days=1), date_format="MMM y")
        return self.env._("%(first)s until %(last)s", first=first, last=last)

    def _get_side_title(self, side):
        if side == balance.US:
            return self.env._("Benefit for us")
        return self.env._("Benefit for them")

    def _get_quadrant_words(self, result):
        words = {
            balance.WIN_WIN: (
                self.env._("Win–win"),
                self.env._("Both sides benefit. Keep it that way, and tell the client."),
            ),
            balance.WE_WIN: (
                self.env._("We win"),
                self.env._("Profitable for us, but they get little. Ask what they miss."),
            ),
            balance.THEY_WIN: (
                self.env._("They win"),
                self.env._("They benefit at our expense. Discuss price and scope."),
            ),
            balance.BOTH_LOSE: (
                self.env._("Both lose"),
                self.env._(
                    "Neither side benefits. Try a reboot, or end the relationship on good terms."
                ),
            ),
        }
        title, text = words.get(result.quadrant) or self._get_half_known_words(result)
        return {"title": title, "text": text}

    def _get_half_known_words(self, result):
        """Say what can be said when one side, or both, are not known."""
        if result.us.wins is not None:
            title = (
                self.env._("Profitable for us")
                if result.us.wins
                else self.env._("Not profitable for us")
            )
            return title, self.env._("Too little is recorded about their benefit. Ask them.")
        if result.them.wins is not None:
            title = (
                self.env._("They benefit")
                if result.them.wins
                else self.env._("They benefit little")
            )
            return title, self.env._("Too little is known about our margin.")
        return (
            self.env._("Not enough known"),
            self.env._("Too little is recorded for a conclusion."),
        )

    def _get_sign_words(self, sign, readings):
        reading = readings.get(sign)
        value = round(reading.value) if reading else 0
        words = {
            balance.LOSSES: self.env._("%s of the last 12 months ended with a loss", value),
            balance.LIKELY: self.env._(
                "The next month ends with a loss with a probability of %s %%", value
            ),
            balance.PRESSURE: self.env._(
                "They asked for a lower price, or got a discount, in %s of the last 12 months",
                value,
            ),
            balance.SILENT: self.env._("%s of our questions were not answered", value),
            balance.LOSING: self.env._("On balance it costs us more than it brings"),
        }
        return words[sign]

    def _get_line_labels(self):
        return {
            "margin_rate": self.env._("Margin"),
            "loss_probability": self.env._("Months at a loss"),
            "price_pressure": self.env._("Months with price pressure"),
            "rate_vs_average": self.env._("Income per hour"),
            "growth": self.env._("Growth against the year before"),
            "hours_over": self.env._("Hours over what was agreed"),
            "unpaid_hours": self.env._("Unpaid hours"),
            "discount": self.env._("Discounts given"),
            "payment_habit": self.env._("Payment habit"),
            "overdue_habit": self.env._("Overdue beyond their habit"),
            "unanswered": self.env._("Our questions without an answer"),
            "client_input": self.env._("Their part done in time"),
            "referrals": self.env._("Clients they referred"),
            "value_ratio": self.env._("Value they confirmed"),
            "confirmed": self.env._("Results they confirmed"),
            "goals_on_track": self.env._("Goals on track"),
            "feedback_rating": self.env._("How happy they sound"),
            "milestones_on_time": self.env._("Milestones on time"),
            "open_complaints": self.env._("Open complaints and issues"),
            "waiting": self.env._("Discussions waiting for our answer"),
            "unrequested_hours": self.env._("Unrequested work"),
        }

    def _get_line_words(self, code, reading, figures):
        """Return the figure of a line as text."""
        detail = reading.detail or {}
        special = {
            "margin_rate": self._get_margin_words,
            "rate_vs_average": self._get_rate_words,
            "payment_habit": self._get_habit_words,
            "value_ratio": self._get_value_words,
        }
        if code in special:
            return special[code](reading.value, detail, figures)
        return self._get_plain_words(code, reading.value, detail)

    def _get_plain_words(self, code, value, detail):
        forms = {
            "loss_probability": self._get_loss_words,
            "price_pressure": self._get_count_words,
            "unanswered": self._get_count_words,
            "confirmed": self._get_count_words,
            "growth": lambda value, detail: self._percent(value, sign=True),
            "hours_over": self._get_over_words,
            "unpaid_hours": lambda value, detail: (
                f"{self._percent(value)} ({self._hours(detail['hours'])})"
            ),
            "discount": lambda value, detail: (
                f"{self._percent(value)} ({self._money(detail['amount'])})"
            ),
            "overdue_habit": self._get_overdue_words,
            "feedback_rating": lambda value, detail: self.env._(
                "%s of 5", formatLang(self.env, value, 1)
            ),
        }
        percents = ("goals_on_track", "milestones_on_time", "unrequested_hours", "client_input")
        forms |= dict.fromkeys(percents, lambda value, detail: self._percent(value))
        form = forms.get(code)
        return form(value, detail) if form else formatLang(self.env, value, 0)

    def _get_count_words(self, value, detail):
        return self.env._(
            "%(count)s of %(all)s",
            count=round(detail.get("confirmed", value)),
            all=detail.get("asked") or detail.get("months", 12),
        )

    def _get_loss_words(self, value, detail):
        return self.env._(
            "%(count)s of %(all)s (%(likely)s likely next month)",
            count=detail["losses"],
            all=detail["months"],
            likely=self._percent(value),
        )

    def _get_over_words(self, value, detail):
        agreed, worked = self._hours(detail["agreed"]), self._hours(detail["worked"])
        return f"{self._percent(value, sign=True)} ({agreed} → {worked})"

    def _get_overdue_words(self, value, detail):
        return self.env._("%s days", round(value)) if value > 0 else self.env._("nothing")

    def _get_margin_words(self, value, detail, figures):
        return self.env._(
            "%(rate)s (target %(target)s)",
            rate=self._percent(value),
            target=self._percent(figures["target"]),
        )

    def _get_rate_words(self, value, detail, figures):
        return self.env._(
            "%(rate)s (average %(average)s)",
            rate=self._per_hour(detail["amount"]),
            average=self._per_hour(detail["average"]),
        )

    def _get_habit_words(self, value, detail, figures):
        days = abs(round(value))
        if not days:
            return self.env._("on the day")
        if value > 0:
            return self.env._("%s days late", days)
        return self.env._("%s days early", days)

    def _get_value_words(self, value, detail, figures):
        return self.env._(
            "%(amount)s (%(times)s times the fees)",
            amount=self._money(detail["amount"]),
            times=formatLang(self.env, value / 100, 1),
        )

    def _get_elsewhere_hint(self, departure, figures):
        if departure.earned_elsewhere is None:
            return self.env._("unknown: no hours, or no average rate")
        return self.env._(
            "at the average of %(rate)s: %(difference)s",
            rate=self._per_hour(figures["company_rate"]),
            difference=self._money(departure.difference, sign=True),
        )

    def _get_unbilled_hint(self, left):
        hints = []
        if left.hours_to_invoice:
            hints.append(self._hours(left.hours_to_invoice))
        if left.drafts:
            hints.append(self.env._("%s draft invoices", left.drafts))
        return ", ".join(hints)

    def _get_promise_labels(self):
        return {
            "project.milestone": self.env._("Milestones not reached"),
            "client.goal": self.env._("Goals agreed"),
            "client.hypothesis": self.env._("Ideas we promised to try"),
            "project.task": self.env._("Open tasks"),
        }

    def _get_row_labels(self):
        return {
            "revenue": self.env._("Revenue"),
            "cost": self.env._("Cost"),
            "margin": self.env._("Margin"),
            "margin_after_overhead": self.env._("Margin after overhead"),
            "margin_rate": self.env._("Margin (%)"),
            "hours": self.env._("Hours"),
            "effective_rate": self.env._("Effective hourly rate"),
        }

    def _get_scenario_words(self, figures, sums):
        """Return {kind: title and hint} of the columns."""
        today = scenario.get_outcome(sums)
        hints = {
            kind: self._get_raise_words(today, rate)
            for kind, rate in (("break_even", 0), ("target", figures["target"]))
        }
        target = self._percent(figures["target"])
        return {
            "keep": {"title": self.env._("Keep the terms"), "hint": ""},
            "break_even": {
                "title": self.env._("Raise to break even"),
                "hint": hints["break_even"],
            },
            "target": {
                "title": self.env._("Raise to %s margin", target),
                "hint": hints["target"],
            },
            "leave": {"title": self.env._("End the relationship"), "hint": ""},
        }

    def _get_raise_words(self, today, margin_rate):
        rate = scenario.get_rate_for(today, margin_rate)
        rise = scenario.get_raise(today, rate)
        return "" if rise is None else self._percent(rise, sign=True)
