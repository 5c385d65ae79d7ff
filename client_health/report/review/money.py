"""Money by client, by month and by project, and what is at stake; for users who may see it.

Margins are formulas: whoever tries a price sees at once what it does.
"""

from ...engine.profitability import margin
from .book import INPUT, Formula, Head, get_column, to_month
from .clients import color_column
from .data import OVERHEAD_FIELDS, has_effort

# Amounts of a client in the sheet Money, in their order
AMOUNTS = ("client_revenue", "client_labour_cost", "client_other_cost")
MORE_AMOUNTS = ("client_overdue", "client_to_invoice")
FIRST_MORE = 13  # the column after these, from 0


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
    heads = [
        Head(data.env._("Client"), "text", 26, wrap=True),
        *(Head(_get_label(data, name), "amount", 10, total=True) for name in AMOUNTS),
        Head(data.env._("Margin"), "amount", 10, total=True),
        Head(data.env._("Margin (%)"), "percent", 8),
        Head(data.env._("Hours"), "amount", 7, total=True),
        Head(data.env._("Earned per hour"), "number", 9),
        Head(data.env._("Price change"), "percent", 7),
        Head(data.env._("Margin then"), "amount", 10, total=True),
        Head(data.env._("Margin then (%)"), "percent", 8),
        *(Head(_get_label(data, name), "amount", 10, total=True) for name in MORE_AMOUNTS),
        *_get_more_heads(data),
    ]
    rows = sorted(data.clients, key=lambda row: -(row["client_revenue"] or 0))
    if note := data.get_unknown_note():
        page.write_line(
            data.env._("Of known margin: the same columns, %s.", note),
            kind="note",
        )
    _write_sums(page, data, heads, rows)
    page.begin_table(heads, len(rows))
    fill = {8: {"bg_color": INPUT, "border": 4, "border_color": "#B8C2C2"}}
    for row in rows:
        values = _get_money_values(page.row + 1, row, data.env._("unknown"))
        page.write_row([*values, *_get_more_values(data, page.row + 1, row)], fill)
    for number in (5, 10):
        color_column(page, data, number, len(rows))


def _get_more_heads(data):
    """Return the columns that only some firms use: what is passed on, and overhead."""
    heads = []
    if data.passed_through:
        heads.append(Head(data.env._("Passed through"), "amount", 10, total=True))
    if data.has_overhead:
        heads += [
            Head(_get_label(data, name), "amount", 10, total=True) for name in OVERHEAD_FIELDS
        ]
    return heads


def _get_more_values(data, line, row):
    values = [data.passed_through.get(row["id"], 0)] if data.passed_through else []
    if data.has_overhead:
        overhead = get_column(FIRST_MORE + len(values))
        after = row["client_margin_after_overhead"]
        known = _has_margin(row)
        values += [
            row["client_overhead"] or 0,
            Formula(f"=E{line}-{overhead}{line}", after) if known else data.env._("unknown"),
        ]
    return values


def _write_sums(page, data, heads, rows):
    if not data.has_one_currency:
        return
    known = [row for row in rows if _has_margin(row)]
    if len(known) == len(rows):
        sums = _get_sums(data, rows)
        _add_rates(sums, page.row + 1)
        page.write_totals(heads, sums, len(rows), data.env._("Sum"))
        return
    _write_all_and_known(page, data, heads, rows, known)


def _get_sums(data, rows):
    """Return {column: sum} of the rows."""
    names = (
        *AMOUNTS,
        "client_margin",
        None,
        "client_hours",
        None,
        None,
        "client_margin",
        None,
        *MORE_AMOUNTS,
    )
    sums = {
        number: sum(row[name] or 0 for row in rows)
        for number, name in enumerate(names, start=1)
        if name
    }
    more = [_get_more_values(data, 1, row) for row in rows]
    for number, values in enumerate(zip(*more, strict=True), start=FIRST_MORE):
        values = [getattr(value, "value", value) for value in values]
        sums[number] = sum(value for value in values if not isinstance(value, str))
    return sums


def _add_rates(sums, line):
    rate = sums[4] / sums[1] if sums[1] > 0 else None
    for number, column in ((5, "E"), (10, "J")):
        sums[number] = Formula(f'=IF(B{line}>0,{column}{line}/B{line},"")', rate)


