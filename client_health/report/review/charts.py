"""The figures that the charts draw, and the charts themselves, each with its text."""

from typing import NamedTuple

from odoo.tools import groupby

from ...engine.profitability import margin
from .book import BAND_COLORS, BOLD_ROOM, CUT, LINE_HEIGHT, NUMBERS, Head, get_lines, to_month
from .overview import BANDS, TOP

# How many clients a chart shows, by revenue: more can't be told apart
BUBBLES = 200
BARS = 10
SHORT_NAME = 16  # letters of a name under a bar
LARGEST = 10
CHART = {"width": 560, "height": 270}
CHART_ROWS = 16
SIZES = (6, 11, 18)  # bubbles of clients below 3 %, below 10 %, and from there on
NAME_PLACES = ("above", "left", "right")  # of the names beside them
SIZE_LIMITS = (3, 10)  # percent of the revenue of the review
LINE, LINE_2, BAR = "#0F766E", "#B45309", "#9CCFC8"
STRONG = {"healthy": "#3BA55D", "watch": "#E3A008", "risk": "#D9483B"}
GRID = {"visible": True, "line": {"color": "#E5E9E9"}}
NO_GRID = {"visible": False}
SLANTED = {"rotation": -45, "size": 9}
WIDTHS = (34, 14, 17, 17, 14)


class Figures(NamedTuple):
    """A block of figures: its sheet, title and columns, its first row (from 0), its rows."""

    page: object
    title: str
    heads: tuple
    first: int
    count: int

    def add_chart(self, kind):
        chart = self.page.book.file.add_chart({"type": kind})
        chart.set_title({"name": self.title, "name_font": {"size": 12}})
        return chart

    def get_series(self, column, names=0, first=0, count=None, **more):
        """Return a column of figures beside its names, as xlsxwriter wants it."""
        count = self.count if count is None else count
        ranges = [
            "=" + self.page.get_range(number, count, self.first + first)
            for number in (names, column)
        ]
        return {
            "name": self.heads[column].label,
            "categories": ranges[0],
            "values": ranges[1],
            **more,
        }


