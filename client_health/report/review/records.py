"""The records behind the review: what clients said, what was agreed, what is open, and words."""

from typing import NamedTuple

from odoo.fields import Domain

from ...const import MONEY_GROUP
from ...engine.health import scoring
from .book import Head
from .clients import TREND_FIELDS
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
    names = records.fields_get([item.field for item in listed], ["string"])
    heads = [
        Head(
            data.env._("Client") if not number else names[item.field]["string"],
            item.kind,
            item.width,
            wrap=item.kind == "text",
        )
        for number, item in enumerate(listed)
    ]
    page.write_title(title, note)
    page.row += 1
    page.begin_table(heads, len(records))
    percents = {item.field for item in listed if item.kind == "percent"}
    standing = _get_standings(records) if "standing" in names else {}
    stored = [item.field for item in listed if item.field != "standing"]
    client = listed[0].field
    measured = "date_measured" in stored
    for row in read_rows(records, stored, raw=(client,)):
        # its name on the other sheets: where two clients share one, with the company
        row[client] = data.by_id[row[client]]["partner_id"] if row[client] in data.by_id else None
        row["standing"] = standing.get(row["id"])
        for name in percents:
            is_known = row[name] is not None and (not measured or row["date_measured"])
            row[name] = row[name] / 100 if is_known else None
        late = overdue and row[overdue] and row[overdue] < data.today
        color = {"font_color": "#B42318"} if late else {}
        page.write_row(
            [row[item.field] for item in listed], dict.fromkeys(range(len(listed)), color)
        )


def _get_standings(goals):
    """Return {goal id: word}: by a search for each word, where a record each takes longer."""
    found = {}
    for key, word in goals._fields["standing"]._description_selection(goals.env):
        domain = [("id", "in", goals.ids), ("standing", "=", key)]
        found |= dict.fromkeys(goals.search(domain).ids, word)
    return found


# Definitions


def write_definitions(page, data, fnames):
    """``fnames``: the fields of a client in this file; their help says what they mean."""
    company = data.limits
    fields = data.relationships.fields_get(fnames, ["string", "help"])
    rows = [
        (
            data.env._("Green, Yellow, Red"),
            data.env._(
                "Green: a score of %(healthy)s or more. Red: below %(risk)s. Between them: Yellow. "
                "A warning or a key measure at zero makes a green "
                "client yellow; a severe warning or "
                "two key measures at zero make it red, whatever "
                "the score. A manager can set the band "
                "for a limited time. What lowered or set a band stands beside it.",
                healthy=scoring.get_shown(company.client_health_healthy),
                risk=scoring.get_shown(company.client_health_risk),
            ),
        ),
        (
            data.env._("Client to talk about"),
            data.env._(
                "Red, with a warning, in a stage other than "
                "healthy, or fallen by 10 points or more "
                "since the day to compare with; for users who see "
                "money also at a loss. What can still "
                "be saved comes first: red before yellow, those that earn before those at a loss. "
                "Clients that leave come last.",
            ),
        ),
        (
            data.env._("Change"),
            data.env._(
                "Points since %s, of the scores as they are shown. "
                "The day is that of the last review, "
                "else 30 days ago; without a score of that day, the next within a week counts.",
                data.format_date(data.since),
            ),
        ),
        (
            data.env._("Warning"),
            data.env._(
                "A figure that got worse than its limit and needs a person now, such as silence or "
                "complaints that wait. Severe: far beyond the limit.",
            ),
        ),
        (
            data.env._("Stages"),
            data.env._(
                "Healthy: the usual work. At risk: something is "
                "wrong and is being repaired. Reboot: a "
                "new start is agreed with the client. Offboard: "
                "the client leaves, and work is handed "
                "over. Ended: no longer a client.",
            ),
        ),
    ]
    if data.sees_money:
        rows += [
            (
                data.env._("Colours of a margin"),
                data.env._(
                    "Green from the company's target of %(target)s "
                    "%%, yellow up to its break-even of "
                    "%(even)s %%, red below zero.",
                    target=f"{company.client_target_margin:g}",
                    even=f"{company.client_break_even_margin:g}",
                ),
            ),
            (
                data.env._("Revenue at stake"),
                data.env._(
                    "Now: of clients that are red, whose band is lower than their score (by a "
                    "warning, a key measure or a manager), or that are in stage At risk, Reboot or "
                    "Offboard. By quarter: of other clients that are not green and whose agreement "
                    "comes up for review.",
                ),
            ),
            (
                data.env._("Passed through"),
                data.env._(
                    "What was invoiced to the client only to pay "
                    "somebody else, such as advertising: "
                    "neither revenue nor cost.",
                ),
            ),
            (
                data.env._("Overhead"),
                data.env._(
                    "What the company costs beside the work for "
                    "clients, such as rent and management, "
                    "by the hour of work. Margin after overhead is the margin less this.",
                ),
            ),
            (
                data.env._("Of known margin"),
                data.env._(
                    "Clients of whose hours at most 10 % have no cost: a margin is shown of these "
                    "alone, and its rate is of their revenue.",
                ),
            ),
        ]
    rows += [
        (fields[name]["string"], fields[name]["help"])
        for name in fnames
        if name in fields and name not in TREND_FIELDS and fields[name].get("help")
    ]
    rows += _get_measure_rows(data)
    page.write_title(
        data.env._("Definitions"), data.env._("What the words and figures in this file mean.")
    )
    page.row += 1
    page.begin_table(
        [
            Head(data.env._("Word"), "text", 34, wrap=True),
            Head(data.env._("Meaning"), "text", 120, wrap=True),
        ],
        len(rows),
    )
    for row in rows:
        page.write_row(row)


def _get_measure_rows(data):
    """Return what the score is made of; measures of money only for who may see money."""
    sees_money = data.env.user.has_group(MONEY_GROUP)
    for measure in data.env["client.health.measure"].search([]):
        if measure.dimension_id.code == "money" and not sees_money:
            continue
        limits = data.env._(
            "%(floor)s %(unit)s is 0 points, %(target)s %(unit)s is 100 points.",
            floor=f"{measure.floor:g}",
            target=f"{measure.target:g}",
            unit=measure.unit or "",
        )
        text = " ".join(filter(None, (measure.description, limits)))
        name = data.env._(
            "Measure: %(name)s (%(dimension)s)",
            name=measure.name,
            dimension=measure.dimension_id.name,
        )
        yield (name, text)
