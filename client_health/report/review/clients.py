"""Who moved since the last review, and all clients on one page width."""

from .book import BAND_COLORS, Head, Link, get_column, sum_columns
from .data import CODES
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
    page.write_title(
        data.env._("Who moved since %s", data.format_date(data.since)),
        data.env._(
            "%(moved)s clients moved, %(steady)s did not or have no score of both days. Fallen "
            "first.",
            moved=len(data.movers),
            steady=len(data.clients) - len(data.movers),
        ),
    )
    page.row += 1
    page.begin_table(_get_mover_heads(data), len(data.movers))
    page.write_rows(
        data.movers,
        lambda row: {
            5: _get_fill(data.scores_then[row["id"]]["band"]),
            6: _get_fill(row["health_band"]),
        },
    )


def _get_mover_heads(data):
    def get_then(row, name):
        return data.scores_then[row["id"]][name]

    return [
        Head(data.env._("Client"), "text", 26, wrap=True, value=lambda row: row["partner_id"]),
        Head(data.env._("Stage"), "text", 10, value=lambda row: row["stage_id"]),
        Head(data.env._("Then"), "score", 7, value=lambda row: get_then(row, "score")),
        Head(data.env._("Now"), "score", 7, value=lambda row: row["health_score"]),
        Head(data.env._("Change"), "points", 9, value=data.get_change),
        Head(
            data.env._("Band then"), "text", 12,
            value=lambda row: data.get_band(get_then(row, "band")),
        ),
        Head(data.env._("Band now"), "text", 16, wrap=True, value=data.get_marked_band),
        Head(data.env._("Why"), "text", 62, wrap=True, value=lambda row: _get_why(data, row)),
        Head(data.env._("Salesperson"), "text", 18, wrap=True, value=lambda row: row["user_id"]),
    ]  # fmt: skip


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


def write_clients(page, data):
    """Write the columns of ``client.review._get_allowed_columns``, a row per client."""
    columns = data.env["client.review"]._get_allowed_columns()
    heads = _get_heads(data, columns)
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
    count = len(data.clients)
    if any(head.total for head in heads):
        page.row += 1
        page.write_totals(heads, sum_columns(heads, data.clients), count, data.env._("Sum"))
    page.begin_table(heads, count)
    bands = [number for number, column in enumerate(columns) if column.field in BAND_FIELDS]
    page.write_rows(data.clients, lambda row: dict.fromkeys(bands, _get_fill(row["health_band"])))
    for number, column in enumerate(columns):
        if column.field == "client_margin_rate":
            color_margins(page, data, number, count)


def _get_heads(data, columns):
    names = data.relationships.fields_get([column.field for column in columns], ["string"])
    get_value = _get_reader(data, [column.field for column in columns])
    return [
        Head(
            data.env._("Change") if column.field in TREND_FIELDS else names[column.field]["string"],
            column.kind,
            column.width,
            column.total and data.has_one_currency,
            column.wrap,
            get_value(column.field, column.kind),
        )
        for column in columns
    ]


def _get_reader(data, fnames):
    """Return what makes a function of a client's row of a field: most is read already."""
    derived = {
        "partner_id": lambda row: Link(data.get_url(row["id"]), row["partner_id"] or ""),
        "health_reasons": lambda row: data.reasons.get(row["id"]),
        **dict.fromkeys(TREND_FIELDS, data.get_change),
        "health_band": data.get_marked_band,
        "health_band_shared": data.get_marked_band,
    }
    known = {*derived} | {*data.fnames} - {*CODES}
    missing = [fname for fname in fnames if fname not in known]
    rows = {row["id"]: row for row in read_rows(data.relationships, missing)} if missing else {}

    def get_reader(fname, kind):
        if fname in derived:
            return derived[fname]
        read = (lambda row: row[fname]) if fname in known else (lambda row: rows[row["id"]][fname])
        if kind != "percent":
            return read
        return lambda row: None if read(row) is None else read(row) / 100

    return get_reader


def color_margins(page, data, number, count):
    """Colour a column of margins by the firm's own limits: its target, break even, loss."""
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