def _write_all_and_known(page, data, heads, rows, known):
    """Write the sum of all, without a margin, and under it that of the clients with a margin."""
    of_margin = {4, 5, 9, 10}
    if data.has_overhead:
        of_margin.add(len(heads) - 1)
    sums = {key: value for key, value in _get_sums(data, rows).items() if key not in of_margin}
    own = [head._replace(total=head.total and n in sums) for n, head in enumerate(heads)]
    page.write_totals(own, sums, len(rows), data.env._("Sum"), below=1)
    first, last = page.row + 3, page.row + 2 + len(rows)
    known_sums = _get_sums(data, known)
    for number, value in list(known_sums.items()):
        letters = get_column(number)
        formula = f"=SUMPRODUCT(--ISNUMBER($E${first}:$E${last}),{letters}{first}:{letters}{last})"
        known_sums[number] = Formula(formula, value)
    rates = _get_sums(data, known)
    _add_rates(rates, page.row + 1)
    known_sums |= {number: rates[number] for number in (5, 10)}
    plain = [head._replace(total=False) for head in heads]
    page.write_totals(plain, known_sums, len(rows), data.env._("Of known margin"))


def _get_money_values(line, row, unknown):
    """Return the cells of a client; ``line`` is its row as formulas count."""
    amounts = [row[name] or 0 for name in AMOUNTS]
    hours = row["client_hours"] or 0
    known = _has_margin(row)
    margins = [unknown, None, unknown, None]
    if known:
        rate = row["client_margin"] / amounts[0] if amounts[0] > 0 else None
        rates = [
            Formula(f'=IF(B{line}>0,E{line}/B{line},"")', rate),
            Formula(f'=IF(B{line}*(1+I{line})>0,J{line}/(B{line}*(1+I{line})),"")', rate),
        ]
        margins = [
            Formula(f"=B{line}-C{line}-D{line}", row["client_margin"]),
            rates[0] if has_effort(row) else None,
            Formula(f"=B{line}*(1+I{line})-C{line}-D{line}", row["client_margin"]),
            rates[1] if has_effort(row) else None,
        ]
    effective = (amounts[0] - amounts[2]) / hours if hours else None
    return [
        row["partner_id"],
        *amounts,
        *margins[:2],
        hours,
        Formula(f'=IF(G{line}>0,(B{line}-D{line})/G{line},"")', effective),
        None,
        *margins[2:],
        *(row[name] for name in MORE_AMOUNTS),
    ]


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
    heads = [
        Head(data.env._("Client"), "text", 30, wrap=True),
        *(Head(to_month(month), "amount", 9, total=True) for month in data.months),
        Head(data.env._("Sum"), "amount", 11, total=True),
        Head(data.env._("Course"), "text", 16),
    ]
    rows = [
        (row["partner_id"], _get_month_margins(data, row["id"]))
        for row in sorted(data.clients, key=lambda row: -(row["client_revenue"] or 0))
    ]
    if data.has_one_currency:
        sums = {
            number + 1: sum(values[number] or 0 for _name, values in rows) for number in range(12)
        }
        sums[13] = sum(sums.values())
        page.write_totals(heads, sums, len(rows), data.env._("Sum"))
    page.begin_table(heads, len(rows))
    for name, values in rows:
        line = page.row + 1
        known = [value for value in values if value is not None]
        total = Formula(f"=SUM(B{line}:M{line})", sum(known)) if known else None
        sparkline = {
            "range": f"'{page.name}'!B{line}:M{line}",
            "type": "column",
            "negative_points": True,
            "series_color": "#0F766E",
            "negative_color": "#D9483B",
        }
        page.sheet.add_sparkline(page.row, 14, sparkline)
        page.write_row([name, *values, total, None], _get_losses(values))


def _get_month_margins(data, client_id):
    months = data.ledger_months.get(client_id, {})
    return [
        None if sums is None or margin.get_band(sums) is None else sums.margin
        for sums in (months.get(month) for month in data.months)
    ]


def _get_losses(values):
    return {
        number: {"font_color": "#B42318"}
        for number, value in enumerate(values, start=1)
        if value is not None and value < 0
    }


# A row per project


