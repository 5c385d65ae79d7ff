"""Reads the ledger and receivables; returns warnings of money. No amount leaves this file.

Three months are looked at beside twelve. Revenue is spread over the months that it pays for; a
client with months of work that nothing pays for is unknown.
"""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from ... import period
from ...clock import get_closed_months, get_end
from ...profitability import margin, receivables, spread
from ...query import fetch, get_clients, get_company, is_one_of, to_array
from ...reading import make
from ..signals import Signal

# The months looked at, and those before them.
QUARTER, BEFORE = 3, 9
# Less revenue than a year ago in the same months by so much: it is not the season.
SEASON = 0.75
# A fall of the margin by a few points is none, however little there was.
LEAST_POINTS = 10.0
# An invoice is worth a warning from this part of a usual one.
WORTH = 0.2
# Billed in fewer of the active months of a year: the revenue of a month is a guess.
LUMPY = 0.6
# More hours are paid for where revenue rose by this part of their rise. A rule of thumb.
PAID = 0.5


class Months:
    """What the last closed months of clients brought: a source of several rules, read once.

    ``read_rows(relationships)`` returns {id: row} of clients of one company. A row has sums of the
    quarter (``…_now``), of the nine months before (``…_before``), and of the same months a year
    earlier (``…_now_ago``, ``…_before_ago``).
    """

    def __init__(self, env, _relationships, as_of):
        self._env, self._as_of, self._rows, self.end = env, as_of, {}, None

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._rows = {}

    def read_rows(self, relationships):
        key = relationships._ids
        if key not in self._rows:
            _start, self.end = get_closed_months(get_company(relationships), self._as_of)
            self._rows = {key: {row["id"]: row for row in fetch(self._env, self._select(key))}}
        return self._rows[key]

    def _select(self, ids):
        company = get_company(self._env["client.relationship"].browse(ids)).id
        start = self.end - relativedelta(months=2 * period.MONTHS)
        spans = {
            "now": (QUARTER, 0),
            "before": (QUARTER + BEFORE, QUARTER),
            "now_ago": (QUARTER + period.MONTHS, period.MONTHS),
            "before_ago": (2 * period.MONTHS, QUARTER + period.MONTHS),
        }
        columns = [
            SQL(
                "COALESCE(SUM(%(name)s) FILTER (WHERE %(span)s), 0)::float8 AS %(label)s",
                name=SQL.identifier(name),
                span=self._is_in(*span),
                label=SQL.identifier(f"{name}_{suffix}"),
            )
            for suffix, span in spans.items()
            for name in ("revenue", "cost", "hours", "uncosted_hours")
        ]
        counts = [
            SQL(
                "COUNT(*) FILTER (WHERE %s AND revenue > 0) AS %s",
                self._is_in(*span),
                SQL.identifier(f"months_{suffix}"),
            )
            for suffix, span in spans.items()
        ]
        return SQL(
            """
            SELECT relationship_id AS id, %(columns)s,
                   COUNT(*) FILTER (WHERE %(before)s AND hours > 0) AS months_worked,
                   COUNT(*) FILTER (WHERE %(year)s AND cost > 0 AND revenue <= 0) AS unpaid,
                   COUNT(*) FILTER (WHERE %(year)s AND (cost > 0 OR revenue > 0)) AS active,
                   COUNT(*) FILTER (WHERE %(year)s AND booked > 0) AS billed
              FROM (SELECT COALESCE(work.relationship_id, paid.relationship_id) AS relationship_id,
                           COALESCE(work.date, paid.date) AS date,
                           COALESCE(revenue, 0) AS revenue, COALESCE(cost, 0) AS cost, booked,
                           COALESCE(hours, 0) AS hours,
                           COALESCE(uncosted_hours, 0) AS uncosted_hours
                      FROM (%(work)s) work
                 FULL JOIN (%(paid)s) paid
                        ON paid.relationship_id = work.relationship_id AND paid.date = work.date
                   ) month
          GROUP BY relationship_id
            """,
            columns=SQL(", ").join(columns + counts),
            year=self._is_in(period.MONTHS, 0),
            before=self._is_in(*spans["before"]),
            work=_select_work(company, start, self.end, ids),
            paid=spread.select_spread(
                self._env, company, start, self.end, self._as_of, spread.is_one_of_clients(ids)
            ),
        )

    def _is_in(self, first, last):
        return SQL(
            "date >= %s AND date < %s",
            self.end - relativedelta(months=first),
            self.end - relativedelta(months=last),
        )


def _select_work(company_id, start, end, ids):
    return SQL(
        """
        SELECT relationship_id, date, SUM(revenue) AS booked,
               SUM(labour_cost + other_cost) AS cost, SUM(hours) AS hours,
               SUM(uncosted_hours) AS uncosted_hours
          FROM client_profitability
         WHERE company_id = %s AND relationship_id = ANY (%s) AND date >= %s AND date < %s
      GROUP BY relationship_id, date
        """,
        company_id,
        to_array(ids),
        start,
        end,
    )


def _get_rate(row, *suffixes):
    """Return the margin in percent of the revenue of these spans; None: unknown."""
    revenue, cost, hours, uncosted = (
        sum(row[f"{name}_{suffix}"] for suffix in suffixes)
        for name in ("revenue", "cost", "hours", "uncosted_hours")
    )
    if revenue <= 0 or row["unpaid"] or uncosted > margin.UNCOSTED_SHARE * hours:
        return None
    return 100 * (revenue - cost) / revenue


def _is_lumpy(row):
    """Return whether invoices come so seldom that a quarter says little: yearly, by milestones."""
    return row["billed"] < LUMPY * row["active"]


def _is_enough(hours, rule):
    """Return whether the work can be judged; where there is none, all cost are bills."""
    return hours >= rule.least or not hours


