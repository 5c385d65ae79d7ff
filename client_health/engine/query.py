"""What every query needs: rows of a SELECT, many ids as one value, the company of clients."""

from odoo.tools import SQL


def fetch(env, query):
    """Return the rows of a SELECT as dictionaries; what waits to be written is written before."""
    env.flush_all()
    return env.execute_query_dict(query)


def to_array(ids):
    """Return ids for ``= ANY (%s)``: one literal, quick to write and to parse however many."""
    return f"{{{','.join(map(str, ids))}}}"


def is_one_of(column, ids):
    """Return the condition that a column is one of any number of ids."""
    return SQL("%s = ANY (%s)", column, to_array(ids))


def get_clients(env, relationships):
    """Return {partner id: relationship id}, without reading anything else of them."""
    scope = is_one_of(SQL("id"), relationships._ids)
    return dict(
        env.execute_query(SQL("SELECT partner_id, id FROM client_relationship WHERE %s", scope))
    )


def get_company(relationships):
    """Return the company that all of them are of, without reading more than one of them."""
    return relationships.browse(relationships._ids[:1]).company_id


def currency_digits(company_id):
    """Return the number of decimals of the company's currency, as a SQL expression."""
    return SQL(
        """(SELECT y.decimal_places
              FROM res_company n
              JOIN res_currency y ON y.id = n.currency_id
             WHERE n.id = %s)""",
        company_id,
    )
