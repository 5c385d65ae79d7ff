"""What several sheets need of the clients of a review, each read once."""

from collections import Counter, defaultdict
from functools import cached_property

from odoo.tools import SQL, format_date

from ...const import MONEY_GROUP
from ...engine.clock import get_closed_months, get_today
from ...engine.health import scoring
from ...engine.profitability import margin
from ...engine.query import to_array
from . import reading

CLIENT_FIELDS = (
    "partner_id",
    "company_id",
    "stage_id",
    "phase",
    "user_id",
)
# Of these, users who see no money get the twins of which no margin can be computed
HEALTH_FIELDS = ("health_score", "health_band", "health_trend")
MONEY_FIELDS = (
    "client_revenue",
    "client_labour_cost",
    "client_other_cost",
    "client_margin",
    "client_margin_rate",
    "client_margin_band",
    "client_hours",
    "client_effective_rate",
    "client_revenue_share",
    "client_overdue",
    "client_to_invoice",
)
# Where a company says what an hour of overhead costs
OVERHEAD_FIELDS = ("client_overhead", "client_margin_after_overhead")
CODES = ("phase", "health_band", "client_margin_band")
# Phases in which a client needs a decision
OPEN_PHASES = ("at_risk", "reboot", "offboard")
SHARP_DROP = -10  # points of the trend
FOCUS = 10  # clients that a meeting can talk about


