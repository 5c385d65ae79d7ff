"""The review of one client, for a quarterly meeting: with the client, or among ourselves.

What the client gets is a white list, as on its page in the portal: goals that both sides know,
accomplishments that are shown to it, and no amount but those that it confirmed itself.
"""

from ...engine.health import scoring
from .book import INPUT, LINE_HEIGHT, Head, get_lines
from .clients import get_signed
from .overview import get_why

# Goals that both sides know; goals to agree and dropped goals stay internal.
SHOWN_STATES = ("agreed", "reached", "missed")
NEXT_ROWS = 8
WIDTHS = (30, 100)


def _get_goals(data, for_client):
    domain = [("relationship_id", "in", data.ids)]
    if for_client:
        domain.append(("state", "in", SHOWN_STATES))
    return data.env["client.goal"].search(domain, order="state, date_end, id")


def _get_accomplishments(data, for_client):
    domain = [("relationship_id", "in", data.ids), ("date", ">=", data.since)]
    if for_client:
        domain.append(("is_shared", "=", True))
    return data.env["client.accomplishment"].search(domain, order="date desc, id desc")


def _write_facts(page, facts):
    for column, width in enumerate(WIDTHS):
        page.sheet.set_column(column, column, width)
    for label, value, *kind in facts:
        if isinstance(value, str):
            page.sheet.set_row(page.row, LINE_HEIGHT * get_lines(value, WIDTHS[1]) + 2)
        page.put(page.row, 0, label, "label")
        page.put(page.row, 1, value, *kind, align="left", text_wrap=True)
        page.row += 1


# For both


def write_client_start(page, data):
    """Say what the quarter was about, with nothing that is ours alone."""
    client = data.relationships
    goals, done = _get_goals(data, True), _get_accomplishments(data, True)
    page.write_title(
        data.env._(
            "%(client)s: review with %(company)s",
            client=client.partner_id.name,
            company=client.company_id.name,
        ),
        data.env._(
            "%(since)s to %(today)s",
            since=data.format_date(data.since),
            today=data.format_date(data.today),
        ),
    )
    page.row += 1
    _write_facts(
        page,
        [
            (data.env._("Your goals"), _count_goals(goals) or data.env._("none agreed yet")),
            (data.env._("What we did"), len(done)),
            (data.env._("Confirmed by you"), sum(one.state == "confirmed" for one in done)),
            (data.env._("In your words"), client.value_words or "–"),
        ],
    )
    _write_questions(page, data)


def _write_questions(page, data):
    page.row += 1
    page.write_line(data.env._("What to talk about"), kind="heading")
    for line in (
        data.env._("Which goals were reached, and what are they worth to you?"),
        data.env._("What got in the way, on either side?"),
        data.env._("What do you want to reach next, and what do we stop doing?"),
    ):
        page.write_line(line)


def _count_goals(goals):
    states = dict(goals._fields["state"]._description_selection(goals.env))
    by_state = goals.grouped("state")
    return ", ".join(
        f"{states[state]}: {len(by_state[state])}" for state in SHOWN_STATES if state in by_state
    )


def write_goals(page, data, for_client):
    goals = _get_goals(data, for_client)
    page.write_title(data.env._("Goals"), data.env._("What is to be reached, and how far it is."))
    page.row += 1
    page.begin_table(_get_goal_heads(data, for_client), len(goals))
    page.write_rows(goals)


def _get_goal_heads(data, for_client):
    states = dict(data.env["client.goal"]._fields["state"]._description_selection(data.env))

    def measured(get):
        return lambda goal: get(goal) if goal.date_measured else None

    heads = [
        Head(data.env._("Goal"), "text", 40, wrap=True, value=lambda goal: goal.name),
        Head(data.env._("Benefit"), "text", 40, wrap=True, value=lambda goal: goal.benefit_client),
        Head(data.env._("State"), "text", 12, value=lambda goal: states[goal.state]),
        Head(
            data.env._("Progress"), "percent", 10, value=measured(lambda goal: goal.progress / 100)
        ),
        Head(
            data.env._("Figures"), "text", 30, wrap=True,
            value=measured(lambda goal: goal._get_way_text()),
        ),
        Head(data.env._("Until"), "date", 12, value=lambda goal: goal.date_end),
        Head(
            data.env._("Responsible: us"), "text", 20, wrap=True,
            value=lambda goal: goal.user_id.name,
        ),
        Head(
            data.env._("Responsible: client"), "text", 20, wrap=True,
            value=lambda goal: goal.client_owner_id.name,
        ),
    ]  # fmt: skip
    label = data.env._("Benefit for us")
    ours = [Head(label, "text", 30, wrap=True, value=lambda goal: goal.benefit_us)]
    return heads if for_client else [*heads, *ours]


