"""What a value report says to a client: plain values from a white list, and no others."""

from datetime import datetime, time

from markupsafe import Markup

from odoo import api, models
from odoo.tools.misc import format_amount, formatLang

from ..engine.clock import get_closed_months, get_day, get_today
from ..engine.period import end_of_month, first_of_month
from ..engine.results.chart import Bar, draw_bars
from ..engine.results.timeliness import read_timeliness
from ..tools import format_day

# Goals that both sides know; goals to agree and dropped goals stay internal.
SHOWN_STATES = ("agreed", "reached", "missed")
# What an adjustment of a goal changes. Of each goal, the latest are shown.
ADJUSTED = ("baseline", "target", "date_end")
MOST_CHANGES = 5
# More bars are no picture any more.
MOST_BARS = 12


class ClientValueReport(models.AbstractModel):
    """Collects what a client and we reached in a period, in the language of the client.

    The client reads it, so every value is taken one by one: goals without the benefit for us,
    accomplishments without our estimate, the client's own words, and no other amounts than its
    fees and the values that it confirmed itself. A value that is unknown is left out, and the
    report says so.
    """

    _name = "client.value.report"
    _description = "Value Report"

    @api.model
    def _collect(self, relationship, start, end, lang=None, with_fees=True, with_punctuality=True):
        """Return the values of the report as a dictionary; the caller may read the client.

        Days included. ``with_fees``: with the fees of the period and the return on them.
        """
        # sudo: records of this client alone, whose reader the caller is, in its own company; fees
        # are what its invoices told the client. Only the values below go out.
        relationship = relationship.sudo().with_company(relationship.company_id)
        lang = lang or self.env.lang or "en_US"
        relationship = relationship.with_context(lang=lang, active_test=True)
        report = relationship.env[self._name]
        goals = report._get_goals(relationship, start, end)
        results = report._get_results(relationship, start, end)
        values = {
            "lang": lang.replace("_", "-"),
            "company": relationship.company_id.name,
            "client": relationship.partner_id.name,
            "period": report._format_period(start, end),
            "as_of": report._format_day(get_today(relationship.company_id)),
            "goals": [report._prepare_goal(*one) for one in goals.items()],
            "results": [report._prepare_result(result) for result in results],
            "money": report._prepare_money(relationship, results, start, end, with_fees),
            "words": report._prepare_words(relationship, start, end),
            "next": report._prepare_next(relationship, goals, end),
        }
        values["is_empty"] = not (values["goals"] or values["results"] or values["words"])
        values["ours"], values["theirs"] = (
            report._get_timeliness(relationship, start, end) if with_punctuality else ([], [])
        )
        values["chart"] = report._draw(goals, results, start, end)
        return values

    # Goals

    @api.model
    def _get_goals(self, relationship, start, end):
        """Return {goal: how it was adjusted} of what both sides worked on in the period."""
        goals = self.env["client.goal"].search(
            [
                ("relationship_id", "=", relationship.id),
                ("state", "in", SHOWN_STATES),
                ("date_start", "<=", end),
                ("date_agreed", "!=", False),
                "|",
                ("date_closed", "=", False),
                ("date_closed", ">=", start),
            ],
            order="horizon desc, date_end, id",
        )
        tracked = self._get_tracked(goals)
        found = {}
        for goal in goals:
            lines = tracked.get(goal.id, self.env["mail.tracking.value"])
            agreed = self._get_agreed_moment(goal, lines)
            if get_day(goal.company_id, agreed) <= end:
                found[goal] = [
                    self._get_change_text(goal, line)
                    for line in lines
                    if line.field_id.name in ADJUSTED and line.mail_message_id.date > agreed
                ][-MOST_CHANGES:]
        return found

    @api.model
    def _get_tracked(self, goals):
        """Return {goal id: what its discussion says about its changes}, the oldest first."""
        lines = self.env["mail.tracking.value"].search(
            [
                ("mail_message_id.model", "=", "client.goal"),
                ("mail_message_id.res_id", "in", goals.ids),
                ("field_id.name", "in", (*ADJUSTED, "state")),
            ],
            order="id",
        )
        return lines.grouped(lambda line: line.mail_message_id.res_id)

    @api.model
    def _get_agreed_moment(self, goal, lines):
        """Return when the goal was agreed first: what was changed before that was a draft.

        ``date_agreed`` is the last time: a goal that was adjusted is agreed anew.
        """
        moves = lines.filtered(lambda line: line.field_id.name == "state").mail_message_id
        first = moves.sorted("id")[:1].date
        if first and get_day(goal.company_id, first) <= goal.date_agreed:
            return first
        noon = datetime.combine(goal.date_agreed, time(12))
        return min(noon, goal.create_date)

    @api.model
    def _get_change_text(self, goal, line):
        fname = line.field_id.name
        if fname == "date_end":
            # Odoo stores a day as a moment
            days = (line.old_value_datetime, line.new_value_datetime)
            old, new = (self._format_day(moment and moment.date()) for moment in days)
        else:
            figures = (line.old_value_float, line.new_value_float)
            old, new = (self._format_figure(figure, goal.unit) for figure in figures)
        day = self._format_day(get_day(goal.company_id, line.mail_message_id.date))
        words = {"day": day, "old": old, "new": new}
        if fname == "baseline":
            return self.env._("%(day)s: start corrected from %(old)s to %(new)s", **words)
        if fname == "target":
            return self.env._("%(day)s: target changed from %(old)s to %(new)s", **words)
        return self.env._("%(day)s: end moved from %(old)s to %(new)s", **words)

    @api.model
    def _prepare_goal(self, goal, changes):
        measured = bool(goal.date_measured)
        return {
            "name": goal.name,
            "benefit": goal.benefit_client,
            "state": goal.state,
            "state_name": dict(goal._fields["state"]._description_selection(self.env))[goal.state],
            "baseline": self._format_figure(goal.baseline, goal.unit),
            "actual": measured and self._format_figure(goal.actual, goal.unit),
            "target": self._format_figure(goal.target, goal.unit),
            "measured": self._format_day(goal.date_measured),
            "progress": measured and round(goal.progress),
            "end": self._format_day(goal.date_end),
            "us": goal.user_id.name,
            "them": goal.client_owner_id.name,
            "changes": changes,
        }

    @api.model
    def _prepare_next(self, relationship, goals, end):
        """Return what is agreed for the time after the period."""
        coming = self.env["client.goal"].search(
            [
                ("relationship_id", "=", relationship.id),
                ("state", "=", "agreed"),
                ("date_end", ">", end),
            ],
            order="date_end, id",
        )
        return [
            {
                "name": goal.name,
                "benefit": goal not in goals and goal.benefit_client,
                "target": self._format_figure(goal.target, goal.unit),
                "end": self._format_day(goal.date_end),
                "us": goal.user_id.name,
                "them": goal.client_owner_id.name,
            }
            for goal in coming
        ]

    # Accomplishments, words and money

    @api.model
    def _get_results(self, relationship, start, end):
        """Return what was done in the period, and what the client confirmed in it.

        A value counts in the period in which it was confirmed: once, in one report.
        """
        return self.env["client.accomplishment"].search(
            [
                ("relationship_id", "=", relationship.id),
                ("is_shared", "=", True),
                "|",
                "&",
                ("date", ">=", start),
                ("date", "<=", end),
                "&",
                ("confirmed_date", ">=", start),
                ("confirmed_date", "<=", end),
            ],
            order="date, id",
        )

    @api.model
    def _prepare_result(self, result):
        return {
            "name": result.name,
            "date": self._format_day(result.date),
            "description": result.description,
            "value_words": result.value_words,
            "link": result.link,
            "state": result.state,
            "amount": result.confirmed_amount
            and format_amount(self.env, result.confirmed_amount, result.currency_id),
            "words": result.confirmed_words,
            "by": result.confirmed_by_id.name,
            "confirmed": self._format_day(result.confirmed_date),
        }

    @api.model
    def _prepare_words(self, relationship, start, end):
        """Return what the client itself wrote about our work: never our notes of what it said."""
        values = self.env["client.value"].search(
            [
                ("relationship_id", "=", relationship.id),
                ("is_own", "=", True),
                ("accomplishment_id", "=", False),
                ("date", ">=", start),
                ("date", "<=", end),
            ]
        )
        said = [(value.date, value.words, value.contact_id.name) for value in values]
        feedback = self.env["client.feedback"].search(
            [
                ("relationship_id", "=", relationship.id),
                ("given_by_client", "=", True),
                ("kind", "in", ("praise", "value")),
            ]
        )
        for line in feedback:
            day = get_day(line.company_id, line.date)
            if start <= day <= end:
                said.append((day, line.text, line.contact_id.name))
        return [
            {"text": text, "by": name, "date": self._format_day(day)}
            for day, text, name in sorted(said, key=lambda line: line[0])
            if text
        ]

    @api.model
    def _prepare_money(self, relationship, results, start, end, with_fees):
        """Return the confirmed value, the fees and the return, as far as they are known."""
        company = relationship.company_id
        confirmed = results.filtered(lambda one: one.confirmed_date and one.confirmed_date >= start)
        confirmed = confirmed.filtered(lambda one: one.confirmed_date <= end)
        value = sum(confirmed.mapped("confirmed_amount"))
        money = {
            "value": value and format_amount(self.env, value, company.currency_id),
            "in_words": len(confirmed.filtered(lambda one: not one.confirmed_amount)),
            "fees": False,
            "times": False,
            "note": False,
        }
        if not with_fees:
            return money
        fees, money["note"] = self._get_fees(relationship, start, end)
        if fees:
            money["fees"] = format_amount(self.env, fees, company.currency_id)
            if value:
                money["times"] = formatLang(self.env, value / fees, digits=1)
            else:
                money["note"] = self.env._(
                    "You have not named a figure in this period, so there is no return to show. A "
                    "figure of your own is welcome at any time."
                )
        return money

    @api.model
    def _get_fees(self, relationship, start, end):
        """Return (fees, why they are left out): what was invoiced to the client, net of taxes.

        From the ledger, whose months are whole: without what is passed through, and only once a
        month is closed.
        """
        company = relationship.company_id
        _start, closed = get_closed_months(company, get_today(company))
        if first_of_month(start) != start or end_of_month(end) != end:
            return None, self.env._(
                "Fees are known for whole months only, so this report shows no return on them."
            )
        if end >= closed or not company.client_profitability_date:
            return None, self.env._(
                "The invoices of this period are not complete yet, so this report shows no return "
                "on fees."
            )
        [(fees,)] = self.env["client.profitability"]._read_group(
            [
                ("relationship_id", "=", relationship.id),
                ("company_id", "=", company.id),
                ("date", ">=", start),
                ("date", "<=", end),
            ],
            aggregates=["revenue:sum"],
        )
        if not fees or fees <= 0:
            return None, self.env._(
                "No fees were invoiced in this period, so there is no return on them to show."
            )
        return fees, False

    # How punctual both sides were

    @api.model
    def _get_timeliness(self, relationship, start, end):
        """Return two lists of sentences: what we kept, and what the client kept.

        Other features add theirs; what is unknown has no sentence.
        """
        known = read_timeliness(self.env, relationship, start, end)
        ours, theirs = [], []
        if known.hours is not None:
            ours.append(self._get_answers_text(known))
        if known.milestones:
            ours.append(
                self.env._(
                    "Milestones reached by the agreed day: %(good)s of %(due)s",
                    good=known.milestones_on_time,
                    due=known.milestones,
                )
            )
        if known.duties:
            theirs.append(
                self.env._(
                    "Your part done by the agreed day: %(good)s of %(due)s",
                    good=known.duties_on_time,
                    due=known.duties,
                )
            )
        if known.invoices:
            theirs.append(
                self.env._(
                    "Invoices paid by their day: %(good)s of %(due)s",
                    good=known.invoices_on_time,
                    due=known.invoices,
                )
            )
        return ours, theirs

    @api.model
    def _get_answers_text(self, known):
        """In words that are right for one answer, and for one hour."""
        hours = round(known.hours, 1)
        within = (
            self.env._("an hour of work")
            if hours <= 1
            else self.env._("%s working hours", self._format_figure(hours))
        )
        if known.answers == 1:
            return self.env._("You wrote once and had our answer within %s", within)
        return self.env._(
            "Our answers to you, %(answers)s in all: half of them within %(within)s",
            answers=known.answers,
            within=within,
        )

    # The chart

    @api.model
    def _draw(self, goals, results, start, end):
        """Return {title, svg} of the one picture: confirmed value by month, or progress; or {}."""
        title, bars = self._get_value_bars(results, start, end)
        if len(bars) < 2:
            title, bars = self._get_goal_bars(goals)
        return {"title": title, "svg": str(draw_bars(title, bars[:MOST_BARS]))} if bars else {}

    @api.model
    def _get_value_bars(self, results, start, end):
        """Return the bars of the months in which the client confirmed a value."""
        months = {}
        for result in results.filtered("confirmed_amount"):
            if start <= result.confirmed_date <= end:
                month = first_of_month(result.confirmed_date)
                months[month] = months.get(month, 0) + result.confirmed_amount
        highest = max(months.values(), default=0)
        currency = results.currency_id[:1]
        bars = [
            Bar(
                format_day(self.env, month, date_format="LLLL y"),
                months[month] / highest,
                format_amount(self.env, months[month], currency),
            )
            for month in sorted(months)
        ]
        return self.env._("Value that you confirmed, by month"), bars

    @api.model
    def _get_goal_bars(self, goals):
        bars = [
            Bar(goal.name, goal.progress / 100, f"{self._format_figure(round(goal.progress))} %")
            for goal in goals
            if goal.date_measured
        ]
        return self.env._("How far we are with the goals"), bars

    # Formats of the client's language

    @api.model
    def _format_day(self, day):
        return day and format_day(self.env, day)

    @api.model
    def _format_period(self, start, end):
        if first_of_month(start) == start and end_of_month(end) == end:
            months = [format_day(self.env, day, date_format="LLLL y") for day in (start, end)]
            if months[0] == months[1]:
                return months[0]
            if start.year == end.year:
                months[0] = format_day(self.env, start, date_format="LLLL")
            return " – ".join(months)
        return " – ".join(format_day(self.env, day) for day in (start, end))

    @api.model
    def _format_figure(self, figure, unit=None):
        """Return a figure with as many decimals as it has, and its unit."""
        text = f"{figure:.6g}" if abs(figure) < 1e6 else f"{figure:.0f}"
        decimals = len(text.partition(".")[2]) if "e" not in text else 6
        text = formatLang(self.env, figure, digits=decimals)
        return f"{text} {unit}" if unit else text

    @api.model
    def _render(self, values, lang=None):
        """Return the report as HTML with its styles, in the language of its values."""
        qweb = self.env["ir.qweb"].with_context(lang=lang or self.env.lang)
        chart = values["chart"]
        svg = chart and Markup(chart["svg"])  # noqa: S704  drawn by us, its texts are escaped
        return qweb._render(
            "client_health.client_value_report_content", {"report": values, "svg": svg}
        )
