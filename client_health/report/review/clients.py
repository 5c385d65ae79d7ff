"""Who moved since the last review, and all clients on one page width."""

from .book import BAND_COLORS, Head, Link, get_column
from .reading import read_rows

MOST_REASONS = 3
# In their place stands the change since the day to compare with, as among the movers
TREND_FIELDS = ("health_trend", "health_trend_shared")
# A field that says whether a client is well, and its colours
BAND_FIELDS = ("health_score", "health_band", "health_score_shared", "health_band_shared")
FILLS = {
    "good": BAND_COLORS["healthy"],
    "low": BAND_COLORS["watch"],
    "loss": BAND_COLORS["risk"],
}


def write_movers(page, data):
    """Clients whose score reached another whole number, or another band; who fell most first."""
    rows = _get_movers(data)
    steady = len(data.clients) - len(rows)
    page.write_title(
        data.env._("Who moved since %s", data.format_date(data.since)),
        data.env._(
            "%(moved)s clients moved, %(steady)s did not or have no score of both days. Fallen "
            "first.",
            moved=len(rows),
            steady=steady,
        ),
    )
    heads = [
        Head(data.env._("Client"), "text", 28, wrap=True),
        Head(data.env._("Stage"), "text", 12),
        Head(data.env._("Then"), "score", 8),
        Head(data.env._("Now"), "score", 8),
        Head(data.env._("Change"), "points", 9),
        Head(data.env._("Band then"), "text", 13),
        Head(data.env._("Band now"), "text", 16, wrap=True),
        Head(data.env._("Why"), "text", 54, wrap=True),
        Head(data.env._("Salesperson"), "text", 18, wrap=True),
    ]
    page.row += 1
    page.begin_table(heads, len(rows))
    for row, then, change in rows:
        more = {
            5: _get_fill(then["band"]),
            6: _get_fill(row["health_band"]),
        }
        page.write_row(
            [
                row["partner_id"],
                row["stage_id"],
                then["score"],
                row["health_score"],
                change,
                data.get_band(then["band"]),
                data.get_marked_band(row),
                _get_why(data, row),
                row["user_id"],
            ],
            more,
        )


def _get_movers(data):
    """Return [(row, snapshot then, change of the shown scores)]."""
    found = []
    for row in data.clients:
        change = data.get_change(row)
        if change is None:
            continue
        then = data.scores_then[row["id"]]
        if change or then["band"] != row["health_band"]:
            found.append((row, then, change))
    return sorted(found, key=lambda item: (item[2], item[0]["partner_id"] or ""))


def _get_why(data, row):
    lines = data.changes.get(row["id"])
    if lines is None:
        return data.env._("The readings of that day are no longer stored.")
    shown = [(line["text"], line["points"]) for line in lines[:MOST_REASONS]]
    rest = sum(line["points"] for line in lines[MOST_REASONS:])
    if rest:
        shown.append((data.env._("Other changes"), rest))
    return "\n".join(f"{text}: {get_signed(points)}" for text, points in shown)


def get_signed(points):
    """Return points in a sentence: with a minus, at which no line breaks."""
    return f"{points:+g}".replace("-", "−")


def _get_fill(band):
    return {"bg_color": BAND_COLORS[band]} if band in BAND_COLORS else {}


# All clients


def write_clients(page, data, columns):
    """Write the columns of ``client.review._get_allowed_columns``, a row per client."""
    fields = data.relationships.fields_get([column.field for column in columns], ["string"])
    heads = [
        Head(
            data.env._("Change")
            if column.field in TREND_FIELDS
            else fields[column.field]["string"],
            column.kind,
            column.width,
            column.total,
            column.wrap,
        )
        for column in columns
    ]
    note = data.env._(
        "%(count)s clients, by stage and name. Change: points since %(day)s.",
        count=len(data.clients),
        day=data.format_date(data.since),
    )
    if data.sees_money:
        note += " " + data.env._(
            "Money of %(months)s in %(currency)s.", months=data.period, currency=data.currency
        )
    page.write_title(data.env._("Clients"), note)
    sums = {
        number: sum(row[column.field] or 0 for row in data.clients)
        for number, column in enumerate(columns)
        if column.total and data.has_one_currency
    }
    count = len(data.relationships)
    if sums:
        heads = [head._replace(total=number in sums) for number, head in enumerate(heads)]
        page.row += 1
        page.write_totals(heads, sums, count, data.env._("Sum"))
    page.begin_table(heads, count)
    _write_rows(page, data, columns)
    color_margins(page, data, columns, count)


def _write_rows(page, data, columns):
    names = [column.field for column in columns]
    for row in read_rows(data.relationships, names):
        client = data.by_id[row["id"]]
        band = client["health_band"]
        values, more = [], {}
        for number, column in enumerate(columns):
            value = row[column.field]
            if column.field in TREND_FIELDS:
                value = data.get_change(client)
            elif column.field == "client_margin_rate":
                value = client[column.field]
            if column.kind == "percent" and value is not None:
                value /= 100
            if column.field in BAND_FIELDS:
                more[number] = _get_fill(band)
                if column.field.startswith("health_band"):
                    value = data.get_marked_band(client)
            if not number:
                value = Link(data.get_url(row["id"]), client["partner_id"] or "")
            values.append(value)
        page.write_row(values, more)


def color_margins(page, data, columns, count):
    """Colour margins by the firm's own limits: its target, break even, loss."""
    for number, column in enumerate(columns):
        if column.field == "client_margin_rate":
            color_column(page, data, number, count)


def color_column(page, data, number, count):
    letters = get_column(number)
    first = page.head_row + 2
    cells = f"{letters}{first}:{letters}{first + max(count, 1) - 1}"
    target = data.limits.client_target_margin / 100
    for criteria, value, fill in (
        ("<", 0, FILLS["loss"]),
        ("<=", data.limits.client_break_even_margin / 100, FILLS["low"]),
        (">=", target, FILLS["good"]),
    ):
        page.sheet.conditional_format(
            cells,
            {
                "type": "formula",
                "criteria": f"=AND(ISNUMBER({letters}{first}),{letters}{first}{criteria}{value})",
                "format": page.book.file.add_format({"bg_color": fill}),
                "stop_if_true": True,
            },
        )
