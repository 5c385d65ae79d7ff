"""Reads posted journal items of income; returns revenue by accounting date.

The income accounts are the truth: -balance, so company currency at the document's own rate, net
of tax, credit notes negative; a down payment and its deduction cancel out. Whose it is:

- an item of a customer document: the firm on the document, whatever became of its contact; its
  discounts and cash roundings on accounts of expenses are less revenue;
- an income or expense item of an entry or a payment that settles what a client owes (bad debt,
  write-off, cash discount): that client's. What never comes in is no revenue;
- any other item of income (deferral, accrual, correction): the partner of the item, or nobody.

Of an item, the analytic lines on accounts of projects belong to that project and its client on
that day. Gains and losses of exchange rates are no revenue. Items on accounts that the company
passes through (media budgets, …) stand apart, on whatever kind of account.
"""

from odoo.tools import SQL

from ..query import is_one_of
from .client_map import is_on, month_of

DOCUMENTS = ("out_invoice", "out_refund", "out_receipt")


def is_document(move="m"):
    """Return the condition that a move is a document of a customer."""
    return SQL("%s IN %s", SQL.identifier(move, "move_type"), DOCUMENTS)


def is_less_revenue(line="l", account="a"):
    """Return the condition that an item of a customer document is a discount or cash rounding.

    Where the company books discounts on an account of their own, the income is before them.
    """
    return SQL(
        "(%s IN ('discount', 'rounding') AND %s LIKE 'expense%%')",
        SQL.identifier(line, "display_type"),
        SQL.identifier(account, "account_type"),
    )


def is_passed_through(line="l"):
    """Return the condition that the account of an item is passed through by its company.

    A branch passes through what its parents do: it uses their accounts.
    """
    return SQL(
        """(%s, %s) IN (SELECT branch.id, r.account_account_id
                         FROM client_pass_through_account_rel r
                         JOIN res_company marked ON marked.id = r.res_company_id
                         JOIN res_company branch
                           ON branch.parent_path LIKE marked.parent_path || '%%')""",
        SQL.identifier(line, "company_id"),
        SQL.identifier(line, "account_id"),
    )


def is_exchange(move="m", line="l"):
    """Return the condition that an item is a gain or a loss of an exchange rate."""
    return SQL(
        """(%(move)s.journal_id IN (SELECT currency_exchange_journal_id FROM res_company
                                     WHERE currency_exchange_journal_id IS NOT NULL)
            OR %(line)s.account_id IN (
               SELECT income_currency_exchange_account_id FROM res_company
                WHERE income_currency_exchange_account_id IS NOT NULL
                UNION SELECT expense_currency_exchange_account_id FROM res_company
                WHERE expense_currency_exchange_account_id IS NOT NULL))""",
        move=SQL.identifier(move),
        line=SQL.identifier(line),
    )


def select_lines(sources):
    """Return a SELECT of the items of revenue, of the company and clients of ``sources``.

    Columns: id, customer_id (commercial partner or NULL), date (month), through (bool), revenue.
    """
    return SQL(
        """
        SELECT l.id,
               CASE WHEN %(is_document)s THEN dc.commercial_partner_id
                    WHEN %(settled)s THEN COALESCE(s.client_id, pc.commercial_partner_id)
                    WHEN m.move_type = 'entry' THEN pc.commercial_partner_id END AS customer_id,
               %(month)s AS date,
               %(through)s AS through,
               -l.balance AS revenue
          FROM account_move_line l
          JOIN account_move m ON m.id = l.move_id
          JOIN account_account a ON a.id = l.account_id
     LEFT JOIN res_partner dc ON dc.id = m.commercial_partner_id
     LEFT JOIN res_partner pc ON pc.id = l.partner_id
     LEFT JOIN (%(settlements)s) s ON s.move_id = l.move_id
         WHERE %(company)s
           AND l.parent_state = 'posted'
           AND %(scope)s
           AND (%(is_document)s
                AND (a.account_type = 'income' OR %(through)s OR %(less_revenue)s)
                OR NOT %(is_document)s
                   AND NOT %(exchange)s
                   AND (a.account_type = 'income'
                        OR %(settled)s AND %(profit_or_loss)s))
        """,
        is_document=is_document(),
        settled=_is_settled(),
        month=month_of(SQL("l.date")),
        through=is_passed_through(),
        less_revenue=is_less_revenue(),
        settlements=_select_settlements(sources),
        company=sources.is_of_company("l"),
        scope=_is_in_scope(sources),
        exchange=is_exchange(),
        profit_or_loss=_is_profit_or_loss("a"),
    )


