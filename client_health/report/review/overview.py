"""Start here, the summary with its charts, and the figures that the charts draw."""

from collections import Counter

from ...engine.health import scoring
from .book import LINE_HEIGHT, Formula, Head, Link, get_column, get_lines
from .data import has_effort

BANDS = ("healthy", "watch", "risk", None)


# Start here

WIDTHS = (34, 44, 74)
TOP = 5  # clients that the first page names


def write_start(page, data, sheets):
    """``sheets``: what is in the file, as in ``client.review._get_sheets``."""
    for column, width in enumerate(WIDTHS):
        page.sheet.set_column(column, column, width)
    page.sheet.fit_to_pages(1, 1)
    page.write_title(data.env._("Client review: %s", data.company.name))
    page.write_line(
        data.env._(
            "Made on %(day)s for %(user)s, with the rights of this user.",
            day=data.format_date(data.today),
            user=data.env.user.name,
        ),
        kind="note",
    )
    page.row += 1
    _write_facts(page, data)
    page.row += 1
    _write_focus(page, data)
    page.row += 1
    _write_contents(page, data, sheets)
    page.row += 1
    page.write_line(data.env._("How to read it"), kind="heading")
    for line in _get_reading_help(data):
        page.write_line(line)


def _write_contents(page, data, sheets):
    page.write_line(data.env._("What is in this file"), kind="heading")
    for sheet in sheets:
        page.put(page.row, 0, Link(f"internal:'{sheet.name}'!A1", sheet.name))
        page.put(page.row, 1, sheet.help)
        page.row += 1


def _write_facts(page, data):
    facts = [*_get_facts(data), *_get_money_facts(data)]
    for label, value, kind, note in facts:
        page.put(page.row, 0, label, "label")
        page.put(page.row, 1, value, kind, align="left")
        if note:
            page.put(page.row, 2, note, "note")
        page.row += 1


def _get_facts(data):
    """Return [(label, value, kind, note)]: of what and of when the review is."""
    counts = Counter(row["health_band"] for row in data.clients)
    bands = [f"{data.get_band(band)}: {counts[band]}" for band in BANDS if counts[band]]
    chosen = " · ".join(data.filters) or data.env._("all clients that the user may see")
    return [
        (data.env._("Clients"), len(data.clients), "integer", None),
        (data.env._("Chosen"), chosen, "text", None),
        (data.env._("Compared with"), data.format_date(data.since), "text", None),
        (data.env._("By band"), " · ".join(bands), "text", None),
    ]


def _get_money_facts(data):
    if not data.sees_money:
        return []
    period = data.env._("%(months)s, in %(currency)s", months=data.period, currency=data.currency)
    facts = [(data.env._("Money of"), period, "text", None)]
    if not data.has_one_currency:
        return facts
    total = get_total(data.clients)
    note = data.get_unknown_note()
    at_stake, red = (
        sum(row["client_revenue"] or 0 for row in rows)
        for rows in (
            data.at_stake,
            [row for row in data.at_stake if row["health_band"] == "risk"],
        )
    )
    of_red = data.env._("of this, clients that are red: %s", f"{red:,.0f}")
    return [
        *facts,
        (data.env._("Revenue"), total["revenue"], "amount", None),
        *(
            [(data.env._("Revenue of known margin"), total["known"], "amount", None)]
            if note
            else ()
        ),
        (data.env._("Margin"), total["margin"], "amount", None),
        (data.env._("Margin (%)"), total["rate"], "percent", note),
        (data.env._("Revenue at stake now"), at_stake, "amount", of_red),
    ]


def _write_focus(page, data):
    """Name the clients to talk about, and why: this is what the meeting is for."""
    page.write_line(data.env._("Talk about these first"), kind="heading")
    if not data.focus:
        page.write_line(data.env._("No client is red, at risk, at a loss or falling."))
    for row in data.focus[:TOP]:
        texts = (row["partner_id"] or "", get_headline(data, row), get_why(data, row))
        lines = max(get_lines(text, width) for text, width in zip(texts, WIDTHS, strict=True))
        page.sheet.set_row(page.row, LINE_HEIGHT * lines + 1)
        page.put(page.row, 0, Link(data.get_url(row["id"]), texts[0]), text_wrap=True)
        page.put(page.row, 1, texts[1], text_wrap=True)
        page.put(page.row, 2, texts[2], text_wrap=True)
        page.row += 1
    if len(data.focus) > TOP:
        page.write_line(
            data.env._("and %s more: see the next sheets", len(data.focus) - TOP), kind="note"
        )


def get_headline(data, row):
    """Return score, band and money of a client in a few words."""
    words = [data.get_marked_band(row)]
    if row["health_score"] is not None:
        words[:0] = [data.env._("score %s", scoring.get_shown(row["health_score"]))]
    if data.sees_money:
        words.append(data.env._("%s of revenue", f"{row['client_revenue'] or 0:,.0f}"))
    return ", ".join(words)


def get_why(data, row):
    grounds = ", ".join(data.get_grounds(row))
    text = grounds[:1].upper() + grounds[1:]
    reasons = data.reasons.get(row["id"])
    return ". ".join(filter(None, (text, reasons)))


