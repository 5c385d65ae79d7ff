"""Start here, the summary with its charts, and the figures that the charts draw."""

from ...engine.health import scoring
from ...engine.profitability import margin
from .book import BAND_COLORS, LINE_HEIGHT, Formula, Head, Link, get_column, get_lines, to_month

BANDS = ("healthy", "watch", "risk", None)
# How many clients a chart shows, by revenue: more can't be told apart
BUBBLES = 200
BARS = 20
LARGEST = 10
CHART = {"width": 560, "height": 360}
SIZES = (6, 11, 18)  # bubbles of clients below 3 %, below 10 %, and from there on
SIZE_LIMITS = (3, 10)  # percent of the revenue of the review
LINE, LINE_2, BAR = "#0F766E", "#B45309", "#9CCFC8"
FIRST_CHART_ROW = 32


# Start here

WIDTHS = (28, 36, 84)
TOP = 5  # clients that the first page names


def write_start(page, data, sheets):
    """``sheets``: what is in the file, as in ``client.review._get_sheets``."""
    _ = data.env._
    for column, width in enumerate(WIDTHS):
        page.sheet.set_column(column, column, width)
    page.write_title(_("Client review: %s", data.company.name))
    page.write_line(
        _("Made on %(day)s for %(user)s, with the rights of this user.",
          day=data.format_date(data.today), user=data.env.user.name),
        kind="note",
    )  # fmt: skip
    page.row += 1
    _write_facts(page, data)
    page.row += 1
    _write_focus(page, data)
    page.row += 1
    page.write_line(_("What is in this file"), kind="heading")
    for sheet in sheets:
        target = f"internal:'{sheet.name}'!A1"
        page.write(page.row, 0, Link(target, sheet.name))
        page.write(page.row, 1, sheet.help)
        page.row += 1
    page.row += 1
    page.write_line(_("How to read it"), kind="heading")
    for line in _get_reading_help(data):
        page.write_line(line)


def _write_facts(page, data):
    _ = data.env._
    counts = {band: 0 for band in BANDS}
    for row in data.clients:
        counts[row["health_band"]] += 1
    facts = [
        (_("Clients"), len(data.clients)),
        (_("Chosen"), " · ".join(data.filters) or _("all clients that the user may see")),
        (_("Compared with"), data.format_date(data.since)),
        (
            _("By band"),
            " · ".join(f"{data.get_band(band)}: {counts[band]}" for band in BANDS if counts[band]),
        ),
    ]
    if data.sees_money:
        facts.append((_("Money of"), _("%(months)s, in %(currency)s", months=data.period, currency=data.currency)))
    for label, value in facts:
        page.write(page.row, 0, label, "label")
        page.write(page.row, 1, value, align="left")
        page.row += 1
    if data.sees_money and data.has_one_currency:
        total = get_total(data.clients)
        for label, value, kind in (
            (_("Revenue"), total["revenue"], "amount"),
            (_("Margin"), total["margin"], "amount"),
            (_("Margin of the revenue"), total["rate"], "percent"),
            (_("Revenue at stake"), sum(row["client_revenue"] or 0 for row in data.focus), "amount"),
        ):
            page.write(page.row, 0, label, "label")
            page.write(page.row, 1, value, kind, align="left")
            page.row += 1


def _write_focus(page, data):
    """Name the clients to talk about, and why: this is what the meeting is for."""
    _ = data.env._
    page.write_line(_("Talk about these first"), kind="heading")
    if not data.focus:
        page.write_line(_("No client is red, at risk, at a loss or falling."))
    for row in data.focus[:TOP]:
        why = get_why(data, row)
        page.sheet.set_row(page.row, LINE_HEIGHT * get_lines(why, WIDTHS[2]) + 1)
        page.write(page.row, 0, Link(data.get_url(row["id"]), row["partner_id"]), text_wrap=True)
        page.write(page.row, 1, get_headline(data, row), text_wrap=True)
        page.write(page.row, 2, why, text_wrap=True)
        page.row += 1
    if len(data.focus) > TOP:
        page.write_line(_("and %s more: see the next sheets", len(data.focus) - TOP), kind="note")


