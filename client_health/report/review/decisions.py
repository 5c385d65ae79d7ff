"""What to do next, and what was decided: with empty rows to fill in during the meeting."""

from typing import NamedTuple

from odoo.tools import LazyTranslate

from ...const import (
    ACTIVITY_AGREEMENT_CONVERSATION,
    ACTIVITY_AGREEMENT_REVIEW,
    ACTIVITY_CLEAR_SCOPE,
)
from ...engine.health import scoring
from .book import INPUT, LATE, Head, get_column
from .data import FOCUS

# The name of the range that the import reads, whatever the language of the file
DECISIONS_NAME = "client_review_decisions"
_lt = LazyTranslate(__name__)


class Column(NamedTuple):
    """A column of that range: what it is to the import, then as ``Head``."""

    key: str
    label: object
    kind: str
    width: int
    wrap: bool = False


COLUMNS = (
    Column("client", _lt("Client"), "text", 30, True),
    Column("decision", _lt("Decision"), "text", 48, True),
    Column("owner", _lt("Owner"), "text", 20, True),
    Column("deadline", _lt("Due on"), "date", 12),
    Column("date", _lt("Decided on"), "date", 12),
    Column("state", _lt("Done?"), "text", 14, True),
    Column("score_then", _lt("Score then"), "score", 12),
    Column("score_now", _lt("Score now"), "score", 12),
    Column("change", _lt("Change"), "points", 10),
    Column("client_id", _lt("Client no."), "integer", 12),
    Column("decision_id", _lt("Decision no."), "integer", 14),
)
HIDDEN = 2  # the last columns: the import needs them, and nobody reads them
MOVES = 3  # per client
# Below this many points a move is not worth an hour of the meeting
MIN_EFFECT = 0.5
EMPTY_ROWS = 10
WRITING_HEIGHT = 28  # points: a row that is filled in by hand
# What a person judges is no target: it follows from the work, and nobody is told what to answer
JUDGED = ("owner_pulse", "team_pulse", "feedback_rating")
# Activities that belong to a move, by the dimension of its measure
CONTACT_CATEGORIES = ("phonecall", "meeting")
AGREEMENT_TYPES = (
    ACTIVITY_AGREEMENT_CONVERSATION,
    ACTIVITY_AGREEMENT_REVIEW,
    ACTIVITY_CLEAR_SCOPE,
)


# Next three moves


class Move(NamedTuple):
    """A measure, the points that its target brings, and the activity that is planned for it."""

    client: str
    text: str
    effect: float
    planned: str | None
    deadline: object
    owner: str


def write_moves(page, data):
    """For each client to talk about, the three measures that would bring the most points."""
    moves = _get_moves(data)
    page.write_title(
        data.env._("Next three moves"),
        data.env._(
            "For the clients to talk about that stay: what would "
            "raise the score most, if its target "
            "is reached. Choose, and name an owner and a date."
        ),
    )
    page.row += 1
    page.begin_table(_get_move_heads(data), len(moves))

    def get_more(move):
        late = {3: LATE, 4: LATE} if _is_late(data, move) else {}
        return {5: INPUT, 6: INPUT, **late}

    page.write_rows(moves, get_more)


def _get_move_heads(data):
    def get_planned(move):
        return data.env._("%s (late)", move.planned) if _is_late(data, move) else move.planned

    return [
        Head(data.env._("Client"), "text", 26, wrap=True, value=lambda move: move.client),
        Head(data.env._("Move"), "text", 42, wrap=True, value=lambda move: move.text),
        Head(data.env._("Expected effect"), "points", 17, value=lambda move: move.effect),
        Head(data.env._("Planned already"), "text", 34, wrap=True, value=get_planned),
        Head(data.env._("Planned for"), "date", 14, value=lambda move: move.deadline),
        Head(data.env._("Owner"), "text", 20, wrap=True, value=lambda move: move.owner),
        Head(data.env._("Date"), "date", 13, value=lambda _move: None),
    ]


def _is_late(data, move):
    return bool(move.deadline and move.deadline < data.today)


def _get_moves(data):
    """Return the moves of each client to talk about that stays."""
    rows = data.focus if len(data.clients) > 1 else data.clients
    rows = [row for row in rows if row["phase"] not in ("offboard", "ended")][:FOCUS]
    clients = data.relationships.browse(row["id"] for row in rows)
    effects = get_effects(clients)
    found = []
    for row, client in zip(rows, clients, strict=True):
        free = client.activity_ids.sorted("date_deadline")
        for text, effect, dimension in effects.get(client.id, ())[:MOVES]:
            activity = _filter_of_dimension(free, dimension)[:1]
            free -= activity
            found.append(
                Move(
                    row["partner_id"],
                    text,
                    effect,
                    activity.summary or activity.activity_type_id.name or None,
                    activity.date_deadline or None,
                    row["user_id"],
                )
            )
    return found