def _is_profit_or_loss(account):
    column = SQL.identifier(account, "account_type")
    return SQL("(%s LIKE 'income%%' OR %s LIKE 'expense%%')", column, column)


def _is_settled():
    """The item of an entry is about what one client owes: the only one, or the item's partner."""
    return SQL(
        """(s.move_id IS NOT NULL
            AND (s.client_id IS NOT NULL OR pc.commercial_partner_id = ANY (s.client_ids)))"""
    )


def _select_settlements(sources):
    """Entries and payments with an item of receivables, and with one of profit or loss."""
    return SQL(
        """
        SELECT l.move_id,
               CASE WHEN MIN(c.commercial_partner_id) = MAX(c.commercial_partner_id)
                    THEN MIN(c.commercial_partner_id) END AS client_id,
               ARRAY_AGG(DISTINCT c.commercial_partner_id) AS client_ids
          FROM account_move_line l
          JOIN account_account a ON a.id = l.account_id
          JOIN res_partner c ON c.id = l.partner_id
         WHERE a.account_type = 'asset_receivable'
           AND a.non_trade IS NOT TRUE
           AND l.move_id IN (SELECT l.move_id
                               FROM account_move_line l
                               JOIN account_move m ON m.id = l.move_id
                               JOIN account_account a ON a.id = l.account_id
                              WHERE %(company)s
                                AND %(scope)s
                                AND l.parent_state = 'posted'
                                AND m.move_type = 'entry'
                                AND %(profit_or_loss)s)
      GROUP BY l.move_id
        """,
        company=sources.is_of_company("l"),
        scope=_is_in_scope(sources),
        profit_or_loss=_is_profit_or_loss("a"),
    )


def _is_in_scope(sources):
    """The item may be a client's: by the partner of any item of its move, or by its project."""
    if sources.scope is None:
        return SQL("true")
    return SQL(
        """
        l.move_id IN (SELECT move_id FROM account_move_line WHERE %(contacts)s
                UNION SELECT y.move_id
                        FROM account_analytic_line x
                        JOIN account_move_line y ON y.id = x.move_line_id
                       WHERE %(accounts)s)
        """,
        contacts=is_one_of(SQL("partner_id"), sources.scope.contact_ids),
        accounts=sources.is_of_accounts("x"),
    )


def select_documents():
    """Return a SELECT of revenue by client: partner_id, project_id, date, through, revenue.

    Reads the CTE revenue_line.
    """
    return SQL(
        """
        SELECT customer_id AS partner_id,
               NULL::int AS project_id,
               date,
               through,
               SUM(revenue) AS revenue
          FROM revenue_line
      GROUP BY customer_id, date, through
        """
    )


def select_project_parts(sources):
    """Return a SELECT of the part of projects, twice: added to them, taken from the customers.

    A project without client, and an account shared by several, leave it with the customer.
    Reads the CTEs revenue_line and client_account.
    """
    return SQL(
        """
        SELECT CASE WHEN side.taken THEN part.customer_id
                    ELSE COALESCE(part.partner_id, part.customer_id) END AS partner_id,
               CASE WHEN side.taken THEN NULL ELSE part.project_id END AS project_id,
               part.date,
               part.through,
               CASE WHEN side.taken THEN -part.revenue ELSE part.revenue END AS revenue
          FROM (SELECT l.customer_id,
                       a.partner_id,
                       a.project_id,
                       l.date,
                       l.through,
                       SUM(x.amount) AS revenue
                  FROM account_analytic_line x
                  JOIN revenue_line l ON l.id = x.move_line_id
                  JOIN client_account a ON a.account_id = %(account)s AND %(is_on)s
                 WHERE x.move_line_id IS NOT NULL
              GROUP BY 1, 2, 3, 4, 5) part
    CROSS JOIN (VALUES (false), (true)) AS side(taken)
        """,
        account=sources.account_of("x"),
        is_on=is_on("a", SQL("x.date")),
    )
