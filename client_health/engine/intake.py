"""Reads documents, projects, hours and opportunities; returns the partners that may be clients.

``select_candidates`` gathers what is known of each in one statement, ``judge_all`` says what it
means.
The rules compare a firm with itself: what is small, and usual, follows from its own clients.
"""

from dataclasses import dataclass
from datetime import timedelta

from odoo.tools import SQL

# A project without hours for so long doesn't run any more.
IDLE = timedelta(days=182)
# So long may what is new be without hours or invoice.
FRESH = timedelta(days=60)
# Nothing for so long, and for twice the usual pause between its invoices: maybe over.
ENDED = timedelta(days=90)
# One invoice is small below this part of what a regular client pays in the period.
SMALL = 0.25
# Two invoices are small below this part of it.
TINY = 0.05
REGULAR_INVOICES = 3
REGULAR_CLIENTS = 3
# What more partners share says nothing of who they are: a placeholder, an accountant's address.
MOST_TWINS = 6
NOBODY = {"parent_id": None, "twin_id": None}
SAME = ("subsidiary", "duplicate")


@dataclass(frozen=True)
class Verdict:
    """``left_out``: why it is not ticked; ``hint``: what to know of one that is ticked."""

    left_out: str | bool = False
    hint: str | bool = False


def judge_all(rows, today):
    """Return the rows, with what ``judge`` says of each as ``left_out`` and ``hint``.

    Who belongs to another one, or stands there twice, is left out only for one that is a client:
    ``same_id``.
    """
    alone = {row["partner_id"]: judge(row | NOBODY, today) for row in rows}

    def find(partner_id):
        verdict = alone.get(partner_id)
        return partner_id if verdict is None or not verdict.left_out else None

    judged = []
    for row in rows:
        row = row | {name: find(row[name]) for name in NOBODY}
        verdict = judge(row, today)
        same_id = row["parent_id"] or row["twin_id"] if verdict.left_out in SAME else None
        judged.append(
            row | {"left_out": verdict.left_out, "hint": verdict.hint, "same_id": same_id}
        )
    return judged


def judge(row, today):
    """Return the ``Verdict`` on a row of ``select_candidates``."""
    if left_out := _get_left_out(row, today):
        return Verdict(left_out=left_out)
    return Verdict(hint=_get_hint(row, today))


def _get_left_out(row, today):
    if row["internal"]:
        return "internal"
    if row["parent_id"]:
        return "subsidiary"
    if row["twin_id"]:
        return "duplicate"
    if row["bills"] and not _sells_to_us_and_buys(row):
        return "supplier"
    if row["invoices"] or row["elsewhere"]:
        if _is_single(row, today):
            return "single"
    elif not row["projects"]:
        return "lead" if row["last_won"] < today - FRESH else False
    return "idle" if _is_idle(row, today) else False


def _sells_to_us_and_buys(row):
    """A supplier that is a client too: we work for it, or it pays us more than we pay it."""
    worked_for = row["recent_hours"] and (row["invoices"] or row["elsewhere"])
    return bool(row["won"] or worked_for or row["revenue"] > row["billed"])


def _is_single(row, today):
    """One invoice, small or long ago, without any work beside it: a sale, no relationship."""
    if row["hours"] or _is_fresh(row, today) or row["projects"] and not row["records_hours"]:
        return False
    typical = row["typical"]
    if row["invoices_ever"] + row["elsewhere"] > 1:
        return row["invoices_ever"] <= 2 and row["revenue"] < TINY * (typical or 0)
    if typical is None:
        # too few regular clients to say what is small
        return False
    return row["revenue"] < SMALL * typical or row["last_invoice"] < today - ENDED


def _is_fresh(row, today):
    """Whether something has just begun: a project, or an opportunity that was won."""
    began = [row[name] for name in ("last_project", "last_won") if row[name]]
    return bool(began) and max(began) >= today - FRESH


def _is_idle(row, today):
    """Projects without hours or invoice for six months, in a firm that records hours.

    Who was a regular client within the period is asked about as one who may have ended.
    """
    invoiced = row["last_invoice"] and row["last_invoice"] >= today - IDLE
    if not row["projects"] or not row["records_hours"]:
        return False
    if row["recent_hours"] or invoiced or _is_fresh(row, today):
        return False
    was_here = row["invoices"] or row["elsewhere"] or row["hours"]
    return not (was_here and row["invoices_ever"] + row["elsewhere"] >= REGULAR_INVOICES)


