"""The figures that the charts draw, and the charts themselves, each with its text."""

from ...engine.profitability import margin
from .book import BAND_COLORS, CUT, to_month
from .overview import BANDS

# How many clients a chart shows, by revenue: more can't be told apart
BUBBLES = 200
BARS = 10
SHORT_NAME = 16  # letters of a name under a bar
LARGEST = 10
CHART = {"width": 560, "height": 270}
SIZES = (6, 11, 18)  # bubbles of clients below 3 %, below 10 %, and from there on
SIZE_LIMITS = (3, 10)  # percent of the revenue of the review
LINE, LINE_2, BAR = "#0F766E", "#B45309", "#9CCFC8"
CHART_ROWS = 16
STRONG = {"healthy": "#3BA55D", "watch": "#E3A008", "risk": "#D9483B"}


def write_figures(page, data):
    """Write the figures block under block, and place the charts on the summary."""
    page.write_title(
        data.env._("Figures of the charts"),
        data.env._("What the charts on the summary draw; nothing to fill in."),
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
    summary = page.book.pages["summary"]
    for number, (chart, text) in enumerate(filter(None, charts)):
        row = summary.row + 1 + CHART_ROWS * (number // 2)
        column = 0 if number % 2 == 0 else 5
        options = {"description": text, "object_position": 3}
        if not data.sees_money:
            column = 0 if number % 2 == 0 else 7
        chart.set_size(CHART)
        chart.set_chartarea({"border": {"color": "#D0D7D7"}})
        summary.sheet.insert_chart(row, column, chart, options)


def _write_block(page, title, heads, rows, note=None):
    """Write a block of figures; returns the row of its first figure, from 0."""
    page.row += 1
    page.write_line(title, kind="heading")
    if note:
        page.write_line(note, kind="note")
    for column, (label, _kind) in enumerate(heads):
        page.put(page.row, column, label, "header")
    page.row += 1
    first = page.row
    for values in rows:
        for column, ((_label, kind), value) in enumerate(zip(heads, values, strict=True)):
            page.put(page.row, column, value, kind)
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
    """Draw margin against score: a bubble per client, as large as its share of the revenue."""
    total = sum(row["client_revenue"] or 0 for row in data.clients) or 1
    rows = []
    for row in _get_bubbles(data):
        share = 100 * (row["client_revenue"] or 0) / total
        size = sum(share >= limit for limit in SIZE_LIMITS)
        rows.append((row["health_band"] or "", size, row))
    rows.sort(key=lambda item: (item[0], item[1]))
    if not rows:
        return None
    title = data.env._("Margin against score")
    heads = [
        (data.env._("Client"), "text"),
        (data.env._("Score"), "score"),
        (data.env._("Margin (%)"), "percent"),
        (data.env._("Revenue"), "amount"),
    ]
    cells = [
        (
            row["partner_id"],
            row["health_score"],
            row["client_margin_rate"] / 100,
            row["client_revenue"],
        )
        for _band, _size, row in rows
    ]
    first = _write_block(page, title, heads, cells)
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
    chart.set_x_axis(
        {
            "name": data.env._("Score"),
            "min": 0,
            "max": 100,
            "label_position": "low",
            "major_gridlines": {"visible": False},
        }
    )
    chart.set_y_axis(
        {
            "name": data.env._("Margin (%)"),
            "num_format": "0%",
            "label_position": "low",
            "major_gridlines": {"visible": True, "line": {"color": "#E5E9E9"}},
        }
    )
    chart.set_legend({"position": "bottom", "delete_series": unnamed})
    return chart, data.env._(
        "Bubbles: the score of each client across, its margin in percent upwards. A larger bubble "
        "is a larger share of the revenue. Top right earns and is content; bottom left does "
        "neither."
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


def _add_pareto(page, data):
    """Draw margin over hours: which clients bring the margin, and which take the hours."""
    known = [row for row in data.clients if row["client_margin"] is not None]
    known.sort(key=lambda row: -row["client_margin"])
    margins = sum(row["client_margin"] for row in known)
    hours = sum(row["client_hours"] or 0 for row in known)
    rows, so_far, spent = [], 0, 0
    for row in known:
        so_far += row["client_margin"]
        spent += row["client_hours"] or 0
        rows.append(
            (
                _shorten(row["partner_id"]),
                row["client_margin"],
                so_far / margins if margins > 0 else None,
                spent / hours if hours else None,
            )
        )
    if not rows:
        return None
    title = data.env._("Margin over time spent")
    heads = [
        (data.env._("Client"), "text"),
        (data.env._("Margin"), "amount"),
        (data.env._("Margin so far"), "percent"),
        (data.env._("Hours so far"), "percent"),
    ]
    if len(rows) > BARS + 1:
        others = rows[BARS:]
        name = data.env._("%s others", len(others))
        rows[BARS:] = [(name, sum(values[1] for values in others), *others[-1][2:])]
    first = _write_block(page, title, heads, rows)
    count = len(rows)
    names = "=" + page.get_range(0, count, first)
    chart = page.book.file.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": heads[1][0],
            "categories": names,
            "values": "=" + page.get_range(1, count, first),
            "fill": {"color": BAR},
            "gap": 40,
        }
    )
    lines = page.book.file.add_chart({"type": "line"})
    for column, color in ((2, LINE), (3, LINE_2)):
        lines.add_series(
            {
                "name": heads[column][0],
                "categories": names,
                "values": "=" + page.get_range(column, count, first),
                "y2_axis": True,
                "line": {"color": color, "width": 2},
            }
        )
    chart.combine(lines)
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_x_axis({"num_font": {"rotation": -45, "size": 9}, "label_position": "low"})
    chart.set_y_axis(
        {"num_format": "#,##0", "major_gridlines": {"visible": True, "line": {"color": "#E5E9E9"}}}
    )
    lines.set_y2_axis({"num_format": "0%", "min": 0})
    chart.set_legend({"position": "bottom"})
    return chart, data.env._(
        "Columns: the margin of the clients, largest first. Lines: the share of all margin, and of "
        "all hours, up to each client. Where the hours run ahead of the margin, time is spent that "
        "does not earn."
    )


def _shorten(name):
    return name if len(name) <= SHORT_NAME else name[: SHORT_NAME - 1].rstrip() + CUT


def _add_concentration(page, data):
    total = sum(row["client_revenue"] or 0 for row in data.clients)
    largest = sorted(data.clients, key=lambda row: -(row["client_revenue"] or 0))
    rows = [
        (row["partner_id"], (row["client_revenue"] or 0) / total if total > 0 else None)
        for row in largest[:LARGEST]
    ]
    if len(largest) > LARGEST and total > 0:
        rest = sum(row["client_revenue"] or 0 for row in largest[LARGEST:])
        rows.append((data.env._("%s others", len(largest) - LARGEST), rest / total))
    if not rows:
        return None
    title = data.env._("Concentration: share of revenue")
    first = _write_block(
        page,
        title,
        [(data.env._("Client"), "text"), (data.env._("Share of revenue"), "percent")],
        rows,
    )
    chart = page.book.file.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": title,
            "categories": "=" + page.get_range(0, len(rows), first),
            "values": "=" + page.get_range(1, len(rows), first),
            "fill": {"color": BAR},
            "gap": 40,
            "data_labels": {"value": True, "num_format": "0%"},
        }
    )
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_y_axis({"reverse": True, "num_font": {"size": 9}})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_legend({"none": True})
    return chart, data.env._(
        "Bars: the share of each of the largest clients in the revenue of this review. From 20 to "
        "25 %, losing one is a risk for the company."
    )


