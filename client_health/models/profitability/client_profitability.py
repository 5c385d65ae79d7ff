import logging

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine.clock import get_closed_months, get_today
from ...engine.profitability import client_map, figures, ledger, margin
from ...tools import format_day
from ..common.client_job_failure import JobRun
from .client_profitability_mixin import BANDS, OPTIONAL, SUMS

_logger = logging.getLogger(__name__)
# For the two large statements only. They group in memory instead of on disk, and compare by hash
# instead of sorting both sides, which PostgreSQL would choose for want of statistics of a result
# that is not stored. Measured with a million timesheets: a quarter less time.
PLANNER = {"work_mem": "128MB", "enable_mergejoin": "off", "jit": "off"}
# A company whose ledger is older than this is due; less than a day, so that a night that starts
# a little earlier than the last one leaves nothing out.
DUE_HOURS = 12


class ClientProfitability(models.Model):
    """The ledger: what each client and each project brought in and cost, month by month.

    No row is typed in. ``_rebuild`` makes the rows say what posted documents and timesheets say
    (``engine/profitability/ledger.py``) and writes only where they differ. So it can run at any
    time and any number of times; whatever happened to the documents in between (unposted, deleted,
    merged, moved to another client), the next run shows it.

    Costs are positive, in company currency. A row without client is cost that no client can be
    charged with: see *Reconciliation*.
    """

    _name = "client.profitability"
    _description = "Client Profitability"
    _inherit = ["client.protected.mixin", "client.closed.month.mixin"]
    _order = "date desc, id desc"
    _rec_name = "date"
    # Rows are never edited, and the columns would make the table a third larger.
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        string="Client",
        readonly=True,
        index=True,
        ondelete="set null",
        falsy_value_label="Unassigned",
    )
    project_id = fields.Many2one(
        "project.project",
        readonly=True,
        index=True,
        ondelete="set null",
        falsy_value_label="No project",
    )
    relationship_id = fields.Many2one(
        "client.relationship", readonly=True, index=True, ondelete="set null"
    )
    user_id = fields.Many2one(related="relationship_id.user_id", string="Salesperson")
    team_id = fields.Many2one(related="relationship_id.team_id", string="Sales Team")
    date = fields.Date(string="Month", required=True, readonly=True, help="First day of the month.")
    revenue = fields.Monetary(
        readonly=True,
        help="Income accounts of the general ledger, by accounting date, less what is written off.",
    )
    labour_cost = fields.Monetary(
        readonly=True,
        help="Timesheets, at the hourly cost when the hours were entered, or at an assumed one.",
    )
    assumed_cost = fields.Monetary(
        readonly=True,
        help="Of the labour cost: hours that had no cost, at the one assumed for the employee.",
    )
    other_cost = fields.Monetary(
        readonly=True,
        help="Analytic lines of projects on expense accounts, and manual ones.",
    )
    pass_through = fields.Monetary(
        string="Passed Through",
        readonly=True,
        help="Charged to the client on pass-through accounts. Neither revenue nor margin.",
    )
    pass_through_cost = fields.Monetary(
        string="Pass-Through Cost",
        readonly=True,
        help="Bought for the client on pass-through accounts. Neither cost nor margin.",
    )
    margin = fields.Monetary(
        readonly=True,
        help="Revenue less labour and other cost. Hours without cost count as free, so check them "
        "first.",
    )
    margin_rate = fields.Float(
        string="Margin (%)",
        compute="_compute_rates",
        aggregator="avg",
        help="Margin in percent of revenue. Empty without revenue, and when more than 10 % of "
        "the hours have no cost.",
    )
    hours = fields.Float(readonly=True, help="Hours on timesheets.")
    billable_hours = fields.Float(
        readonly=True, help="Hours that a sales order or a fixed price pays for."
    )
    uncosted_hours = fields.Float(
        string="Hours without Cost",
        readonly=True,
        help="Hours of employees who had no hourly cost when the hours were entered.",
    )
    assumed_hours = fields.Float(
        string="Hours at an Assumed Cost",
        readonly=True,
        help="Hours that had no cost when they were entered, and count at an assumed one.",
    )
    overhead = fields.Monetary(
        readonly=True,
        help="Hours at the company's overhead per hour of that month. Not part of cost.",
    )
    margin_after_overhead = fields.Monetary(
        compute="_compute_rates",
        aggregator="sum",
        help="Margin less overhead. Equal to the margin before the first overhead per hour.",
    )
    margin_band = fields.Selection(BANDS, string="Result", compute="_compute_rates")
    effective_rate = fields.Float(
        string="Effective Hourly Rate",
        compute="_compute_rates",
        aggregator="avg",
        help="Revenue less other cost, for one hour of work.",
    )

    @api.depends("date", "partner_id", "project_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for row in self:
            names = (row.partner_id.display_name, row.project_id.display_name)
            month = format_day(self.env, row.date, date_format="MMM y")
            row.display_name = " · ".join([*filter(None, names), month])

    # Rates of a row and of a group

    @api.depends(*SUMS)
    def _compute_rates(self):
        limits = {company: company._get_margin_limits() for company in self.mapped("company_id")}
        for row in self:
            sums = margin.Sums(*(row[name] for name in SUMS))
            row.margin_rate = margin.get_margin_rate(sums) or 0
            row.effective_rate = margin.get_effective_rate(sums) or 0
            row.margin_after_overhead = sums.margin_after_overhead
            row.margin_band = margin.get_band(sums, limits[row.company_id])

    def _read_group_select(self, aggregate_spec, query):
        """A rate of a group is that of its sums; what is not known is empty, not a number.

        Who has an unknown margin over all that is asked for counts in no margin, and the margin of
        many clients is the sum of those that are shown, as in *Who Earns*.
        """
        name, _sep, function = aggregate_spec.partition(":")
        if name == "effective_rate":
            return self._get_group_figures(query)[name]
        if name in ("margin_rate", "margin_after_overhead"):
            figures = self._get_group_figures(query, self._has_known_margin(query))
            return SQL("CASE WHEN %s THEN %s END", figures["is_costed"], figures[name])
        expression = super()._read_group_select(aggregate_spec, query)
        if name == "margin" and function in ("sum", "sum_currency"):
            is_known = self._has_known_margin(query)
            is_costed = self._get_group_figures(query, is_known)["is_costed"]
            return SQL(
                "CASE WHEN %s THEN %s FILTER (WHERE %s) END", is_costed, expression, is_known
            )
        return expression

    def _get_group_figures(self, query, condition=None):
        """Return ``margin.get_sql`` over the sums of a group, of the rows of a condition."""
        condition = condition or SQL("true")
        columns = {name: self._field_to_sql(self._table, name, query) for name in SUMS}
        return margin.get_sql(
            {
                name: SQL("(SUM(%s) FILTER (WHERE %s))::numeric", column, condition)
                for name, column in columns.items()
            }
        )

    def _has_known_margin(self, query):
        """Return the condition for rows of clients with a margin over all rows of the query.

        The others are joined once per query, so that each row is looked up once, not per figure.
        """
        alias = query.make_alias(self._table, "unknown")
        if alias not in query._joins:
            query.add_join("LEFT JOIN", alias, *self._get_unknown_margins(query, alias))
        return SQL("%s IS NULL", SQL.identifier(alias, "client_id"))

    def _get_unknown_margins(self, query, alias):
        """Return the table of clients without a margin over all rows, and what joins it."""
        company = self._field_to_sql(self._table, "company_id", query)
        client = SQL("COALESCE(%s, 0)", self._field_to_sql(self._table, "partner_id", query))
        table = SQL(
            "(SELECT %s AS company_id, %s AS client_id FROM %s WHERE %s"
            " GROUP BY 1, 2 HAVING NOT %s)",
            company,
            client,
            query.from_clause,
            query.where_clause or SQL("true"),
            self._get_group_figures(query)["is_costed"],
        )
        condition = SQL(
            "%s = %s AND %s = %s",
            SQL.identifier(alias, "company_id"),
            company,
            SQL.identifier(alias, "client_id"),
            client,
        )
        return table, condition

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, *(self.env[name]._is_used() for name in OPTIONAL))

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Show a margin after overhead, and what is assumed, only where a company has it."""
        arch, view = super()._get_view(view_id, view_type, **options)
        for name in OPTIONAL:
            self.env[name]._hide_unused(arch)
        return arch, view

    # Rebuild

    @api.model
    def _cron_rebuild_profitability(self):
        """Rebuild every company that is due, the oldest first; go on where the last run stopped.

        A company that fails doesn't stop the others: its error is logged, stored on the company
        and shown to managers, and it is the first to be tried next time.
        """
        run = JobRun(self.env, "ir_cron_client_profitability")
        companies = self._get_due_companies()
        run.commit(0, len(companies))
        run.do_all(companies, lambda company: self._try_rebuild(company, run), size=1)

    @api.model
    def _get_due_companies(self):
        """Return the companies to rebuild; all of them when a person runs the job again."""
        Company = self.env["res.company"]
        due = fields.Datetime.subtract(fields.Datetime.now(), hours=DUE_HOURS)
        field, order = "client_profitability_date", "client_profitability_date NULLS FIRST, id"
        late = Company.search(["|", (field, "=", False), (field, "<", due)], order=order)
        return late or Company.search([(field, "!=", False)], order=order)

    @api.model
    def _try_rebuild(self, company, run=None):
        """Rebuild a company; an error is stored, not raised. Return the counts, or None."""
        if not company.try_lock_for_update(allow_referencing=True):
            _logger.info("Client profitability of company %s is being rebuilt", company.id)
            return None
        try:
            with self.env.cr.savepoint():
                return self._rebuild(company)
        except Exception as error:
            # Whatever it is, it is the trouble of one company, and the others wait.
            if run:
                run.fail(company, error)
            else:
                _logger.exception("Client profitability of company %s was not rebuilt", company.id)
            self.env.invalidate_all()
            company.client_profitability_error = str(error)
        return None

    @api.model
    def _rebuild(self, company, clients=None):
        """Make the rows of a company say what its documents say; return what it took.

        :param clients: only these (commercial) partners and their projects
        :return: dict of counts: rows (as they should be), added, changed, removed
        """
        self._lock(company)
        self.env.flush_all()
        sources = self._get_sources(company, clients)
        self._set_planner(PLANNER)
        [counts] = self.env.execute_query_dict(self._sql_rebuild(sources))
        if counts["rows"] != self._count_rows(sources):
            self._remove_doubles(sources)
        self.invalidate_model()
        self._refresh_figures(company, clients)
        self._set_planner(dict.fromkeys(PLANNER))
        if not clients:
            company.write(
                {
                    "client_profitability_date": fields.Datetime.now(),
                    "client_profitability_error": False,
                }
            )
        return counts

    @api.model
    def _set_planner(self, settings):
        """Set settings of the database for this transaction; None: back to the default."""
        for name, value in settings.items():
            setting = SQL("DEFAULT") if value is None else SQL("%s", value)
            self.env.cr.execute(SQL("SET LOCAL %s = %s", SQL.identifier(name), setting))

    @api.model
    def _lock(self, company):
        """Let only one rebuild of a company run at a time: two would add the same rows twice.

        Another one that runs is waited for. An update, not a mere lock: when another one ended
        since this transaction began, PostgreSQL refuses the update and Odoo starts the request
        again, with eyes that see the new rows.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE res_company SET client_profitability_date = client_profitability_date "
                "WHERE id = %s",
                company.id,
            )
        )

    @api.model
    def _get_sources(self, company, clients=None):
        """Return what the ledger reads (``client_map.Sources``); no company: of all of them."""
        scope = client_map.read_scope(self.env, company.id, clients.ids) if clients else None
        return client_map.Sources(
            company.id if company else None,
            self._get_hours_per_unit(),
            self._get_plan_columns(),
            scope,
        )

    @api.model
    def _get_plan_columns(self):
        """Return the columns of analytic lines that hold accounts of projects.

        Nearly always that of the project plan alone; a project's account may lie in any plan.
        """
        self.env["account.analytic.account"].flush_model(["root_plan_id"])
        self.env["project.project"].flush_model(["account_id"])
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT a.root_plan_id FROM project_project j"
                " JOIN account_analytic_account a ON a.id = j.account_id"
                " WHERE a.root_plan_id IS NOT NULL"
            )
        )
        # sudo: names of columns
        plans = self.env["account.analytic.plan"].sudo().browse(row[0] for row in rows)
        return tuple(dict.fromkeys(["account_id", *(plan._column_name() for plan in plans)]))

    @api.model
    def _sql_rebuild(self, sources):
        """Return the one statement that gathers, compares and writes only what differs.

        Rows are matched with COALESCE because client and project may be empty, and because
        IS NOT DISTINCT FROM can't be hashed: it would compare every row with every other. New
        rows go in by client and project: foreign keys and indexes are then looked up where the
        last row was (a first build is twice as fast).
        """
        names = {
            "values": SQL(", ").join(SQL.identifier(name) for name in ledger.VALUES),
            "new": SQL(", ").join(SQL.identifier("f", name) for name in ledger.VALUES),
            "old": SQL(", ").join(SQL.identifier("s", name) for name in ledger.VALUES),
            "changes": SQL(", ").join(
                SQL("%s = d.%s", SQL.identifier(name), SQL.identifier(name))
                for name in ledger.VALUES
            ),
        }
        return SQL(
            """
            WITH fresh AS MATERIALIZED (%(select)s),
                 stale AS (SELECT * FROM client_profitability
                            WHERE company_id = %(company)s AND %(scope)s),
                 diff AS MATERIALIZED (
                    SELECT s.id, f.company_id, f.partner_id, f.project_id, f.date, %(new)s
                      FROM stale s
                 FULL JOIN fresh f
                        ON f.date = s.date
                       AND COALESCE(f.project_id, 0) = COALESCE(s.project_id, 0)
                       AND COALESCE(f.partner_id, 0) = COALESCE(s.partner_id, 0)
                     WHERE s.id IS NULL OR f.company_id IS NULL
                        OR (%(old)s) IS DISTINCT FROM (%(new)s)),
                 removed AS (DELETE FROM client_profitability l USING diff d
                              WHERE l.id = d.id AND d.company_id IS NULL RETURNING 1),
                 changed AS (UPDATE client_profitability l SET %(changes)s FROM diff d
                              WHERE l.id = d.id AND d.company_id IS NOT NULL RETURNING 1),
                 added AS (INSERT INTO client_profitability
                                  (company_id, partner_id, project_id, date, %(values)s)
                           SELECT company_id, partner_id, project_id, date, %(values)s
                             FROM diff WHERE id IS NULL
                         ORDER BY partner_id, project_id, date RETURNING 1)
            SELECT (SELECT COUNT(*) FROM fresh) AS rows,
                   (SELECT COUNT(*) FROM added) AS added,
                   (SELECT COUNT(*) FROM changed) AS changed,
                   (SELECT COUNT(*) FROM removed) AS removed
            """,
            select=ledger.select_ledger(sources),
            company=sources.company_id,
            scope=ledger.is_in_scope(sources.scope),
            **names,
        )

    @api.model
    def _count_rows(self, sources):
        [[count]] = self.env.execute_query(
            SQL(
                "SELECT COUNT(*) FROM client_profitability WHERE company_id = %s AND %s",
                sources.company_id,
                ledger.is_in_scope(sources.scope),
            )
        )
        return count

    @api.model
    def _remove_doubles(self, sources):
        """Delete rows that became the same: a merge of partners makes two clients one."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM client_profitability l
                 USING (SELECT company_id, partner_id, project_id, date, MIN(id) AS id
                          FROM client_profitability
                         WHERE company_id = %(company)s AND %(scope)s
                      GROUP BY 1, 2, 3, 4
                        HAVING COUNT(*) > 1) kept
                 WHERE l.company_id = kept.company_id
                   AND l.partner_id IS NOT DISTINCT FROM kept.partner_id
                   AND l.project_id IS NOT DISTINCT FROM kept.project_id
                   AND l.date = kept.date
                   AND l.id <> kept.id
                """,
                company=sources.company_id,
                scope=ledger.is_in_scope(sources.scope),
            )
        )

    @api.model
    def _get_hours_per_unit(self):
        """Return {uom id: hours} of the time units (days, hours, minutes)."""
        hour = self.env.ref("uom.product_uom_hour")
        root = hour.parent_path.split("/")[0]
        units = hour.search_fetch([("parent_path", "=like", f"{root}/%")], ["factor"])
        return {unit.id: unit.factor / hour.factor for unit in units}

    # Figures and rows of the clients

    @api.model
    def _refresh_figures(self, company, clients=None):
        """Write the figures of the last 12 full months to the relationships that differ.

        :param clients: only those of these partners; all of the company by default
        """
        Relationship = self.env["client.relationship"]
        partner_ids = clients.ids if clients else ()
        today = get_today(company)
        select = figures.select_figures(
            self.env, company.id, *get_closed_months(company, today), today, partner_ids
        )
        self.env.flush_all()
        self.env.cr.execute(self._sql_update_figures(select))
        Relationship.invalidate_model(figures.FIGURES, flush=False)

    @api.model
    def _sql_update_figures(self, select):
        names = [SQL.identifier(name) for name in figures.FIGURES]
        return SQL(
            """
            UPDATE client_relationship r
               SET (%(names)s) = ROW(%(new)s)
              FROM (%(select)s) f (id, %(names)s)
             WHERE r.id = f.id
               AND (%(old)s) IS DISTINCT FROM (%(new)s)
            """,
            names=SQL(", ").join(names),
            new=SQL(", ").join(SQL("f.%s", name) for name in names),
            old=SQL(", ").join(SQL("r.%s", name) for name in names),
            select=select,
        )

    @api.model
    def _link_relationships(self, relationships):
        """Give the rows of the ledger to the relationship of their client, and to no other.

        To be called when a relationship is created or gets another client; the nightly rebuild
        does the same for all.
        """
        self.flush_model(["relationship_id"])
        relationships.flush_recordset(["partner_id", "company_id"])
        ids = tuple(relationships.ids) or (0,)
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_profitability l
                   SET relationship_id = NULL
                  FROM client_relationship r
                 WHERE l.relationship_id = r.id
                   AND r.id IN %s
                   AND (l.partner_id, l.company_id)
                       IS DISTINCT FROM (r.partner_id, r.company_id)
                """,
                ids,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_profitability l
                   SET relationship_id = r.id
                  FROM client_relationship r
                 WHERE l.partner_id = r.partner_id
                   AND l.company_id = r.company_id
                   AND r.id IN %s
                   AND l.relationship_id IS DISTINCT FROM r.id
                """,
                ids,
            )
        )
        self.invalidate_model(["relationship_id"])
