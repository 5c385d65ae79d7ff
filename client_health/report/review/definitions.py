"""What the words and figures of the review mean."""

from typing import NamedTuple

from odoo.tools import LazyTranslate

from ...const import MONEY_GROUP
from ...engine.health import scoring
from .book import Head
from .clients import TREND_FIELDS

_lt = LazyTranslate(__name__)


class Definition(NamedTuple):
    """A word and its meaning, with the figures of ``_get_figures``; ``money``: a word of money."""

    word: object
    meaning: object
    money: bool = False


DEFINITIONS = (
    Definition(
        _lt("Green, Yellow, Red"),
        _lt(
            "Green: a score of %(healthy)s or more. Red: below %(risk)s. Between them: Yellow. A "
            "warning or a key measure at zero makes a green client yellow; a severe warning or two "
            "key measures at zero make it red, whatever the score. A manager can set the band for "
            "a limited time. What lowered or set a band stands beside it."
        ),
    ),
    Definition(
        _lt("Client to talk about"),
        _lt(
            "Red, with a warning, in a stage other than healthy, or fallen by 10 points or more "
            "since the day to compare with; for users who see money also at a loss. What can still "
            "be saved comes first: red before yellow, those that earn before those at a loss. "
            "Clients that leave come last."
        ),
    ),
    Definition(
        _lt("Change"),
        _lt(
            "Points since %(day)s, of the scores as they are shown. The day is that of the last "
            "review, else 30 days ago; without a score of that day, the next within a week counts."
        ),
    ),
    Definition(
        _lt("Warning"),
        _lt(
            "A figure that got worse than its limit and needs a person now, such as silence or "
            "complaints that wait. Severe: far beyond the limit."
        ),
    ),
    Definition(
        _lt("Stages"),
        _lt(
            "Healthy: the usual work. At risk: something is wrong and is being repaired. Reboot: a "
            "new start is agreed with the client. Offboard: the client leaves, and work is handed "
            "over. Ended: no longer a client."
        ),
    ),
    Definition(
        _lt("Colours of a margin"),
        _lt(
            "Green from the company's target of %(target)s %%, yellow up to its break-even of "
            "%(even)s %%, red below zero."
        ),
        money=True,
    ),
    Definition(
        _lt("Revenue at stake"),
        _lt(
            "Now: of clients that are red, whose band is lower than their score (by a warning, a "
            "key measure or a manager), or that are in stage At risk, Reboot or Offboard. By "
            "quarter: of other clients that are not green and whose agreement comes up for review."
        ),
        money=True,
    ),
    Definition(
        _lt("Passed through"),
        _lt(
            "What was invoiced to the client only to pay somebody else, such as advertising: "
            "neither revenue nor cost."
        ),
        money=True,
    ),
    Definition(
        _lt("Overhead"),
        _lt(
            "What the company costs beside the work for clients, such as rent and management, by "
            "the hour of work. Margin after overhead is the margin less this."
        ),
        money=True,
    ),
    Definition(
        _lt("Of known margin"),
        _lt(
            "Clients of whose hours at most 10 %% have no cost: a margin is shown of these alone, "
            "and its rate is of their revenue."
        ),
        money=True,
    ),
)
# Words that the sheets of money use: fields of the client, whose help says what they mean
MONEY_WORDS = (
    "client_labour_cost",
    "client_other_cost",
    "client_margin",
    "client_overdue",
    "client_to_invoice",
)


def write_definitions(page, data):
    page.write_title(
        data.env._("Definitions"), data.env._("What the words and figures in this file mean.")
    )
    page.row += 1
    rows = [*_get_words(data), *_get_fields(data), *_get_measures(data)]
    heads = [
        Head(data.env._("Word"), "text", 34, wrap=True),
        Head(data.env._("Meaning"), "text", 120, wrap=True),
    ]
    page.begin_table(heads, len(rows))
    for row in rows:
        page.write_row(row)


def _get_words(data):
    figures = _get_figures(data)
    words = [
        (data.env._(word), data.env._(meaning))
        for word, meaning, is_money in DEFINITIONS
        if data.sees_money or not is_money
    ]
    return [(word, meaning % figures) for word, meaning in words]


def _get_figures(data):
    company = data.limits
    return {
        "healthy": scoring.get_shown(company.client_health_healthy),
        "risk": scoring.get_shown(company.client_health_risk),
        "day": data.format_date(data.since),
        "target": f"{company.client_target_margin:g}",
        "even": f"{company.client_break_even_margin:g}",
    }


def _get_fields(data):
    """Return the columns of the sheet Clients, and the words of money, with their help."""
    columns = data.env["client.review"]._get_allowed_columns()
    fnames = [column.field for column in columns if column.field not in TREND_FIELDS]
    fnames += MONEY_WORDS if data.sees_money else ()
    fields = data.relationships.fields_get(fnames, ["string", "help"])
    return [
        (fields[name]["string"], fields[name]["help"])
        for name in fnames
        if name in fields and fields[name].get("help")
    ]


def _get_measures(data):
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
