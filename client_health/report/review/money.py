"""Money by client, by month and by project, and what is at stake; for users who may see it.

Margins are formulas: whoever tries a price sees at once what it does.
"""

from operator import itemgetter

from ...engine.profitability import margin
from .book import INPUT, LATE, Formula, Head, get_column, sum_columns, to_month
from .clients import color_margins
from .data import OVERHEAD_FIELDS, has_effort

# Columns of the sheet Money that its formulas and colours name, from 0
MARGIN, MARGIN_RATE, PRICE, NEW_MARGIN, NEW_RATE = 4, 5, 8, 9, 10
MARGINS = (MARGIN, MARGIN_RATE, NEW_MARGIN, NEW_RATE)
RATES = {MARGIN_RATE: "E", NEW_RATE: "J"}  # and the letters of what they are the rate of
SPARKLINE = {
    "type": "column",
    "negative_points": True,
    "series_color": "#0F766E",
    "negative_color": "#D9483B",
}


def _get_label(data, fname):
    return data.relationships._fields[fname]._description_string(data.env)


def _get_note(data):
    return data.env._(
        "Money of %(months)s in %(currency)s. Labour is the cost of the hours.",
        months=data.period,
        currency=data.currency,
    )


def _has_margin(row):
    return row["client_margin"] is not None


def _sort_by_revenue(rows):
    return sorted(rows, key=lambda row: -(row["client_revenue"] or 0))


# A row per client


def write_money(page, data):
    """Revenue, cost, margin as a formula, and the margin at another price."""
    page.write_title(
        data.env._("Money"),
        _get_note(data),
        data.env._(
            "Type a price change into a yellow cell, such as 10 %: the margin after it follows. "
            "Hours and cost stay as they are."
        ),
    )
    heads = [*_get_money_heads(data), *_get_more_heads(data)]
    rows = _sort_by_revenue(data.clients)
    if note := data.get_assumed_note():
        page.write_line(note, kind="note")
    if note := data.get_unknown_note():
        page.write_line(
            data.env._("Of known margin: the same columns, %s.", note),
            kind="note",
        )
    if data.has_one_currency:
        _write_sums(page, data, heads, rows)
    page.begin_table(heads, len(rows))
    page.write_rows(rows, lambda _row: {PRICE: INPUT})
    for number in RATES:
        color_margins(page, data, number, len(rows))


def _get_money_heads(data):
    """Return the columns of each client: B to D are amounts, and the margin is made of them."""

    def amount(name, width=10):
        label = _get_label(data, name)
        return Head(label, "amount", width, total=True, value=lambda row: row[name] or 0)

    unknown = data.env._("unknown")
    return [
        Head(data.env._("Client"), "text", 24, wrap=True, value=lambda row: row["partner_id"]),
        amount("client_revenue"),
        amount("client_labour_cost"),
        amount("client_other_cost"),
        Head(
            data.env._("Margin"), "amount", 10, total=True,
            value=lambda row: _get_margin("=B{line}-C{line}-D{line}", row, unknown),
        ),
        Head(
            data.env._("Margin (%)"), "percent", 8,
            value=lambda row: _get_rate('=IF(B{line}>0,E{line}/B{line},"")', row),
        ),
        Head(
            data.env._("Hours"), "amount", 7, total=True,
            value=lambda row: row["client_hours"] or 0,
        ),
        Head(data.env._("Earned per hour"), "number", 9, value=_get_effective),
        Head(data.env._("Price change"), "percent", 9, value=lambda _row: None),
        Head(
            data.env._("Margin then"), "amount", 12, total=True,
            value=lambda row: _get_margin("=B{line}*(1+I{line})-C{line}-D{line}", row, unknown),
        ),
        Head(
            data.env._("Margin then (%)"), "percent", 9,
            value=lambda row: _get_rate(
                '=IF(B{line}*(1+I{line})>0,J{line}/(B{line}*(1+I{line})),"")', row
            ),
        ),
        *(
            Head(_get_label(data, name), "amount", 9, total=True, value=itemgetter(name))
            for name in ("client_overdue", "client_to_invoice")
        ),
    ]  # fmt: skip


