"""Reads invoices and payments; returns what clients owe, and how late they usually pay."""

from odoo.tools import SQL

from .client_map import is_client, is_contact

# A habit needs repetition: fewer than three paid invoices are an anecdote; of more than ten, the
# oldest are of another time.
HABIT_MIN_INVOICES = 3
HABIT_MAX_INVOICES = 10
# Rule of thumb: cash discounts are smaller; who paid less than this did not pay the invoice.
SMALL_PART = 0.05


def select_overdue(company_id, as_of, partner_ids=(), created=None):
    """Return a SELECT of partner_id, overdue (company currency), overdue_since, move_ids.

    ``overdue_since`` is a due date, ``move_ids`` the documents that are due, the oldest first.
    ``created``: what was entered later (a moment) was not known then.

    As in an aged receivable report: open items on receivable accounts that are past their due
    date, net of all credit notes and payments that are not matched yet. A client that paid is
    not called late because the matching is.
    """
    return SQL(
        """
        SELECT partner_id,
               SUM(residual) AS overdue,
               MIN(due) FILTER (WHERE residual > 0) AS overdue_since,
               ARRAY_AGG(move_id ORDER BY due, move_id) FILTER (WHERE residual > 0) AS move_ids
          FROM (SELECT c.commercial_partner_id AS partner_id,
                       l.move_id,
                       l.date,
                       COALESCE(l.date_maturity, l.date) AS due,
                       l.amount_residual + COALESCE(later.amount, 0) AS residual
                  FROM account_move_line l
                  JOIN account_account a ON a.id = l.account_id
                  JOIN account_move m ON m.id = l.move_id
                  JOIN res_partner c ON c.id = COALESCE(m.commercial_partner_id, l.partner_id)
             LEFT JOIN (%(later)s) later ON later.line_id = l.id
                 WHERE l.company_id = %(company)s
                   AND %(scope)s
                   AND %(of_items)s
                   AND %(known)s
                   AND (l.amount_residual <> 0 OR later.line_id IS NOT NULL)
                   AND l.parent_state = 'posted'
                   AND a.account_type = 'asset_receivable'
                   AND a.non_trade IS NOT TRUE) item
         WHERE residual < 0 AND date <= %(as_of)s
            OR residual > 0 AND due < %(as_of)s
      GROUP BY partner_id
        HAVING SUM(residual) > 0
        """,
        company=company_id,
        as_of=as_of,
        scope=is_client(partner_ids),
        of_items=is_contact(SQL("l.partner_id"), partner_ids),
        known=_is_known("m", created),
        later=_select_matched_later(as_of, created),
    )


def select_open(company_id, partner_ids):
    """Return a SELECT of partner_id, receivable and move_ids: all that clients owe today.

    Due or not, net of credit notes and of payments that are not matched yet.
    """
    return SQL(
        """
        SELECT c.commercial_partner_id AS partner_id,
               SUM(l.amount_residual) AS receivable,
               ARRAY_AGG(DISTINCT l.move_id) FILTER (WHERE l.amount_residual > 0) AS move_ids
          FROM account_move_line l
          JOIN account_account a ON a.id = l.account_id
          JOIN account_move m ON m.id = l.move_id
          JOIN res_partner c ON c.id = COALESCE(m.commercial_partner_id, l.partner_id)
         WHERE l.company_id = %s
           AND %s
           AND %s
           AND l.amount_residual <> 0
           AND l.parent_state = 'posted'
           AND a.account_type = 'asset_receivable'
           AND a.non_trade IS NOT TRUE
      GROUP BY c.commercial_partner_id
        """,
        company_id,
        is_client(partner_ids),
        is_contact(SQL("l.partner_id"), partner_ids),
    )


def select_habit(company_id, as_of, partner_ids=(), created=None):
    """Return a SELECT of partner_id, last_paid, days_late (a median), move_ids (its invoices).

    ``most_late``: nine of ten were paid by then; ``usual_amount``: a median, company currency.

    The last paid invoices make the habit, the latest first: days between the due date and the
    last payment, negative for clients that pay early. What was written off was not paid. Clients
    with too few paid invoices are not in it.
    """
    return SQL(
        """
        SELECT partner_id,
               MAX(paid_on) AS last_paid,
               ARRAY_AGG(move_id ORDER BY number) AS move_ids,
               ROUND(PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY days_late))::int AS days_late,
               PERCENTILE_DISC(0.9) WITHIN GROUP (ORDER BY days_late) AS most_late,
               PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY amount) AS usual_amount
          FROM (SELECT c.commercial_partner_id AS partner_id,
                       m.id AS move_id,
                       m.amount_total_signed AS amount,
                       paid.date AS paid_on,
                       paid.date - m.invoice_date_due AS days_late,
                       ROW_NUMBER() OVER (PARTITION BY c.commercial_partner_id
                                          ORDER BY paid.date DESC, m.id DESC) AS number
                  FROM account_move m
                  JOIN (%(payments)s) paid ON paid.move_id = m.id
                  -- LEFT: an inner one PostgreSQL would start with, and scan all for each partner
             LEFT JOIN res_partner c ON c.id = m.commercial_partner_id
                 WHERE m.company_id = %(company)s
                   AND %(scope)s
                   AND m.state = 'posted'
                   AND m.move_type = 'out_invoice'
                   AND m.payment_state IN ('paid', 'in_payment')
                   AND m.invoice_date_due IS NOT NULL
                   AND %(known)s
                   AND %(paid_known)s
                   AND paid.written_off <= %(small)s * m.amount_total_signed
                   AND paid.date <= %(as_of)s) invoice
         WHERE number <= %(most)s
      GROUP BY partner_id
        HAVING COUNT(*) >= %(least)s
        """,
        company=company_id,
        as_of=as_of,
        most=HABIT_MAX_INVOICES,
        least=HABIT_MIN_INVOICES,
        scope=is_client(partner_ids),
        known=_is_known("m", created),
        payments=_select_payments(company_id, partner_ids),
        small=SMALL_PART,
        paid_known=_is_known("paid", created),
    )