def write_projects(page, data):
    page.write_title(data.env._("Projects"), _get_note(data))
    heads = [
        Head(data.env._("Client"), "text", 28, wrap=True),
        Head(data.env._("Project"), "text", 32, wrap=True),
        Head(data.env._("Revenue"), "amount", 13, total=True),
        Head(data.env._("Labour Cost"), "amount", 13, total=True),
        Head(data.env._("Other Cost"), "amount", 13, total=True),
        Head(data.env._("Margin"), "amount", 13, total=True),
        Head(data.env._("Margin (%)"), "percent", 11),
        Head(data.env._("Hours"), "amount", 10, total=True),
        Head(data.env._("Earned per hour"), "number", 12),
    ]
    rows = data.ledger_projects
    if data.has_one_currency:
        sums = {
            number: sum(value(sums) for _id, _project, sums in rows)
            for number, value in {
                2: lambda s: s.revenue,
                3: lambda s: s.labour_cost,
                4: lambda s: s.other_cost,
                5: lambda s: s.margin if margin.get_band(s) else 0,
                7: lambda s: s.hours,
            }.items()
        }
        page.write_totals(heads, sums, len(rows), data.env._("Sum"))
    page.begin_table(heads, len(rows), freeze=2)
    ids = {project.id for _id, project, _sums in rows if project}
    # sudo: names of projects in the ledger that the user may read, as Odoo's lists show them
    projects = data.env["project.project"].sudo().browse(ids)
    names = {project.id: project.display_name for project in projects}
    for client_id, project, sums in rows:
        line = page.row + 1
        known = margin.get_band(sums)
        rate = margin.get_margin_rate(sums)
        effective = margin.get_effective_rate(sums)
        page.write_row(
            [
                data.by_id[client_id]["partner_id"],
                names[project.id] if project else data.env._("No project"),
                sums.revenue,
                sums.labour_cost,
                sums.other_cost,
                Formula(f"=C{line}-D{line}-E{line}", sums.margin)
                if known
                else data.env._("unknown"),
                Formula(f'=IF(C{line}>0,F{line}/C{line},"")', rate and rate / 100)
                if known and (sums.hours or sums.cost)
                else None,
                sums.hours,
                Formula(f'=IF(H{line}>0,(C{line}-E{line})/H{line},"")', effective),
            ]
        )
    color_column(page, data, 6, len(rows))


# Revenue at stake, by quarter


def write_at_risk(page, data):
    """Clients to talk about now, then agreements whose review or answer falls into a quarter."""
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
            "review."
        ),
    )
    quarters = list(dict.fromkeys(row[0] for row in rows))
    first = page.row + len(quarters) + 3
    last = first + max(len(rows), 1) - 1
    for quarter in quarters:
        value = sum(row[5] or 0 for row in rows if row[0] == quarter)
        page.put(page.row, 0, quarter, "label")
        if data.has_one_currency:
            formula = f"=SUMIF(A{first}:A{last},A{page.row + 1},F{first}:F{last})"
            page.put(page.row, 5, Formula(formula, value), "amount", bold=True)
        page.row += 1
    page.row += 1
    heads = [
        Head(data.env._("Quarter"), "text", 12),
        Head(data.env._("Client"), "text", 30, wrap=True),
        Head(data.env._("Why"), "text", 46, wrap=True),
        Head(data.env._("Date"), "date", 12),
        Head(data.env._("Band"), "text", 20, wrap=True),
        Head(data.env._("Revenue at stake"), "amount", 16),
        Head(data.env._("Margin"), "amount", 13),
        Head(data.env._("Salesperson"), "text", 20, wrap=True),
    ]
    page.begin_table(heads, len(rows), freeze=2)
    for values in rows:
        page.write_row(values)


def _get_at_risk(data):
    """Return the rows of the sheet: now first, then by quarter, the most money first.

    A client stands once: what is at stake now is not at stake again when its agreement ends.
    """
    found = {}
    for row in data.at_stake:
        grounds = ", ".join(data.get_grounds(row)) or data.get_mark(row)
        found[row["id"]] = (data.env._("Now"), grounds[:1].upper() + grounds[1:], None)
    agreements = data.env["client.agreement"].search_read(
        [
            ("relationship_id", "in", data.ids),
            ("state", "=", "accepted"),
            ("date_review", "!=", False),
        ],
        ["relationship_id", "name", "date_review"],
        order="date_review, id",
    )
    for agreement in agreements:
        day = agreement["date_review"]
        late = day < data.today
        quarter = data.env._("Overdue") if late else f"{day.year} Q{(day.month - 1) // 3 + 1}"
        why = data.env._("Agreement to review: %s", agreement["name"])
        found.setdefault(agreement["relationship_id"][0], (quarter, why, day))
    rows = []
    for id_, (quarter, why, day) in found.items():
        row = data.by_id.get(id_)
        is_fine = row and row["health_band"] == "healthy" and not data.is_at_stake(row)
        if row and not is_fine:
            rows.append(
                [
                    quarter,
                    row["partner_id"],
                    why,
                    day,
                    data.get_marked_band(row),
                    row["client_revenue"],
                    row["client_margin"],
                    row["user_id"],
                ]
            )
    first = (data.env._("Now"), data.env._("Overdue"))
    return sorted(
        rows,
        key=lambda row: (first.index(row[0]) if row[0] in first else 2, row[0], -(row[5] or 0)),
    )