def get_headline(data, row):
    """Return score, band and money of a client in a few words."""
    _ = data.env._
    words = [data.get_band(row["health_band"])]
    if row["health_score"] is not None:
        words[:0] = [_("score %s", scoring.get_shown(row["health_score"]))]
    if data.sees_money:
        words.append(_("%s of revenue", f"{row['client_revenue'] or 0:,.0f}"))
    return ", ".join(words)


def get_why(data, row):
    grounds = ", ".join(data.get_grounds(row))
    text = grounds[:1].upper() + grounds[1:]
    reasons = data.reasons.get(row["id"])
    return ". ".join(filter(None, (text, reasons)))


def _get_reading_help(data):
    _ = data.env._
    company = data.company
    yield _(
        "Green is a score of %(healthy)s and above, red is below %(risk)s. An empty cell is not "
        "known, never zero.",
        healthy=scoring.get_shown(company.client_health_healthy),
        risk=scoring.get_shown(company.client_health_risk),
    )
    if data.sees_money:
        yield _(
            "Clients to talk about: those with the most grounds first, among these the ones with "
            "the most revenue."
        )
        yield _("Cells in light yellow are for you: a price to try, a decision to write down.")
    else:
        yield _("Cells in light yellow are for you: a decision to write down.")
    yield _(
        "Decisions that you write into the sheet Decisions come back: import the file under "
        "Reporting / Review Decisions, and they become activities."
    )


# Summary


def get_total(rows):
    """Return the sums of clients; a rate is that of the sums, of those that are known."""
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
        "rate": earned / revenue if revenue > 0 else None,
        "hours": hours,
        "effective": net / hours if hours else None,
    }


def write_summary(page, data):
    _ = data.env._
    page.write_title(_("Summary"), _get_note(data))
    page.row += 1
    stages = {}
    for row in data.clients:
        stages.setdefault(row["stage_id"], []).append(row)
    bands = {
        data.get_band(band): [row for row in data.clients if row["health_band"] == band]
        for band in BANDS
    }
    _write_groups(page, data, _("By stage"), stages)
    page.row += 1
    _write_groups(page, data, _("By band"), {name: rows for name, rows in bands.items() if rows})
    page.sheet.set_h_pagebreaks([FIRST_CHART_ROW - 1])


def _get_note(data):
    _ = data.env._
    if not data.sees_money:
        return _("%s clients", len(data.clients))
    return _(
        "%(count)s clients; money of %(months)s in %(currency)s",
        count=len(data.clients), months=data.period, currency=data.currency,
    )  # fmt: skip


def _get_group_heads(data, label):
    _ = data.env._
    heads = [
        Head(label, "text", 24),
        Head(_("Clients"), "integer", 11),
        Head(_("Mean score"), "score", 12),
    ]
    if data.sees_money:
        heads += [
            Head(_("Revenue"), "amount", 15),
            Head(_("Margin"), "amount", 15),
            Head(_("Margin (%)"), "percent", 12),
            Head(_("Hours"), "amount", 12),
            Head(_("Earned per hour"), "number", 16),
            Head(_("Share of revenue"), "percent", 17),
        ]
    return heads


def _write_groups(page, data, label, groups):
    """Write one table of sums, and under it the sum of all as formulas."""
    heads = _get_group_heads(data, label)
    for column, head in enumerate(heads):
        page.sheet.set_column(column, column, head.width)
        align = {"align": "right"} if column else {}
        page.write(page.row, column, head.label, "header", **align)
    page.row += 1
    if data.sees_money and not data.has_one_currency:
        page.write_line(data.env._("Clients of several currencies: no sums."), kind="note")
        return
    first = page.row + 1
    everything = _get_group_total(data, data.clients)
    for name, rows in groups.items():
        total = _get_group_total(data, rows)
        share = everything.get("revenue") and total["revenue"] / everything["revenue"]
        _write_values(page, heads, [name, *_get_values(total, share or None)])
        page.row += 1
    values = [data.env._("All"), *_get_values(everything, None)]
    for column in (1, 3, 4, 6):
        if column < len(heads):
            letters = get_column(column)
            values[column] = Formula(f"=SUM({letters}{first}:{letters}{page.row})", values[column])
    _write_values(page, heads, values, bold=True, top=1)
    page.row += 1