def select_paid_on_time(company_id, start, end, partner_ids):
    """Return a SELECT of due and good: invoices due in a period, and those paid by their day.

    Both days included. What was credited or written off was not to be paid.
    """
    return SQL(
        """
        SELECT COUNT(*) AS due,
               COUNT(*) FILTER (WHERE m.payment_state IN ('paid', 'in_payment')
                                  AND paid.date <= m.invoice_date_due) AS good
          FROM account_move m
     LEFT JOIN (%(payments)s) paid ON paid.move_id = m.id
     LEFT JOIN res_partner c ON c.id = m.commercial_partner_id
         WHERE m.company_id = %(company)s
           AND %(scope)s
           AND m.state = 'posted'
           AND m.move_type = 'out_invoice'
           AND m.payment_state IN ('paid', 'in_payment', 'partial', 'not_paid')
           AND m.invoice_date_due BETWEEN %(start)s AND %(end)s
           AND m.amount_total_signed > 0
           AND COALESCE(paid.written_off, 0) <= %(small)s * m.amount_total_signed
        """,
        company=company_id,
        start=start,
        end=end,
        scope=is_client(partner_ids),
        payments=_select_payments(company_id, partner_ids),
        small=SMALL_PART,
    )


def _select_payments(company_id, partner_ids):
    """What was matched with each document: date and create_date of the last payment, written_off.

    Written off by an entry that brings no money: an item of profit or loss, none of the bank.
    """
    return SQL(
        """
        SELECT move_id,
               MAX(max_date) FILTER (WHERE NOT is_written_off) AS date,
               MAX(create_date) FILTER (WHERE NOT is_written_off) AS create_date,
               COALESCE(SUM(amount) FILTER (WHERE is_written_off), 0) AS written_off
          FROM (SELECT l.move_id, p.max_date, p.create_date, p.amount,
                       m.move_type = 'entry'
                       AND m.origin_payment_id IS NULL
                       AND m.statement_line_id IS NULL
                       -- arrays: with a join PostgreSQL reads the chart of accounts once a payment
                       AND EXISTS (SELECT 1 FROM account_move_line o
                                    WHERE o.move_id = m.id
                                      AND o.account_id = ANY (ARRAY(
                                          SELECT id FROM account_account
                                           WHERE account_type LIKE 'income%%'
                                              OR account_type LIKE 'expense%%')))
                       AND NOT EXISTS (SELECT 1 FROM account_move_line o
                                        WHERE o.move_id = m.id
                                          AND o.account_id = ANY (ARRAY(
                                              SELECT id FROM account_account
                                               WHERE account_type = 'asset_cash')))
                       AS is_written_off
                  FROM account_partial_reconcile p
                  JOIN account_move_line l ON l.id = p.debit_move_id
                  JOIN account_move_line k ON k.id = p.credit_move_id
                  JOIN account_move m ON m.id = k.move_id
                  JOIN account_move i ON i.id = l.move_id
                 WHERE i.company_id = %s AND i.move_type = 'out_invoice' AND %s) matched
      GROUP BY move_id
        """,
        company_id,
        is_contact(SQL("l.partner_id"), partner_ids),
    )


def _select_matched_later(as_of, created):
    """What was matched after a day: the part of an item that was still open then."""
    return SQL(
        """
        SELECT line_id, SUM(amount) AS amount
          FROM (SELECT p.debit_move_id AS line_id, p.amount
                  FROM account_partial_reconcile p
                 WHERE p.max_date > %(as_of)s OR NOT %(known)s
             UNION ALL
                SELECT p.credit_move_id, -p.amount
                  FROM account_partial_reconcile p
                 WHERE p.max_date > %(as_of)s OR NOT %(known)s) matched
      GROUP BY line_id
        """,
        as_of=as_of,
        known=_is_known("p", created),
    )


def _is_known(alias, created):
    """Return the condition that a record was there at a moment; none given: it is there now."""
    return (
        SQL("%s <= %s", SQL.identifier(alias, "create_date"), created) if created else SQL("true")
    )