def _get_hint(row, today):
    if _is_ended(row, today):
        return "ended"
    if row["archived"]:
        return "archived"
    if row["elsewhere"] and not row["invoices"]:
        return "branch"
    return "both" if row["bills"] else False


def _is_ended(row, today):
    """Whether it was invoiced with some rhythm, and nothing is to be seen of it since."""
    if row["invoices_ever"] + row["elsewhere"] < REGULAR_INVOICES:
        return False
    days = [row[name] for name in ("last_invoice", "last_hours", "last_won") if row[name]]
    pause = max(ENDED, timedelta(days=2 * (row["usual_pause"] or 0)))
    return max(days) < today - pause


def select_candidates(company, date_from, today):
    """Return a SELECT of the partners that look like clients of a company since ``date_from``.

    Columns: partner_id (commercial); counts in the period: invoices, projects (running ones), won,
    bills; ``invoices_ever``; ``elsewhere``: invoices of other companies of the group to it;
    ``revenue`` and ``billed``: untaxed, in company currency, in the period; hours, in the period,
    and recent_hours (``IDLE``); the latest invoice, hours, project, won opportunity, and last_date
    of all; usual_pause: days between its invoices; seller_id: user of its last invoice; archived;
    internal: one of our companies, part of one, or a colleague; parent_id: the firm it belongs to,
    and twin_id: the one with the same name, address or tax number, if these are in the list or
    clients; typical: revenue of a regular client (median) or NULL; records_hours.

    Partners that already have a relationship in the company, archived ones included, are not in it.
    """
    return SQL(
        """
        WITH fact AS (%(facts)s),
        total AS (
            SELECT f.partner_id,
                   COALESCE(SUM(f.invoices) FILTER (WHERE f.in_period), 0)::int AS invoices,
                   COALESCE(SUM(f.invoices), 0)::int AS invoices_ever,
                   COALESCE(SUM(f.elsewhere) FILTER (WHERE f.in_period), 0)::int AS elsewhere,
                   COALESCE(SUM(f.projects), 0)::int AS projects,
                   COALESCE(SUM(f.won) FILTER (WHERE f.in_period), 0)::int AS won,
                   COALESCE(SUM(f.bills) FILTER (WHERE f.in_period), 0)::int AS bills,
                   COALESCE(SUM(f.amount) FILTER (WHERE f.in_period AND f.bills = 0), 0)::float
                       AS revenue,
                   COALESCE(SUM(f.amount) FILTER (WHERE f.in_period AND f.bills = 1), 0)::float
                       AS billed,
                   COALESCE(SUM(f.hours) FILTER (WHERE f.in_period), 0)::float AS hours,
                   COALESCE(SUM(f.hours) FILTER (WHERE f.day >= %(idle)s), 0)::float
                       AS recent_hours,
                   MAX(f.day) FILTER (WHERE f.invoices + f.elsewhere > 0) AS last_invoice,
                   MAX(f.day) FILTER (WHERE f.hours <> 0) AS last_hours,
                   MAX(f.day) FILTER (WHERE f.projects > 0) AS last_project,
                   MAX(f.day) FILTER (WHERE f.won > 0) AS last_won,
                   MAX(f.day) FILTER (WHERE f.bills = 0) AS last_date,
                   (MAX(f.day) FILTER (WHERE f.invoices + f.elsewhere > 0)
                    - MIN(f.day) FILTER (WHERE f.invoices + f.elsewhere > 0))
                   / NULLIF(SUM(f.invoices + f.elsewhere) - 1, 0)::float AS usual_pause,
                   (ARRAY_AGG(f.seller_id ORDER BY f.day DESC)
                    FILTER (WHERE f.seller_id IS NOT NULL AND f.invoices = 1))[1] AS seller_id
              FROM fact f
          GROUP BY f.partner_id
        ),
        candidate AS (
            SELECT t.*, NOT p.active AS archived, p.parent_id AS belongs_to,
                   %(is_internal)s AS internal
              FROM total t
              JOIN res_partner p ON p.id = t.partner_id
             WHERE (p.company_id IS NULL OR p.company_id = %(company)s)
               AND t.invoices + t.elsewhere + t.projects + t.won > 0
               AND (p.active OR GREATEST(t.last_invoice, t.last_hours) >= %(idle)s)
               AND NOT EXISTS (SELECT 1
                                 FROM client_relationship r
                                WHERE r.partner_id = t.partner_id AND r.company_id = %(company)s)
        ),
        firm AS (%(firm)s),
        base AS (
            SELECT partner_id, false AS is_client, recent_hours > 0 AS is_worked_for, revenue
              FROM candidate
         UNION ALL
            SELECT partner_id, true, true, 0
              FROM client_relationship
             WHERE company_id = %(company)s AND active
        ),
        twin AS (%(twins)s)
        SELECT c.partner_id, c.invoices, c.invoices_ever, c.elsewhere, c.projects, c.won, c.bills,
               c.revenue, c.billed, c.hours, c.recent_hours, c.last_invoice, c.last_hours,
               c.last_project, c.last_won, c.last_date, c.usual_pause, c.seller_id, c.archived,
               c.internal, owner.partner_id AS parent_id, twin.twin_id, firm.typical,
               firm.records_hours
          FROM candidate c
    CROSS JOIN firm
     LEFT JOIN twin ON twin.partner_id = c.partner_id
     LEFT JOIN base owner ON owner.partner_id = c.belongs_to
      ORDER BY c.last_date DESC, c.partner_id
        """,
        facts=_select_facts(company, date_from),
        company=company.id,
        idle=today - IDLE,
        is_internal=_is_internal(),
        firm=_select_firm(),
        twins=_select_twins(),
    )