def _get_group_total(data, rows):
    if data.sees_money:
        return get_total(rows)
    scores = [row["health_score"] for row in rows if row["health_score"] is not None]
    return {"count": len(rows), "score": sum(scores) / len(scores) if scores else None}


def _get_values(total, share):
    names = ("count", "score", "revenue", "margin", "rate", "hours", "effective")
    return [*(total.get(name) for name in names), share]


def _write_values(page, heads, values, **more):
    for column, (head, value) in enumerate(zip(heads, values, strict=False)):
        page.write(page.row, column, value, head.kind, **more)


# The figures that the charts draw, and the charts


def write_figures(page, data):
    """Write the figures block under block, and place the charts on the summary."""
    _ = data.env._
    page.write_title(
        _("Figures of the charts"), _("What the charts on the summary draw; nothing to fill in.")
    )
    for column, width in enumerate((30, 14, 14, 14)):
        page.sheet.set_column(column, column, width)
    charts = [_add_trend(page, data)]
    if data.sees_money and data.has_one_currency:
        charts = [
            _add_bubbles(page, data),
            _add_pareto(page, data),
            _add_concentration(page, data),
            *charts,
        ]
    else:
        charts.append(_add_bands(page, data))
    summary = page.book.pages["summary"].sheet
    for number, (chart, text) in enumerate(charts):
        row, column = FIRST_CHART_ROW + 19 * (number // 2), 0 if number % 2 == 0 else 5
        options = {"description": text, "object_position": 3}
        if not data.sees_money:
            column = 0 if number % 2 == 0 else 7
        chart.set_size(CHART)
        chart.set_chartarea({"border": {"color": "#D0D7D7"}})
        summary.insert_chart(row, column, chart, options)


def _write_block(page, title, heads, rows):
    """Write a block of figures; returns the row of its first figure, from 0."""
    page.row += 1
    page.write_line(title, kind="heading")
    for column, (label, _kind) in enumerate(heads):
        page.write(page.row, column, label, "header")
    page.row += 1
    first = page.row
    for values in rows:
        for column, ((_label, kind), value) in enumerate(zip(heads, values, strict=True)):
            page.write(page.row, column, value, kind)
        page.row += 1
    return first


def _get_bubbles(data):
    rows = [
        row
        for row in data.clients
        if row["health_score"] is not None and row["client_margin_rate"] is not None
    ]
    return sorted(rows, key=lambda row: -(row["client_revenue"] or 0))[:BUBBLES]


def _add_bubbles(page, data):
    """Margin against score: a bubble per client, as large as its share of the revenue."""
    _ = data.env._
    total = sum(row["client_revenue"] or 0 for row in data.clients) or 1
    rows = []
    for row in _get_bubbles(data):
        share = 100 * (row["client_revenue"] or 0) / total
        size = sum(share >= limit for limit in SIZE_LIMITS)
        rows.append((row["health_band"] or "", size, row))
    rows.sort(key=lambda item: (item[0], item[1]))
    title = _("Margin against score")
    first = _write_block(
        page, title,
        [(_("Client"), "text"), (_("Score"), "score"), (_("Margin (%)"), "percent"), (_("Revenue"), "amount")],
        [
            (row["partner_id"], row["health_score"], row["client_margin_rate"] / 100, row["client_revenue"])
            for _band, _size, row in rows
        ],
    )  # fmt: skip
    chart = page.book.file.add_chart({"type": "scatter"})
    named = set()
    unnamed = []
    start = 0
    while start < len(rows):
        band, size, _row = rows[start]
        end = start
        while end < len(rows) and rows[end][:2] == (band, size):
            end += 1
        if band in named:
            unnamed.append(len(chart.series))
        named.add(band)
        _add_bubble_series(chart, page, data, (band, size), first + start, end - start)
        start = end
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_x_axis({"name": _("Score"), "min": 0, "max": 100, "label_position": "low", "major_gridlines": {"visible": False}})
    chart.set_y_axis({"name": _("Margin (%)"), "num_format": "0%", "label_position": "low", "major_gridlines": {"visible": True, "line": {"color": "#E5E9E9"}}})
    chart.set_legend({"position": "bottom", "delete_series": unnamed})
    return chart, _(
        "Bubbles: the score of each client across, its margin in percent upwards. A larger bubble is "
        "a larger share of the revenue. Top right earns and is content; bottom left does neither."
    )


def _add_bubble_series(chart, page, data, key, first, count):
    band, size = key
    line = {"color": "#5F6B6B", "width": 0.5}
    chart.add_series(
        {
            "name": data.get_band(band or None),
            "categories": "=" + page.get_range(1, count, first),
            "values": "=" + page.get_range(2, count, first),
            "marker": {
                "type": "circle",
                "size": SIZES[size],
                "fill": {"color": STRONG.get(band, "#B8C2C2"), "transparency": 25},
                "border": line,
            },
        }
    )


STRONG = {"healthy": "#3BA55D", "watch": "#E3A008", "risk": "#D9483B"}


def _add_pareto(page, data):
    """Margin over hours: which clients bring the margin, and which take the hours."""
    _ = data.env._
    known = [row for row in data.clients if row["client_margin"] is not None]
    known.sort(key=lambda row: -row["client_margin"])
    margins = sum(row["client_margin"] for row in known)
    hours = sum(row["client_hours"] or 0 for row in known)
    rows, so_far, spent = [], 0, 0
    for row in known:
        so_far += row["client_margin"]
        spent += row["client_hours"] or 0
        rows.append(
            (row["partner_id"], row["client_margin"],
             so_far / margins if margins > 0 else None, spent / hours if hours else None)
        )  # fmt: skip
    title = _("Margin over time spent")
    heads = [
        (_("Client"), "text"), (_("Margin"), "amount"),
        (_("Margin so far"), "percent"), (_("Hours so far"), "percent"),
    ]  # fmt: skip
    first = _write_block(page, title, heads, rows[:BARS])
    count = min(len(rows), BARS)
    names = "=" + page.get_range(0, count, first)
    chart = page.book.file.add_chart({"type": "column"})
    chart.add_series({"name": heads[1][0], "categories": names, "values": "=" + page.get_range(1, count, first), "fill": {"color": BAR}, "gap": 40})
    lines = page.book.file.add_chart({"type": "line"})
    for column, color in ((2, LINE), (3, LINE_2)):
        lines.add_series({"name": heads[column][0], "categories": names, "values": "=" + page.get_range(column, count, first), "y2_axis": True, "line": {"color": color, "width": 2}})
    chart.combine(lines)
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_x_axis({"num_font": {"rotation": -45, "size": 8}, "label_position": "low"})
    chart.set_y_axis({"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#E5E9E9"}}})
    lines.set_y2_axis({"num_format": "0%", "min": 0})
    chart.set_legend({"position": "bottom"})
    return chart, _(
        "Columns: the margin of the clients, largest first. Lines: the share of all margin, and of "
        "all hours, up to each client. Where the hours run ahead of the margin, time is spent that "
        "does not earn."
    )


