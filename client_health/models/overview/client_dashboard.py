from odoo import api, fields, models
from odoo.fields import Domain

from ...const import MONEY_GROUP
from ...engine.clock import get_closed_months, get_first_moment, get_now, get_today
from ...engine.communication import answers
from ...engine.correspondence import waiting
from ...engine.overview import dashboard
from ..health.client_health_snapshot import BANDS

BAND_NAMES = [name for name, _label in BANDS]


class ClientRelationship(models.Model):
    """Adds the dashboard: how the clients of the current company stand, and where they move.

    All of it is read with the rights of the user. Users without access to money get the shared
    bands and scores, and no margin.
    """

    _name = "client.relationship"
    _inherit = ["client.relationship"]

    @api.model
    @api.readonly
    def get_dashboard(self, months=3, team_id=False, user_id=False):
        """Return the figures of the dashboard, each with the domain of the records behind it.

        In a fixed number of queries. A figure that is not known is None.

        :param months: one of ``dashboard.PERIODS``; the margin is always that of 12 full months
        :param team_id, user_id: of these clients only
        """
        self.browse().check_access("read")
        months = months if months in dashboard.PERIODS else dashboard.PERIODS[0]
        today = get_today(self.env.company)
        start = dashboard.get_start(today, months)
        domains = self._get_dashboard_domains(start, today, team_id, user_id)
        clients = self.search(domains["clients"])
        sees_money = self.env.user.has_group(MONEY_GROUP)
        weeks = self._count_weeks(domains["snapshots"], sees_money)
        return {
            "company": self.env.company.name,
            "currency_id": self.env.company.currency_id.id,
            "months": months,
            "periods": dashboard.PERIODS,
            "start": fields.Date.to_string(start),
            "sees_money": sees_money,
            "domains": {name: list(domain) for name, domain in domains.items()},
            **self._get_dashboard_choices(),
            "bands": self._count_bands(domains["clients"], sees_money),
            "weeks": weeks,
            "margin": self._sum_margin(domains["ledger"], today) if sees_money else None,
            "promises": self._count_promises(domains["promises"], today),
            "feedback": self._count_feedback(domains["feedback"]),
            "waiting": clients._get_longest_waiting(),
            "movers": clients._get_movers(start, today, weeks),
        }

    @api.model
    def _get_dashboard_domains(self, start, today, team_id, user_id):
        """Return {name: Domain} of what is counted, as the windows that a figure opens use it."""
        here = Domain("company_id", "=", self.env.company.id)
        own, theirs = here, here
        for fname, value in (("team_id", team_id), ("user_id", user_id)):
            if value:
                own &= Domain(fname, "=", value)
                theirs &= Domain(f"relationship_id.{fname}", "=", value)
        first = fields.Date.to_string(start)
        last = fields.Date.to_string(today)
        asked = fields.Datetime.to_string(get_first_moment(self.env.company, start))
        return {
            "clients": own & Domain("phase", "!=", "ended"),
            "snapshots": theirs & Domain("date", ">=", first),
            "ledger": theirs & Domain("in_last_year", "=", True),
            "promises": theirs
            & Domain("kind", "=", "status")
            & Domain("promised_date", ">=", first)
            & Domain("promised_date", "<=", last),
            "feedback": theirs & Domain("sent_date", ">=", asked),
        }

    @api.model
    def _get_dashboard_choices(self):
        """Return the teams and salespeople of the clients that the user may read."""
        rows = self._read_group(
            [("company_id", "=", self.env.company.id), ("phase", "!=", "ended")],
            ["team_id", "user_id"],
        )
        teams = {team for team, _user in rows if team}
        users = {user for _team, user in rows if user}
        return {
            name: sorted(
                ({"id": one.id, "name": one.display_name} for one in records),
                key=lambda one: one["name"].lower(),
            )
            for name, records in (("teams", teams), ("users", users))
        }

    # Health

    @api.model
    def _count_bands(self, domain, sees_money):
        """Return {band or "unknown": clients}, as they stand now."""
        fname = "health_band" if sees_money else "health_band_shared"
        counts = dict(self._read_group(domain, [fname], ["__count"]))
        return {
            **{band: counts.get(band, 0) for band in BAND_NAMES},
            "unknown": counts.get(False, 0),
        }

    @api.model
    def _count_weeks(self, domain, sees_money):
        """Return the bands on the last day of each week that has snapshots, see ``get_weeks``."""
        snapshots = self.env["client.health.snapshot"]
        days = dashboard.get_last_days(
            day for (day,) in snapshots._read_group(domain, ["date:day"])
        )
        rows = snapshots._read_group(
            Domain(domain) & Domain("date", "in", days),
            ["date:day", "band" if sees_money else "band_shared"],
            ["__count"],
        )
        weeks = dashboard.get_weeks(days, rows, BAND_NAMES)
        return [dict(week, date=fields.Date.to_string(week["date"])) for week in weeks]

    def _get_movers(self, start, today, weeks):
        """Return {"since", "up", "down": [{"id", "name", "before", "now"}]}.

        Since ``start``, or since the first score after it in a company that has none so old.
        """
        snapshots = self.env["client.health.snapshot"]
        before = snapshots._get_scores(self, start)
        if not before and weeks:
            start = fields.Date.to_date(weeks[0]["date"])
            before = snapshots._get_scores(self, start)
        now = snapshots._get_scores(self, today)
        up, down = dashboard.get_movers(
            *({key: row["score"] for key, row in rows.items()} for rows in (before, now))
        )
        names = self._get_names([mover.id for mover in (*up, *down)])
        return {
            "since": fields.Date.to_string(start),
            **{
                key: [{**mover._asdict(), "name": names[mover.id]} for mover in movers]
                for key, movers in (("up", up), ("down", down))
            },
        }

    @api.model
    def _get_names(self, ids):
        return {client.id: client.display_name for client in self.browse(ids)}

    # Money

    @api.model
    def _sum_margin(self, domain, today):
        """Return the months of the ledger and their sum; the same figures as in its list."""
        ledger = self.env["client.profitability"]
        sums = ["revenue:sum", "margin:sum", "margin_rate:avg"]
        rows = {
            month: self._prepare_margin(*figures)
            for month, *figures in ledger._read_group(domain, ["date:month"], sums)
        }
        [total] = ledger._read_group(domain, [], sums)
        nothing = {"revenue": None, "margin": None, "rate": None}
        return {
            "months": [
                {"date": fields.Date.to_string(month), **rows.get(month, nothing)}
                for month in dashboard.get_months(*get_closed_months(self.env.company, today))
            ],
            **self._prepare_margin(*total),
        }

    @api.model
    def _prepare_margin(self, revenue, margin, rate):
        """Aggregates of nothing, or of what is not known, are False or None."""
        figures = {"revenue": revenue, "margin": margin, "rate": rate}
        return {name: None if one is False else one for name, one in figures.items()}

    # What we promised, asked and owe

    @api.model
    def _count_promises(self, domain, today):
        """Return promised updates by what became of them. What is due today may still be kept."""
        updates = self.env["client.update"]
        counts = dict(updates._read_group(domain, ["promise"], ["__count"]))
        overdue = updates.search_count(
            Domain(domain) & Domain("promise", "=", "open") & Domain("promised_date", "<", today)
        )
        kept, late = counts.get("kept", 0), counts.get("late", 0)
        return {
            "kept": kept,
            "late": late,
            "overdue": overdue,
            "share": dashboard.get_share(kept, kept + late + overdue),
        }

    @api.model
    def _count_feedback(self, domain):
        """Return the questions to contacts by state; the rates are of those that are known."""
        rows = self.env["client.feedback.request"]._read_group(
            domain, ["state"], ["__count", "satisfaction:avg", "nps:avg"]
        )
        counts = {state: count for state, count, _happy, _nps in rows}
        happy, nps = next(
            ((happy, nps) for state, _count, happy, nps in rows if state == answers.ANSWERED),
            (None, None),
        )
        answered, silent = counts.get(answers.ANSWERED, 0), counts.get(answers.SILENT, 0)
        return {
            "asked": sum(counts.values()),
            "answered": answered,
            "silent": silent,
            "waiting": counts.get(answers.WAITING, 0),
            "undelivered": counts.get(answers.UNDELIVERED, 0),
            "response": dashboard.get_share(answered, answered + silent),
            "satisfaction": None if happy is False else happy,
            "nps": None if nps is False else nps,
        }

    def _get_longest_waiting(self):
        """Return who waits for an answer, the longest first; ``hours``: of work, None: unknown."""
        now = get_now()
        found = waiting.read_waiting(self.env, self, now)
        oldest = sorted(
            (lines[0] for lines in found.values() if lines), key=lambda line: line.received
        )
        first = oldest[: dashboard.MOST]
        clients = self.browse([line.relationship_id for line in first])
        hours = self.env["client.waiting"]._get_hours(clients, first, now)
        names = self._get_names(clients.ids)
        return {
            "ids": [line.relationship_id for line in oldest],
            "clients": [
                {
                    "id": line.relationship_id,
                    "name": names[line.relationship_id],
                    "hours": hours[line],
                    "since": fields.Datetime.to_string(line.received),
                }
                for line in first
            ],
        }
