from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ...const import MONEY_GROUP
from ...engine.clock import get_today
from ...engine.overview import portfolio
from ...engine.query import is_one_of

FIGURES = {
    "id": "id",
    "stage": "stage_id",
    "company": "company_id",
    "score": "health_score",
    "margin": "client_margin_rate",
    "revenue": "client_revenue",
}


class ClientRelationship(models.Model):
    """Adds the portfolio map: all clients that a search finds, by margin, score and revenue."""

    _name = "client.relationship"
    _inherit = ["client.relationship"]

    @api.model
    @api.readonly
    def get_portfolio(self, domain=()):
        """Return what the portfolio map draws of the clients that ``domain`` finds.

        In two queries, however many they are, by SQL: the ORM takes NULL for 0. ``clients`` are
        {"id", "name", "stage", "company", "score", "margin", "revenue", "way"}, the largest first;
        a figure that is not known is None. ``way``: [margin, score] of 90 days ago, if known and
        elsewhere. ``limits``: where a margin is on target and a score green, in the current
        company. ``currencies``: {company id: {"id", "rate"}}, the rate into the current company's.

        :raise AccessError: for users who may not see money
        """
        self.browse().check_access("read")
        if not self.env.user.has_group(MONEY_GROUP):
            raise AccessError(
                self.env._("The portfolio map shows margins: it needs access to profitability.")
            )
        clients = self._read_portfolio(domain)
        first, last = portfolio.get_span(get_today(self.env.company))
        before = self._read_places([client["id"] for client in clients], first, last)
        for client in clients:
            now = client["margin"], client["score"]
            client["way"] = portfolio.get_way(now, before.get(client["id"]))
        limits = self.env.company._get_margin_limits()
        stages = self.env["client.relationship.stage"].search([])  # pylint: disable=no-search-all
        return {
            "clients": clients,
            "since": fields.Date.to_string(last),
            "limits": {
                "margin": limits.target,
                # sudo: one limit of the company; users see it in every explanation of a score
                "score": self.env.company.sudo().client_health_healthy,
            },
            "stages": stages.read(["name", "phase"]),
            "currencies": self._get_portfolio_currencies({one["company"] for one in clients}),
        }

    @api.model
    def _read_portfolio(self, domain):
        # the rules are in the query; _field_to_sql() checks the groups of each field
        query = self._search(domain)
        columns = [
            SQL("%s AS %s", self._field_to_sql(query.table, fname, query), SQL.identifier(name))
            for name, fname in FIGURES.items()
        ]
        # the name that every reader of the client sees
        partner = query.left_join(query.table, "partner_id", "res_partner", "id", "partner_id")
        columns.append(SQL("%s AS name", SQL.identifier(partner, "complete_name")))
        query.order = SQL(
            "%s DESC NULLS LAST, %s",
            self._field_to_sql(query.table, "client_revenue", query),
            SQL.identifier(query.table, "id"),
        )
        return self.env.execute_query_dict(query.select(*columns))

    @api.model
    def _read_places(self, ids, first, last):
        """Return {client id: (margin, score)} of the last snapshot from ``first`` to ``last``."""
        snapshots = self.env["client.health.snapshot"]
        query = snapshots._search([("date", ">=", first), ("date", "<=", last)])
        client, date, margin, score = (
            snapshots._field_to_sql(query.table, fname, query)
            for fname in ("relationship_id", "date", "margin_rate", "score")
        )
        query.add_where(is_one_of(client, ids))
        query.order = SQL("%s, %s DESC", client, date)
        columns = SQL("DISTINCT ON (%s) %s", client, client), margin, score
        rows = self.env.execute_query(query.select(*columns))
        return {key: (margin, score) for key, margin, score in rows}

    @api.model
    def _get_portfolio_currencies(self, company_ids):
        here, today = self.env.company, get_today(self.env.company)
        return {
            # sudo: currency and rate of companies whose clients the user reads
            company.id: {
                "id": company.currency_id.id,
                "rate": company.currency_id._get_conversion_rate(
                    company.currency_id, here.sudo().currency_id, here, today
                ),
            }
            for company in self.env["res.company"].sudo().browse(company_ids)
        }