def _add_trend(page, data):
    scores = data.read_trend()
    money = data.sees_money
    sums = get_monthly_sums(data) if money else {}
    months = [*data.months, *sorted(month for month in scores if month not in data.months)]
    rows = [
        (to_month(month), scores.get(month), *(_get_month(sums.get(month)) if money else ()))
        for month in months
    ]
    title = data.env._("Trend of score and margin") if money else data.env._("Trend of the score")
    heads = [(data.env._("Month"), "text"), (data.env._("Mean score"), "score")]
    if money:
        heads += [
            (data.env._("Margin (%)"), "percent"),
            (data.env._("Revenue"), "amount"),
            (data.env._("Margin"), "amount"),
        ]
    note = money and data.get_unknown_note()
    first = _write_block(page, title, heads, rows, note and data.env._("Money: %s.", note))
    names = "=" + page.get_range(0, len(rows), first)
    chart = page.book.file.add_chart({"type": "line"})
    chart.add_series(
        {
            "name": heads[1][0],
            "categories": names,
            "values": "=" + page.get_range(1, len(rows), first),
            "line": {"color": LINE, "width": 2.25},
            "marker": {"type": "circle", "size": 5, "fill": {"color": LINE}},
        }
    )
    if money:
        chart.add_series(
            {
                "name": heads[2][0],
                "categories": names,
                "values": "=" + page.get_range(2, len(rows), first),
                "y2_axis": True,
                "line": {"color": LINE_2, "width": 2.25},
                "marker": {"type": "diamond", "size": 5, "fill": {"color": LINE_2}},
            }
        )
        chart.set_y2_axis({"num_format": "0%"})
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_x_axis({"num_font": {"rotation": -45, "size": 9}})
    chart.set_y_axis(
        {"min": 0, "max": 100, "major_gridlines": {"visible": True, "line": {"color": "#E5E9E9"}}}
    )
    chart.show_blanks_as("gap")
    chart.set_legend({"position": "bottom"})
    return chart, data.env._(
        "Lines: month by month, the mean score of these clients, and for users who may see it "
        "their margin."
    )


def get_monthly_sums(data):
    """Return {month: margin.Sums} of the clients of known margin: those of all other margins."""
    known = [row["id"] for row in data.clients if row["client_margin"] is not None]
    clients = [data.ledger_months[id_] for id_ in known if id_ in data.ledger_months]
    found = {}
    for month in data.months:
        sums = [client[month] for client in clients if month in client]
        if sums:
            found[month] = margin.Sums(*(sum(values) for values in zip(*sums, strict=True)))
    return found


def _get_month(sums):
    if not sums:
        return None, None, None
    rate = sums.margin / sums.revenue if sums.revenue > 0 else None
    return rate, sums.revenue, sums.margin


def _add_bands(page, data):
    title = data.env._("Clients by band")
    rows = [
        (data.get_band(band), sum(row["health_band"] == band for row in data.clients))
        for band in BANDS
    ]
    first = _write_block(
        page, title, [(data.env._("Band"), "text"), (data.env._("Clients"), "integer")], rows
    )
    chart = page.book.file.add_chart({"type": "bar"})
    points = [{"fill": {"color": BAND_COLORS.get(band, "#D0D7D7")}} for band in BANDS]
    chart.add_series(
        {
            "name": title,
            "categories": "=" + page.get_range(0, 4, first),
            "values": "=" + page.get_range(1, 4, first),
            "points": points,
            "gap": 40,
            "data_labels": {"value": True},
        }
    )
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_legend({"none": True})
    return chart, data.env._(
        "Bars: how many clients are green, yellow, red, or not known well enough."
    )
