"""What to do next, and what was decided: with empty rows to fill in during the meeting."""

from ...const import (
    ACTIVITY_AGREEMENT_CONVERSATION,
    ACTIVITY_AGREEMENT_REVIEW,
    ACTIVITY_CLEAR_SCOPE,
)
from ...engine.health import scoring
from .book import INPUT, Head, get_column
from .data import FOCUS

# The name of the range that the import reads, whatever the language of the file
DECISIONS_NAME = "client_review_decisions"
# What the columns of that range are to the import
COLUMNS = (
    "client",
    "decision",
    "owner",
    "deadline",
    "date",
    "state",
    "score_then",
    "score_now",
    "change",
    "client_id",
    "decision_id",
)
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
LATE_COLOR = {"font_color": "#B42318"}


# Next three moves


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
    heads = [
        Head(data.env._("Client"), "text", 26, wrap=True),
        Head(data.env._("Move"), "text", 40, wrap=True),
        Head(data.env._("Expected effect"), "points", 15),
        Head(data.env._("Planned already"), "text", 34, wrap=True),
        Head(data.env._("Planned for"), "date", 13),
        Head(data.env._("Owner"), "text", 20, wrap=True),
        Head(data.env._("Date"), "date", 13),
    ]
    page.row += 1
    page.begin_table(heads, len(moves))
    fill = {"bg_color": INPUT, "border": 4, "border_color": "#B8C2C2"}
    for name, text, effect, planned, deadline, owner in moves:
        more = {5: fill, 6: fill}
        if deadline and deadline < data.today:
            planned = data.env._("%s (late)", planned)
            more |= {3: LATE_COLOR, 4: LATE_COLOR}
        page.write_row([name, text, effect, planned, deadline, owner, None], more)


def _get_moves(data):
    """Return [(client, move, points, planned activity, its date, owner)]."""
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
            planned = activity.summary or activity.activity_type_id.name or None
            found.append(
                (
                    row["partner_id"],
                    text,
                    effect,
                    planned,
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
    found = {}
    companies = {client.id: client.company_id.sudo() for client in clients}  # sudo: one limit
    for id_, day in Explanation._read_shown_days(clients, None, hidden).items():
        own = {"margin_rate": companies[id_].client_target_margin}
        points = scoring.get_score(measures, day.readings or {}).points
        weights = scoring.get_weights(measures, points)
        effects = [
            (
                measure,
                target,
                weights[measure.code]
                * (scoring.get_points(measure, target) - points[measure.code]),
            )
            for measure in measures
            if measure.code in points
            and measure.code not in JUDGED
            and measure.dimension not in hidden
            and (target := own.get(measure.code, measure.target)) is not None
        ]
        effects.sort(key=lambda item: -item[2])
        found[id_] = [
            (
                _get_move_text(Explanation, records[measure.code], target, day),
                effect,
                measure.dimension,
            )
            for measure, target, effect in effects
            if effect >= MIN_EFFECT
        ]
    return found


def _get_move_text(explanation, record, target, day):
    return explanation.env._(
        "%(name)s: from %(value)s to %(target)s",
        name=record.name,
        value=explanation._get_value_text(record, day.readings[record.code].value),
        target=explanation._get_value_text(record, target),
    )


# Decisions


def get_heads(env):
    """Return the heads of COLUMNS."""
    return [
        Head(env._("Client"), "text", 30, wrap=True),
        Head(env._("Decision"), "text", 48, wrap=True),
        Head(env._("Owner"), "text", 20, wrap=True),
        Head(env._("Due on"), "date", 12),
        Head(env._("Decided on"), "date", 12),
        Head(env._("Done?"), "text", 14, wrap=True),
        Head(env._("Score then"), "score", 11),
        Head(env._("Score now"), "score", 11),
        Head(env._("Change"), "points", 10),
        Head(env._("Client no."), "integer", 9),
        Head(env._("Decision no."), "integer", 10),
    ]


def write_decisions(page, data):
    """Decisions of the last reviews, then a row per client to talk about, then empty ones."""
    decisions = data.env["client.review.decision"]._get_of_last_review(data.relationships)
    rows = decisions._get_review_rows()
    known = {row[9] for row in rows}
    open_rows = [row for row in data.focus[:FOCUS] if row["id"] not in known]
    done = sum(decision.state == "done" for decision in decisions)
    page.write_title(
        data.env._("Decisions"),
        data.env._(
            "Of the last review: %(done)s of %(count)s are done. Fill in the yellow cells in the "
            "meeting, then import this file: Reporting / Review Decisions.",
            done=done,
            count=len(rows),
        ),
    )
    page.row += 1
    heads = get_heads(data.env)
    count = len(rows) + len(open_rows) + EMPTY_ROWS
    page.begin_table(heads, count, freeze=1)
    for values in rows:
        page.write_row(values)
    fill = {"bg_color": INPUT, "border": 4, "border_color": "#B8C2C2"}
    inputs = dict.fromkeys(range(1, 4), fill)
    # what the import needs, and nobody reads
    page.sheet.set_column(len(heads) - 2, len(heads) - 1, None, None, {"hidden": True})
    for row in open_rows:
        page.sheet.set_row(page.row, WRITING_HEIGHT)
        page.write_row([row["partner_id"], *[None] * 8, row["id"], None], inputs)
    for _number in range(EMPTY_ROWS):
        page.sheet.set_row(page.row, WRITING_HEIGHT)
        page.write_row([None] * len(heads), {**inputs, 0: fill})
    last = get_column(len(heads) - 1)
    cells = f"$A${page.head_row + 1}:${last}${page.head_row + 1 + count}"
    page.book.file.define_name(DECISIONS_NAME, f"='{page.name}'!{cells}")