def _filter_of_dimension(activities, dimension):
    """Return the activities that belong to a move of a dimension."""
    if dimension == "contact":
        return activities.filtered(lambda one: one.activity_type_id.category in CONTACT_CATEGORIES)
    if dimension == "agreement":
        ids = [activities.env.ref(name, raise_if_not_found=False) for name in AGREEMENT_TYPES]
        return activities.filtered(lambda one: one.activity_type_id in ids)
    return activities.browse()


def get_effects(clients):
    """Return {client id: [(words, points, dimension)]}: what each measure brings at its target.

    The target of the margin is the company's: that of the measure is where its points end.
    """
    Explanation = clients.env["client.health.explanation"]
    hidden = Explanation._get_hidden()
    measures = Explanation._get_shown_measures(hidden)
    records = Explanation._get_records()
    days = Explanation._read_shown_days(clients, None, hidden)
    found = {}
    for client in clients:
        if client.id not in days:
            continue
        day = days[client.id]
        own = {"margin_rate": client.company_id.sudo().client_target_margin}  # sudo: one limit
        found[client.id] = [
            (
                _get_move_text(Explanation, records[measure.code], target, day),
                effect,
                measure.dimension,
            )
            for effect, measure, target in _get_measure_effects(measures, day, own, hidden)
        ]
    return found


def _get_measure_effects(measures, day, own, hidden):
    """Return [(points, measure, target)], most points first; ``own``: targets of their own."""
    points = scoring.get_score(measures, day.readings or {}).points
    weights = scoring.get_weights(measures, points)
    effects = []
    for measure in measures:
        target = own.get(measure.code, measure.target)
        is_shown = measure.code not in JUDGED and measure.dimension not in hidden
        if measure.code in points and is_shown and target is not None:
            gained = scoring.get_points(measure, target) - points[measure.code]
            effects.append((weights[measure.code] * gained, measure, target))
    effects.sort(key=lambda item: -item[0])
    return [effect for effect in effects if effect[0] >= MIN_EFFECT]


def _get_move_text(explanation, record, target, day):
    return explanation.env._(
        "%(name)s: from %(value)s to %(target)s",
        name=record.name,
        value=explanation._get_value_text(record, day.readings[record.code].value),
        target=explanation._get_value_text(record, target),
    )


# Decisions


def write_decisions(page, data):
    """Decisions of the last reviews, then a row per client to talk about, then empty ones."""
    decisions = data.env["client.review.decision"]._get_of_last_review(data.relationships)
    rows = decisions._get_review_rows()
    known = {row["client_id"] for row in rows}
    open_rows = [row for row in data.focus[:FOCUS] if row["id"] not in known]
    page.write_title(
        data.env._("Decisions"),
        data.env._(
            "Of the last review: %(done)s of %(count)s are done. Fill in the yellow cells in the "
            "meeting, then import this file: Reporting / Review Decisions.",
            done=sum(decision.state == "done" for decision in decisions),
            count=len(rows),
        ),
    )
    page.row += 1
    count = len(rows) + len(open_rows) + EMPTY_ROWS
    page.begin_table(_get_decision_heads(data), count, freeze=1)
    hidden = len(COLUMNS) - HIDDEN
    page.sheet.set_column(hidden, len(COLUMNS) - 1, None, None, {"hidden": True})
    page.write_rows(rows)
    _write_empty_rows(page, open_rows)
    last = get_column(len(COLUMNS) - 1)
    cells = f"$A${page.head_row + 1}:${last}${page.head_row + 1 + count}"
    page.book.file.define_name(DECISIONS_NAME, f"='{page.name}'!{cells}")


def _get_decision_heads(data):
    def get_value(key):
        return lambda row: row.get(key)

    return [
        Head(
            data.env._(column.label), column.kind, column.width, wrap=column.wrap,
            value=get_value(column.key),
        )
        for column in COLUMNS
    ]  # fmt: skip


def _write_empty_rows(page, clients):
    """Write rows to fill in: of the clients to talk about, and for any other."""
    inputs = dict.fromkeys(range(1, 4), INPUT)
    rows = [({"client": row["partner_id"], "client_id": row["id"]}, inputs) for row in clients]
    rows += [({}, {0: INPUT, **inputs})] * EMPTY_ROWS
    for row, more in rows:
        page.sheet.set_row(page.row, WRITING_HEIGHT)
        page.write_rows([row], lambda _row, more=more: more)