def _is_internal():
    """One of our companies, part of one, or a colleague: by link, address, or a person's name."""
    return SQL(
        """
        (EXISTS (SELECT 1
                   FROM res_company k
                  WHERE k.partner_id = p.id OR k.partner_id = p.parent_id)
         OR EXISTS (SELECT 1
                      FROM res_users u
                      JOIN res_partner up ON up.id = u.partner_id
                     WHERE up.commercial_partner_id = p.id AND u.active AND NOT u.share)
         OR EXISTS (SELECT 1
                      FROM hr_employee e
                     WHERE e.active
                       AND (e.work_contact_id = p.id
                            OR p.email <> ''
                               AND LOWER(p.email) IN (LOWER(e.work_email), LOWER(e.private_email))
                            OR NOT p.is_company AND LOWER(p.name) = LOWER(e.name))))
        """
    )


def _select_firm():
    """What a regular client pays in the period, if there are some; whether hours are recorded."""
    return SQL(
        """
        SELECT CASE WHEN COUNT(*) FILTER (WHERE %(regular)s) >= %(enough)s
                    THEN PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY revenue)
                             FILTER (WHERE %(regular)s) END AS typical,
               (SELECT COALESCE(SUM(recent_hours), 0) > 0 FROM total) AS records_hours
          FROM candidate
        """,
        regular=SQL("invoices >= %s AND invoices >= bills AND NOT internal", REGULAR_INVOICES),
        enough=REGULAR_CLIENTS,
    )


def _select_twins():
    """The one with the same tax number, address or name: a client, else whom we work for.

    The address may be that of one of its contacts.
    """
    return SQL(
        """
        SELECT DISTINCT ON (partner_id) partner_id, twin_id
          FROM (SELECT known.partner_id, known.is_own, key.place,
                       FIRST_VALUE(known.partner_id) OVER (
                           PARTITION BY key.place, key.value
                               ORDER BY known.is_client DESC, known.is_worked_for DESC,
                                        known.revenue DESC, known.partner_id
                       ) AS twin_id,
                       COUNT(*) OVER (PARTITION BY key.place, key.value) AS sharing
                  FROM (SELECT b.*, true AS is_own, %(vat)s AS vat, %(email)s AS email,
                               %(name)s AS name
                          FROM base b
                          JOIN res_partner p ON p.id = b.partner_id
                     UNION ALL
                        SELECT b.*, false, NULL, %(email)s, NULL
                          FROM base b
                          JOIN res_partner p ON p.commercial_partner_id = b.partner_id
                         WHERE p.active AND p.id <> b.partner_id) known,
                       LATERAL (VALUES (1, known.vat), (2, known.email), (3, known.name))
                           key (place, value)
                 WHERE LENGTH(key.value) > CASE key.place WHEN 1 THEN 4 ELSE 0 END) same
         WHERE twin_id <> partner_id AND is_own AND sharing <= %(most)s
      ORDER BY partner_id, place
        """,
        most=MOST_TWINS,
        vat=SQL("UPPER(REGEXP_REPLACE(p.vat, '[^A-Za-z0-9]', '', 'g'))"),
        email=SQL("COALESCE(NULLIF(p.email_normalized, ''), LOWER(TRIM(p.email)))"),
        name=SQL("LOWER(REGEXP_REPLACE(p.name, '[[:space:][:punct:]]', '', 'g'))"),
    )