class ReviewData:
    """The clients of a review, and what is known of them; everything as the user may read it."""

    def __init__(self, relationships, since, filters=()):
        """``since``: the day to compare with; ``filters``: words for what was chosen."""
        self.relationships = relationships
        self.env = relationships.env
        self.since = since
        self.filters = filters
        self.company = relationships[:1].company_id or self.env.company
        self.today = get_today(self.company)
        self.sees_money = self.env.user.has_group(MONEY_GROUP)
        self.start, self.end = get_closed_months(self.company, self.today)

    def format_date(self, day):
        return format_date(self.env, day)

    @cached_property
    def period(self):
        """The words of the months that money is of."""
        return self.env._(
            "%(first)s to %(last)s",
            first=self.start.strftime("%Y-%m"),
            last=self.months[-1].strftime("%Y-%m"),
        )

    @cached_property
    def months(self):
        """First days of the 12 months that money is of."""
        return [
            self.start.replace(
                year=self.start.year + (self.start.month + number - 1) // 12,
                month=(self.start.month + number - 1) % 12 + 1,
            )
            for number in range(12)
        ]

    @cached_property
    def currency(self):
        """The name of the currency, all of them where there are several."""
        companies = self.relationships.company_id
        return ", ".join(sorted({company.currency_id.name for company in companies}))

    @cached_property
    def has_one_currency(self):
        return len(self.relationships.company_id.currency_id) <= 1

    # Clients

    @property
    def ids(self):
        return self.relationships._ids

    @cached_property
    def clients(self):
        """[{field: value}] of all clients; CODES are keys, ``labels`` has their words.

        Score, band and trend stand under their names, whichever of the twins the user may see.
        """
        twins = {f"{name}{self.shared}": name for name in HEALTH_FIELDS}
        names = [*CLIENT_FIELDS, *twins, *(self.money_fields if self.sees_money else ())]
        raw = [name for name in names if twins.get(name, name) in CODES]
        rows = list(reading.read_rows(self.relationships, names, raw=raw))
        for row in rows:
            for fname, name in twins.items():
                row[name] = row[fname]
        # clients of two companies, or of one name
        names = Counter(row["partner_id"] for row in rows)
        for row in rows:
            if names[row["partner_id"]] > 1:
                row["partner_id"] = f"{row['partner_id']} ({row['company_id']})"
        return rows

    @property
    def shared(self):
        return "" if self.sees_money else "_shared"

    @cached_property
    def has_overhead(self):
        return self.sees_money and self.env["client.overhead"]._is_used()

    @property
    def money_fields(self):
        return MONEY_FIELDS + (OVERHEAD_FIELDS if self.has_overhead else ())

    @cached_property
    def labels(self):
        """{field: {key: word}} of CODES."""
        fields = self.relationships._fields
        return {
            name: dict(fields[name]._description_selection(self.env))
            for name in CODES
            if self.sees_money or name != "client_margin_band"
        }

    def get_band(self, key):
        return self.labels["health_band"].get(key) or self.env._("Not enough data")

    @cached_property
    def by_id(self):
        return {row["id"]: row for row in self.clients}

    def get_url(self, id_):
        return f"{self._base_url}/odoo/clients/{id_}"

    @cached_property
    def _base_url(self):
        return self.company.get_base_url()

    @cached_property
    def reasons(self):
        """{client id: its main reasons, in words} of the clients to talk about."""
        rows = self.focus if len(self.clients) > 1 else self.clients
        clients = self.relationships.browse(row["id"] for row in rows[:FOCUS])
        return {client.id: client.health_reasons for client in clients}

    @cached_property
    def warnings(self):
        """{client id: sentences of the warnings that stand}."""
        return self.env["client.health.warning"]._get_sentences(self.relationships)

    @cached_property
    def limits(self):
        """The company, for its limits: those of scores and margins are drawn in every chart."""
        return self.company.sudo()  # only numbers, some of which have a group

    def get_grounds(self, row):
        """Return why a client needs to be talked about, in words; none: it doesn't."""
        _ = self.env._
        grounds = []
        if row["health_band"] == "risk":
            grounds.append(_("red"))
        if row["phase"] in OPEN_PHASES:
            grounds.append(_("in stage %s", row["stage_id"]))
        if self.warnings.get(row["id"]):
            grounds.append(_("a warning stands"))
        trend = row["health_trend"]
        if trend is not None and trend <= SHARP_DROP:
            grounds.append(_("fell by %s points in 30 days", -scoring.round_half_up(trend)))
        if self.sees_money and row["client_margin_band"] == "loss":
            grounds.append(_("at a loss"))
        return grounds

    @cached_property
    def focus(self):
        """The clients to talk about: most grounds first, then most money, else lowest score."""
        found = [
            (len(grounds), row)
            for row in self.clients
            if row["phase"] != "ended" and (grounds := self.get_grounds(row))
        ]
        return [row for _count, row in sorted(found, key=self._get_rank)]

    def _get_rank(self, found):
        count, row = found
        if self.sees_money:
            return (-count, -(row["client_revenue"] or 0), row["id"])
        score = row["health_score"]
        return (-count, 101 if score is None else score, row["id"])

    # Then and now

    @cached_property
    def scores_then(self):
        """{client id: {"score", "band", "date"}} of the latest snapshot up to ``since``."""
        Snapshot = self.env["client.health.snapshot"]
        return Snapshot._get_scores(self.relationships, self.since)

    @cached_property
    def changes(self):
        """{client id: [{"text", "points"}]} since ``since``, or None where it can't be said."""
        days = max((self.today - self.since).days, 1)
        return self.env["client.health.explanation"]._get_changes(self.relationships, days)

    # Money by month

    @cached_property
    def ledger_months(self):
        """{client id: {month: margin.Sums}} of the last 12 closed months."""
        found = defaultdict(dict)
        for client, month, *sums in self._read_ledger("relationship_id", "date:month"):
            found[client.id][month] = margin.Sums(*sums)
        return found

    @cached_property
    def ledger_projects(self):
        """[(client id, project, margin.Sums)], the largest first."""
        rows = [
            (client.id, project, margin.Sums(*sums))
            for client, project, *sums in self._read_ledger("relationship_id", "project_id")
        ]
        return sorted(rows, key=lambda row: (-row[2].revenue, row[0], row[1].id))

    @cached_property
    def passed_through(self):
        """{client id: amount} of what was only passed on: neither revenue nor cost."""
        domain = [*self._get_ledger_domain(), ("pass_through", "!=", 0)]
        rows = self.env["client.profitability"]._read_group(
            domain, ["relationship_id"], ["pass_through:sum"]
        )
        return {client.id: amount for client, amount in rows}

    def _get_ledger_domain(self):
        return [
            ("relationship_id", "in", self.ids),
            ("date", ">=", self.start),
            ("date", "<", self.end),
        ]

    def _read_ledger(self, *groups):
        sums = [f"{name}:sum" for name in margin.Sums._fields]
        return self.env["client.profitability"]._read_group(self._get_ledger_domain(), groups, sums)

    def read_trend(self):
        """Return {month: mean score}: of the last snapshot that each client has in it."""
        snapshots = self.env["client.health.snapshot"]
        query = snapshots._search([("date", ">=", self.start)])
        client = snapshots._field_to_sql(query.table, "relationship_id", query)
        query.add_where(SQL("%s = ANY (%s)", client, to_array(self.ids)))
        day = SQL.identifier(query.table, "date")
        query.order = SQL("%s, date_trunc('month', %s), %s DESC", client, day, day)
        latest = query.select(
            SQL(
                "DISTINCT ON (%s, date_trunc('month', %s)) date_trunc('month', %s)::date AS month",
                client,
                day,
                day,
            ),
            SQL("%s AS score", snapshots._field_to_sql(query.table, f"score{self.shared}", query)),
        )
        rows = self.env.execute_query(
            SQL("SELECT month, AVG(score) FROM (%s) latest GROUP BY month", latest)
        )
        return dict(rows)
