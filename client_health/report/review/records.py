"""The records behind the review: what clients said, what was agreed, and what is open."""

from operator import itemgetter
from typing import NamedTuple

from odoo.fields import Domain

from .book import LATE, Head
from .reading import read_rows

# What is listed of each client's past: the review looks back this far where nothing else says so
DAYS_BACK = 90


class Listed(NamedTuple):
    """A field that is listed, with its width."""

    field: str
    kind: str = "text"
    width: int = 14


FEEDBACK = (
    Listed("relationship_id", width=26),
    Listed("date", "date", 12),
    Listed("kind", width=15),
    Listed("text", width=50),
    Listed("contact_id", width=20),
    Listed("state", width=12),
    Listed("answered_date", "date", 13),
    Listed("user_id", width=15),
)
GOALS = (
    Listed("relationship_id", width=26),
    Listed("name", width=34),
    Listed("state", width=11),
    Listed("standing", width=13),
    Listed("progress", "percent", 10),
    Listed("date_end", "date", 12),
    Listed("date_measured", "date", 12),
    Listed("benefit_client", width=28),
    Listed("user_id", width=15),
)
PROMISES = (
    Listed("res_id", width=28),
    Listed("activity_type_id", width=24),
    Listed("summary", width=52),
    Listed("user_id", width=20),
    Listed("date_deadline", "date", 12),
)
ISSUES = (
    Listed("relationship_id", width=26),
    Listed("name", width=34),
    Listed("severity", width=11),
    Listed("side", width=11),
    Listed("date", "date", 12),
    Listed("state", width=12),
    Listed("progress", "percent", 10),
    Listed("root_cause", width=32),
    Listed("user_id", width=15),
)


def write_feedback(page, data):
    domain = [("date", ">=", data.since)]
    unanswered = [("state", "=", "open")]
    _write_list(
        page,
        data,
        "client.feedback",
        Domain.OR([domain, unanswered]),
        FEEDBACK,
        data.env._("Feedback"),
        data.env._("Since %s, and what still waits for an answer.", data.format_date(data.since)),
        order="date desc, id desc",
    )


def write_goals(page, data):
    domain = [
        "|",
        ("state", "in", ["draft", "agreed"]),
        ("date_closed", ">=", data.since),
    ]
    _write_list(
        page,
        data,
        "client.goal",
        domain,
        GOALS,
        data.env._("Goals"),
        data.env._("Open ones, and those closed since %s.", data.format_date(data.since)),
        order="date_end, id",
    )


def write_issues(page, data):
    domain = ["|", ("state", "=", "open"), ("closed_date", ">=", data.since)]
    _write_list(
        page,
        data,
        "client.issue",
        domain,
        ISSUES,
        data.env._("Issues"),
        data.env._("Open ones, and those closed since %s.", data.format_date(data.since)),
        order="severity desc, date, id",
    )


def write_promises(page, data):
    """What somebody is to do for a client: open activities, the latest first."""
    records = data.env["mail.activity"].search(
        [("res_model", "=", "client.relationship"), ("res_id", "in", data.ids)],
        order="date_deadline, id",
    )
    late = sum(activity.date_deadline < data.today for activity in records)
    _write_records(
        page,
        data,
        records,
        PROMISES,
        data.env._("Promises"),
        data.env._(
            "%(count)s open activities on these clients, %(late)s overdue (in red).",
            count=len(records),
            late=late,
        ),
        overdue="date_deadline",
    )


def _write_list(page, data, model, domain, listed, title, note, order):
    records = data.env[model].search(
        Domain("relationship_id", "in", data.ids) & Domain(domain), order=order
    )
    _write_records(page, data, records, listed, title, note)


def _write_records(page, data, records, listed, title, note, overdue=None):
    """Write a row per record; ``overdue``: the field of a day that is red when it is over."""
    page.write_title(title, note)
    page.row += 1
    page.begin_table(_get_heads(data, records, listed), len(records))
    late = dict.fromkeys(range(len(listed)), LATE)

    def is_late(row):
        return overdue and row[overdue] and row[overdue] < data.today

    page.write_rows(_read(data, records, listed), lambda row: late if is_late(row) else None)


def _get_heads(data, records, listed):
    names = records.fields_get([item.field for item in listed], ["string"])
    return [
        Head(
            data.env._("Client") if not number else names[item.field]["string"],
            item.kind,
            item.width,
            wrap=item.kind == "text",
            value=itemgetter(item.field),
        )
        for number, item in enumerate(listed)
    ]


def _read(data, records, listed):
    """Yield {field: value} of each record: clients by their names, parts of one for percents."""
    client = listed[0].field
    fnames = [item.field for item in listed if item.field != "standing"]
    percents = {item.field for item in listed if item.kind == "percent"}
    standings = _get_standings(records) if len(fnames) < len(listed) else {}
    measured = "date_measured" in fnames
    for row in read_rows(records, fnames, raw=(client,)):
        # its name on the other sheets: where two clients share one, with the company
        row[client] = data.by_id[row[client]]["partner_id"] if row[client] in data.by_id else None
        row["standing"] = standings.get(row["id"])
        for name in percents:
            is_known = row[name] is not None and (not measured or row["date_measured"])
            row[name] = row[name] / 100 if is_known else None
        yield row


def _get_standings(goals):
    """Return {goal id: word}: by a search for each word, where a record each takes longer."""
    found = {}
    for key, word in goals._fields["standing"]._description_selection(goals.env):
        domain = [("id", "in", goals.ids), ("standing", "=", key)]
        found |= dict.fromkeys(goals.search(domain).ids, word)
    return found