def _get_margin(formula, row, unknown):
    return Formula(formula, row["client_margin"]) if _has_margin(row) else unknown


def _get_rate(formula, row):
    """Return the cell of a rate: empty where the margin is unknown, or hours and cost are."""
    if not _has_margin(row) or not has_effort(row):
        return None
    revenue = row["client_revenue"] or 0
    return Formula(formula, row["client_margin"] / revenue if revenue > 0 else None)


def _get_effective(row):
    hours = row["client_hours"] or 0
    net = (row["client_revenue"] or 0) - (row["client_other_cost"] or 0)
    return Formula('=IF(G{line}>0,(B{line}-D{line})/G{line},"")', net / hours if hours else None)


def _get_more_heads(data):
    """Return the columns that only some firms use: what is passed on, and overhead."""
    heads = []
    if data.passed_through:
        label = data.env._("Passed through")
        heads.append(
            Head(label, "amount", 10, True, value=lambda row: data.passed_through.get(row["id"], 0))
        )
    if data.has_overhead:
        overhead, after = OVERHEAD_FIELDS
        letters = get_column(NEW_RATE + 3 + len(heads))
        formula = f"=E{{line}}-{letters}{{line}}"
        unknown = data.env._("unknown")
        heads += [
            Head(
                _get_label(data, overhead), "amount", 10, True,
                value=lambda row: row[overhead] or 0,
            ),
            Head(
                _get_label(data, after), "amount", 11, True,
                value=lambda row: Formula(formula, row[after]) if _has_margin(row) else unknown,
            ),
        ]  # fmt: skip
    return heads


def _write_sums(page, data, heads, rows):
    """Write the sum of all; where margins are unknown, without one, and that of the others."""
    known = [row for row in rows if _has_margin(row)]
    label = data.env._("Sum")
    if len(known) == len(rows):
        sums = {**sum_columns(heads, rows), **_get_rates(known)}
        page.write_totals(heads, sums, len(rows), label)
        return
    of_margin = {*MARGINS, *([len(heads) - 1] if data.has_overhead else ())}
    own = [head._replace(total=head.total and n not in of_margin) for n, head in enumerate(heads)]
    page.write_totals(own, sum_columns(own, rows), len(rows), label, below=1)
    first, last = page.row + 3, page.row + 2 + len(rows)
    sums = {}
    for number, value in sum_columns(heads, known).items():
        cells = f"{get_column(number)}{first}:{get_column(number)}{last}"
        sums[number] = Formula(f"=SUMPRODUCT(--ISNUMBER($E${first}:$E${last}),{cells})", value)
    plain = [head._replace(total=False) for head in heads]
    label = data.env._("Of known margin")
    page.write_totals(plain, {**sums, **_get_rates(known)}, len(rows), label)


def _get_rates(known):
    """Return {column: rate of the sums beside it} of the clients of known margin."""
    revenue = sum(row["client_revenue"] or 0 for row in known)
    rate = sum(row["client_margin"] for row in known) / revenue if revenue > 0 else None
    return {
        number: Formula(f'=IF(B{{line}}>0,{letters}{{line}}/B{{line}},"")', rate)
        for number, letters in RATES.items()
    }


# A row per client, a column per month


def write_months(page, data):
    """The margin of each month, with a sparkline; the last column adds them up."""
    page.write_title(
        data.env._("Margin by month"),
        _get_note(data),
        data.env._(
            "A month in which more than 10 % of the hours have "
            "no cost is empty. The line shows the "
            "course of the year, losses in red."
        ),
    )
    rows = [
        (row["partner_id"], _get_month_margins(data, row["id"]))
        for row in _sort_by_revenue(data.clients)
    ]
    heads = _get_month_heads(data)
    if data.has_one_currency:
        page.write_totals(heads, sum_columns(heads, rows), len(rows), data.env._("Sum"))
    page.begin_table(heads, len(rows))
    course = len(heads) - 1
    for row in rows:
        cells = f"'{page.name}'!B{page.row + 1}:M{page.row + 1}"
        page.sheet.add_sparkline(page.row, course, {**SPARKLINE, "range": cells})
        page.write_row([head.value(row) for head in heads], _get_losses(row[1]))