def _add_concentration(page, data):
    _ = data.env._
    total = sum(row["client_revenue"] or 0 for row in data.clients)
    largest = sorted(data.clients, key=lambda row: -(row["client_revenue"] or 0))
    rows = [
        (row["partner_id"], (row["client_revenue"] or 0) / total if total > 0 else None)
        for row in largest[:LARGEST]
    ]
    if len(largest) > LARGEST and total > 0:
        rest = sum(row["client_revenue"] or 0 for row in largest[LARGEST:])
        rows.append((_("%s others", len(largest) - LARGEST), rest / total))
    title = _("Concentration: share of revenue")
    first = _write_block(page, title, [(_("Client"), "text"), (_("Share of revenue"), "percent")], rows)
    chart = page.book.file.add_chart({"type": "bar"})
    chart.add_series({"name": title, "categories": "=" + page.get_range(0, len(rows), first), "values": "=" + page.get_range(1, len(rows), first), "fill": {"color": BAR}, "gap": 40, "data_labels": {"value": True, "num_format": "0%"}})
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_y_axis({"reverse": True, "num_font": {"size": 8}})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_legend({"none": True})
    return chart, _(
        "Bars: the share of each of the largest clients in the revenue of this review. From 20 to "
        "25 %, losing one is a risk for the company."
    )