def _get_reading_help(data):
    company = data.limits
    yield data.env._(
        "Green is a score of %(healthy)s and above, red is below %(risk)s; a severe warning or a "
        "key measure at zero lowers the band. An empty cell is not known, never zero.",
        healthy=scoring.get_shown(company.client_health_healthy),
        risk=scoring.get_shown(company.client_health_risk),
    )
    if data.sees_money:
        yield data.env._(
            "Clients to talk about: first those that can still be saved, red before yellow, and of "
            "these the ones with the highest margin; clients that leave come last."
        )
        yield data.env._(
            "Cells in light yellow are for you: a price to try, a decision to write down."
        )
    else:
        yield data.env._("Cells in light yellow are for you: a decision to write down.")
    yield data.env._(
        "Decisions that you write into the sheet Decisions come back: import the file under "
        "Reporting / Review Decisions, and they become activities."
    )


# Summary


def get_total(rows):
    """Return the sums of clients; the rate is of ``known``: revenue of those with a margin."""
    known = [row for row in rows if row["client_margin"] is not None]
    scores = [row["health_score"] for row in rows if row["health_score"] is not None]
    revenue = sum(row["client_revenue"] or 0 for row in known)
    earned = sum(row["client_margin"] for row in known)
    hours = sum(row["client_hours"] or 0 for row in rows)
    net = sum((row["client_revenue"] or 0) - (row["client_other_cost"] or 0) for row in rows)
    return {
        "count": len(rows),
        "score": sum(scores) / len(scores) if scores else None,
        "revenue": sum(row["client_revenue"] or 0 for row in rows),
        "margin": earned,
        "rate": earned / revenue if revenue > 0 and any(map(has_effort, known)) else None,
        "hours": hours,
        "effective": net / hours if hours else None,
        "known": revenue,
    }


def write_summary(page, data):
    page.write_title(data.env._("Summary"), _get_note(data))
    page.row += 1
    stages = {}
    for row in data.clients:
        stages.setdefault(row["stage_id"], []).append(row)
    bands = {
        data.get_band(band): [row for row in data.clients if row["health_band"] == band]
        for band in BANDS
    }
    _write_groups(page, data, data.env._("By stage"), stages)
    page.row += 1
    _write_groups(
        page, data, data.env._("By band"), {name: rows for name, rows in bands.items() if rows}
    )
    page.sheet.fit_to_pages(1, 1)


def _get_note(data):
    if not data.sees_money:
        return data.env._("%s clients", len(data.clients))
    note = data.env._(
        "%(count)s clients; money of %(months)s in %(currency)s",
        count=len(data.clients),
        months=data.period,
        currency=data.currency,
    )
    if unknown := data.get_unknown_note():
        note += "; " + data.env._("margin and its rate: %s", unknown)
    return note


def _get_group_heads(data, label):
    """Return the columns of (name, figures of ``get_total``, share of the revenue).

    ``total``: the row of all has their sum.
    """

    def figure(label, kind, width, name, total=False):
        return Head(label, kind, width, total, value=lambda row: row[1].get(name))

    heads = [
        Head(label, "text", 24, value=lambda row: row[0]),
        figure(data.env._("Clients"), "integer", 11, "count", total=True),
        figure(data.env._("Mean score"), "score", 12, "score"),
    ]
    if not data.sees_money:
        return heads
    known = [figure(data.env._("Of known margin"), "amount", 17, "known", total=True)]
    return [
        *heads,
        figure(data.env._("Revenue"), "amount", 13, "revenue", total=True),
        *(known if data.unknown_margin else ()),
        figure(data.env._("Margin"), "amount", 13, "margin", total=True),
        figure(data.env._("Margin (%)"), "percent", 12, "rate"),
        figure(data.env._("Hours"), "amount", 12, "hours", total=True),
        figure(data.env._("Earned per hour"), "number", 16, "effective"),
        Head(data.env._("Share of revenue"), "percent", 17, value=lambda row: row[2]),
    ]


def _write_groups(page, data, label, groups):
    """Write one table of sums, and under it the sum of all as formulas."""
    heads = _get_group_heads(data, label)
    for column, head in enumerate(heads):
        page.sheet.set_column(column, column, head.width)
        align = {"align": "right"} if column else {}
        page.put(page.row, column, head.label, "header", **align)
    page.row += 1
    if data.sees_money and not data.has_one_currency:
        page.write_line(data.env._("Clients of several currencies: no sums."), kind="note")
        return
    first = page.row + 1
    everything = _get_group_total(data, data.clients)
    for name, rows in groups.items():
        total = _get_group_total(data, rows)
        share = everything.get("revenue") and total["revenue"] / everything["revenue"]
        _write_values(page, heads, [head.value((name, total, share or None)) for head in heads])
    values = [head.value((data.env._("All"), everything, None)) for head in heads]
    for column, head in enumerate(heads):
        if head.total:
            letters = get_column(column)
            values[column] = Formula(f"=SUM({letters}{first}:{letters}{page.row})", values[column])
    _write_values(page, heads, values, bold=True, top=1)


def _get_group_total(data, rows):
    if data.sees_money:
        return get_total(rows)
    scores = [row["health_score"] for row in rows if row["health_score"] is not None]
    return {"count": len(rows), "score": sum(scores) / len(scores) if scores else None}


def _write_values(page, heads, values, **more):
    for column, (head, value) in enumerate(zip(heads, values, strict=True)):
        page.put(page.row, column, value, head.kind, **more)
    page.row += 1