def _get_month_heads(data):
    def get_month(number):
        return lambda row: row[1][number]

    return [
        Head(data.env._("Client"), "text", 33, wrap=True, value=lambda row: row[0]),
        *(
            Head(to_month(month), "amount", 9, total=True, value=get_month(number))
            for number, month in enumerate(data.months)
        ),
        Head(data.env._("Sum"), "amount", 11, total=True, value=_get_year),
        Head(data.env._("Course"), "text", 16, value=lambda _row: None),
    ]


def _get_year(row):
    known = [value for value in row[1] if value is not None]
    return Formula("=SUM(B{line}:M{line})", sum(known)) if known else None


def _get_month_margins(data, client_id):
    months = data.ledger_months.get(client_id, {})
    return [
        None if sums is None or margin.get_band(sums) is None else sums.margin
        for sums in map(months.get, data.months)
    ]


def _get_losses(values):
    return {
        number: LATE
        for number, value in enumerate(values, start=1)
        if value is not None and value < 0
    }


# A row per project


def write_projects(page, data):
    page.write_title(data.env._("Projects"), _get_note(data))
    heads = _get_project_heads(data)
    rows = data.ledger_projects
    if data.has_one_currency:
        page.write_totals(heads, sum_columns(heads, rows), len(rows), data.env._("Sum"))
    page.begin_table(heads, len(rows), freeze=2)
    page.write_rows(rows)
    color_margins(page, data, 6, len(rows))


def _get_project_heads(data):
    """Return the columns of (client id, project, margin.Sums)."""
    ids = {project.id for _id, project, _sums in data.ledger_projects if project}
    # sudo: names of projects in the ledger that the user may read, as Odoo's lists show them
    projects = data.env["project.project"].sudo().browse(ids)
    names = {project.id: project.display_name for project in projects}
    none, unknown = data.env._("No project"), data.env._("unknown")

    def amount(label, width, name):
        return Head(label, "amount", width, True, value=lambda row: getattr(row[2], name))

    return [
        Head(
            data.env._("Client"), "text", 28, wrap=True,
            value=lambda row: data.by_id[row[0]]["partner_id"],
        ),
        Head(
            data.env._("Project"), "text", 32, wrap=True,
            value=lambda row: names.get(row[1].id, none),
        ),
        amount(data.env._("Revenue"), 13, "revenue"),
        amount(data.env._("Labour Cost"), 13, "labour_cost"),
        amount(data.env._("Other Cost"), 13, "other_cost"),
        Head(
            data.env._("Margin"), "amount", 13, True,
            value=lambda row: Formula("=C{line}-D{line}-E{line}", row[2].margin)
            if margin.get_band(row[2]) else unknown,
        ),
        Head(data.env._("Margin (%)"), "percent", 12, value=_get_project_rate),
        amount(data.env._("Hours"), 10, "hours"),
        Head(
            data.env._("Earned per hour"), "number", 17,
            value=lambda row: Formula(
                '=IF(H{line}>0,(C{line}-E{line})/H{line},"")', margin.get_effective_rate(row[2])
            ),
        ),
    ]  # fmt: skip


def _get_project_rate(row):
    sums = row[2]
    if not margin.get_band(sums) or not (sums.hours or sums.cost):
        return None
    rate = margin.get_margin_rate(sums)
    return Formula('=IF(C{line}>0,F{line}/C{line},"")', rate and rate / 100)


# Revenue at stake, by quarter