def write_figures(page, data):
    """Write the figures block under block, and place the charts on the summary."""
    page.write_title(
        data.env._("Figures of the charts"),
        data.env._("What the charts on the summary draw; nothing to fill in."),
    )
    for column, width in enumerate(WIDTHS):
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
    second = 5 if data.sees_money else 7  # column of the charts on the right
    for number, (chart, text) in enumerate(filter(None, charts)):
        chart.set_size(CHART)
        chart.set_chartarea({"border": {"color": "#D0D7D7"}})
        row = summary.row + 1 + CHART_ROWS * (number // 2)
        options = {"description": text, "object_position": 3}
        summary.sheet.insert_chart(row, second if number % 2 else 0, chart, options)


def _write_block(page, title, heads, rows, note=None):
    """Write a block of figures; return it as ``Figures``."""
    page.row += 1
    page.write_line(title, kind="heading")
    if note:
        page.write_line(note, kind="note")
    lines = max(
        get_lines(head.label, width, BOLD_ROOM) for head, width in zip(heads, WIDTHS, strict=False)
    )
    page.sheet.set_row(page.row, LINE_HEIGHT * lines + 2)
    for column, head in enumerate(heads):
        align = {"align": "right"} if head.kind in NUMBERS else {}
        page.put(page.row, column, head.label, "header", **align)
    page.row += 1
    figures = Figures(page, title, heads, page.row, len(rows))
    for row in rows:
        for column, head in enumerate(heads):
            page.put(page.row, column, head.value(row), head.kind)
        page.row += 1
    return figures


# Margin against score


def _add_bubbles(page, data):
    """Draw margin against score: a bubble per client, as large as its share of the revenue."""
    rows = _get_bubbles(data)
    if not rows:
        return None
    heads = (
        Head(data.env._("Client"), "text", value=lambda row: row["partner_id"]),
        Head(data.env._("Score"), "score", value=lambda row: row["health_score"]),
        Head(
            data.env._("Margin (%)"), "percent", value=lambda row: row["client_margin_rate"] / 100
        ),
        Head(data.env._("Revenue"), "amount", value=lambda row: row["client_revenue"]),
    )
    title = data.env._("Margin against score")
    figures = _write_block(page, title, heads, [row for _key, row in rows])
    chart = figures.add_chart("scatter")
    names = _get_bubble_names(data, rows)
    bands, repeated, start = set(), [], 0
    for (band, size), group in groupby(rows, key=lambda item: item[0]):
        own = names[start : start + len(group)]
        if band in bands:
            repeated.append(len(chart.series))
        bands.add(band)
        series = _get_bubble_series(figures, (band, size), own, start)
        chart.add_series({**series, "name": data.get_band(band)})
        start += len(own)
    _set_bubble_axes(chart, heads, min(row["health_score"] for _key, row in rows))
    chart.set_legend({"position": "bottom", "delete_series": repeated})
    return chart, data.env._(
        "Bubbles: the score of each client across, its margin in percent upwards. A larger bubble "
        "is a larger share of the revenue; those to talk about first have their names. Top right "
        "earns and is content; bottom left does neither."
    )


def _set_bubble_axes(chart, heads, lowest):
    chart.set_x_axis(
        {"name": heads[1].label, "min": max(10 * (lowest // 10) - 10, 0), "max": 100,
         "label_position": "low",
         "major_gridlines": NO_GRID}
    )  # fmt: skip
    chart.set_y_axis(
        {"name": heads[2].label, "num_format": "0%", "label_position": "low",
         "major_gridlines": GRID}
    )  # fmt: skip


def _get_bubbles(data):
    """Return [((band, size), row)] of the clients with a score and a margin, by band and size."""
    known = [
        row
        for row in data.clients
        if row["health_score"] is not None and row["client_margin_rate"] is not None
    ]
    known.sort(key=lambda row: -(row["client_revenue"] or 0))
    total = sum(row["client_revenue"] or 0 for row in data.clients) or 1
    rows = []
    for row in known[:BUBBLES]:
        share = 100 * (row["client_revenue"] or 0) / total
        size = sum(share >= limit for limit in SIZE_LIMITS)
        rows.append(((row["health_band"], size), row))
    return sorted(rows, key=lambda item: (BANDS.index(item[0][0]), item[0][1]))


def _get_bubble_names(data, rows):
    """Return a name of each bubble, None but for the clients to talk about: else names overlap."""
    first = {row["id"] for row in data.focus[:TOP]}
    names = shorten_names([row["partner_id"] or "" for _key, row in rows])
    return [
        name if row["id"] in first else None for (_key, row), name in zip(rows, names, strict=True)
    ]


def _get_bubble_series(figures, key, names, start):
    band, size = key
    series = figures.get_series(
        2, 1, start, len(names),
        marker={
            "type": "circle",
            "size": SIZES[size],
            "fill": {"color": STRONG.get(band, "#B8C2C2"), "transparency": 25},
            "border": {"color": "#5F6B6B", "width": 0.5},
        },
    )  # fmt: skip
    if any(names):
        # a text that begins with = would be taken for a formula
        custom = [{"value": f" {name}"} if name else {"delete": True} for name in names]
        # side by side where bubbles of two sizes are close
        place, font = NAME_PLACES[size], {"size": 8, "color": "#5F6B6B"}
        labels = {"value": True, "custom": custom, "position": place, "font": font}
        series["data_labels"] = labels
    return series


# Margin over hours


def _add_pareto(page, data):
    """Draw margin over hours: which clients bring the margin, and which take the hours."""
    rows = _get_pareto(data)
    if not rows:
        return None
    heads = (
        Head(data.env._("Client"), "text", value=lambda row: row[0]),
        Head(data.env._("Margin"), "amount", value=lambda row: row[1]),
        Head(data.env._("Margin so far"), "percent", value=lambda row: row[2]),
        Head(data.env._("Hours so far"), "percent", value=lambda row: row[3]),
    )
    figures = _write_block(page, data.env._("Margin over time spent"), heads, rows)
    chart = figures.add_chart("column")
    chart.add_series(figures.get_series(1, fill={"color": BAR}, gap=40))
    lines = figures.add_chart("line")
    for column, color in ((2, LINE), (3, LINE_2)):
        line = {"color": color, "width": 2}
        lines.add_series(figures.get_series(column, y2_axis=True, line=line))
    lines.set_y2_axis({"num_format": "0%", "min": 0})
    chart.combine(lines)
    chart.set_x_axis({"num_font": SLANTED, "label_position": "low"})
    chart.set_y_axis({"num_format": "#,##0", "major_gridlines": GRID})
    chart.set_legend({"position": "bottom"})
    return chart, data.env._(
        "Columns: the margin of the clients, largest first. Lines: the share of all margin, and of "
        "all hours, up to each client. Where the hours run ahead of the margin, time is spent that "
        "does not earn."
    )


def _get_pareto(data):
    """Return [(name, margin, share of all margin so far, share of all hours so far)]."""
    known = [row for row in data.clients if row["client_margin"] is not None]
    known.sort(key=lambda row: -row["client_margin"])
    margins = sum(row["client_margin"] for row in known)
    hours = sum(row["client_hours"] or 0 for row in known)
    names = shorten_names([row["partner_id"] for row in known])
    rows, earned, spent = [], 0, 0
    for row, name in zip(known, names, strict=True):
        earned += row["client_margin"]
        spent += row["client_hours"] or 0
        shares = (earned / margins if margins > 0 else None, spent / hours if hours else None)
        rows.append((name, row["client_margin"], *shares))
    if len(rows) > BARS + 1:
        others = rows[BARS:]
        name = data.env._("%s others", len(others))
        rows[BARS:] = [(name, sum(values[1] for values in others), *others[-1][2:])]
    return rows


def shorten_names(names):
    """Return names that fit under a bar: of those that begin alike, begin and end."""
    short = [
        name if len(name) <= SHORT_NAME else name[: SHORT_NAME - 1].rstrip() + CUT for name in names
    ]
    return [
        name[:6] + CUT + name[7 - SHORT_NAME :] if short.count(one) > 1 else one
        for name, one in zip(names, short, strict=True)
    ]


# Share of the largest clients


def _add_concentration(page, data):
    rows = _get_concentration(data)
    if not rows:
        return None
    heads = (
        Head(data.env._("Client"), "text", value=lambda row: row[0]),
        Head(data.env._("Share of revenue"), "percent", value=lambda row: row[1]),
    )
    title = data.env._("Concentration: share of revenue")
    figures = _write_block(page, title, heads, rows)
    chart = figures.add_chart("bar")
    labels = {"value": True, "num_format": "0%"}
    chart.add_series(figures.get_series(1, fill={"color": BAR}, gap=40, data_labels=labels))
    _style_bars(chart)
    return chart, data.env._(
        "Bars: the share of each of the largest clients in the revenue of this review. From 20 to "
        "25 %, losing one is a risk for the company."
    )


def _get_concentration(data):
    """Return [(name, share of the revenue)] of the largest clients, and of all others."""
    total = sum(row["client_revenue"] or 0 for row in data.clients)
    largest = sorted(data.clients, key=lambda row: -(row["client_revenue"] or 0))
    rows = [
        (row["partner_id"], (row["client_revenue"] or 0) / total if total > 0 else None)
        for row in largest[:LARGEST]
    ]
    if len(largest) > LARGEST and total > 0:
        rest = sum(row["client_revenue"] or 0 for row in largest[LARGEST:])
        rows.append((data.env._("%s others", len(largest) - LARGEST), rest / total))
    return rows


def _style_bars(chart):
    chart.set_y_axis({"reverse": True, "num_font": {"size": 9}})
    chart.set_x_axis({"visible": False, "major_gridlines": NO_GRID})
    chart.set_legend({"none": True})


# Month by month


def _add_trend(page, data):
    money = data.sees_money
    heads = [
        Head(data.env._("Month"), "text", value=lambda row: to_month(row[0])),
        Head(data.env._("Mean score"), "score", value=lambda row: row[1]),
    ]
    if money:
        heads += [
            Head(data.env._("Margin (%)"), "percent", value=lambda row: _get_rate(row[2])),
            Head(data.env._("Revenue"), "amount", value=lambda row: row[2] and row[2].revenue),
            Head(data.env._("Margin"), "amount", value=lambda row: row[2] and row[2].margin),
        ]
    title = data.env._("Trend of score and margin") if money else data.env._("Trend of the score")
    note = money and data.get_unknown_note()
    note = note and data.env._("Money: %s.", note)
    figures = _write_block(page, title, heads, _get_trend(data), note)
    chart = figures.add_chart("line")
    chart.add_series(figures.get_series(1, **_get_line(LINE, "circle")))
    if money:
        chart.add_series(figures.get_series(2, y2_axis=True, **_get_line(LINE_2, "diamond")))
        chart.set_y2_axis({"num_format": "0%"})
    chart.set_x_axis({"num_font": SLANTED})
    chart.set_y_axis({"min": 0, "max": 100, "major_gridlines": GRID})
    chart.show_blanks_as("gap")
    chart.set_legend({"position": "bottom"})
    return chart, data.env._(
        "Lines: month by month, the mean score of these clients, and for users who may see it "
        "their margin."
    )


def _get_line(color, marker):
    return {
        "line": {"color": color, "width": 2.25},
        "marker": {"type": marker, "size": 5, "fill": {"color": color}},
    }


def _get_trend(data):
    """Return [(month, mean score, margin.Sums)]; None: not known."""
    scores = data.read_trend()
    sums = get_monthly_sums(data) if data.sees_money else {}
    months = [*data.months, *sorted(month for month in scores if month not in data.months)]
    return [(month, scores.get(month), sums.get(month)) for month in months]


def _get_rate(sums):
    return sums.margin / sums.revenue if sums and sums.revenue > 0 else None


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


# For users who see no money


def _add_bands(page, data):
    rows = [
        (data.get_band(band), sum(row["health_band"] == band for row in data.clients))
        for band in BANDS
    ]
    heads = (
        Head(data.env._("Band"), "text", value=lambda row: row[0]),
        Head(data.env._("Clients"), "integer", value=lambda row: row[1]),
    )
    figures = _write_block(page, data.env._("Clients by band"), heads, rows)
    chart = figures.add_chart("bar")
    points = [{"fill": {"color": BAND_COLORS.get(band, "#D0D7D7")}} for band in BANDS]
    labels = {"value": True}
    chart.add_series(figures.get_series(1, points=points, gap=40, data_labels=labels))
    _style_bars(chart)
    return chart, data.env._(
        "Bars: how many clients are green, yellow, red, or not known well enough."
    )