def read_loss(env, relationships, as_of, rule, months):
    """Margin of the last three closed months, in percent of their revenue; weak where lumpy."""
    return {
        key: make(
            max(rate, rule.severe + 1) if _is_lumpy(row) else rate,
            months.end - timedelta(days=1),
            start=_get_start(months, QUARTER),
            weak=_is_lumpy(row) or None,
        )
        for key, row in months.read_rows(relationships).items()
        if _is_enough(row["hours_now"], rule) and (rate := _get_rate(row, "now")) is not None
    }


def read_loss_year(env, relationships, as_of, rule, months):
    """Margin of the last twelve closed months, in percent of their revenue."""
    return {
        key: make(rate, months.end - timedelta(days=1), start=_get_start(months, period.MONTHS))
        for key, row in months.read_rows(relationships).items()
        if _is_enough(row["hours_now"] + row["hours_before"], rule)
        and (rate := _get_rate(row, "now", "before")) is not None
    }


def read_margin_falling(env, relationships, as_of, rule, months):
    """By how many percent the margin of three months is less than that of twelve."""
    readings = {}
    for key, row in months.read_rows(relationships).items():
        now, year = _get_rate(row, "now"), _get_rate(row, "now", "before")
        if _is_lumpy(row) or now is None or year is None:
            continue
        if year < LEAST_POINTS or year - now < LEAST_POINTS:
            continue
        if row["hours_now"] >= rule.least and row["months_before"] >= BEFORE - QUARTER:
            readings[key] = make(
                100 * (year - now) / year,
                months.end - timedelta(days=1),
                start=_get_start(months, period.MONTHS),
                now=round(now),
                year=round(year),
            )
    return readings


def read_revenue_falling(env, relationships, as_of, rule, months):
    """By how many percent the revenue of three months is less than that of the nine before.

    Where our work became less as well, both sides are quieter: it is weak, and none where the same
    months of the year before are unknown or were as low.
    """
    readings = {}
    for key, row in months.read_rows(relationships).items():
        if _is_lumpy(row) or row["unpaid"] or row["revenue_before"] <= 0:
            continue
        if row["months_before"] < rule.least:
            continue
        kept = _get_kept(row, "revenue", "now", "before")
        worked = _get_kept(row, "hours", "now", "before")
        quiet = worked is None or worked < 0.5 * (1 + kept)
        if quiet and not _is_out_of_season(row, kept):
            continue
        less = 100 * (1 - kept)
        readings[key] = make(
            min(less, rule.severe - 1) if quiet else less,
            months.end - timedelta(days=1),
            start=_get_start(months, period.MONTHS),
            weak=quiet or None,
        )
    return readings


def _get_kept(row, name, now, before):
    """Return the monthly mean of a span, as a part of that of the months before it."""
    earlier = row[f"{name}_{before}"] / BEFORE
    return row[f"{name}_{now}"] / QUARTER / earlier if earlier > 0 else None


def _is_out_of_season(row, kept):
    """Return whether the same months of the year before are known, and were better."""
    if row["months_before_ago"] < BEFORE - QUARTER or not row["revenue_now"]:
        return False
    ago = _get_kept(row, "revenue", "now_ago", "before_ago")
    return ago is not None and kept < SEASON * ago


def _get_start(months, number):
    return months.end - relativedelta(months=number)


def get_usual_hours(row):
    """Return the hours of a usual quarter, the more of the year's and last year's same; or None.

    None: fewer than six of the nine months before had any, or all of our revenue is a guess.
    """
    if row["months_worked"] < BEFORE - QUARTER or _is_lumpy(row) or row["unpaid"]:
        return None
    return max(row["hours_before"] * QUARTER / BEFORE, row["hours_now_ago"])


def is_paid(row):
    """Return whether revenue followed the hours, by half of the way at least."""
    worked = _get_kept(row, "hours", "now", "before")
    paid = _get_kept(row, "revenue", "now", "before")
    return worked is None or paid is None or paid - 1 >= PAID * (worked - 1)


def read_payment(env, relationships, as_of, rule):
    """Days that an invoice worth it is overdue beyond nine of ten of the client's own payments."""
    company, created = get_company(relationships).id, get_end(relationships, as_of)
    partner_ids = get_clients(env, relationships)
    rows = fetch(
        env,
        SQL(
            """
            SELECT r.id, h.days_late, h.most_late, o.overdue_since, o.move_ids
              FROM client_relationship r
              JOIN (%(habit)s) h ON h.partner_id = r.partner_id
              JOIN (%(overdue)s) o ON o.partner_id = r.partner_id
             WHERE %(scope)s AND CARDINALITY(h.move_ids) >= %(least)s
               AND o.overdue >= %(worth)s * h.usual_amount
            """,
            habit=receivables.select_habit(company, as_of, partner_ids, created),
            overdue=receivables.select_overdue(company, as_of, partner_ids, created),
            scope=is_one_of(SQL("r.id"), relationships._ids),
            least=rule.least,
            worth=WORTH,
        ),
    )
    return {
        row["id"]: make(
            (as_of - row["overdue_since"]).days - max(0, row["most_late"]),
            row["overdue_since"],
            {"account.move": row["move_ids"]},
            habit=row["days_late"],
            most=row["most_late"],
            late=(as_of - row["overdue_since"]).days,
        )
        for row in rows
        if row["overdue_since"]
    }


WARNINGS = {
    "loss": Signal(read_loss, Months),
    "loss_year": Signal(read_loss_year, Months),
    "margin_falling": Signal(read_margin_falling, Months),
    "revenue_falling": Signal(read_revenue_falling, Months),
    "payment": Signal(read_payment),
}
