"""What several sheets need of the clients of a review, each read once."""

from collections import Counter, defaultdict
from functools import cached_property

from odoo.tools import SQL

from ...const import MONEY_GROUP
from ...engine.clock import get_closed_months, get_today
from ...engine.health import scoring, snapshots
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
HEALTH_FIELDS = ("health_score", "health_band")
MONEY_FIELDS = (
    "client_revenue",
    "client_labour_cost",
    "client_other_cost",
    "client_margin",
    "client_margin_rate",
    "client_margin_band",
    "client_hours",
    "client_assumed_hours",
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
SHARP_DROP = -10  # points since the day to compare with
FOCUS = 10  # clients that a meeting can talk about
BAND_ORDER = ("risk", "watch", "healthy", None)  # who is talked about first


def has_effort(row):
    """Return whether hours or cost are known: a margin of 100 % without them says nothing."""
    return any(row[name] for name in ("client_hours", "client_labour_cost", "client_other_cost"))


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
        """Return a date as the cells of the file show it: one format in the whole file."""
        return day.isoformat()

    @property
    def owner(self):
        """Whose review it is and of when, for the footer of each page."""
        return f"{self.company.name} · {self.format_date(self.today)}"

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
        raw = [name for name in self.fnames if twins.get(name, name) in CODES]
        rows = list(reading.read_rows(self.relationships, self.fnames, raw=raw))
        for row in rows:
            for fname, name in twins.items():
                row[name] = row[fname]
        # clients of two companies, or of one name
        names = Counter(row["partner_id"] for row in rows)
        for row in rows:
            if names[row["partner_id"]] > 1:
                row["partner_id"] = f"{row['partner_id']} ({row['company_id']})"
            if self.sees_money and not has_effort(row):
                row["client_margin_rate"] = None
        return rows

    @cached_property
    def fnames(self):
        """The fields of a client that are in its row."""
        twins = [f"{name}{self.shared}" for name in HEALTH_FIELDS]
        return [*CLIENT_FIELDS, *twins, *(self.money_fields if self.sees_money else ())]

    @cached_property
    def readable(self):
        """The clients of the rows: those that the user may read."""
        return self.relationships.browse(row["id"] for row in self.clients)

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
        """{client id: its main reasons, in words}."""
        return self.readable._get_health_reasons(self.warnings)

    @cached_property
    def warnings(self):
        """{client id: sentences of the warnings that stand}."""
        return self.env["client.health.warning"]._get_sentences(self.readable)

    @cached_property
    def limits(self):
        """The company, for its limits: those of scores and margins are drawn in every chart."""
        return self.company.sudo()  # only numbers, some of which have a group

    def get_grounds(self, row):
        """Return why a client needs to be talked about, in words; none: it doesn't."""
        grounds = []
        if row["health_band"] == "risk":
            grounds.append(self.env._("red"))
        if row["phase"] in OPEN_PHASES:
            grounds.append(self.env._("in stage %s", row["stage_id"]))
        if self.warnings.get(row["id"]):
            grounds.append(self.env._("a warning stands"))
        change = self.get_change(row)
        if change is not None and change <= SHARP_DROP:
            day = self.format_date(self.since)
            grounds.append(
                self.env._("fell by %(points)s points since %(day)s", points=-change, day=day)
            )
        if self.sees_money and row["client_margin_band"] == "loss":
            grounds.append(self.env._("at a loss"))
        return grounds

    @cached_property
    def focus(self):
        """The clients to talk about: first what can still be saved, last who leaves anyway.

        Red before yellow before green; of a band, those that earn before those at a loss, and the
        highest margin first; for users who see no money, the most grounds and the lowest score.
        """
        found = [
            (len(grounds), row)
            for row in self.clients
            if row["phase"] != "ended" and (grounds := self.get_grounds(row))
        ]
        return [row for _count, row in sorted(found, key=self._get_rank)]

    def _get_rank(self, found):
        count, row = found
        place = (row["phase"] == "offboard", BAND_ORDER.index(row["health_band"]))
        if self.sees_money:
            at_loss = row["client_margin_band"] == "loss"
            return (*place, at_loss, -(row["client_margin"] or 0), -count, row["id"])
        score = row["health_score"]
        return (*place, -count, 101 if score is None else score, row["id"])

    # What lowered or set a band

    @cached_property
    def plain_bands(self):
        """{client id: the band of its score alone}."""
        companies = {client.id: client.company_id.sudo() for client in self.readable}  # as limits
        return {
            row["id"]: scoring.get_band(
                row["health_score"],
                companies[row["id"]].client_health_healthy,
                companies[row["id"]].client_health_risk,
            )
            for row in self.clients
        }

    @cached_property
    def overrides(self):
        """{client id: last day of the override that sets its band}."""
        records = self.env["client.health.override"].search(
            [
                ("relationship_id", "in", self.ids),
                ("date_ended", "=", False),
                ("date_start", "<=", self.today),
                ("date_end", ">=", self.today),
            ],
            order="id",
        )
        return {one.relationship_id.id: one.date_end for one in records}

    @cached_property
    def severe(self):
        """Ids of the clients with a severe warning, as the user may know it."""
        # sudo: as in the sentences; of money, only for who may see money
        standing = (
            self.env["client.health.warning"]
            .sudo()
            .search([("relationship_id", "in", self.readable.ids), ("date_end", "=", False)])
        )
        return {
            one.relationship_id.id
            for one in standing
            if one.state == "severe" and (self.sees_money or one.dimension != scoring.MONEY)
        }

    def is_lowered(self, row):
        """Return whether a client has a lower band than its score."""
        plain, band = self.plain_bands[row["id"]], row["health_band"]
        return None not in (plain, band) and BAND_ORDER.index(band) < BAND_ORDER.index(plain)

    def get_mark(self, row):
        """Return what lowered or set the band of a client, in words; None: its score alone."""
        if row["health_band"] and row["id"] in self.overrides:
            return self.env._("override until %s", self.format_date(self.overrides[row["id"]]))
        if not self.is_lowered(row):
            return None
        if row["health_band"] == "risk":
            is_warned = row["id"] in self.severe
            return self.env._("severe warning") if is_warned else self.env._("key measures at zero")
        return (
            self.env._("warning")
            if self.warnings.get(row["id"])
            else self.env._("key measure at zero")
        )

    def get_marked_band(self, row):
        """Return the band of a client, with what lowered or set it."""
        band, mark = self.get_band(row["health_band"]), self.get_mark(row)
        return self.env._("%(band)s: %(why)s", band=band, why=mark) if mark else band

    def is_at_stake(self, row):
        """Return whether the revenue of a client is at stake now."""
        if row["phase"] == "ended":
            return False
        return row["health_band"] == "risk" or row["phase"] in OPEN_PHASES or self.is_lowered(row)

    @cached_property
    def at_stake(self):
        return [row for row in self.clients if self.is_at_stake(row)]

    # Clients of unknown margin

    @cached_property
    def unknown_margin(self):
        return [row for row in self.clients if row["client_margin"] is None]

    def get_unknown_note(self):
        """Return which clients a margin is without; None: it has all of them."""
        if not self.unknown_margin:
            return None
        revenue = sum(row["client_revenue"] or 0 for row in self.unknown_margin)
        return self.env._(
            "without clients of unknown margin: %(count)s (revenue %(revenue)s)",
            count=len(self.unknown_margin),
            revenue=f"{revenue:,.0f}",
        )

    def get_assumed_note(self):
        """Return how much of the labour cost is assumed; None: nothing."""
        hours, assumed = (
            sum(row[name] or 0 for row in self.clients)
            for name in ("client_hours", "client_assumed_hours")
        )
        if not assumed or hours <= 0:
            return None
        return self.env._(
            "%(share)s %% of the hours had no cost and count at an assumed one.",
            share=f"{100 * assumed / hours:,.0f}",
        )

    # Then and now

    @cached_property
    def scores_then(self):
        """{client id: {"score", "band", "date"}} of ``since``, else of the next within a week.

        The same day as that of the reasons, and of the trend where it is 30 days ago.
        """
        Snapshot = self.env["client.health.snapshot"]
        query = Snapshot._search([])
        names = ("relationship_id", "date", f"score{self.shared}", f"band{self.shared}")
        client, day, score, band = (Snapshot._field_to_sql(query.table, n, query) for n in names)
        days = snapshots.select_days(self.relationships.ids, self.days)
        found = SQL("SELECT past.relationship_id, past.date FROM (%s) past", days)
        query.add_where(SQL("(%s, %s) IN (%s)", client, day, found))
        columns = ((client, "id"), (day, "date"), (score, "score"), (band, "band"))
        rows = self.env.execute_query_dict(
            query.select(*(SQL("%s AS %s", sql, SQL.identifier(name)) for sql, name in columns))
        )
        return {row["id"]: row for row in rows}

    @property
    def days(self):
        return max((self.today - self.since).days, 1)

    def get_change(self, row):
        """Return by how many points the shown score changed; None: one of both is unknown."""
        then = self.scores_then.get(row["id"])
        if not then or None in (then["score"], row["health_score"]):
            return None
        return scoring.get_shown(row["health_score"]) - scoring.get_shown(then["score"])

    @cached_property
    def movers(self):
        """The clients whose shown score or band changed, who fell most first."""
        found = []
        for row in self.clients:
            change = self.get_change(row)
            if change or (
                change == 0 and self.scores_then[row["id"]]["band"] != row["health_band"]
            ):
                found.append((change, row["partner_id"] or "", row))
        return [row for *_key, row in sorted(found, key=lambda item: item[:2])]

    @cached_property
    def changes(self):
        """{client id: [{"text", "points"}]} of who moved, or None where it can't be said."""
        rows = self.movers if len(self.clients) > 1 else self.clients
        clients = self.relationships.browse(row["id"] for row in rows)
        return self.env["client.health.explanation"]._get_changes(clients, self.days)

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