def write_accomplishments(page, data, for_client):
    records = _get_accomplishments(data, for_client)
    page.write_title(
        data.env._("What we did"),
        data.env._("Since %s, the latest first.", data.format_date(data.since)),
    )
    page.row += 1
    heads = _get_accomplishment_heads(data)
    page.begin_table(heads if for_client else [*heads, *_get_own_heads(data)], len(records))
    page.write_rows(records)


def _get_accomplishment_heads(data):
    def confirmed(get):
        return lambda one: (get(one) if one.state == "confirmed" else None) or None

    currency = data.company.currency_id.name
    return [
        Head(data.env._("Date"), "date", 12, value=lambda one: one.date),
        Head(data.env._("What"), "text", 34, wrap=True, value=lambda one: one.name),
        Head(data.env._("Description"), "text", 50, wrap=True, value=lambda one: one.description),
        Head(
            data.env._("Value in words"), "text", 30, wrap=True, value=lambda one: one.value_words
        ),
        Head(
            data.env._("Value confirmed (%s)", currency), "amount", 16,
            value=confirmed(lambda one: one.confirmed_amount),
        ),
        Head(
            data.env._("Confirmed by"), "text", 20, wrap=True,
            value=confirmed(lambda one: one.confirmed_by_id.name),
        ),
        Head(
            data.env._("In their words"), "text", 30, wrap=True,
            value=confirmed(lambda one: one.confirmed_words),
        ),
    ]  # fmt: skip


def _get_own_heads(data):
    label = data.env._("Our estimate (%s)", data.company.currency_id.name)
    return [
        Head(label, "amount", 16, value=lambda one: one.value_amount or None),
        Head(data.env._("Shown to the client"), "text", 12, value=lambda one: one.is_shared),
    ]


def write_next(page, data):
    """Empty rows, to agree on in the meeting."""
    page.write_title(
        data.env._("Next quarter"), data.env._("What we agree on: who does what, until when.")
    )
    page.row += 1
    page.begin_table(
        [
            Head(data.env._("What"), "text", 80, wrap=True),
            Head(data.env._("Who: us"), "text", 24),
            Head(data.env._("Who: client"), "text", 24),
            Head(data.env._("Until"), "date", 14),
        ],
        NEXT_ROWS,
    )
    for _number in range(NEXT_ROWS):
        page.write_row([None] * 4, dict.fromkeys(range(4), INPUT))


# Among ourselves


def write_internal_start(page, data):
    """Where the client stands, why, and what it brings in."""
    client = data.relationships
    row = data.clients[0]
    page.write_title(
        data.env._("%s: internal review", client.display_name),
        data.env._(
            "Internal: not for the client. Made on %(day)s for %(user)s, with the rights of this "
            "user.",
            day=data.format_date(data.today),
            user=data.env.user.name,
        ),
    )
    page.row += 1
    _write_facts(page, [*_get_health_facts(data, row), *_get_money_facts(data, row)])


def _get_health_facts(data, row):
    score = row["health_score"]
    then = data.scores_then.get(row["id"], {}).get("score")
    changes = data.changes.get(row["id"]) or ()
    return [
        (data.env._("Stage"), f"{row['stage_id']} ({data.relationships.stage_reason or '–'})"),
        (data.env._("Salesperson"), row["user_id"]),
        (data.env._("Score"), None if score is None else scoring.get_shown(score)),
        (data.env._("Band"), data.get_band(row["health_band"])),
        (
            data.env._("Score on %s", data.format_date(data.since)),
            None if then is None else scoring.get_shown(then),
        ),
        (data.env._("Why"), get_why(data, row) or "–"),
        (
            data.env._("What changed"),
            "\n".join(f"{line['text']}: {get_signed(line['points'])}" for line in changes) or "–",
        ),
    ]


def _get_money_facts(data, row):
    if not data.sees_money:
        return []
    rate = row["client_margin_rate"]
    period = data.env._("%(months)s, in %(currency)s", months=data.period, currency=data.currency)
    return [
        (data.env._("Money of"), period),
        (data.env._("Revenue"), row["client_revenue"], "number"),
        (data.env._("Margin"), row["client_margin"], "number"),
        (data.env._("Margin (%)"), None if rate is None else rate / 100, "percent"),
        (data.env._("Earned per hour"), row["client_effective_rate"], "number"),
        (data.env._("Overdue"), row["client_overdue"], "number"),
    ]