def _select_facts(company, date_from):
    return SQL(" UNION ALL ").join(
        [
            _select_moves(company, date_from),
            _select_projects(company, date_from),
            _select_won_leads(company, date_from),
            _select_hours(company, date_from),
        ]
    )


def _select_moves(company, date_from):
    """Posted documents of all times; those of other companies only where they are customer ones.

    A branch invoices for its company; what other companies of the group do says nothing of ours
    but where we work for the same client.
    """
    return SQL(
        """
        SELECT m.commercial_partner_id AS partner_id,
               (m.company_id = %(company)s
                AND m.move_type IN ('out_invoice', 'out_receipt'))::int AS invoices,
               (m.company_id <> %(company)s AND m.move_type <> 'out_refund')::int AS elsewhere,
               0 AS projects,
               0 AS won,
               (m.move_type IN ('in_invoice', 'in_receipt'))::int AS bills,
               ABS(m.amount_untaxed_signed)
               * CASE WHEN m.move_type = 'out_refund' THEN -1 ELSE 1 END AS amount,
               0 AS hours,
               m.invoice_user_id AS seller_id,
               m.date AS day,
               m.date >= %(date_from)s AS in_period
          FROM account_move m
          JOIN res_company k ON k.id = m.company_id
         WHERE m.state = 'posted'
           AND m.commercial_partner_id IS NOT NULL
           AND (m.company_id = %(company)s
                AND m.move_type IN
                    ('out_invoice', 'out_receipt', 'out_refund', 'in_invoice', 'in_receipt')
                OR k.parent_path LIKE %(branches)s
                AND m.move_type IN ('out_invoice', 'out_receipt', 'out_refund'))
        """,
        company=company.id,
        branches=f"{company.parent_path}_%",
        date_from=date_from,
    )


def _select_projects(company, date_from):
    """Running projects: active, no template, not over before ``date_from``."""
    return SQL(
        """
        SELECT c.commercial_partner_id, 0, 0, 1, 0, 0, 0, 0, NULL::int,
               COALESCE(j.date_start, j.create_date::date), true
          FROM project_project j
          JOIN res_partner c ON c.id = j.partner_id
         WHERE j.active
           AND NOT COALESCE(j.is_template, false)
           AND (j.date IS NULL OR j.date >= %(date_from)s)
           AND (j.company_id IS NULL OR j.company_id = %(company)s)
        """,
        company=company.id,
        date_from=date_from,
    )


def _select_won_leads(company, date_from):
    return SQL(
        """
        SELECT c.commercial_partner_id, 0, 0, 0, 1, 0, 0, 0, NULL::int, l.date_closed::date, true
          FROM crm_lead l
          JOIN res_partner c ON c.id = l.partner_id
         WHERE l.won_status = 'won'
           AND l.date_closed >= %(date_from)s
           AND (l.company_id IS NULL OR l.company_id = %(company)s)
        """,
        company=company.id,
        date_from=date_from,
    )


def _select_hours(company, date_from):
    """Hours on projects of a customer, by month: how much there was, and when at last."""
    return SQL(
        """
        SELECT c.commercial_partner_id, 0, 0, 0, 0, 0, 0, SUM(a.unit_amount), NULL::int,
               MAX(a.date), true
          FROM account_analytic_line a
          JOIN project_project j ON j.id = a.project_id
          JOIN res_partner c ON c.id = j.partner_id
         WHERE a.company_id = %(company)s
           AND a.date >= %(date_from)s
           AND NOT COALESCE(j.is_template, false)
      GROUP BY c.commercial_partner_id, DATE_TRUNC('month', a.date)
        """,
        company=company.id,
        date_from=date_from,
    )