def _add_trend(page, data):
    _ = data.env._
    scores = data.read_trend()
    money = data.sees_money
    rates = get_monthly_rates(data) if money else {}
    months = [*data.months, *sorted(month for month in scores if month not in data.months)]
    rows = [
        (to_month(month), scores.get(month), *([rates.get(month)] if money else ()))
        for month in months
    ]
    title = _("Trend of score and margin") if money else _("Trend of the score")
    heads = [(_("Month"), "text"), (_("Mean score"), "score")]
    heads += [(_("Margin (%)"), "percent")] if money else []
    first = _write_block(page, title, heads, rows)
    names = "=" + page.get_range(0, len(rows), first)
    chart = page.book.file.add_chart({"type": "line"})
    chart.add_series({"name": heads[1][0], "categories": names, "values": "=" + page.get_range(1, len(rows), first), "line": {"color": LINE, "width": 2.25}, "marker": {"type": "circle", "size": 5, "fill": {"color": LINE}}})
    if money:
        chart.add_series({"name": heads[2][0], "categories": names, "values": "=" + page.get_range(2, len(rows), first), "y2_axis": True, "line": {"color": LINE_2, "width": 2.25}, "marker": {"type": "diamond", "size": 5, "fill": {"color": LINE_2}}})
        chart.set_y2_axis({"num_format": "0%"})
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_x_axis({"num_font": {"rotation": -45, "size": 8}})
    chart.set_y_axis({"min": 0, "max": 100, "major_gridlines": {"visible": True, "line": {"color": "#E5E9E9"}}})
    chart.show_blanks_as("gap")
    chart.set_legend({"position": "bottom"})
    return chart, _("Lines: month by month, the mean score of these clients, and for users who may see it their margin.")


def get_monthly_rates(data):
    """Return {month: margin rate, from 0 to 1} of all clients of the review together."""
    rates = {}
    for month in data.months:
        sums = [client[month] for client in data.ledger_months.values() if month in client]
        total = margin.Sums(*(sum(values) for values in zip(*sums, strict=True))) if sums else None
        rate = total and margin.get_margin_rate(total)
        rates[month] = None if rate is None else rate / 100
    return rates


def _add_bands(page, data):
    _ = data.env._
    title = _("Clients by band")
    rows = [
        (data.get_band(band), sum(row["health_band"] == band for row in data.clients))
        for band in BANDS
    ]
    first = _write_block(page, title, [(_("Band"), "text"), (_("Clients"), "integer")], rows)
    chart = page.book.file.add_chart({"type": "bar"})
    points = [{"fill": {"color": BAND_COLORS.get(band, "#D0D7D7")}} for band in BANDS]
    chart.add_series({"name": title, "categories": "=" + page.get_range(0, 4, first), "values": "=" + page.get_range(1, 4, first), "points": points, "gap": 40, "data_labels": {"value": True}})
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_legend({"none": True})
    return chart, _("Bars: how many clients are green, yellow, red, or not known well enough.")