def write_at_risk(page, data):
    """Clients to talk about now, then agreements whose review falls into a quarter."""
    rows = _get_at_risk(data)
    page.write_title(
        data.env._("At risk by quarter"),
        data.env._(
            "Revenue of %(months)s in %(currency)s that is at stake.",
            months=data.period,
            currency=data.currency,
        ),
        data.env._(
            "Now: of clients that are red, in a lower band than their score, or in stage At risk, "
            "Reboot or Offboard."
        ),
        data.env._(
            "By quarter: of other clients that are not green and whose agreement comes up for "
            "review. An agreement has no end of its own: what was agreed ends when its review says "
            "so."
        ),
    )
    heads = _get_at_risk_heads(data)
    _write_quarters(page, data, rows)
    page.begin_table(heads, len(rows), freeze=2)
    page.write_rows(rows)


def _write_quarters(page, data, rows):
    """Write the sum of each quarter, above the table."""
    quarters = list(dict.fromkeys(quarter for quarter, *_more in rows))
    first = page.row + len(quarters) + 3
    last = first + max(len(rows), 1) - 1
    for quarter in quarters:
        page.put(page.row, 0, quarter, "label")
        if data.has_one_currency:
            value = sum(row["client_revenue"] or 0 for own, row, *_why in rows if own == quarter)
            formula = f"=SUMIF(A{first}:A{last},A{{line}},F{first}:F{last})"
            page.put(page.row, 5, Formula(formula, value), "amount", bold=True)
        page.row += 1
    page.row += 1


def _get_at_risk_heads(data):
    """Return the columns of (quarter, row of the client, why, day)."""
    return [
        Head(data.env._("Quarter"), "text", 11, value=lambda item: item[0]),
        Head(
            data.env._("Client"), "text", 30, wrap=True, value=lambda item: item[1]["partner_id"]
        ),
        Head(data.env._("Why"), "text", 44, wrap=True, value=lambda item: item[2]),
        Head(data.env._("Review due"), "date", 13, value=lambda item: item[3]),
        Head(
            data.env._("Band"), "text", 20, wrap=True,
            value=lambda item: data.get_marked_band(item[1]),
        ),
        Head(
            data.env._("Revenue at stake"), "amount", 19,
            value=lambda item: item[1]["client_revenue"],
        ),
        Head(data.env._("Margin"), "amount", 13, value=lambda item: item[1]["client_margin"]),
        Head(
            data.env._("Salesperson"), "text", 18, wrap=True, value=lambda item: item[1]["user_id"]
        ),
    ]  # fmt: skip


def _get_at_risk(data):
    """Return [(quarter, row, why, day)]: now first, then by quarter, the most money first.

    A client stands once: what is at stake now is not at stake again when its agreement is reviewed.
    """
    rows = []
    for row in data.at_stake:
        grounds = ", ".join(data.get_grounds(row)) or data.get_mark(row)
        rows.append((data.env._("Now"), row, grounds[:1].upper() + grounds[1:], None))
    found = {row["id"] for _quarter, row, *_why in rows}
    for agreement in _get_agreements(data):
        id_, day = agreement["relationship_id"][0], agreement["date_review"]
        row = data.by_id.get(id_)
        if not row or row["health_band"] == "healthy" or id_ in found:
            continue
        found.add(id_)
        quarter = f"{day.year} Q{(day.month - 1) // 3 + 1}"
        why = data.env._("Agreement to review: %s", agreement["name"])
        rows.append((data.env._("Overdue") if day < data.today else quarter, row, why, day))
    first = (data.env._("Now"), data.env._("Overdue"))

    def get_rank(item):
        place = first.index(item[0]) if item[0] in first else len(first)
        return place, item[0], -(item[1]["client_revenue"] or 0)

    return sorted(rows, key=get_rank)


def _get_agreements(data):
    return data.env["client.agreement"].search_read(
        [
            ("relationship_id", "in", data.ids),
            ("state", "=", "accepted"),
            ("date_review", "!=", False),
        ],
        ["relationship_id", "name", "date_review"],
        order="date_review, id",
    )
